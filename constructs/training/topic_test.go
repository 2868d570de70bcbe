package training_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// alarm tells the topic of failed executions.
func alarm(stack awscdk.Stack, w *training.Workflow) {
	awscloudwatch.NewAlarm(stack, jsii.String("Alarm"), &awscloudwatch.AlarmProps{
		Metric: w.StateMachine.MetricFailed(nil), Threshold: jsii.Number(1), EvaluationPeriods: jsii.Number(1),
	}).AddAlarmAction(awscloudwatchactions.NewSnsAction(w.Topic))
}

// rule tells the topic of events, by the CDK's own target.
func rule(stack awscdk.Stack, w *training.Workflow) {
	awsevents.NewRule(stack, jsii.String("Rule"), &awsevents.RuleProps{
		EventPattern: &awsevents.EventPattern{Source: jsii.Strings("aws.sagemaker")},
		Targets:      &[]awsevents.IRuleTarget{awseventstargets.NewSnsTopic(w.Topic, nil)},
	})
}

// plainRule does the same without it.
func plainRule(stack awscdk.Stack, w *training.Workflow) {
	awsevents.NewCfnRule(stack, jsii.String("Rule"), &awsevents.CfnRuleProps{
		EventPattern: map[string]any{"source": []string{"aws.sagemaker"}},
		Targets:      []any{&awsevents.CfnRule_TargetProperty{Id: jsii.String("Topic"), Arn: w.Topic.TopicArn()}},
	})
}

func budget(stack awscdk.Stack, w *training.Workflow) {
	awsbudgets.NewCfnBudget(stack, jsii.String("Budget"), &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetType: jsii.String("COST"), TimeUnit: jsii.String("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: jsii.Number(100), Unit: jsii.String("USD")},
		},
		NotificationsWithSubscribers: []any{&awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				ComparisonOperator: jsii.String("GREATER_THAN"), NotificationType: jsii.String("ACTUAL"), Threshold: jsii.Number(80),
			},
			Subscribers: []any{&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: jsii.String("SNS"), Address: w.Topic.TopicArn()}},
		}},
	})
}

// What publishes to a topic works where the topic lets it, and is an error of the synthesis elsewhere.
func TestPublishers(t *testing.T) {
	tests := []struct {
		name    string
		publish func(stack awscdk.Stack, w *training.Workflow)
		service string
		alone   bool // the CDK's own class says what it needs
	}{
		{"alarm", alarm, "cloudwatch.amazonaws.com", false},
		{"rule", rule, "events.amazonaws.com", true},
		{"rule without a class of the CDK", plainRule, "events.amazonaws.com", false},
		{"budget", budget, "budgets.amazonaws.com", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, publishers := range [][]string{nil, {test.service}} {
				findings := synthtest.Findings(t, func(stack awscdk.Stack) {
					p := props(stack)
					p.Publishers = publishers
					test.publish(stack, training.NewWorkflow(stack, "Churn", p))
				})
				if works := test.alone || publishers != nil; works != (len(findings) == 0) {
					t.Errorf("Publishers %v: %v", publishers, findings)
				}
				for _, f := range findings {
					lost := "/topic_test.go:80) is lost: " + test.service + " is not let in by the topic's policy and the key's policy"
					fix := fmt.Sprintf("give Stack/Churn Publishers: []string{%q}", test.service)
					if f.Rule != "Plinth::MessagesLost" || !strings.Contains(f.Description, "the Topic of Stack/Churn (") || !strings.Contains(f.Description, lost) || f.Fix != fix {
						t.Errorf("%+v", f)
					}
				}
			}
		})
	}
}

// The policies of topic and key say whom they let in, for which account, in the key's own stack too.
func TestPublishersInPolicies(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Publishers = []string{"cloudwatch.amazonaws.com", "events.amazonaws.com"}
		training.NewWorkflow(stack, "Churn", p)
	})
	const account = `"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}},`
	topic := template.OfType("AWS::SNS::Topic")[0]
	use := `{"Action":["kms:Decrypt","kms:GenerateDataKey*"],%s"Effect":"Allow","Principal":{"Service":"%s.amazonaws.com"},"Resource":"*"}`
	send := `{"Action":"sns:Publish",%s"Effect":"Allow","Principal":{"Service":"%s.amazonaws.com"},"Resource":{"Ref":"` + topic + `"}`
	holds := func(typ, path string, want ...string) {
		t.Helper()
		for _, id := range template.OfType(typ) {
			if r := template.Resources[id]; r.Path() == path {
				text := statementsOf(t, r)
				for _, w := range want {
					if !strings.Contains(text, w) {
						t.Errorf("%s lacks %s:\n%s", path, w, text)
					}
				}
				return
			}
		}
		t.Errorf("no %s", path)
	}
	// A condition keeps EventBridge out: see internal/topic.
	holds("AWS::SNS::TopicPolicy", "Stack/Churn/Topic/Policy/Resource", `"aws:SecureTransport":"false"`,
		fmt.Sprintf(send, account, "cloudwatch"), fmt.Sprintf(send, "", "events"))
	holds("AWS::KMS::Key", "Stack/Network/LogKey/Resource", fmt.Sprintf(use, account, "cloudwatch"), fmt.Sprintf(use, "", "events"))
}

func statementsOf(t *testing.T, r assembly.Resource) string {
	t.Helper()
	text, err := json.Marshal(r.Properties)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A key whose policy the app does not write can't let anybody use it: the message says what its policy needs.
func TestPublishersOfAForeignKey(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) {
		p := props(stack)
		p.LogKey = awskms.Key_FromKeyArn(stack, jsii.String("Own"), jsii.String("arn:aws:kms:eu-west-1:111122223333:key/1234"))
		p.Publishers = []string{"budgets.amazonaws.com"}
		training.NewWorkflow(stack, "Churn", p)
	})
	for _, want := range []string{
		"training.Workflow Stack/Churn (", `LogKey: got "arn:aws:kms:eu-west-1:111122223333:key/1234"; allowed: a key that the app makes`,
		`{"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Condition":{"StringEquals":{"aws:SourceAccount":"<AccountId>"}},"Effect":"Allow",` +
			`"Principal":{"Service":"budgets.amazonaws.com"},"Resource":"*"}`,
		"Topic.AddToResourcePolicy",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in\n%v", want, err)
		}
	}
}

func TestUnknownPublishers(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) {
		p := props(stack)
		p.Publishers = []string{"cloudwatch", "events.amazonaws.com", "events.amazonaws.com"}
		training.NewWorkflow(stack, "Churn", p)
	})
	for _, want := range []string{
		`Publishers[0]: got "cloudwatch"; allowed: one of budgets.amazonaws.com, cloudwatch.amazonaws.com`,
		"Publishers[2]", "each entry once",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in\n%v", want, err)
		}
	}
}
