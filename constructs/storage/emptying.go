package storage

import (
	_ "embed"
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

//go:embed empty_bucket.py
var emptyBucket string

// emptyingSeconds is how long emptying may take: the most that a function runs.
const emptyingSeconds = 900

// emptierID is the id of the function, one a stack.
const emptierID = "EmptiesBuckets"

// emptiedID is the name of what calls it, one a bucket.
const emptiedID = "EmptiedWithStack"

// emptierResources are the function that empties the buckets of a stack in Development when the stack is deleted or its
// creation is rolled back, so that they can go. It does nothing in an update, not even in one that makes the
// environment another tier's. Each bucket's policy allows it that bucket.
func emptierResources(account string, logDays int) cfn.Resources {
	r := role.Role{
		Description: "Empties the buckets of a stack that is deleted",
		Service:     "lambda.amazonaws.com",
		// No document says that Lambda fills in the key, so a request without it is let through.
		TrustConditions: policy.Conditions{"StringEqualsIfExists": {"aws:SourceAccount": account}},
		Statements: []policy.Statement{{
			Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, References: []any{cfn.Att("Logs", "Arn")},
		}, {
			Effect: policy.Allow, Actions: []string{"cloudformation:DescribeStacks"},
			References: []any{cfn.Ref("AWS::StackId")},
		}},
	}
	const once = "It runs once, when the stack is deleted; CloudFormation waits for it and fails with its error"
	resources := r.Resources("Role")
	maps.Copy(resources, cfn.Resources{
		"Logs": cfn.Resource{
			Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{"RetentionInDays": logDays},
			Metadata: role.Metadata(role.AcceptInPacks("CloudWatchLogGroupEncrypted", "It holds the names of deleted buckets at most")),
		}.Stateful(false),
		"Function": {
			Type: "AWS::Lambda::Function",
			Properties: cfn.Properties{
				"Description": "Empties the buckets of this stack when it is deleted", "Runtime": "python3.14", "Handler": "index.handler",
				"Code": cfn.Properties{"ZipFile": emptyBucket}, "Role": cfn.Att("Role", "Arn"), "Timeout": emptyingSeconds,
				"LoggingConfig": cfn.Properties{"LogGroup": cfn.Ref("Logs")},
			},
			Metadata: role.Metadata(slices.Concat(role.AcceptInPacks("LambdaInsideVPC", once),
				role.AcceptInPacks("LambdaConcurrency", once, role.NIST, role.HIPAA), role.AcceptInPacks("LambdaDLQ", once, role.NIST, role.HIPAA))),
		},
	})
	return resources
}
