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
	stateCheckOutcome    = "CheckOutcome"
	stateEnded           = "Ended"
	stateFailure         = "Failure"
	stateClassify        = "Classify"
	stateNextAttempt     = "NextAttempt"
	stateAgain           = "Again"
	stateWaitForSpot     = "WaitForSpot"
	stateWaitForCapacity = "WaitForCapacity"
	stateNameSearch      = "NameSearch"
	stateSearch          = "Search"
	stateCheckSearch     = "CheckSearch"
	stateBest            = "Best"
	stateReadResult      = "ReadResult"
	stateListMetrics     = "ListMetrics"
	stateReadMetrics     = "ReadMetrics"
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
	// A job that was stopped, or that ran out of time, has not failed for SageMaker.
	states[stateCheckOutcome] = map[string]any{
		"Type": "Choice", "Default": stateEnded,
		"Choices": []any{map[string]any{"Variable": "$.job.TrainingJobStatus", "StringEquals": "Completed", "Next": afterTraining(w)}},
	}
	states[stateEnded] = stopped("TrainingStopped", "States.Format('The training job ended as {} ({}).', $.job.TrainingJobStatus, $.job.SecondaryStatus)")
}

// train runs the job to its end. Each attempt has a name of its own: a retry of Step Functions sends the same one again, so that a
// call that did start a job can't start two.
func train(j Job, w wiring, spot bool) map[string]any {
	longest := j.MaxRuntime
	if spot {
		longest = j.MaxWait
	}
	return runsJob(w.at, "createTrainingJob", request(j, w, spot), int((longest + pendingTime).Seconds()), "$.job", stateCheckOutcome)
}

// caught goes on whatever went wrong, and keeps what it was.
func caught(next string) []any {
	return []any{map[string]any{"ErrorEquals": []string{"States.ALL"}, "ResultPath": "$.failure", "Next": next}}
}

// addClasses adds the states that tell why a job ended: by the error's name, and by the words that SageMaker's reasons start with.
func addClasses(states map[string]any, w wiring, retried []string) {
	var choices []any
	when := func(class string, field, operator string, values ...string) {
		var rules []any
		for _, v := range values {
			rules = append(rules, map[string]any{"Variable": "$.failure.said." + field, operator: v})
		}
		choices = append(choices, map[string]any{"Or": rules, "Next": class})
	}
	if w.evaluate != nil { // an evaluation that fails is how it says no
		choices = append(choices, map[string]any{"Next": stateRefused, "And": []any{
			map[string]any{"Variable": "$.run.stage", "StringEquals": stateEvaluate},
			map[string]any{"Variable": "$.failure.said.Cause", "StringMatches": "*AlgorithmError*"},
		}})
		states[stateRefused] = outcome(classGate, "$.failure.said", stateTellFailure)
	}
	when(classQuota, "Error", "StringEquals", "SageMaker.ResourceLimitExceededException")
	when(classTimeout, "Error", "StringEquals", "States.Timeout")
	when(classCapacity, "Cause", "StringMatches", "*CapacityError*", "*MaxWaitTimeExceeded*")
	when(classTimeout, "Cause", "StringMatches", "*MaxRuntimeExceeded*")
	when(classInternal, "Cause", "StringMatches", "*InternalServerError*")
	when(classUser, "Cause", "StringMatches", "*AlgorithmError*", "*ClientError*", "*ValidationException*")
	when(classStopped, "Error", "StringEquals", "TrainingStopped", "ProcessingStopped")
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
