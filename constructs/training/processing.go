package training

import (
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Processing is a processing job beside a training job: one that prepares its data, or evaluates its model. It runs on
// demand, isolated as the training job is. Image, Output and InstanceType are required
// (https://docs.aws.amazon.com/sagemaker/latest/dg/processing-job.html).
type Processing struct {
	// Image is what runs; that of a built-in algorithm holds Python too. Required.
	Image Image
	// Command is what the container runs, a program and its arguments: at most 100 texts of at most 256 characters.
	// Empty: the image's entry point.
	Command []string
	// Arguments are further arguments of the command, or of the image's entry point: as many and as long. Empty: none.
	Arguments []string
	// Inputs are copied below /opt/ml/processing/input, each into a folder named as its channel; in Mode Pipe they are
	// streamed. Nothing can be mounted, and there is neither FastFile nor an augmented manifest. A program that the
	// image lacks comes as an input too. At most 9.
	Inputs []Input
	// Output is where /opt/ml/processing/output goes when the job ends, below a folder for each execution, in no prefix
	// that a job of the run reads but by Prepared. Its key also encrypts the volumes of the instances. Required.
	Output storage.Prefix
	// InstanceType is the type of every instance, one that the environment allows. Required.
	InstanceType string
	// Instances is their number, at most 100. Zero: 1.
	Instances int
	// VolumeGB is the size of each instance's volume, in GB, at most 16,384. Zero: 30.
	VolumeGB int
	// MaxRuntime is when SageMaker stops the job, in whole seconds, at most 9 days. Zero: what the environment allows,
	// up to that.
	MaxRuntime time.Duration
	// Variables are environment variables of the container, at most 100, of at most 256 characters.
	Variables map[string]string
}

// What CreateProcessingJob takes
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html).
const (
	maxProcessingTime        = 9 * 24 * time.Hour
	maxProcessingInputs      = 10
	maxProcessingVariableLen = 256
)

// channelModel is where an evaluation finds the model.
const channelModel = "model"

// following is the job with its prepared inputs below the output of the preparation.
func (j Job) following(prepare *Processing) Job {
	if prepare != nil {
		j.Inputs = prepared(j.Inputs, prepare.Output)
	}
	return j
}

// following is the same for a processing job; nil stays nil.
func (p *Processing) following(prepare *Processing) *Processing {
	if p == nil || prepare == nil {
		return p
	}
	after := *p
	after.Inputs = prepared(p.Inputs, prepare.Output)
	return &after
}

func prepared(inputs []Input, output storage.Prefix) []Input {
	inputs = slices.Clone(inputs)
	for i := range inputs {
		if inputs[i].Prepared != "" {
			inputs[i].preparation = output
		}
	}
	return inputs
}

// modelOf is the input by which an evaluation gets the model of a job.
func modelOf(j Job) Input { return Input{Channel: channelModel, From: j.Output, model: true} }

// asJob is the processing job as far as it is one like any other, with further inputs.
func (p *Processing) asJob(more ...Input) Job {
	return Job{
		Image: p.Image, Inputs: slices.Concat(p.Inputs, more), Output: p.Output, InstanceType: p.InstanceType, Instances: p.Instances,
		VolumeGB: p.VolumeGB, MaxRuntime: p.MaxRuntime, Variables: p.Variables,
	}
}

// resolvedJob is the same with its zero fields filled in.
func (p *Processing) resolvedJob(limits environment.Limits, more ...Input) Job {
	limits.Runtime = min(limits.Runtime, maxProcessingTime)
	return p.asJob(more...).resolved(limits)
}

// validate reports every problem of the processing job, with further inputs.
func (p *Processing) validate(e environment.Environment, more ...Input) error {
	var l problem.List
	j := p.asJob(more...)
	if p.MaxRuntime == 0 {
		j.MaxRuntime = min(e.Resolved().Limits.Runtime, maxProcessingTime)
	}
	l.Include("", j.Validate(e))
	if p.Instances > model.ProcessingInstances.Max {
		l.Add("Instances", p.Instances, fmt.Sprintf("at most %d in a processing job", model.ProcessingInstances.Max), "")
	}
	if p.MaxRuntime > maxProcessingTime {
		l.Add("MaxRuntime", p.MaxRuntime, fmt.Sprintf("at most %v", maxProcessingTime), "")
	}
	if n := len(p.Inputs); n+len(more) > maxProcessingInputs {
		l.Add("Inputs", n, fmt.Sprintf("at most %d", maxProcessingInputs-len(more)), "")
	}
	for i, in := range p.Inputs {
		if in.mounted() {
			l.Add(fmt.Sprintf("Inputs[%d].Mount", i), in.Mount.Path, "none: a processing job copies its inputs", "give From")
		}
		if in.Mode == FastFile {
			l.Add(fmt.Sprintf("Inputs[%d].Mode", i), string(in.Mode), "File or Pipe in a processing job", "")
		}
		if len(in.Attributes) > 0 {
			l.Add(fmt.Sprintf("Inputs[%d].Attributes", i), in.Attributes, "none in a processing job", "it takes no augmented manifest: give Manifest alone")
		}
		if in.ContentType != "" { // of which https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Input.html has none
			l.Add(fmt.Sprintf("Inputs[%d].ContentType", i), in.ContentType, "none in a processing job", "leave it out: the container finds files")
		}
		if in.RecordIO {
			l.Add(fmt.Sprintf("Inputs[%d].RecordIO", i), true, "off in a processing job", "")
		}
	}
	l.Include("", validateWords("Command", p.Command))
	l.Include("", validateProgram("Command", p.Command))
	l.Include("", validateWords("Arguments", p.Arguments))
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		model.ProcessingVariableName.Check(&l, fmt.Sprintf("Variables[%q]", name), name)
		if n := utf8.RuneCountInString(p.Variables[name]); n > maxProcessingVariableLen && !token.Is(p.Variables[name]) {
			l.Add(fmt.Sprintf("Variables[%q]", name), n, fmt.Sprintf("at most %d characters", maxProcessingVariableLen), "")
		}
	}
	return l.Err()
}
