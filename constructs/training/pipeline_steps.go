package training

import (
	"encoding/json"
	"maps"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/internal/cfn"
)

// Names of a pipeline's steps.
const (
	stepPrepare  = "Prepare"
	stepEvaluate = "Evaluate"
	stepTrain    = "Train"
	stepTune     = "Tune"
	stepGate     = "Gate"
	stepBelow    = "BelowGate"
	stepRegister = "Register"
)

// get refers to a value of the execution or of a step.
func get(path string) map[string]any { return map[string]any{"Get": path} }

// joined is a text made of texts and references.
func joined(values ...any) map[string]any {
	return map[string]any{"Std:Join": map[string]any{"On": "", "Values": values}}
}

// pipelineDefinition is the document of a resolved job
// (https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html).
func pipelineDefinition(j Job, w wiring, cacheFor time.Duration) map[string]any {
	d := ofPipeline(j, w)
	train, parameters := trainStep(j, w, d, cacheFor), []any{}
	if w.search != nil { // the parameters are what is searched for
		train = tuneStep(j, w, d)
	} else {
		for _, p := range j.Parameters {
			parameters = append(parameters, p.ofPipeline())
		}
	}
	steps := []any{train}
	if w.prepare != nil {
		train["DependsOn"] = []string{stepPrepare}
		steps = []any{processingStep(stepPrepare, w.prepare, w, d), train}
	}
	last := lastSteps(w, d)
	if len(w.gate) > 0 {
		steps = append(steps, gateStep(w, last))
	} else {
		steps = append(steps, last...)
	}
	return map[string]any{"Version": "2020-12-01", "Metadata": map[string]any{}, "Parameters": parameters, "Steps": steps}
}

// trainStep runs the job. The service names each attempt.
func trainStep(j Job, w wiring, d dialect, cacheFor time.Duration) map[string]any {
	request := common(j, w, d, j.Spot)
	hyperParameters, _ := request["HyperParameters"].(map[string]any)
	for _, p := range j.Parameters {
		hyperParameters[p.name] = joined(get("Parameters." + p.name)) // a text, whatever its type
	}
	step := map[string]any{"Name": stepTrain, "Type": "Training", "Arguments": request, "RetryPolicies": retryPolicies()}
	if cacheFor > 0 {
		step["CacheConfig"] = map[string]any{"Enabled": true, "ExpireAfter": days(cacheFor)}
	}
	return step
}

// tuneStep runs the search. It is made again if SageMaker did not take it, and otherwise not: what it has found would
// be paid for twice.
func tuneStep(j Job, w wiring, d dialect) map[string]any {
	return map[string]any{
		"Name": stepTune, "Type": "Tuning", "Arguments": searchRequest(j, w, d), "RetryPolicies": []any{retryPolicy(2, 5, "Step.SERVICE_FAULT", "Step.THROTTLING")},
	}
}

// lastSteps are those after a model that reached the gate.
func lastSteps(w wiring, d dialect) []any {
	steps := []any{}
	if w.evaluate != nil {
		steps = append(steps, processingStep(stepEvaluate, w.evaluate, w, d))
	}
	if w.registration != nil {
		register := registerStep(w, d)
		if w.evaluate != nil {
			register["DependsOn"] = []string{stepEvaluate}
		}
		steps = append(steps, register)
	}
	return steps
}

func processingStep(name string, p *processing, w wiring, d dialect) map[string]any {
	return map[string]any{"Name": name, "Type": "Processing", "Arguments": p.request(w, d), "RetryPolicies": retryPolicies()}
}

// ofPipeline is the parameter as a pipeline declares it. Without a default each execution has to give it.
func (p Parameter) ofPipeline() map[string]any {
	switch {
	case p.allowed != nil:
		return map[string]any{"Name": p.name, "Type": "String", "EnumValues": p.allowed}
	case p.whole:
		return map[string]any{"Name": p.name, "Type": "Integer"}
	default:
		return map[string]any{"Name": p.name, "Type": "Float"}
	}
}

// retryPolicies are for what SageMaker can't do for the moment
// (https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html).
func retryPolicies() []any {
	return []any{
		retryPolicy(2, 5, "Step.SERVICE_FAULT", "Step.THROTTLING"),
		retryPolicy(firstWait, spotAttempts+onDemandAttempts, "SageMaker.CAPACITY_ERROR", "SageMaker.JOB_INTERNAL_ERROR"),
		retryPolicy(firstWait, 10, "SageMaker.RESOURCE_LIMIT"),
	}
}

func retryPolicy(seconds, attempts int, exceptions ...string) map[string]any {
	return map[string]any{"ExceptionType": exceptions, "IntervalSeconds": seconds, "BackoffRate": 2.0, "MaxAttempts": attempts}
}

// gateStep goes on with what reaches all thresholds, and fails otherwise.
func gateStep(w wiring, next []any) map[string]any {
	var conditions []any
	var demands []string
	step, value := stepTrain, func(t Threshold) string { return ".FinalMetricDataList['" + t.metric + "'].Value" }
	if w.search != nil {
		step, value = stepTune, func(Threshold) string { return ".BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value" }
	}
	for _, t := range w.gate {
		kind := "GreaterThanOrEqualTo"
		if t.operator == "NumericLessThanEquals" {
			kind = "LessThanOrEqualTo"
		}
		conditions = append(conditions, map[string]any{
			"Type": kind, "LeftValue": get("Steps." + step + value(t)), "RightValue": t.bound,
		})
		demands = append(demands, t.String())
	}
	return map[string]any{"Name": stepGate, "Type": "Condition", "DependsOn": []string{step}, "Arguments": map[string]any{
		"Conditions": conditions, "IfSteps": next, "ElseSteps": []any{map[string]any{
			"Name": stepBelow, "Type": "Fail",
			"Arguments": map[string]any{"ErrorMessage": "The model is not good enough, and not registered: it needs " + strings.Join(demands, ", ")},
		}},
	}}
}

// registerStep makes a version of the model.
func registerStep(w wiring, d dialect) map[string]any {
	metadata := map[string]any{"execution": get("Execution.PipelineExecutionArn")}
	if w.evaluate != nil {
		d.set(metadata, "evaluation", d.folder(w.evaluate.job.Output, ""))
	}
	return map[string]any{"Name": stepRegister, "Type": "RegisterModel", "Arguments": map[string]any{
		"ModelPackageGroupName": w.modelGroup(), "ModelApprovalStatus": "PendingManualApproval",
		"InferenceSpecification": w.registration.inference(map[string]any{
			"Image": w.imageURI, "ModelDataUrl": d.model,
		}),
		"CustomerMetadataProperties": metadata,
	}}
}

// pipelineResources are the pipeline and the group of its models.
func pipelineResources(j Job, w wiring, roleARN string, cacheFor time.Duration) cfn.Resources {
	text, err := json.Marshal(pipelineDefinition(j, w, cacheFor))
	if err != nil {
		panic(err) // it is made of texts, numbers and lists only
	}
	r := cfn.Resources{"Logs": logGroup("pipeline", w), "Pipeline": {Type: "AWS::SageMaker::Pipeline", Properties: cfn.Properties{
		"PipelineName": w.namePrefix, "RoleArn": roleARN, "Tags": tags(w.tags),
		"PipelineDefinition": cfn.Properties{"PipelineDefinitionBody": string(text)},
	}}}
	maps.Copy(r, pipelineWatcher(w))
	if w.registration != nil && w.registration.Group == nil {
		maps.Copy(r, ownModelGroup(w))
		pipeline := r["Pipeline"]
		pipeline.DependsOn = []string{"Models"}
		r["Pipeline"] = pipeline
	}
	return r
}
