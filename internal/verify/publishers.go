package verify

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// publishers are the types of resources that publish to the topics they refer to, and the service that does it for
// them: see internal/topic.
var publishers = map[string]string{
	"AWS::Budgets::Budget":            "budgets.amazonaws.com",
	"AWS::CE::AnomalySubscription":    "costalerts.amazonaws.com",
	"AWS::CloudWatch::Alarm":          "cloudwatch.amazonaws.com",
	"AWS::CloudWatch::CompositeAlarm": "cloudwatch.amazonaws.com",
	"AWS::Events::Rule":               "events.amazonaws.com",
}

// unheard finds what publishes to a topic of Plinth's that does not let it, or whose key does not. A key of another app
// is not looked at.
func unheard(a *app) []assembly.Finding {
	var all []assembly.Finding
	for typ, service := range publishers {
		for _, r := range a.of(typ) {
			for _, topic := range a.targets(r.stack, r.Properties) {
				construct, ok := a.made(topic.stack, topic.Path(), "/Topic/Resource")
				if !ok || topic.Type != "AWS::SNS::Topic" {
					continue
				}
				var refuse []string
				if !letsService(a.topicPolicies(topic), service, "sns:Publish") {
					refuse = append(refuse, "the topic's policy")
				}
				key, known := a.target(topic.stack, topic.Properties["KmsMasterKeyId"])
				if known && !letsService(statements(key.Properties["KeyPolicy"]), service, "kms:Decrypt", "kms:GenerateDataKey") {
					refuse = append(refuse, "the key's policy")
				}
				if len(refuse) > 0 {
					all = append(all, assembly.Finding{
						Path: r.Path(),
						Description: fmt.Sprintf("what this publishes to the Topic of %s is lost: %s is not let in by %s",
							construct, service, strings.Join(refuse, " and ")),
						Fix: fmt.Sprintf("give %s Publishers: []string{%q}", construct, service),
					})
				}
			}
		}
	}
	return all
}

// topicPolicies are the statements of the policies of a topic.
func (a *app) topicPolicies(topic resource) []statement {
	var all []statement
	for _, p := range a.of("AWS::SNS::TopicPolicy") {
		for _, of := range list(p.Properties["Topics"]) {
			if t, ok := a.target(p.stack, of); ok && t.is(topic) {
				all = append(all, statements(p.Properties["PolicyDocument"])...)
			}
		}
	}
	return all
}
