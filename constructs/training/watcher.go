package training

// An execution that is stopped, or that Step Functions itself breaks off, ends where it stands and tells nobody; a pipeline never
// does. So EventBridge tells a small state machine of its end, which tells the topic.

// Names of the watcher's states.
const (
	stateNone   = "None"
	stateLook   = "Look"
	stateRead   = "Read"
	stateKind   = "Kind"
	stateBroken = "Broken"
	stateByHand = "ByHand"
	stateTell   = "Tell"
	stateTold   = "Told"
)

// watchesWorkflow tells of executions that could not do so themselves. Its input is what EventBridge says of one: executionArn and
// status. What Step Functions lets no state catch is told here; of any other failure the workflow has told
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
func watchesWorkflow(w wiring) map[string]any {
	is := func(variable, value string) map[string]any {
		return map[string]any{"Variable": variable, "StringEquals": value}
	}
	uncaught := map[string]any{"Or": []any{is("$.ended.said.Error", "States.Runtime"), is("$.ended.said.Error", "States.DataLimitExceeded")}}
	class := func(class string) map[string]any {
		return map[string]any{"Type": "Pass", "Result": class, "ResultPath": "$.class", "Next": stateTell}
	}
	message := map[string]any{"class.$": "$.class", "error.$": "$.ended.said.Error", "cause.$": "$.ended.said.Cause"}
	linked(message, w, "$.executionArn")
	telling := tell(w, "was stopped", message)
	telling["Next"] = stateTold
	return map[string]any{
		"Comment": "Tells of executions that were stopped or broken off",
		"StartAt": stateNone,
		"States": map[string]any{
			stateNone: map[string]any{ // nobody has to say why
				"Type": "Pass", "ResultPath": "$.none", "Next": stateLook,
				"Result": map[string]any{"Error": "ExecutionStopped", "Cause": "Who stopped it did not say why."},
			},
			stateLook: map[string]any{
				"Type": "Task", "Resource": "arn:" + w.at.Partition + ":states:::aws-sdk:sfn:describeExecution", "Next": stateRead,
				"Parameters": map[string]any{"ExecutionArn.$": "$.executionArn"}, "ResultPath": "$.execution",
				"Retry": []any{map[string]any{
					"ErrorEquals": []string{"Sfn.SfnException"}, "IntervalSeconds": 5, "MaxAttempts": 5, "BackoffRate": 2, "JitterStrategy": "FULL",
				}},
				"Catch": []any{map[string]any{"ErrorEquals": []string{"States.ALL"}, "ResultPath": "$.ended.said", "Next": stateBroken}},
			},
			stateRead: map[string]any{
				"Type": "Pass", "Parameters": map[string]any{"said.$": "States.JsonMerge($.none, $.execution, false)"}, "ResultPath": "$.ended", "Next": stateKind,
			},
			stateKind: map[string]any{"Type": "Choice", "Default": stateByHand, "Choices": []any{
				map[string]any{"And": []any{is("$.status", "FAILED"), uncaught}, "Next": stateBroken},
				map[string]any{"Variable": "$.status", "StringEquals": "FAILED", "Next": stateTold},
			}},
			stateBroken: class(classUnknown),
			stateByHand: class(classStopped),
			stateTell:   telling,
			stateTold:   map[string]any{"Type": "Succeed"},
		},
	}
}

// watchesPipeline tells how each execution of a pipeline ended. Its input is what EventBridge says of one: pipelineExecutionArn and
// currentPipelineExecutionStatus.
func watchesPipeline(w wiring) map[string]any {
	telling := tell(w, "ended", map[string]any{"execution.$": "$.pipelineExecutionArn", "status.$": "$.currentPipelineExecutionStatus"})
	telling["End"] = true
	return map[string]any{
		"Comment": "Tells how each execution of the pipeline ended", "StartAt": stateTell, "States": map[string]any{stateTell: telling},
	}
}
