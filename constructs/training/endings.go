package training

// addEndings adds the states that tell how it ended. That nobody could be told does not change it.
func addEndings(states map[string]any, w wiring) {
	told := func(subject string, message map[string]any, next string) map[string]any {
		linked(message, w, "$$.Execution.Id")
		state := tell(w, subject, message)
		state["Next"] = next
		state["Catch"] = []any{map[string]any{"ErrorEquals": []string{"States.ALL"}, "ResultPath": nil, "Next": next}}
		return state
	}
	success := map[string]any{"trainingJob.$": "$.job.TrainingJobName", "model.$": "$.job.ModelArtifacts.S3ModelArtifacts"}
	if w.registration != nil {
		success["modelPackage.$"] = "$.job.ModelPackage.ModelPackageArn"
	}
	states[stateTellSuccess] = told("trained a model", success, stateSucceeded)
	states[stateTellFailure] = told("failed", map[string]any{
		"class.$": "$.outcome.Class", "error.$": "$.outcome.Error", "cause.$": "$.outcome.Cause",
	}, stateFailed)
	states[stateFailed] = map[string]any{"Type": "Fail", "ErrorPath": "$.outcome.Error", "CausePath": "$.outcome.Cause"}
	states[stateSucceeded] = map[string]any{"Type": "Succeed", "OutputPath": "$.job"}
}

// tell is a state that sends a message to the topic.
func tell(w wiring, subject string, message map[string]any) map[string]any {
	message["workflow"] = w.namePrefix
	return map[string]any{
		"Type": "Task", "Resource": "arn:" + w.at.Partition + ":states:::sns:publish",
		"Parameters": map[string]any{"TopicArn": w.topicARN, "Subject": w.namePrefix + " " + subject, "Message": message},
		"ResultPath": nil,
		"Retry": []any{map[string]any{
			"ErrorEquals": []string{"States.TaskFailed"}, "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2, "JitterStrategy": "FULL",
		}},
	}
}

// linked says which execution a message is about.
func linked(message map[string]any, w wiring, execution string) {
	message["execution.$"] = execution
	message["link.$"] = "States.Format('https://" + w.at.Region + ".console.aws.amazon.com/states/home?region=" + w.at.Region +
		"#/v2/executions/details/{}', " + execution + ")"
}
