// Package topic says who may send to the topic by which people are told of something. It is pure Go.
package topic

import (
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// Publish lets a role send: who publishes to an encrypted topic needs its key too
// (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
func Publish(at location.Location, topicARN, keyARN string) []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"sns:Publish"}, Resources: []string{topicARN},
	}, {
		Effect: policy.Allow, Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"}, Resources: []string{keyARN},
		Conditions: policy.Conditions{"StringEquals": {"kms:ViaService": "sns." + at.Region + ".amazonaws.com"}},
	}}
}
