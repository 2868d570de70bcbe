package training

import (
	"maps"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/machine"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/topic"
)

// workflowWatcher are the watcher of a workflow, and the rule that calls it.
func workflowWatcher(w wiring) cfn.Resources {
	return watcherResources(w, watchesWorkflow(w), cfn.Properties{
		"source": []string{"aws.states"}, "detail-type": []string{"Step Functions Execution Status Change"},
		"detail": cfn.Properties{"stateMachineArn": []any{cfn.Ref("StateMachine")}, "status": []string{"ABORTED", "FAILED", "TIMED_OUT"}},
	}, policy.Statement{
		Effect: policy.Allow, Actions: []string{"states:DescribeExecution"}, Why: "every execution of the one state machine",
		References: []any{cfn.Join(w.at.ARN("states", "execution:"), cfn.Att("StateMachine", "Name"), ":*")},
	})
}

// pipelineWatcher are the watcher of a pipeline, and the rule that calls it. In ARNs SageMaker writes names of
// pipelines small.
func pipelineWatcher(w wiring) cfn.Resources {
	return watcherResources(w, watchesPipeline(w), cfn.Properties{
		"source": []string{"aws.sagemaker"}, "detail-type": []string{"SageMaker Model Building Pipeline Execution Status Change"},
		"detail": cfn.Properties{
			"pipelineArn":                    []any{cfn.Properties{"equals-ignore-case": w.at.ARN("sagemaker", "pipeline/"+w.namePrefix)}},
			"currentPipelineExecutionStatus": []string{"Succeeded", "Failed", "Stopped"},
		},
	})
}

func watcherResources(w wiring, definition map[string]any, pattern cfn.Properties, looks ...policy.Statement) cfn.Resources {
	r := cfn.Resources{
		"Watcher": machine.Machine{Definition: definition, Role: "WatcherRole", Log: "Logs"}.Resource(),
		"Watch": {Type: "AWS::Events::Rule", Properties: cfn.Properties{"State": "ENABLED", "EventPattern": pattern, "Targets": []any{
			target("Watcher", "WatchRole", cfn.Properties{"InputPath": "$.detail"}),
		}}},
	}
	rules := []string{"Watch"}
	for i := range w.triggers {
		rules = append(rules, triggerName(i))
	}
	maps.Copy(r, undeliveredQueue(rules...))
	maps.Copy(r, machineRole(w.at, "Tells how executions ended", append(looks, topic.Publish(w.at, w.topicARN, w.logKeyARN)...)...).Resources("WatcherRole"))
	maps.Copy(r, ruleRole(w.at, "Watcher").Resources("WatchRole"))
	return r
}
