package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// outsideOf are the types of resources that run code in a network of AWS's unless they are given one, with the
// properties that name their role and their network
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html,
// https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html).
var outsideOf = []struct{ typ, role, network string }{
	{"AWS::Lambda::Function", "Role", "VpcConfig"}, {"AWS::CodeBuild::Project", "ServiceRole", "VpcConfig"},
}

// deniedObjects finds who is allowed what the policy of a bucket of Plinth's denies: to read and write objects from
// outside of its endpoints, and to write or delete what services deliver.
func (a *app) deniedObjects() []assembly.Finding {
	var all []assembly.Finding
	for _, p := range a.of("AWS::S3::BucketPolicy") {
		construct, ok := a.made(p.stack, p.Path(), "/Policy/Resource")
		bucket, known := a.target(p.stack, p.Properties["Bucket"])
		if !ok || !known {
			continue
		}
		for _, deny := range statements(p.Properties["PolicyDocument"]) {
			switch deny["Sid"] {
			case "ObjectsFromOutside":
				all = append(all, a.fromOutside(p, bucket, construct, deny)...)
			case "WrittenByServices":
				all = append(all, a.changes(p, bucket, construct, deny, "s3:PutObject")...)
			case "Kept":
				all = append(all, a.changes(p, bucket, construct, deny, "s3:DeleteObject")...)
			}
		}
	}
	return all
}

// fromOutside finds what runs in no VPC with a role that is allowed objects of the bucket.
func (a *app) fromOutside(p, bucket resource, construct string, deny statement) []assembly.Finding {
	var all []assembly.Finding
	for _, of := range outsideOf {
		for _, r := range a.of(of.typ) {
			role, known := a.target(r.stack, r.Properties[of.role])
			if !known || r.Properties[of.network] != nil || a.excepted(p, deny, role) ||
				!slices.ContainsFunc([]string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, func(action string) bool { return a.granting(role, bucket, action) }) {
				continue
			}
			all = append(all, assembly.Finding{
				Path: strings.TrimSuffix(r.Path(), "/Resource"),
				Description: fmt.Sprintf("this is in no VPC, and may use objects of storage.DataBucket %s, whose policy denies them to whoever comes by "+
					"none of its Endpoints", construct),
				Fix: "give it the VPC of the network whose endpoints these are, or a role with a name, whose ARN DataBucketProps.OutsideRoles has",
			})
		}
	}
	return all
}

// changes finds policies that allow an action which the policy of the bucket denies to all but a few.
func (a *app) changes(p, bucket resource, construct string, deny statement, action string) []assembly.Finding {
	var all []assembly.Finding
	for _, identity := range a.identity {
		may := slices.ContainsFunc(a.holders(identity), func(role resource) bool { return a.excepted(p, deny, role) })
		if may || !slices.ContainsFunc(statements(identity.Properties["PolicyDocument"]), func(s statement) bool { return a.allowsOn(identity, s, bucket, action) }) {
			continue
		}
		all = append(all, assembly.Finding{
			Path: strings.TrimSuffix(identity.Path(), "/Resource"),
			Description: fmt.Sprintf("this allows %s in storage.DataBucket %s, of the class Logs, whose policy denies that: services alone write there, and "+
				"nobody deletes before the time", action, construct),
			Fix: "let it read, by Bucket.GrantRead, or write to a bucket of another class",
		})
	}
	return all
}

// granting tells whether a role is allowed an action on objects of a bucket that its policies name.
func (a *app) granting(role, bucket resource, action string) bool {
	return slices.ContainsFunc(a.identity, func(p resource) bool {
		return slices.ContainsFunc(a.holders(p), role.is) &&
			slices.ContainsFunc(statements(p.Properties["PolicyDocument"]), func(s statement) bool { return a.allowsOn(p, s, bucket, action) })
	})
}

// allowsOn tells whether a statement of a policy allows an action on a bucket that it names.
func (a *app) allowsOn(p resource, s statement, bucket resource, action string) bool {
	return s.allows() && s.does(action) && slices.ContainsFunc(a.targets(p.stack, s["Resource"]), bucket.is)
}

// excepted tells whether a statement of a bucket's policy leaves out a role, by a reference, its name or a pattern of
// it. A name that CloudFormation gives starts with those of the stack and the resource
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html).
func (a *app) excepted(p resource, deny statement, role resource) bool {
	name := role.stack.StackName + "-" + role.id + "-*"
	if given := role.Properties["RoleName"]; given != nil {
		name = cfn.Show(given)
	}
	return slices.ContainsFunc(deny.values("aws:PrincipalArn"), func(value any) bool {
		if to, known := a.target(p.stack, value); known {
			return to.is(role)
		}
		who := cfn.Show(value)
		return overlap(who[strings.LastIndex(who, "/")+1:], name)
	})
}
