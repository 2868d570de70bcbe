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

//go:embed empty_group.py
var emptyGroup string

// emptyDefaultGroup takes all rules from the VPC's default security group, which CloudFormation can neither change nor
// delete: a function of 30 lines does it once, when the VPC is made.
func (b *builder) emptyDefaultGroup() {
	group := cfn.Att("VPC", "DefaultSecurityGroup")
	logs := b.logGroup("EmptyGroupLogs")
	maps.Copy(b.resources, emptyGroupRole(b.perimeter.at, logs).Resources("EmptyGroupRole"))
	b.add("EmptyGroupFunction", "AWS::Lambda::Function", cfn.Properties{
		"Description":   "Takes all rules from the default security group of " + b.name,
		"Runtime":       "python3.14",
		"Handler":       "index.handler",
		"Code":          cfn.Properties{"ZipFile": emptyGroup},
		"Role":          cfn.Att("EmptyGroupRole", "Arn"),
		"Timeout":       60,
		"LoggingConfig": cfn.Properties{"LogGroup": cfn.Ref("EmptyGroupLogs")},
	})
	const once = "It runs once, when the VPC is made; CloudFormation waits for it and fails with its error"
	b.accepted("EmptyGroupFunction", slices.Concat(role.AcceptInPacks("LambdaInsideVPC", once),
		role.AcceptInPacks("LambdaConcurrency", once, role.NIST, role.HIPAA), role.AcceptInPacks("LambdaDLQ", once, role.NIST, role.HIPAA)))
	b.add("EmptyDefaultGroup", "Custom::EmptySecurityGroup", cfn.Properties{
		"ServiceToken": cfn.Att("EmptyGroupFunction", "Arn"), "ServiceTimeout": 120, "GroupId": group,
	})
}

func emptyGroupRole(at location.Location, logGroup any) role.Role {
	return role.Role{
		Description: "Takes all rules from the default security group of a VPC",
		Service:     "lambda.amazonaws.com",
		// No document says that Lambda fills the key in, so that its absence must do.
		TrustConditions: policy.Conditions{"StringEqualsIfExists": {"aws:SourceAccount": at.Account}},
		Statements: []policy.Statement{{
			Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, References: []any{logGroup},
		}, {
			Effect: policy.Allow, Actions: []string{"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"},
			References: []any{map[string]any{"Fn::Join": []any{"", []any{at.ARN("ec2", "security-group/"), cfn.Att("VPC", "DefaultSecurityGroup")}}}},
		}, {
			Effect: policy.Allow, Actions: []string{"ec2:DescribeSecurityGroups"},
			Resources: []string{"*"}, Why: "describing in EC2 knows no resource",
		}},
	}
}
