// Package topic writes the topic by which people are told of something, and what its sender needs. It is pure Go.
package topic

import (
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// Resources are the topic, named Topic, encrypted by a key, and its policy, which denies plain HTTP.
func Resources(keyARN any) cfn.Resources {
	return cfn.Resources{
		"Topic": {Type: "AWS::SNS::Topic", Properties: cfn.Properties{"KmsMasterKeyId": keyARN}},
		"TopicPolicy": {Type: "AWS::SNS::TopicPolicy", Properties: cfn.Properties{
			"Topics": []any{cfn.Ref("Topic")}, "PolicyDocument": policy.Document(policy.Statement{
				Sid: "PlainHTTP", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"sns:Publish"}, References: []any{cfn.Ref("Topic")},
				Conditions: policy.Conditions{"Bool": {"aws:SecureTransport": "false"}},
			}),
		}},
	}
}

// Publish lets its sender send: who publishes to an encrypted topic needs its key too
// (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
func Publish(at location.Location, keyARN any) []policy.Statement {
	key := policy.Statement{
		Effect: policy.Allow, Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"},
		Conditions: policy.Conditions{"StringEquals": {"kms:ViaService": "sns." + at.Region + ".amazonaws.com"}},
	}
	if arn, isText := keyARN.(string); isText {
		key.Resources = []string{arn}
	} else {
		key.References = []any{keyARN}
	}
	return []policy.Statement{{Effect: policy.Allow, Actions: []string{"sns:Publish"}, References: []any{cfn.Ref("Topic")}}, key}
}

// ARN stands for the topic's ARN in the definition of a state machine until [cfn.Text] puts the reference there.
const ARN = "${Topic}"
