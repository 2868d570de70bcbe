package cdk

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// NewLogKey makes a key that CloudWatch Logs may use for the log groups of the account, and nothing else. Its policy
// leaves it to the account's identity policies who else may.
func NewLogKey(scope constructs.Construct, id string, at location.Location, retain bool) awskms.Key {
	allow := func(sid string, who policy.Principal, conditions policy.Conditions, actions ...string) policy.Statement {
		return policy.Statement{
			Sid: sid, Effect: policy.Allow, Principal: who, Actions: actions,
			Resources: []string{"*"}, Why: "in a key policy: this key", Conditions: conditions,
		}
	}
	props := &awskms.KeyProps{Description: jsii.String("Log groups"), RemovalPolicy: RemovalPolicy(retain)}
	return newKey(scope, id, props, []policy.Statement{
		// Without it the key could not be administered, and no identity policy would count.
		allow("Account", policy.AccountPrincipal(at.Partition, at.Account), nil, "kms:*"),
		allow("CloudWatchLogs", policy.ServicePrincipal("logs."+at.Region+".amazonaws.com"),
			policy.Conditions{"ArnLike": {"kms:EncryptionContext:aws:logs:arn": at.ARN("logs", "log-group:*")}},
			"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey",
			"kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"),
	})
}

// NewKey makes the key of a plan. It is the CDK's own class, so that what is added to its policy later gets there.
func NewKey(scope constructs.Construct, id string, plan key.Plan) awskms.Key {
	made := newKey(scope, id, &awskms.KeyProps{
		Description: &plan.Description, RemovalPolicy: RemovalPolicy(plan.Retain),
		PendingWindow: awscdk.Duration_Days(jsii.Number(cmp.Or(plan.DeletionDays, key.MaxDeletionDays))),
	}, plan.Statements())
	asEmitted(made, scope, id)
	return made
}

// newKey makes a key that rotates once a year, with exactly these statements in its policy.
func newKey(scope constructs.Construct, id string, props *awskms.KeyProps, statements []policy.Statement) awskms.Key {
	props.EnableKeyRotation = jsii.Bool(true)
	props.Policy = awsiam.PolicyDocument_FromJson(policy.Document(statements...))
	return awskms.NewKey(scope, &id, props)
}

// RemovalPolicy is what happens to a stateful resource when its stack goes.
func RemovalPolicy(retain bool) awscdk.RemovalPolicy {
	if retain {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return awscdk.RemovalPolicy_DESTROY
}
