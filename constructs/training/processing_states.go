package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/names"
)

// Names of the states of processing jobs.
const (
	stateBeginPreparation = "BeginPreparation"
	statePrepare          = "Prepare"
	stateWaitToPrepare    = "WaitToPrepare"
	stateCheckPrepared    = "CheckPrepared"
	stateNotPrepared      = "NotPrepared"
	stateBeginEvaluation  = "BeginEvaluation"
	stateEvaluate         = "Evaluate"
	stateWaitToEvaluate   = "WaitToEvaluate"
	stateCheckEvaluation  = "CheckEvaluation"
	stateNotEvaluated     = "NotEvaluated"
	stateRefused          = "Refused"
)

// The stages of processing jobs: on demand from the start.
var (
	preparation = stage{name: statePrepare, begin: stateBeginPreparation, first: statePrepare, again: []again{{onDemandAttempts, stateWaitToPrepare}}}
	evaluation  = stage{name: stateEvaluate, begin: stateBeginEvaluation, first: stateEvaluate, again: []again{{onDemandAttempts, stateWaitToEvaluate}}}
)

// addPreparation adds the states that prepare the data.
func addPreparation(states map[string]any, w wiring) {
	states[statePrepare] = process(w.prepare, w, statePrepare, "$.preparation", stateCheckPrepared)
	states[stateWaitToPrepare] = wait(statePrepare)
	states[stateCheckPrepared] = completed("$.preparation", stateBeginTraining, stateNotPrepared)
	states[stateNotPrepared] = stopped("ProcessingStopped", "States.Format('The preparation ended as {}.', $.preparation.ProcessingJobStatus)")
}

// addEvaluation adds the states that evaluate the model.
func addEvaluation(states map[string]any, w wiring) {
	states[stateEvaluate] = process(w.evaluate, w, stateEvaluate, "$.evaluation", stateCheckEvaluation)
	states[stateWaitToEvaluate] = wait(stateEvaluate)
	states[stateCheckEvaluation] = completed("$.evaluation", afterEvaluation(w), stateNotEvaluated)
	states[stateNotEvaluated] = stopped("ProcessingStopped", "States.Format('The evaluation ended as {}.', $.evaluation.ProcessingJobStatus)")
}

// process runs a processing job to its end. Each attempt has a name of its own, as a training job's has.
func process(p *processing, w wiring, name, result, next string) map[string]any {
	request := p.request(w, ofMachine)
	request["ProcessingJobName.$"] = fmt.Sprintf(
		"States.Format('%s', States.Hash(States.Format('{}-%s-{}', $$.Execution.Id, $.run.attempt), 'MD5'))", names.Run(w.namePrefix, "{}"), name)
	return runsJob(w.at, "createProcessingJob", request, int((p.job.MaxRuntime + pendingTime).Seconds()), result, next)
}

// completed goes on after a processing job that ended well.
func completed(result, next, otherwise string) map[string]any {
	return map[string]any{
		"Type": "Choice", "Default": otherwise,
		"Choices": []any{map[string]any{"Variable": result + ".ProcessingJobStatus", "StringEquals": "Completed", "Next": next}},
	}
}
