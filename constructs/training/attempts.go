package training

import "slices"

// Names of the states.
const (
	stateCheckInput      = "CheckInput"
	stateInputRejected   = "InputRejected"
	stateTexts           = "Texts"
	stateFields          = "Fields"
	stateCount           = "Count"
	stateCheckRest       = "CheckRest"
	stateStart           = "Start"
	stateBeginTraining   = "BeginTraining"
	stateTrainOnSpot     = "TrainOnSpot"
	stateTrain           = "Train"
	stateMeasured        = "Measured"
	stateTrained         = "Trained"
	stateUnmeasured      = "Unmeasured"
	stateForget          = "Forget"
	stateFailure         = "Failure"
	stateClassify        = "Classify"
	stateNextAttempt     = "NextAttempt"
	stateAgain           = "Again"
	stateWaitForSpot     = "WaitForSpot"
	stateWaitForCapacity = "WaitForCapacity"
	stateNameSearch      = "NameSearch"
	stateSearch          = "Search"
	stateBest            = "Best"
	stateReadMetrics     = "ReadMetrics"
	stateMoreMetrics     = "MoreMetrics"
	stateReadMetric      = "ReadMetric"
	stateWhichMetric     = "WhichMetric"
	stateKeepMetric      = "KeepMetric"
	stateNextMetric      = "NextMetric"
	stateGate            = "Gate"
	stateBelowGate       = "BelowGate"
	stateRegister        = "Register"
	stateNotRegistered   = "NotRegistered"
	stateTellSuccess     = "TellSuccess"
	stateTellFailure     = "TellFailure"
	stateFailed          = "Failed"
	stateSucceeded       = "Succeeded"
)

// Classes of failures, as they are told.
const (
	classInput    = "Input"        // the execution's input: nothing was started
	classBusy     = "Busy"         // others ran, and its turn did not come: nothing was started
	classUser     = "User"         // the container or its data
	classStopped  = "Stopped"      // somebody stopped it
	classTimeout  = "Timeout"      // it ran longer than it may
	classCapacity = "Capacity"     // AWS has no such instances now
	classQuota    = "Quota"        // the account may have no more of them
	classInternal = "Internal"     // SageMaker's own
	classUnknown  = "Unknown"      // anything else, such as a missing permission
	classGate     = "Gate"         // trained, and not good enough, or its evaluation failed
	classRegister = "Registration" // trained, good enough, and not registered
)

// How often a job is tried: what capacity or an internal error ended is tried again from its checkpoints.
const (
	spotAttempts     = 2
	onDemandAttempts = 3
	firstWait        = 60 // seconds, twice as long each time
)

// attemptsOnSpot is how often the job is tried on spot.
func (j Job) attemptsOnSpot() int {
	if j.Spot {
		return spotAttempts
	}
	return 0
}

// trainingStage is the training job: on spot, then on demand.
func trainingStage(j Job) stage {
	s := stage{name: stateTrain, begin: stateBeginTraining, first: stateTrain}
	if spot := j.attemptsOnSpot(); spot > 0 {
		s.first = stateTrainOnSpot
		s.again = append(s.again, again{spot, stateWaitForSpot}, again{spot + 1, stateTrain}) // what spot has not, there may be on demand right now
	}
	s.again = append(s.again, again{j.attemptsOnSpot() + onDemandAttempts, stateWaitForCapacity})
	return s
}

// addTraining adds the states that train.
func addTraining(states map[string]any, j Job, w wiring) {
	if j.Spot {
		states[stateTrainOnSpot] = train(j, w, true)
		states[stateWaitForSpot] = wait(stateTrainOnSpot)
	}
	states[stateTrain] = train(j, w, false)
	states[stateWaitForCapacity] = wait(stateTrain)
	trainingJob(j, w).add(states, w.at)
	addTrained(states, w)
}

// trainingJob is the job of the training stage.
func trainingJob(j Job, w wiring) watched {
	return watched{
		of: "Training", api: "TrainingJob", name: trainingJobName(w), seconds: int((max(j.MaxRuntime, j.MaxWait) + pendingTime).Seconds()),
		status: "SecondaryStatus", has: "ModelArtifacts.S3ModelArtifacts", next: stateMeasured,
	}
}

// addTrained adds the states that say what was trained, in SageMaker's own words: the execution's output. A job that
// reported no metric may have no list of them.
func addTrained(states map[string]any, w wiring) {
	trained := func(metrics string, value any) map[string]any {
		model := map[string]any{"ModelArtifacts": map[string]any{"S3ModelArtifacts.$": describedPath + ".ModelArtifacts.S3ModelArtifacts"}, metrics: value}
		for _, field := range []string{"TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "SecondaryStatus"} {
			model[field+".$"] = describedPath + "." + field
		}
		return map[string]any{"Type": "Pass", "Parameters": model, "ResultPath": "$.job", "Next": stateForget}
	}
	const metrics = "FinalMetricDataList"
	states[stateMeasured] = map[string]any{"Type": "Choice", "Default": stateUnmeasured, "Choices": []any{
		map[string]any{"Variable": describedPath + "." + metrics, "IsPresent": true, "Next": stateTrained},
	}}
	states[stateTrained] = trained(metrics+".$", describedPath+"."+metrics)
	states[stateUnmeasured] = trained(metrics, []any{})
	states[stateForget] = map[string]any{"Type": "Pass", "Result": map[string]any{}, "ResultPath": describedPath, "Next": afterTraining(w)}
}

// train runs the job to its end. Each attempt has a name of its own.
func train(j Job, w wiring, spot bool) map[string]any {
	longest := j.MaxRuntime
	if spot {
		longest = j.MaxWait
	}
	return trainingJob(j, w).runs(w.at, request(j, w, spot), int((longest + pendingTime).Seconds()))
}

// caught goes on whatever went wrong, and keeps what it was.
func caught(path, next string) []any {
	return []any{map[string]any{"ErrorEquals": []string{"States.ALL"}, "ResultPath": path, "Next": next}}
}

// addClasses adds the states that tell why a job ended. Of a job that SageMaker described, by the start of its reason,
// which alone is SageMaker's own, since the text of a script may follow; or by its status. Of one that was never
// started, by the error.
func addClasses(states map[string]any, w wiring, retried []string) {
	var choices []any
	is := func(field, operator string, values ...string) any {
		var rules []any
		for _, v := range values {
			rules = append(rules, map[string]any{"Variable": "$.failure.said." + field, operator: v})
		}
		return map[string]any{"Or": rules}
	}
	reason := func(prefixes ...string) any {
		return map[string]any{"And": []any{is("Error", "StringEquals", jobError+"Failed"), is("Cause", "StringMatches", prefixes...)}}
	}
	when := func(next string, rules ...any) {
		choices = append(choices, map[string]any{"Or": rules, "Next": next})
	}
	if w.evaluate != nil { // an evaluation that fails is how it says no
		choices = append(choices, map[string]any{"Next": stateRefused, "And": []any{
			map[string]any{"Variable": "$.run.stage", "StringEquals": stateEvaluate}, reason("AlgorithmError*"),
		}})
		states[stateRefused] = outcome(classGate, "$.failure.said", stateTellFailure)
	}
	when(classQuota, is("Error", "StringEquals", "SageMaker.ResourceLimitExceededException"))
	when(classTimeout, is("Error", "StringEquals", "States.Timeout"), is("Status", "StringEquals", "MaxRuntimeExceeded"))
	when(classCapacity, reason("CapacityError*"), is("Status", "StringEquals", "MaxWaitTimeExceeded"))
	when(classInternal, reason("InternalServerError*"))
	when(classUser, reason("AlgorithmError*", "ClientError*"), is("Error", "StringEquals", jobError+"Completed"), map[string]any{"And": []any{
		is("Error", "StringMatches", "SageMaker.*"), is("Cause", "StringMatches", "*ValidationException*"),
	}})
	when(classStopped, is("Error", "StringEquals", jobError+"Stopped"))
	states[stateClassify] = map[string]any{"Type": "Choice", "Choices": choices, "Default": classUnknown}
	for _, class := range []string{classQuota, classTimeout, classCapacity, classInternal, classUser, classStopped, classUnknown} {
		next := stateTellFailure
		if slices.Contains(retried, class) {
			next = stateNextAttempt
		}
		states[class] = outcome(class, "$.failure.said", next)
	}
}

// outcome is a state that says how it ended, from an error at a path.
func outcome(class, path, next string) map[string]any {
	return map[string]any{
		"Type": "Pass", "ResultPath": "$.outcome", "Next": next,
		"Parameters": map[string]any{"Class": class, "Error.$": path + ".Error", "Cause.$": path + ".Cause"},
	}
}

// retries are for what SageMaker refuses for the moment: a throttled call and a quota that is used up. A job that was
// started and failed is not started again.
func retries() []any {
	return []any{
		map[string]any{
			"ErrorEquals":     []string{"SageMaker.AmazonSageMakerException", "ThrottlingException"},
			"IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2, "JitterStrategy": "FULL",
		},
		map[string]any{
			"ErrorEquals":     []string{"SageMaker.ResourceLimitExceededException"},
			"IntervalSeconds": 60, "MaxAttempts": 10, "BackoffRate": 1.5, "MaxDelaySeconds": 900,
		},
	}
}
