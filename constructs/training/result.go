package training

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Registration is how a model is registered: as a new version in a model package group, which waits for somebody's approval.
type Registration struct {
	// Group is the model package group, which may be that of several workflows and pipelines. Nil: one is made that is called as the
	// workflow or pipeline and stands in its stack. When that stack is deleted the group is kept, so that the same stack can't be deployed
	// again while the group is there: give one of [NewModelGroup] in a stack that stays, or of [NewExistingModelGroup].
	Group *ModelGroup
	// ContentTypes are the MIME types that the model takes, and ResponseTypes those that it answers with. Empty: text/csv.
	ContentTypes, ResponseTypes []string
}

// validate checks how the model is asked; nil: it is not registered.
func (r *Registration) validate() error {
	var l problem.List
	if r == nil {
		return nil
	}
	for i, t := range r.ContentTypes {
		model.ModelContentType.Check(&l, fmt.Sprintf("ContentTypes[%d]", i), t)
	}
	for i, t := range r.ResponseTypes {
		model.ModelResponseType.Check(&l, fmt.Sprintf("ResponseTypes[%d]", i), t)
	}
	return l.Err()
}

// inference says how the model is asked.
func (r *Registration) inference(container map[string]any) map[string]any {
	types := func(given []string) []string {
		if len(given) == 0 {
			return []string{"text/csv"}
		}
		return given
	}
	return map[string]any{
		"Containers":                 []any{container},
		"SupportedContentTypes":      types(r.ContentTypes),
		"SupportedResponseMIMETypes": types(r.ResponseTypes),
	}
}

// afterTraining is the first state after a job that ended well.
func afterTraining(w wiring) string {
	switch {
	case len(w.gate) > 0:
		return stateReadResult
	case w.evaluate != nil:
		return stateBeginEvaluation
	}
	return afterEvaluation(w)
}

// afterEvaluation is the first state after a model that is good enough.
func afterEvaluation(w wiring) string {
	if w.registration != nil {
		return stateRegister
	}
	return stateTellSuccess
}

// addResult adds the states that judge and register what was trained.
func addResult(states map[string]any, w wiring) {
	if len(w.gate) > 0 {
		addGate(states, w)
	}
	if w.registration == nil {
		return
	}
	metadata := map[string]any{"execution.$": "$$.Execution.Id", "trainingJob.$": "$.job.TrainingJobName", "metrics.$": metricsText(w)}
	if w.evaluate != nil {
		ofMachine.set(metadata, "evaluation", ofMachine.folder(w.evaluate.job.Output, ""))
	}
	container := map[string]any{"ModelDataUrl.$": "$.job.ModelArtifacts.S3ModelArtifacts"}
	w.pushed.put(container, "Image", ofJob, w.imageURI)
	states[stateRegister] = map[string]any{
		"Type": "Task", "Resource": "arn:" + w.at.Partition + ":states:::aws-sdk:sagemaker:createModelPackage",
		"Parameters": map[string]any{
			"ModelPackageGroupName": w.modelGroup(), "ModelApprovalStatus": "PendingManualApproval",
			"ClientToken.$":              "States.Hash($$.Execution.Id, 'MD5')", // once for an execution, however often it is asked for
			"InferenceSpecification":     w.registration.inference(container),
			"CustomerMetadataProperties": metadata,
		},
		"ResultPath": "$.job.ModelPackage", "Next": stateTellSuccess, "Catch": caught(stateNotRegistered),
		"Retry": []any{map[string]any{
			"ErrorEquals":     []string{"SageMaker.ConflictException", "SageMaker.SageMakerException", "SageMaker.ThrottlingException"},
			"IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 2, "JitterStrategy": "FULL",
		}},
	}
	states[stateNotRegistered] = outcome(classRegister, "$.failure", stateTellFailure)
}

// metricsText is what is written down of the metrics: those of the gate.
func metricsText(w wiring) string {
	if len(w.gate) == 0 {
		return "States.Format('held against none')"
	}
	var names, values []string
	for i, t := range w.gate {
		names, values = append(names, t.metric+" {}"), append(values, fmt.Sprintf("$.metrics.metric%d[0]", i))
	}
	return "States.Format('" + strings.Join(names, ", ") + "', " + strings.Join(values, ", ") + ")"
}

// unreported stand at the end of the list of metrics, so that each is found there: Step Functions fails on a path to nothing.
func unreported(gate []Threshold) []any {
	all := []any{}
	for _, t := range gate {
		all = append(all, map[string]any{"MetricName": t.metric, "Value": "not reported"})
	}
	return all
}

// addGate adds the states that hold the metrics against the thresholds. A metric that the job did not report fails.
func addGate(states map[string]any, w wiring) {
	pass := func(parameters map[string]any, next string) map[string]any {
		return map[string]any{"Type": "Pass", "Parameters": parameters, "ResultPath": "$.metrics", "Next": next}
	}
	states[stateReadResult] = pass(map[string]any{"job.$": "States.JsonMerge($.run.none, $.job, false)"}, stateListMetrics)
	states[stateListMetrics] = pass(map[string]any{"lists.$": "States.Array($.metrics.job.FinalMetricDataList, $.run.none.Unreported)"}, stateReadMetrics)
	read := map[string]any{}
	var rules []any
	var demands []string
	for i, t := range w.gate {
		name := fmt.Sprintf("metric%d", i)
		read[name+".$"] = fmt.Sprintf("$.metrics.lists[*][?(@.MetricName=='%s')].Value", t.metric)
		variable := "$.metrics." + name + "[0]"
		rules = append(rules, map[string]any{"Variable": variable, "IsNumeric": true}, map[string]any{"Variable": variable, t.operator: t.bound})
		demands = append(demands, t.String())
	}
	states[stateReadMetrics] = pass(read, stateGate)
	next := afterEvaluation(w)
	if w.evaluate != nil {
		next = stateBeginEvaluation
	}
	states[stateGate] = map[string]any{"Type": "Choice", "Choices": []any{map[string]any{"And": rules, "Next": next}}, "Default": stateBelowGate}
	states[stateBelowGate] = map[string]any{
		"Type": "Pass", "ResultPath": "$.outcome", "Next": stateTellFailure, "Parameters": map[string]any{
			"Class": classGate, "Error": stateBelowGate,
			"Cause.$": strings.Replace(metricsText(w), "States.Format('",
				"States.Format('The model is not good enough, and not registered: it needs "+strings.Join(demands, ", ")+", and has ", 1),
		},
	}
}
