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
	stateBeginEvaluation  = "BeginEvaluation"
	stateEvaluate         = "Evaluate"
	stateWaitToEvaluate   = "WaitToEvaluate"
	stateRefused          = "Refused"
)

// The stages of processing jobs: on demand from the start.
var (
	preparation = stage{name: statePrepare, begin: stateBeginPreparation, first: statePrepare, again: []again{{onDemandAttempts, stateWaitToPrepare}}}
	evaluation  = stage{name: stateEvaluate, begin: stateBeginEvaluation, first: stateEvaluate, again: []again{{onDemandAttempts, stateWaitToEvaluate}}}
)

// addPreparation adds the states that prepare the data.
func addPreparation(states map[string]any, w wiring) {
	addProcessing(states, w, w.prepare, statePrepare, watched{of: "Preparation", next: stateBeginTraining})
	states[stateWaitToPrepare] = wait(statePrepare)
}

// addEvaluation adds the states that evaluate the model.
func addEvaluation(states map[string]any, w wiring) {
	addProcessing(states, w, w.evaluate, stateEvaluate, watched{of: "Evaluation", next: afterEvaluation(w)})
	states[stateWaitToEvaluate] = wait(stateEvaluate)
}

// addProcessing adds the states that run a processing job to its end. Each attempt has a name of its own, as a training
// job's has.
func addProcessing(states map[string]any, w wiring, p *processing, name string, o watched) {
	o.api, o.status = "ProcessingJob", "ProcessingJobStatus"
	o.name = fmt.Sprintf("States.Format('%s', States.Hash(States.Format('{}-%s-{}', $$.Execution.Id, $.run.attempt), 'MD5'))", names.Run(w.namePrefix, "{}"), name)
	o.seconds = int((p.job.MaxRuntime + pendingTime).Seconds())
	states[name] = o.runs(w.at, p.request(w, ofMachine), o.seconds)
	o.add(states, w.at)
}
