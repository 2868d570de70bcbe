package training

import (
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// undelivered is the name of the queue of events that EventBridge could not deliver to a state machine.
const undelivered = "Undelivered"

// undeliveredDays is how long they stay there: as long as a queue keeps anything.
const undeliveredDays = 14

// undeliveredQueue is that queue, for rules by their names, and its policy. Its keys are those of SQS, since
// EventBridge needs the policy of another one
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
func undeliveredQueue(rules ...string) cfn.Resources {
	var sources []any
	for _, rule := range rules {
		sources = append(sources, cfn.Att(rule, "Arn"))
	}
	queue := []any{cfn.Att(undelivered, "Arn")}
	return cfn.Resources{
		undelivered: cfn.Resource{Type: "AWS::SQS::Queue", Properties: cfn.Properties{
			"MessageRetentionPeriod": undeliveredDays * 24 * 60 * 60, "SqsManagedSseEnabled": true,
		}, Metadata: role.Metadata([]role.Accepted{{
			Rule: "AwsSolutions-SQS3", Reason: "It is a dead-letter queue itself: of rules of EventBridge, which the rule does not look at",
		}})}.Stateful(false),
		undelivered + "Policy": {Type: "AWS::SQS::QueuePolicy", Properties: cfn.Properties{
			"Queues": []any{cfn.Ref(undelivered)},
			"PolicyDocument": policy.Document(policy.Statement{
				Sid: "Undelivered", Effect: policy.Allow, Principal: policy.ServicePrincipal("events.amazonaws.com"), Actions: []string{"sqs:SendMessage"},
				References: queue, Conditions: policy.Conditions{"ArnEquals": {"aws:SourceArn": sources}},
			}, policy.Statement{
				Sid: "PlainHTTP", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"sqs:*"},
				References: queue, Conditions: policy.Conditions{"Bool": {"aws:SecureTransport": "false"}},
			}),
		}},
	}
}

// target is a state machine that a rule of EventBridge starts by a role.
func target(id, role string, more cfn.Properties) cfn.Properties {
	t := cfn.Properties{
		"Id": id, "Arn": cfn.Ref(id), "RoleArn": cfn.Att(role, "Arn"), "DeadLetterConfig": cfn.Properties{"Arn": cfn.Att(undelivered, "Arn")},
	}
	for name, value := range more {
		t[name] = value
	}
	return t
}
