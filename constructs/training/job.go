package training

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Job is one kind of training job. Image, Inputs, Output and InstanceType are required.
type Job struct {
	// Image is what runs. Required.
	Image Image
	// Inputs are the channels that the algorithm reads, 1 to 20. Required.
	Inputs []Input
	// Output is where the model goes. Its key also encrypts the volumes of the instances. Required.
	Output storage.Prefix
	// InstanceType is the type of every instance, one that the environment allows. Required.
	InstanceType string
	// Instances is their number. Zero: 1.
	Instances int
	// VolumeGB is the size of each instance's volume, in GB. Zero: 30. A type with a local disk has no other volume.
	VolumeGB int
	// MaxRuntime is when SageMaker stops the job, in whole seconds. Zero: what the environment allows.
	MaxRuntime time.Duration
	// HyperParameters are fixed for every execution.
	HyperParameters map[string]string
	// Parameters are the hyperparameters that each execution gives.
	Parameters []Parameter
}

const (
	defaultVolumeGB    = 30
	maxHyperParameters = 100
)

// resolved is the job with its zero fields filled in.
func (j Job) resolved(limits environment.Limits) Job {
	j.Instances = max(j.Instances, 1)
	if j.VolumeGB == 0 {
		j.VolumeGB = defaultVolumeGB
	}
	if j.MaxRuntime == 0 {
		j.MaxRuntime = limits.Runtime
	}
	return j
}

// Validate reports every problem of the job, alone and against the limits of its environment, whose zero fields take
// their presets. The price of a run is checked where the catalog knows the price of the type.
func (j Job) Validate(e environment.Environment) error {
	var l problem.List
	limits := e.Resolved().Limits
	l.Include("", j.Image.validate())
	l.Include("", j.validateInputs())
	l.Include("Output", j.Output.Validate())
	l.Include("", j.validateHyperParameters())
	if j.Instances < 0 {
		l.Add("Instances", j.Instances, "1 or more, or 0 for 1", "")
	}
	if j.VolumeGB < 0 {
		l.Add("VolumeGB", j.VolumeGB, "1 or more, or 0 for 30", "")
	}
	if j.MaxRuntime < 0 || j.MaxRuntime%time.Second != 0 {
		l.Add("MaxRuntime", j.MaxRuntime, "a positive number of whole seconds, or 0 for what the environment allows", "")
	}
	l.Include("", j.resolved(limits).validateLimits(limits))
	return l.Err()
}

// validateLimits holds a resolved job against the limits.
func (j Job) validateLimits(limits environment.Limits) error {
	var l problem.List
	const change = "change the job, or the environment's Limits.%s"
	if !slices.Contains(limits.InstanceTypes, j.InstanceType) {
		l.Add("InstanceType", j.InstanceType, "one of "+strings.Join(limits.InstanceTypes, ", "), fmt.Sprintf(change, "InstanceTypes"))
	}
	if j.Instances > limits.InstancesPerJob {
		l.Add("Instances", j.Instances, fmt.Sprintf("at most %d", limits.InstancesPerJob), fmt.Sprintf(change, "InstancesPerJob"))
	}
	if j.MaxRuntime > limits.Runtime {
		l.Add("MaxRuntime", j.MaxRuntime, fmt.Sprintf("at most %v", limits.Runtime), fmt.Sprintf(change, "Runtime"))
	}
	if usd, known := j.price(); known && usd > limits.PricePerRun {
		l.Add("MaxRuntime", j.MaxRuntime, fmt.Sprintf("a run of at most %g USD", limits.PricePerRun),
			fmt.Sprintf("%d x %s for that long can cost %.2f USD: take fewer, cheaper or shorter, or raise the environment's Limits.PricePerRun",
				j.Instances, j.InstanceType, usd))
	}
	return l.Err()
}

// price is the most that a run can cost, in USD on demand in us-east-1, and whether it is known.
func (j Job) price() (usd float64, known bool) {
	t, _ := catalog.LookupInstanceType(j.InstanceType)
	hour, known := t.PricePerHour()
	return hour * float64(j.Instances) * j.MaxRuntime.Hours(), known
}

func (j Job) validateHyperParameters() error {
	var l problem.List
	if n := len(j.HyperParameters) + len(j.Parameters); n > maxHyperParameters {
		l.Add("HyperParameters", n, fmt.Sprintf("at most %d together with Parameters", maxHyperParameters), "")
	}
	seen := map[string]bool{}
	for i, p := range j.Parameters {
		field := fmt.Sprintf("Parameters[%d]", i)
		l.Include(field, p.validate())
		if _, fixed := j.HyperParameters[p.name]; fixed || seen[p.name] {
			l.Add(field, p.name, "a name that is neither in HyperParameters nor given twice", "")
		}
		seen[p.name] = true
	}
	return l.Err()
}
