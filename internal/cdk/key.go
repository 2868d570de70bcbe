package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// NewLogKey makes a key that CloudWatch Logs may use for the log groups of the account, and nothing else.
func NewLogKey(scope constructs.Construct, id string, at location.Location, retain bool) awskms.Key {
	return NewKey(scope, id, "Log groups", at, retain, policy.Statement{
		Sid: "CloudWatchLogs", Effect: policy.Allow,
		Principal: policy.ServicePrincipal("logs." + at.Region + ".amazonaws.com"),
		Actions:   []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"},
		Resources: []string{"*"}, Why: "in a key policy: this key",
		Conditions: policy.Conditions{
			"ArnLike": {"kms:EncryptionContext:aws:logs:arn": at.ARN("logs", "log-group:*")},
		},
	})
}

// NewKey makes a key that rotates once a year. Its policy leaves it to the account's identity policies who may use it,
// and allows the given statements.
func NewKey(scope constructs.Construct, id, description string, at location.Location, retain bool, statements ...policy.Statement) awskms.Key {
	account := policy.Statement{
		Sid: "Account", Effect: policy.Allow,
		Principal: policy.AccountPrincipal(at.Partition, at.Account),
		Actions:   []string{"kms:*"}, // without it the key could not be administered, and no identity policy would count
		Resources: []string{"*"}, Why: "in a key policy: this key",
	}
	return awskms.NewKey(scope, &id, &awskms.KeyProps{
		Description:       &description,
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     RemovalPolicy(retain),
		Policy:            awsiam.PolicyDocument_FromJson(policy.Document(append([]policy.Statement{account}, statements...)...)),
	})
}

// RemovalPolicy is what happens to a stateful resource when its stack goes.
func RemovalPolicy(retain bool) awscdk.RemovalPolicy {
	if retain {
		return awscdk.RemovalPolicy_RETAIN
	}
	return awscdk.RemovalPolicy_DESTROY
}
