package training

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/internal/problem"
)

// validateGuard refuses what the guard would deny when a job starts: every request in the document that is deployed is
// held against it. A nil guard denies nothing.
func (p *WorkflowProps) validateGuard(id string, guard *access.Guard) error {
	if guard == nil {
		return nil
	}
	r := p.runs(id)
	w, job := r.planned(), r.job.resolved(r.environment.Limits)
	w.search = p.Search.resolved()
	document := definition(job, w)
	if p.inPipeline {
		document = pipelineDefinition(job, w, 0)
	}
	var l problem.List
	told := map[string]bool{}
	for _, request := range jobRequests(document) {
		request.Team = p.Team
		for _, err := range problem.All(guard.ValidateRequest(request)) {
			if !told[err.Error()] { // by another attempt, or another job of the same network
				told[err.Error()] = true
				l.Include("", err)
			}
		}
	}
	return l.Err()
}

// jobFields are the fields that say what the states of a machine and the steps of a pipeline run.
var jobFields = map[string]string{
	stateTrain: "Job", stateTrainOnSpot: "Job", stateSearch: "Job", stepTune: "Job",
	statePrepare: "Prepare", stateEvaluate: "Evaluate",
}

// stepActions are the requests that a pipeline makes for steps of a type.
var stepActions = map[string]string{
	"Training": "CreateTrainingJob", "Tuning": "CreateHyperParameterTuningJob", "Processing": "CreateProcessingJob",
}

// jobRequests are all requests in the definition of a state machine or a pipeline that start a job.
func jobRequests(definition map[string]any) []access.JobRequest {
	text, err := json.Marshal(definition)
	if err != nil {
		panic(err) // it is made of texts, numbers and lists only
	}
	var document struct {
		States map[string]struct {
			Resource   string
			Parameters map[string]any
		}
		Steps []step
	}
	if err := json.Unmarshal(text, &document); err != nil {
		panic(err)
	}
	var all []access.JobRequest
	for _, name := range slices.Sorted(maps.Keys(document.States)) {
		s := document.States[name]
		_, action, _ := strings.Cut(strings.TrimSuffix(s.Resource, ".sync"), ":states:::sagemaker:create")
		if action != "" {
			action = "Create" + action
			all = append(all, access.JobRequest{Action: action, Document: s.Parameters, Field: jobFields[name]})
		}
	}
	return append(all, stepRequests(document.Steps)...)
}

// step is a step of a pipeline.
type step struct {
	Name, Type string
	Arguments  map[string]any
}

// stepRequests are the requests of steps, and of those in the branches of conditions.
func stepRequests(steps []step) []access.JobRequest {
	var all []access.JobRequest
	for _, s := range steps {
		if action := stepActions[s.Type]; action != "" {
			all = append(all, access.JobRequest{Action: action, Document: s.Arguments, Field: jobFields[s.Name]})
		}
		for _, branch := range []string{"IfSteps", "ElseSteps"} {
			var inner []step
			text, _ := json.Marshal(s.Arguments[branch])
			if err := json.Unmarshal(text, &inner); err != nil {
				panic(err)
			}
			all = append(all, stepRequests(inner)...)
		}
	}
	return all
}
