package training

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Job is one kind of training job. Image, Output, and InstanceType or Groups are required.
type Job struct {
	// Image is what runs. Required.
	Image Image
	// EntryPoint is what the container runs in the place of its image's entry point, a program and its first arguments:
	// at most 100 texts of at most 256 characters, the first of which is not empty. Not in a search. Empty: the image's.
	EntryPoint []string
	// Arguments are the arguments of the entry point, in the place of the word train: as many and as long. Not in a
	// search. Empty: the image's
	// (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-dockerfile.html).
	Arguments []string
	// Code is the program that an image with SageMaker's training toolkit runs. Zero: the image holds it.
	Code Code
	// Inputs are the channels that the algorithm reads, at most 20. Required with a built-in algorithm. Empty: it reads
	// nothing.
	Inputs []Input
	// Output is where the model goes, in no prefix that a job of the run reads. Its key also encrypts the volumes of the
	// instances. Required.
	Output storage.Prefix
	// InstanceType is the type of every instance, one that the environment allows: of the catalog, or of
	// Limits.DeclaredTypes. A CDK token is not held against Limits.InstanceTypes; it is taken to cost as much as the
	// dearest of them, and to have no local disk: a type that has one then never starts, since SageMaker refuses the
	// volume's key for it. Required, unless Groups are given.
	InstanceType string
	// Instances is their number. More than one need a network whose environment allows as many. Zero: 1.
	Instances int
	// Groups are instances of several types, in place of InstanceType and Instances: at most 5, all with a local disk
	// or all without where the output's bucket has a key, and not with KeepAlive. Empty: all instances are of one type.
	Groups []InstanceGroup
	// Distribution starts the program on all instances together, or on those of one group. Zero: each instance runs it
	// by itself.
	Distribution Distribution
	// VolumeGB is the size of each instance's volume, in GB, at most 16,384. A type with a local disk has no other
	// volume, and takes no size. Zero: 30.
	VolumeGB int
	// MaxRuntime is when SageMaker stops the job, in whole seconds. Zero: what the environment allows.
	MaxRuntime time.Duration
	// Spot runs it on spare capacity, at up to 90 % less, which AWS takes away when it needs it: the job then waits,
	// and goes on from its checkpoints. Off: on demand.
	Spot bool
	// MaxWait is when SageMaker gives up a job on spot, runtime and waiting together, in whole seconds, as long as
	// MaxRuntime or longer. Zero: an hour longer. Only with Spot.
	MaxWait time.Duration
	// Checkpoints is where the container's /opt/ml/checkpoints goes, below a folder for each execution; what is deleted
	// there is deleted here too. Required with Spot, but for a search, which has none. Zero: none are kept.
	Checkpoints storage.Prefix
	// Metrics are read from the log of an image of one's own; built-in algorithms have theirs. At most 40.
	Metrics []Metric
	// Variables are environment variables of the container, of at most 512 characters: at most 100, in a search 48, one
	// less with Packages.
	Variables map[string]string
	// KeepAlive keeps the instances for the next job, in whole seconds up to six hours; they are billed all the while,
	// and the guard has to allow it. Not with Spot. Zero: they go.
	KeepAlive time.Duration
	// Packages is the repository that the container installs a requirements.txt from when it starts, as SageMaker's
	// training toolkit does: take it from supplychain.Packages.Repository. The container then has the role's credentials and reaches the network's endpoints, which
	// the environment has to allow: RuntimeInstalls. An EntryPoint that does not start the toolkit has to install them
	// itself: the repository's ARN is in CA_REPOSITORY_ARN. Zero: nothing is installed, and the container has neither.
	Packages supplychain.Repository
	// HyperParameters are fixed for every execution: names of at most 256 characters that do not end in .$, and values
	// of at most 2500; at most 100 together with Parameters and those of Distribution.
	HyperParameters map[string]string
	// Parameters are the hyperparameters that each execution gives.
	Parameters []Parameter

	limits environment.Limits // those that it is held to, once it is validated or resolved
}

const defaultVolumeGB = 30

// resolved is the job with its zero fields filled in.
func (j Job) resolved(limits environment.Limits) Job {
	j.limits = limits
	j.Groups = j.resolvedGroups()
	if len(j.Groups) == 0 {
		j.Instances = max(j.Instances, 1)
	}
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
	j.limits = limits
	l.Include("", j.Image.validate())
	l.Include("", validateWords("EntryPoint", j.EntryPoint))
	l.Include("", validateProgram("EntryPoint", j.EntryPoint))
	l.Include("", validateWords("Arguments", j.Arguments))
	l.Include("", j.validateCode())
	l.Include("", j.validateInputs())
	l.Include("Output", j.Output.ValidateWritten())
	l.Include("", validateURI("Output.Path", j.Output.Bucket, j.Output.Path, executionFolder))
	l.Include("", validateURI("Checkpoints.Path", j.Checkpoints.Bucket, j.Checkpoints.Path, executionFolder))
	l.Include("", j.validateApart())
	l.Include("", j.validateGroups())
	l.Include("", j.validateDistribution())
	l.Include("", j.validateHyperParameters())
	l.Include("", j.validatePackages(e))
	l.Include("", j.resolved(limits).validateSpot(searched))
	l.Include("", j.validateMetrics())
	l.Include("", j.validateVariables())
	l.Include("", j.validateEFA())
	if j.Instances < 0 {
		l.Add("Instances", j.Instances, "1 or more, or 0 for 1", "")
	}
	if j.VolumeGB < 0 || j.VolumeGB > model.VolumeGB.Max {
		l.Add("VolumeGB", j.VolumeGB, fmt.Sprintf("1 to %d, or 0 for %d", model.VolumeGB.Max, defaultVolumeGB), "")
	}
	if local, others := j.disks(); j.VolumeGB > 0 && local > 0 && others == 0 {
		l.Add("VolumeGB", j.VolumeGB, "0 on "+j.types(), "a local disk is all that an instance has, of the type's own size")
	}
	if j.MaxRuntime < 0 || j.MaxRuntime%time.Second != 0 {
		l.Add("MaxRuntime", j.MaxRuntime, "a positive number of whole seconds, or 0 for what the environment allows", "")
	}
	l.Include("", j.resolved(limits).validateLimits(limits, e))
	return l.Err()
}

// wrongTypes tells whether the types that an environment allows are wrong themselves, which is told of the environment.
func wrongTypes(e environment.Environment) bool {
	var l problem.List
	l.Include("", e.Validate())
	return l.HasBelow("Limits.InstanceTypes")
}

// validateLimits holds a resolved job against the limits of an environment.
func (j Job) validateLimits(limits environment.Limits, e environment.Environment) error {
	var l problem.List
	change := "change the job, or the environment's Limits.%s"
	if e.Name == "" && e.Tier == environment.Production {
		change += "; an Environment that is left out has those of Production"
	}
	unknown := wrongTypes(e)
	for i, g := range j.groups() {
		if !token.Is(g.InstanceType) && !unknown && !slices.Contains(limits.InstanceTypes, g.InstanceType) {
			l.Add(j.field(i, "InstanceType"), g.InstanceType, "one of "+strings.Join(limits.InstanceTypes, ", "), fmt.Sprintf(change, "InstanceTypes"))
		}
	}
	field, n := j.counted()
	for i, g := range j.groups() {
		if g.Instances > limits.InstancesPerJob { // which is too many without the others
			field, n = j.field(i, "Instances"), g.Instances
			break
		}
	}
	if n > limits.InstancesPerJob {
		l.Add(field, n, "at most "+problem.Plural(limits.InstancesPerJob, "instance"), fmt.Sprintf(change, "InstancesPerJob"))
	}
	if j.MaxRuntime > limits.Runtime {
		l.Add("MaxRuntime", j.MaxRuntime, fmt.Sprintf("at most %v", limits.Runtime), fmt.Sprintf(change, "Runtime"))
	}
	if of, usd, known := j.price(limits.InstanceTypes); known && usd > limits.PricePerRun {
		l.Add("MaxRuntime", j.MaxRuntime, fmt.Sprintf("a run of at most %g USD", limits.PricePerRun),
			fmt.Sprintf("%s for that long can cost %.2f USD: take fewer, cheaper or shorter, or raise the environment's Limits.PricePerRun", of, usd))
	}
	return l.Err()
}

// price is the most that a run can cost, in USD on demand in us-east-1, on what, and whether any of it is known: what
// is not counts nothing. A type that is a token counts as the dearest of those allowed.
func (j Job) price(allowed []string) (of string, usd float64, known bool) {
	var all []string
	for _, g := range j.groups() {
		dearest, hourly := g.InstanceType, 0.0
		for _, name := range j.known(g, allowed) {
			t, _ := j.limits.LookupInstanceType(name)
			if hour, ok := t.PricePerHour(); ok && hour > hourly {
				dearest, hourly, known = name, hour, true
			}
		}
		if token.Is(g.InstanceType) {
			dearest += ", the dearest type allowed,"
		}
		all = append(all, fmt.Sprintf("%d x %s", g.Instances, dearest))
		usd += hourly * float64(g.Instances) * j.MaxRuntime.Hours()
	}
	return strings.Join(all, " and "), usd, known
}
