package training

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Job is one kind of training job. Image, Inputs, Output and InstanceType are required.
type Job struct {
	// Image is what runs. Required.
	Image Image
	// Inputs are the channels that the algorithm reads, 1 to 20. Required.
	Inputs []Input
	// Output is where the model goes. Its key also encrypts the volumes of the instances. Required.
	Output storage.Prefix
	// InstanceType is the type of every instance, one that the environment allows. A CDK token is not held against
	// Limits.InstanceTypes; it is taken to cost as much as the dearest of them, and to have no local disk: a type that has
	// one then never starts, since SageMaker refuses the volume's key for it. Required.
	InstanceType string
	// Instances is their number. Zero: 1.
	Instances int
	// VolumeGB is the size of each instance's volume, in GB. A type with a local disk has no other volume, and takes no size. Zero: 30.
	VolumeGB int
	// MaxRuntime is when SageMaker stops the job, in whole seconds. Zero: what the environment allows.
	MaxRuntime time.Duration
	// Spot runs it on spare capacity, at up to 90 % less, which AWS takes away when it needs it: the job then waits, and goes on
	// from its checkpoints. Off: on demand.
	Spot bool
	// MaxWait is when SageMaker gives up a job on spot, runtime and waiting together, in whole seconds, longer than MaxRuntime.
	// Zero: an hour longer. Only with Spot.
	MaxWait time.Duration
	// Checkpoints is where the container's /opt/ml/checkpoints goes, below a folder for each execution; what is deleted there is
	// deleted here too. Required with Spot, but for a search, which has none. Zero: none are kept.
	Checkpoints storage.Prefix
	// Metrics are read from the log of an image of one's own; built-in algorithms have theirs. At most 40.
	Metrics []Metric
	// Variables are environment variables of the container, at most 100, of at most 512 characters.
	Variables map[string]string
	// KeepAlive keeps the instances for the next job, in whole seconds up to an hour; they are billed all the while, and the guard
	// has to allow it. Not with Spot. Zero: they go.
	KeepAlive time.Duration
	// Packages is the repository that the container installs a requirements.txt from when it starts, as SageMaker's training
	// toolkit does. The container then has the role's credentials and reaches the network's endpoints, which the environment has to
	// allow: RuntimeInstalls. Zero: nothing is installed, and the container has neither.
	Packages supplychain.Repository
	// HyperParameters are fixed for every execution: names of at most 256 characters that do not end in .$, and values of at
	// most 2500; at most 100 together with Parameters.
	HyperParameters map[string]string
	// Parameters are the hyperparameters that each execution gives.
	Parameters []Parameter
}

const defaultVolumeGB = 30

// resolved is the job with its zero fields filled in.
func (j Job) resolved(limits environment.Limits) Job {
	j.Instances = max(j.Instances, 1)
	if j.VolumeGB == 0 {
		j.VolumeGB = defaultVolumeGB
	}
	if j.MaxRuntime == 0 {
		j.MaxRuntime = limits.Runtime
	}
	if j.Spot && j.MaxWait == 0 {
		j.MaxWait = j.MaxRuntime + defaultWait
	}
	return j
}

// Validate reports every problem of the job, alone and against the limits of its environment, whose zero fields take
// their presets. The price of a run is checked where the catalog knows the price of the type.
func (j Job) Validate(e environment.Environment) error { return j.validate(e, false) }

// validate is the same, for a job that may be one of a search's.
func (j Job) validate(e environment.Environment, searched bool) error {
	var l problem.List
	limits := e.Resolved().Limits
	l.Include("", j.Image.validate())
	l.Include("", j.validateInputs())
	l.Include("Output", j.Output.Validate())
	l.Include("", j.validateHyperParameters())
	l.Include("", j.validatePackages(e))
	l.Include("", j.resolved(limits).validateSpot(searched))
	l.Include("", j.validateMetrics())
	l.Include("", j.validateVariables())
	if j.Instances < 0 {
		l.Add("Instances", j.Instances, "1 or more, or 0 for 1", "")
	}
	if j.VolumeGB < 0 {
		l.Add("VolumeGB", j.VolumeGB, "1 or more, or 0 for 30", "")
	}
	if t, _ := catalog.LookupInstanceType(j.InstanceType); j.VolumeGB > 0 && t.HasLocalNVMe() {
		l.Add("VolumeGB", j.VolumeGB, "0 on "+j.InstanceType, "its local disk is all that it has, of the type's own size")
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
	if !token.Is(j.InstanceType) && !slices.Contains(limits.InstanceTypes, j.InstanceType) {
		l.Add("InstanceType", j.InstanceType, "one of "+strings.Join(limits.InstanceTypes, ", "), fmt.Sprintf(change, "InstanceTypes"))
	}
	if j.Instances > limits.InstancesPerJob {
		l.Add("Instances", j.Instances, fmt.Sprintf("at most %d", limits.InstancesPerJob), fmt.Sprintf(change, "InstancesPerJob"))
	}
	if j.MaxRuntime > limits.Runtime {
		l.Add("MaxRuntime", j.MaxRuntime, fmt.Sprintf("at most %v", limits.Runtime), fmt.Sprintf(change, "Runtime"))
	}
	if of, usd, known := j.price(limits.InstanceTypes); known && usd > limits.PricePerRun {
		l.Add("MaxRuntime", j.MaxRuntime, fmt.Sprintf("a run of at most %g USD", limits.PricePerRun),
			fmt.Sprintf("%d x %s for that long can cost %.2f USD: take fewer, cheaper or shorter, or raise the environment's Limits.PricePerRun",
				j.Instances, of, usd))
	}
	return l.Err()
}

// price is the most that a run can cost, in USD on demand in us-east-1, on which type, and whether it is known. A type that
// is a token counts as the dearest of those allowed.
func (j Job) price(allowed []string) (of string, usd float64, known bool) {
	if !token.Is(j.InstanceType) {
		allowed = []string{j.InstanceType}
	}
	dearest := 0.0
	for _, name := range allowed {
		t, _ := catalog.LookupInstanceType(name)
		if hour, ok := t.PricePerHour(); ok && hour > dearest {
			of, dearest, known = name, hour, true
		}
	}
	if token.Is(j.InstanceType) {
		of += ", the dearest type allowed,"
	}
	return of, dearest * float64(j.Instances) * j.MaxRuntime.Hours(), known
}
