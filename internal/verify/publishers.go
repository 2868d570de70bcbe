package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/topic"
)

// publishers are the types of resources that publish to the topics they refer to, and the service that does it for
// them: see internal/topic, and for those that it does not know
// https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html,
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html,
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html and
// https://docs.aws.amazon.com/dtconsole/latest/userguide/set-up-sns.html.
var publishers = map[string]string{
	"AWS::Backup::BackupVault":                     "backup.amazonaws.com",
	"AWS::S3::Bucket":                              "s3.amazonaws.com",
	"Custom::S3BucketNotifications":                "s3.amazonaws.com",
	"AWS::Budgets::Budget":                         "budgets.amazonaws.com",
	"AWS::CE::AnomalySubscription":                 "costalerts.amazonaws.com",
	"AWS::CloudTrail::Trail":                       "cloudtrail.amazonaws.com",
	"AWS::CodeStarNotifications::NotificationRule": "codestar-notifications.amazonaws.com",
	"AWS::CloudWatch::Alarm":                       "cloudwatch.amazonaws.com",
	"AWS::CloudWatch::CompositeAlarm":              "cloudwatch.amazonaws.com",
	"AWS::Events::Rule":                            "events.amazonaws.com",
}

// plain are the types of resources whose service publishes to no topic with a key, as those of Plinth are. Of RDS AWS's
// documents say different things.
var plain = map[string]string{
	// https://docs.aws.amazon.com/config/latest/developerguide/sns-topic-policy.html
	"AWS::Config::DeliveryChannel": "AWS Config",
	// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateEventSubscription.html
	"AWS::RDS::EventSubscription": "RDS",
}

// unheard finds what publishes to a topic of Plinth's that does not let it, or whose key does not. A key of another app
// is not looked at.
func unheard(a *app) []assembly.Finding {
	all := unencrypted(a)
	for typ, service := range publishers {
		for _, r := range a.of(typ) {
			for _, to := range a.targets(r.stack, r.Properties) {
				construct, ok := a.made(to.stack, to.Path(), "/Topic/Resource")
				if !ok || to.Type != "AWS::SNS::Topic" {
					continue
				}
				var refuse []string
				if !letsService(a.topicPolicies(to), service, "sns:Publish") {
					refuse = append(refuse, "the topic's policy")
				}
				key, known := a.target(to.stack, to.Properties["KmsMasterKeyId"])
				if known && !letsService(statements(key.Properties["KeyPolicy"]), service, "kms:Decrypt", "kms:GenerateDataKey") {
					refuse = append(refuse, "the key's policy")
				}
				if len(refuse) > 0 {
					all = append(all, assembly.Finding{
						Path: r.Path(),
						Description: fmt.Sprintf("what this publishes to the Topic of %s is lost: %s is not let in by %s",
							construct, service, strings.Join(refuse, " and ")),
						Fix: fix(construct, service),
					})
				}
			}
		}
	}
	return all
}

// unencrypted finds what publishes to a topic of Plinth's and can't, since the topic has a key.
func unencrypted(a *app) []assembly.Finding {
	var all []assembly.Finding
	for typ, service := range plain {
		for _, r := range a.of(typ) {
			for _, to := range a.targets(r.stack, r.Properties) {
				if construct, ok := a.made(to.stack, to.Path(), "/Topic/Resource"); ok && to.Type == "AWS::SNS::Topic" {
					all = append(all, assembly.Finding{
						Path:        r.Path(),
						Description: fmt.Sprintf("what this publishes to the Topic of %s is lost: AWS says that %s publishes to no encrypted topic", construct, service),
						Fix:         "send the notifications to a topic of your own",
					})
				}
			}
		}
	}
	return all
}

// fix is what to do: some services a topic lets in by a field, others by the methods of the CDK.
func fix(construct, service string) string {
	if topic.Knows(service) {
		return fmt.Sprintf("give %s Publishers: []string{%q}", construct, service)
	}
	return fmt.Sprintf("let %s publish by Topic.AddToResourcePolicy and use the key, kms:GenerateDataKey* and kms:Decrypt, by the key's policy, "+
		"or send the notifications to a topic of your own", service)
}

// topicPolicies are the statements of the policies of a topic.
func (a *app) topicPolicies(topic resource) []statement {
	var all []statement
	for _, p := range a.of("AWS::SNS::TopicPolicy") {
		for _, of := range cfn.List(p.Properties["Topics"]) {
			if t, ok := a.target(p.stack, of); ok && t.is(topic) {
				for _, s := range statements(p.Properties["PolicyDocument"]) {
					if a.about(p.stack, s, topic) {
						all = append(all, s)
					}
				}
			}
		}
	}
	return all
}

// about tells whether a statement of a topic's policy may be about the topic. One that denies always may.
func (a *app) about(in *assembly.Stack, s statement, topic resource) bool {
	return !s.allows() || s["Resource"] == nil || slices.ContainsFunc(cfn.List(s["Resource"]), func(r any) bool {
		t, known := a.target(in, r)
		return known && t.is(topic) || !known && strings.Contains(cfn.Show(r), "*")
	})
}
