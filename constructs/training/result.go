package training

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Registration is how a model is registered: as a new version in a model package group, which waits for somebody's
// approval.
type Registration struct {
	// Group is the model package group, which may be that of several workflows and pipelines. Nil: one is made that is
	// called as the workflow or pipeline and stands in its stack. When that stack is deleted the group is kept, so that
	// the same stack can't be deployed again while the group is there: give one of [NewModelGroup] in a stack that
	// stays, or of [NewExistingModelGroup].
	Group *ModelGroup
	// ContentTypes are the MIME types that the model takes, and ResponseTypes those that it answers with. Empty:
	// text/csv.
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
		return stateReadMetrics
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
	metadata := map[string]any{"execution.$": "$$.Execution.Id", "trainingJob.$": "$.job.TrainingJobName"}
	for i, t := range w.gate {
		metadata[metricName(t.metric)+".$"] = "States.Format('{}', " + metricPath(i) + ")"
	}
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
		"ResultPath": "$.job.ModelPackage", "Next": stateTellSuccess, "Catch": caught("$.failure", stateNotRegistered),
		"Retry": []any{map[string]any{
			"ErrorEquals":     []string{"SageMaker.ConflictException", "SageMaker.SageMakerException", "SageMaker.ThrottlingException"},
			"IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 2, "JitterStrategy": "FULL",
		}},
	}
	states[stateNotRegistered] = outcome(classRegister, "$.failure", stateTellFailure)
}

// metricName is what a version of a model calls a metric of its gate.
func metricName(metric string) string { return "metric:" + metric }

// validateMetadata checks that what is written down of a model is what SageMaker takes: names of metrics, and where the
// evaluation is.
func (p *WorkflowProps) validateMetadata() error {
	var l problem.List
	if p.Register == nil {
		return nil
	}
	for i, t := range p.Gate {
		if !p.inPipeline { // a pipeline writes no metrics down
			model.ModelMetadataName.Check(&l, fmt.Sprintf("Gate[%d]", i), metricName(t.metric))
		}
	}
	if p.Evaluate != nil {
		folder := p.Evaluate.Output.URI() + strings.Repeat("0", 32) + "/"
		model.ModelMetadataValue.Check(&l, "Evaluate.Output", token.Pattern.ReplaceAllString(folder, "BUCKET"))
	}
	return l.Err()
}

// metricPath is where the value of a threshold's metric is, and keepMetric the state that puts it there.
func metricPath(i int) string { return fmt.Sprintf("$.metrics.metric%d", i) }
func keepMetric(i int) string { return fmt.Sprintf("%s%d", stateKeepMetric, i+1) }

// addGate adds the states that look for the metrics, one by one, and hold them against the thresholds. A metric that
// the job did not report fails. They could be looked for by a filter of JSONPath, whose interpreters disagree on what
// one gives (docs/design.md).
func addGate(states map[string]any, w wiring) {
	unread := map[string]any{"read": map[string]any{"count": 0}, "all.$": "States.ArrayLength($.job.FinalMetricDataList)"}
	var which, rules []any
	var demands, names, values []string
	found := map[string]bool{}
	for i, t := range w.gate {
		variable := metricPath(i)
		unread[strings.TrimPrefix(variable, "$.metrics.")] = "not reported"
		rules = append(rules, map[string]any{"Variable": variable, "IsNumeric": true}, map[string]any{"Variable": variable, t.operator: t.bound})
		demands = append(demands, quoted(t.String()))
		names, values = append(names, quoted(t.metric)+" {}"), append(values, variable)
		state := map[string]any{"Type": "Pass", "InputPath": "$.metric.of.Value", "ResultPath": variable, "Next": stateNextMetric}
		for next, other := range w.gate[i+1:] { // another bound of the same metric
			if other.metric == t.metric {
				state["Next"] = keepMetric(i + 1 + next)
				break
			}
		}
		states[keepMetric(i)] = state
		if !found[t.metric] {
			found[t.metric] = true
			which = append(which, map[string]any{"Next": keepMetric(i), "And": []any{
				map[string]any{"Variable": "$.metric.of.MetricName", "StringEquals": t.metric}, map[string]any{"Variable": "$.metric.of.Value", "IsPresent": true},
			}})
		}
	}
	states[stateReadMetrics] = map[string]any{"Type": "Pass", "Parameters": unread, "ResultPath": "$.metrics", "Next": stateMoreMetrics}
	states[stateMoreMetrics] = map[string]any{"Type": "Choice", "Default": stateGate, "Choices": []any{
		map[string]any{"Variable": "$.metrics.read.count", "NumericLessThanPath": "$.metrics.all", "Next": stateReadMetric},
	}}
	states[stateReadMetric] = map[string]any{
		"Type": "Pass", "Parameters": map[string]any{"of.$": "States.ArrayGetItem($.job.FinalMetricDataList, $.metrics.read.count)"}, "ResultPath": "$.metric", "Next": stateWhichMetric,
	}
	states[stateWhichMetric] = map[string]any{"Type": "Choice", "Choices": which, "Default": stateNextMetric}
	states[stateNextMetric] = map[string]any{
		"Type": "Pass", "Parameters": map[string]any{"count.$": "States.MathAdd($.metrics.read.count, 1)"}, "ResultPath": "$.metrics.read", "Next": stateMoreMetrics,
	}
	next := afterEvaluation(w)
	if w.evaluate != nil {
		next = stateBeginEvaluation
	}
	states[stateGate] = map[string]any{"Type": "Choice", "Choices": []any{map[string]any{"And": rules, "Next": next}}, "Default": stateBelowGate}
	states[stateBelowGate] = map[string]any{
		"Type": "Pass", "ResultPath": "$.outcome", "Next": stateTellFailure, "Parameters": map[string]any{
			"Class": classGate, "Error": stateBelowGate,
			"Cause.$": fmt.Sprintf("States.Format('The model is not good enough, and not registered: it needs %s, and has %s', %s)",
				strings.Join(demands, ", "), strings.Join(names, ", "), strings.Join(values, ", ")),
		},
	}
}
