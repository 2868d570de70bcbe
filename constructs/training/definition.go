package training

import (
	"fmt"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/location"
)

// Names of the states.
const (
	stateCheckInput    = "CheckInput"
	stateInputRejected = "InputRejected"
	statePrepare       = "Prepare"
	stateCheckWhole    = "CheckWhole"
	stateTrain         = "Train"
	stateCheckOutcome  = "CheckOutcome"
	stateStopped       = "Stopped"
	stateFailed        = "Failed"
	stateSucceeded     = "Succeeded"
)

// pendingTime is how long a job may wait for its instances and move its data, beyond its runtime.
const pendingTime = 2 * time.Hour

// wiring is what the plan of a workflow needs to know of the resources around it.
type wiring struct {
	at            location.Location
	imageURI      string
	roleARN       string
	volumeKeyARN  string // empty: the output's bucket has no key of its own
	subnets       []string
	securityGroup string
	namePrefix    string
	tags          map[string]string
	logKeyARN     string
	logDays       int
	retain        bool
}

// definition is the state machine of a resolved job, in the Amazon States Language (JSONPath).
//
// The job's name is made from the execution's id, so that no execution can start two jobs: a retry of a call that did
// start one is refused by SageMaker.
func definition(j Job, w wiring) map[string]any {
	states := map[string]any{
		stateTrain: map[string]any{
			"Type":           "Task",
			"Resource":       "arn:" + w.at.Partition + ":states:::sagemaker:createTrainingJob.sync",
			"Parameters":     request(j, w),
			"TimeoutSeconds": int((j.MaxRuntime + pendingTime).Seconds()),
			"ResultPath":     "$.job",
			"Retry":          retries(),
			"Catch": []any{map[string]any{
				"ErrorEquals": []string{"States.ALL"}, "ResultPath": "$.failure", "Next": stateFailed,
			}},
			"Next": stateCheckOutcome,
		},
		// A job that was stopped, or that ran out of time, has not failed for SageMaker.
		stateCheckOutcome: map[string]any{
			"Type": "Choice",
			"Choices": []any{map[string]any{
				"Variable": "$.job.TrainingJobStatus", "StringEquals": "Completed", "Next": stateSucceeded,
			}},
			"Default": stateStopped,
		},
		stateStopped: map[string]any{
			"Type": "Pass",
			"Parameters": map[string]any{
				"Error":   "TrainingStopped",
				"Cause.$": "States.Format('The training job ended as {} ({}): it was stopped or ran out of time.', $.job.TrainingJobStatus, $.job.SecondaryStatus)",
			},
			"ResultPath": "$.failure",
			"Next":       stateFailed,
		},
		stateFailed:    map[string]any{"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"},
		stateSucceeded: map[string]any{"Type": "Succeed", "OutputPath": "$.job"},
	}
	start := stateTrain
	if len(j.Parameters) > 0 {
		start = stateCheckInput
		addInputStates(states, j.Parameters)
	}
	return map[string]any{
		"Comment": "Runs one training job for each execution",
		"StartAt": start,
		"States":  states,
	}
}

// addInputStates adds the states that check an execution's input and turn its numbers into the texts that SageMaker
// takes.
func addInputStates(states map[string]any, parameters []Parameter) {
	var refused, broken []any
	texts, contract := map[string]any{}, make([]string, len(parameters))
	for i, p := range parameters {
		refused = append(refused, map[string]any{"Not": map[string]any{"And": p.rules()}, "Next": stateInputRejected})
		texts[p.name+".$"] = fmt.Sprintf("States.Format('{}', $.%s)", p.name)
		contract[i] = p.String()
		if p.whole {
			broken = append(broken, map[string]any{
				"Variable": "$.texts." + p.name, "StringMatches": "*.*", "Next": stateInputRejected,
			})
		}
	}
	states[stateCheckInput] = map[string]any{"Type": "Choice", "Choices": refused, "Default": statePrepare}
	states[stateInputRejected] = map[string]any{
		"Type":  "Fail",
		"Error": "InputRejected",
		"Cause": "Nothing was started. The input must hold: " + strings.Join(contract, "; ") + ".",
	}
	next := stateTrain
	if len(broken) > 0 {
		next = stateCheckWhole
		states[stateCheckWhole] = map[string]any{"Type": "Choice", "Choices": broken, "Default": stateTrain}
	}
	states[statePrepare] = map[string]any{"Type": "Pass", "Parameters": texts, "ResultPath": "$.texts", "Next": next}
}

// rules are what an accepted value meets, checked in this order.
func (p Parameter) rules() []any {
	variable := "$." + p.name
	rule := func(operator string, value any) any { return map[string]any{"Variable": variable, operator: value} }
	present := rule("IsPresent", true)
	if p.allowed == nil {
		return []any{present, rule("IsNumeric", true), rule("NumericGreaterThanEquals", p.min), rule("NumericLessThanEquals", p.max)}
	}
	var equals []any
	for _, text := range p.allowed {
		equals = append(equals, rule("StringEquals", text))
	}
	return []any{present, rule("IsString", true), map[string]any{"Or": equals}}
}

// request is the request of CreateTrainingJob
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html).
func request(j Job, w wiring) map[string]any {
	// A type on EBS needs the size; one with a local disk takes it and uses the whole disk all the same.
	resources := map[string]any{
		"InstanceType": j.InstanceType, "InstanceCount": j.Instances, "VolumeSizeInGB": j.VolumeGB,
	}
	// A type that is a token gets the key: should it have a local disk, SageMaker refuses the job rather than run it on a
	// volume without the key.
	if t, _ := catalog.LookupInstanceType(j.InstanceType); !t.HasLocalNVMe() && w.volumeKeyARN != "" {
		resources["VolumeKmsKeyId"] = w.volumeKeyARN
	}
	output := map[string]any{"S3OutputPath": j.Output.URI()}
	if w.volumeKeyARN != "" {
		output["KmsKeyId"] = w.volumeKeyARN
	}
	hyperParameters := map[string]any{}
	for name, value := range j.HyperParameters {
		hyperParameters[name] = value
	}
	for _, p := range j.Parameters {
		hyperParameters[p.name+".$"] = "$.texts." + p.name
	}
	r := map[string]any{
		"TrainingJobName.$":                     fmt.Sprintf("States.Format('%s-{}', States.Hash($$.Execution.Id, 'MD5'))", w.namePrefix),
		"AlgorithmSpecification":                map[string]any{"TrainingImage": w.imageURI, "TrainingInputMode": "File"},
		"RoleArn":                               w.roleARN,
		"InputDataConfig":                       channels(j.Inputs),
		"OutputDataConfig":                      output,
		"ResourceConfig":                        resources,
		"StoppingCondition":                     map[string]any{"MaxRuntimeInSeconds": int(j.MaxRuntime.Seconds())},
		"VpcConfig":                             map[string]any{"Subnets": j.subnets(w.subnets), "SecurityGroupIds": []string{w.securityGroup}},
		"HyperParameters":                       hyperParameters,
		"EnableNetworkIsolation":                !j.installs(),
		"EnableInterContainerTrafficEncryption": true,
		"Tags":                                  tags(w.tags),
	}
	if variables := j.variables(); variables != nil {
		r["Environment"] = variables
	}
	return r
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
