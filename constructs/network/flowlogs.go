package network

import (
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// flowLogsRole is the role by which flow logs are written to their log group
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html).
func flowLogsRole(at location.Location, logGroupARN any) role.Role {
	return role.Role{
		Description: "VPC flow logs write to their log group",
		Service:     "vpc-flow-logs.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("ec2", "vpc-flow-log/*")},
		},
		Statements: []policy.Statement{{
			Sid: "Write", Effect: policy.Allow,
			Actions:    []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
			References: []any{logGroupARN},
		}, {
			Sid: "Find", Effect: policy.Allow,
			Actions:   []string{"logs:DescribeLogGroups"},
			Resources: []string{"*"},
			Why:       "flow logs list the log groups before they write; the action knows no narrower resource",
		}},
	}
}
