package topic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

// publishers are the services that can be let in, by their principals
// (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html,
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html,
// https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html and that of events).
var publishers = []string{"budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com", events}

// events is EventBridge, which a condition keeps from a topic
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html) and from the topic's key
// (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
const events = "events.amazonaws.com"

// Knows tells whether a service is one that can be let in.
func Knows(service string) bool { return slices.Contains(publishers, service) }

// ValidatePublishers reports each that is not known.
func ValidatePublishers(field string, all []string) error {
	var l problem.List
	for i, p := range all {
		if !slices.Contains(publishers, p) {
			l.Add(fmt.Sprintf("%s[%d]", field, i), p, "one of "+strings.Join(publishers, ", "),
				"let others in by Topic.AddToResourcePolicy, and by the policy of the topic's key")
		}
	}
	return l.Err()
}

// Statement lets a publisher send to the topic for resources of the account.
func Statement(at location.Location, publisher, topicARN string) policy.Statement {
	return policy.Statement{
		Effect: policy.Allow, Principal: policy.ServicePrincipal(publisher), Actions: []string{"sns:Publish"},
		Resources: []string{topicARN}, Conditions: forAccount(at, publisher),
	}
}

// KeyStatement lets a publisher use the key of a topic, which it needs besides.
func KeyStatement(at location.Location, publisher string) policy.Statement {
	return policy.Statement{
		Effect: policy.Allow, Principal: policy.ServicePrincipal(publisher),
		Actions:   []string{"kms:Decrypt", "kms:GenerateDataKey*"},
		Resources: []string{"*"}, Why: "in a key policy: this key", Conditions: forAccount(at, publisher),
	}
}

// forAccount keeps other accounts from sending through the service.
func forAccount(at location.Location, publisher string) policy.Conditions {
	if publisher == events {
		return nil
	}
	return policy.Conditions{"StringEquals": {"aws:SourceAccount": at.Account}}
}
