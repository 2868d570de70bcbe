package training

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/machine"
	"github.com/plinth-ml/plinth/internal/policy"
)

// EventBridge delivers an event at least once, and can't name what it starts. So it starts a small state machine, which
// starts the workflow under a name made from the event: Step Functions starts nothing twice under one name.

// starter is that state machine. Its input has the trigger, the event's id and time, and the workflow's input. New data
// is named by its hour, the event's time up to the first colon, of which a name takes none.
func starter(w wiring) map[string]any {
	name := func(of string) map[string]any {
		return map[string]any{"Type": "Pass", "Parameters": map[string]any{"name.$": "States.Format('{}-{}', $.trigger, " + of + ")"}, "ResultPath": "$.execution"}
	}
	byHour, byEvent := name("States.ArrayGetItem(States.StringSplit($.time, ':'), 0)"), name("$.id")
	byHour["Next"], byEvent["Next"] = "Settle", stateStart
	return map[string]any{
		"Comment": "Starts the workflow once for each event",
		"StartAt": "Kind",
		"States": map[string]any{
			"Kind": map[string]any{
				"Type": "Choice", "Choices": []any{map[string]any{"Variable": "$.data", "BooleanEquals": true, "Next": "NameByHour"}}, "Default": "NameByEvent",
			},
			"NameByHour": byHour, "NameByEvent": byEvent,
			"Settle": map[string]any{"Type": "Wait", "Seconds": int(settling.Seconds()), "Next": stateStart},
			stateStart: map[string]any{
				"Type": "Task", "Resource": "arn:" + w.at.Partition + ":states:::aws-sdk:sfn:startExecution", "Next": "Started",
				"Parameters": map[string]any{"StateMachineArn": "${StateMachine}", "Name.$": "$.execution.name", "Input.$": "States.JsonToString($.input)"},
				"ResultPath": nil,
				"Retry": []any{map[string]any{
					"ErrorEquals": []string{"Sfn.SfnException"}, "IntervalSeconds": 5, "MaxAttempts": 5, "BackoffRate": 2, "JitterStrategy": "FULL",
				}},
				"Catch": []any{map[string]any{"ErrorEquals": []string{"Sfn.ExecutionAlreadyExistsException"}, "ResultPath": nil, "Next": "Started"}},
			},
			"Started": map[string]any{"Type": "Succeed"},
		},
	}
}

// triggerResources are the starter, the rules that call it, and both their roles.
func triggerResources(w wiring) cfn.Resources {
	r := cfn.Resources{"Starter": machine.Machine{
		Definition: starter(w), References: []string{"StateMachine"}, Role: "StarterRole", Log: "Logs",
	}.Resource()}
	for i, t := range w.triggers {
		rule := cfn.Properties{"State": "ENABLED", "Targets": []any{
			target("Starter", "TriggerRole", cfn.Properties{"InputTransformer": t.transformer(triggerName(i))}),
		}}
		if t.kind == scheduled {
			rule["ScheduleExpression"] = t.schedule
		} else {
			rule["EventPattern"] = t.pattern(w.pushed)
		}
		r[triggerName(i)] = cfn.Resource{Type: "AWS::Events::Rule", Properties: rule}
	}
	starts := policy.Statement{Effect: policy.Allow, Actions: []string{"states:StartExecution"}, References: []any{cfn.Ref("StateMachine")}}
	maps.Copy(r, machineRole(w.at, "Starts a workflow once for each event", starts).Resources("StarterRole"))
	maps.Copy(r, ruleRole(w.at, "Starter").Resources("TriggerRole"))
	return r
}

// pattern is what the trigger listens for, of images in a repository.
func (t Trigger) pattern(p pushed) cfn.Properties {
	if t.kind == newData {
		return cfn.Properties{
			"source": []string{"aws.s3"}, "detail-type": []string{"Object Created"},
			"detail": cfn.Properties{
				"bucket": cfn.Properties{"name": []string{t.data.Bucket.Name}},
				"object": cfn.Properties{"key": []any{cfn.Properties{"prefix": t.data.Path}}},
			},
		}
	}
	absent := cfn.Properties{"exists": false}
	return cfn.Properties{
		"source": []string{"aws.ecr"}, "detail-type": []string{"ECR Image Action"},
		"detail": cfn.Properties{
			"action-type": []string{"PUSH"}, "result": []string{"SUCCESS"}, "repository-name": []string{p.name},
			"image-digest": []any{cfn.Properties{"prefix": "sha256:"}},
			// Signatures and lists of materials are pushed too: they have other configurations than images, or tags
			// made from a digest. The guide's example of the event has no media types
			// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html).
			"artifact-media-type": []any{"application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json", absent},
			"image-tag":           []any{cfn.Properties{"anything-but": cfn.Properties{"prefix": "sha256-"}}, absent},
		},
	}
}

// transformer makes the starter's input of the event.
func (t Trigger) transformer(name string) cfn.Properties {
	paths := cfn.Properties{"id": "$.id", "time": "$.time"}
	if t.kind == newImage {
		paths["digest"] = "$.detail.image-digest"
	}
	return cfn.Properties{"InputPathsMap": paths, "InputTemplate": t.template(name)}
}

// template is that input with a place for each value of the event.
func (t Trigger) template(name string) string {
	input := []byte("{}")
	if len(t.input) > 0 {
		text, err := json.Marshal(t.input)
		if err != nil {
			panic(err) // it was held against the parameters
		}
		input = text
	}
	if t.kind == newImage {
		comma := ", "
		if len(t.input) == 0 {
			comma = ""
		}
		input = fmt.Appendf(nil, `{"%s": "<digest>"%s%s`, imageField, comma, input[1:])
	}
	return fmt.Sprintf(`{"trigger": "%s", "id": "<id>", "time": "<time>", "data": %t, "input": %s}`, name, t.kind == newData, input)
}
