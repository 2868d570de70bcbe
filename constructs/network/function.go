package network

import (
	_ "embed"
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

//go:embed function.py
var functionCode string

// s3PrefixList is the id of S3's prefix list in the region. Where it is not known at synth, the function looks it up.
func (b *builder) s3PrefixList(known string) any {
	if known != "" {
		return known
	}
	b.task("S3PrefixList", "Custom::S3PrefixList", cfn.Properties{"Name": endpointService("s3", b.perimeter.at.Region)}, policy.Statement{
		Effect: policy.Allow, Actions: []string{"ec2:DescribeManagedPrefixLists"},
		Resources: []string{"*"}, Why: "describing in EC2 knows no resource",
	})
	return cfn.Att("S3PrefixList", "Id")
}

// emptyDefaultGroup takes all rules from the VPC's default security group, which CloudFormation can neither change nor
// delete.
func (b *builder) emptyDefaultGroup() {
	group := cfn.Att("VPC", "DefaultSecurityGroup")
	b.task("EmptyDefaultGroup", "Custom::EmptySecurityGroup", cfn.Properties{"GroupId": group}, policy.Statement{
		Effect: policy.Allow, Actions: []string{"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"},
		References: []any{cfn.Join(b.perimeter.at.ARN("ec2", "security-group/"), group)},
	}, policy.Statement{
		Effect: policy.Allow, Actions: []string{"ec2:DescribeSecurityGroups"},
		Resources: []string{"*"}, Why: "describing in EC2 knows no resource",
	})
}

// task adds a custom resource that the function works on once, with what the function may do for it.
func (b *builder) task(name, typ string, properties cfn.Properties, may ...policy.Statement) {
	properties["ServiceToken"], properties["ServiceTimeout"] = cfn.Att("Function", "Arn"), 120
	b.add(name, typ, properties)
	b.functionMay = append(b.functionMay, may...)
}

// function makes the function of the tasks, if there are any.
func (b *builder) function() {
	if len(b.functionMay) == 0 {
		return
	}
	logs := b.logGroup("FunctionLogs")
	maps.Copy(b.resources, functionRole(b.perimeter.at, logs, b.functionMay).Resources("FunctionRole"))
	b.add("Function", "AWS::Lambda::Function", cfn.Properties{
		"Description":   "Does what CloudFormation cannot do itself for " + b.name,
		"Runtime":       "python3.14",
		"Handler":       "index.handler",
		"Code":          cfn.Properties{"ZipFile": functionCode},
		"Role":          cfn.Att("FunctionRole", "Arn"),
		"Timeout":       60,
		"LoggingConfig": cfn.Properties{"LogGroup": cfn.Ref("FunctionLogs")},
	})
	const once = "It runs once, when the network is made; CloudFormation waits for it and fails with its error"
	b.accepted("Function", slices.Concat(role.AcceptInPacks("LambdaInsideVPC", once),
		role.AcceptInPacks("LambdaConcurrency", once, role.NIST, role.HIPAA), role.AcceptInPacks("LambdaDLQ", once, role.NIST, role.HIPAA)))
}

func functionRole(at location.Location, logGroup any, may []policy.Statement) role.Role {
	return role.Role{
		Description: "Does what CloudFormation cannot do itself for a network",
		Service:     "lambda.amazonaws.com",
		// No document says that Lambda fills in the key, so a request without it is let through.
		TrustConditions: policy.Conditions{"StringEqualsIfExists": {"aws:SourceAccount": at.Account}},
		Statements: append([]policy.Statement{{
			Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, References: []any{logGroup},
		}}, may...),
	}
}
