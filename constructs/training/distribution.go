package training

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// Distribution is how SageMaker's training toolkit starts a job's program on its instances, so that its processes find
// each other: TorchDistributed, MPI, DataParallel or ModelParallel. It is hyperparameters that the toolkit reads, which
// AWS's Deep Learning Containers have; an image without it starts as it always does
// (https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/params.py).
type Distribution struct {
	name      string // of its constructor; empty: none
	enabled   string // the hyperparameter that turns it on
	processes int    // on each instance; 0: the toolkit's own
	// parameters are those of SageMaker's model parallelism; nil: none.
	parameters map[string]any
	group      string // empty: the job has no groups
}

// Hyperparameters of the toolkit. The names are those that AWS's SDK for Python sets
// (https://github.com/aws/sagemaker-python-sdk/blob/0322c4679f5e46c34ebfcf4899e7eaf5053e13a0/src/sagemaker/estimator.py#L131,
// in src/sagemaker/pytorch/estimator.py too).
const (
	torchEnabled        = "sagemaker_torch_distributed_enabled"
	mpiEnabled          = "sagemaker_mpi_enabled"
	mpiProcesses        = "sagemaker_mpi_num_of_processes_per_host"
	dataParallelEnabled = "sagemaker_distributed_dataparallel_enabled"
	modelParameters     = "mp_parameters"
	distributionType    = "sagemaker_instance_type"
	distributionGroups  = "sagemaker_distribution_instance_groups"
)

// dataParallelTypes are those that the library supports
// (https://docs.aws.amazon.com/sagemaker/latest/dg/model-parallel-core-features-v2-smddp-allgather.html).
var dataParallelTypes = []string{"ml.p4d.24xlarge", "ml.p4de.24xlarge"}

// TorchDistributed starts a PyTorch program by torchrun, one process for each GPU or Trainium core: the way for
// PyTorch's own DistributedDataParallel and FSDP, on every type.
func TorchDistributed() Distribution {
	return Distribution{name: "TorchDistributed", enabled: torchEnabled}
}

// MPI starts a program by mpirun: the way for Horovod. It starts so many processes on each instance; zero: one for each
// GPU, or one.
func MPI(processesPerInstance int) Distribution {
	return Distribution{name: "MPI", enabled: mpiEnabled, processes: processesPerInstance}
}

// DataParallel starts a program with SageMaker's data parallelism library, which makes PyTorch's collective operations
// faster on ml.p4d.24xlarge and ml.p4de.24xlarge and runs on no other type
// (https://docs.aws.amazon.com/sagemaker/latest/dg/data-parallel.html).
func DataParallel() Distribution {
	return Distribution{name: "DataParallel", enabled: dataParallelEnabled}
}

// ModelParallel starts a PyTorch program by torchrun with SageMaker's model parallelism library v2, which splits a
// model that is too large for one GPU. The parameters are the library's, such as tensor_parallel_degree, and are not
// checked (https://docs.aws.amazon.com/sagemaker/latest/dg/distributed-model-parallel-v2-reference.html).
func ModelParallel(parameters map[string]any) Distribution {
	if parameters == nil {
		parameters = map[string]any{}
	}
	return Distribution{name: "ModelParallel", enabled: torchEnabled, parameters: parameters}
}

// In is the distribution in one group of a job with Groups; the others run the program as it is. SageMaker takes no
// more than one. AWS's SDK offers it for MPI and DataParallel; that it works for torchrun is read from the toolkit's
// source (unverified).
func (d Distribution) In(group string) Distribution {
	d.group = group
	return d
}

// distributedType is the type of the instances on which the distribution runs; empty where there is no such group.
func (j Job) distributedType() string {
	for _, g := range j.groups() {
		if g.Name == j.Distribution.group {
			return g.InstanceType
		}
	}
	return ""
}

// hyperParameters are those of the distribution of a job, as the SDK writes them: each value as JSON.
func (d Distribution) hyperParameters(j Job) (map[string]string, error) {
	if d.name == "" {
		return nil, nil
	}
	values := map[string]any{d.enabled: true}
	if d.processes != 0 {
		values[mpiProcesses] = d.processes
	}
	if d.parameters != nil {
		values[modelParameters] = d.parameters
	}
	switch {
	case d.group != "":
		values[distributionGroups] = []string{d.group}
	case d.enabled != mpiEnabled:
		values[distributionType] = j.InstanceType
	}
	texts := map[string]string{}
	for name, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		texts[name] = string(text)
	}
	return texts, nil
}

// unwritable reports the values in a value that JSON can't hold, each by its own path.
func unwritable(l *problem.List, field string, value any) {
	if _, err := json.Marshal(value); err == nil {
		return
	}
	parts, isMap := value.(map[string]any)
	switch list, isList := value.([]any); {
	case problem.ContainsItself(value):
	case isMap:
		for _, name := range slices.Sorted(maps.Keys(parts)) {
			unwritable(l, fmt.Sprintf("%s[%q]", field, name), parts[name])
		}
		return
	case isList:
		for i, part := range list {
			unwritable(l, fmt.Sprintf("%s[%d]", field, i), part)
		}
		return
	}
	l.Add(field, value, "a text, a finite number, a boolean, or a list or map of these", "the library is given it as JSON")
}

// validateDistribution checks what the distribution of a job runs on.
func (j Job) validateDistribution() error {
	var l problem.List
	d := j.Distribution
	if d.name == "" {
		if d.group != "" {
			l.Add("Distribution", d.group, "training.TorchDistributed, MPI, DataParallel or ModelParallel, in a group", "")
		}
		return l.Err()
	}
	if j.Image.builtIn != "" {
		l.Add("Distribution", d.name, "none with the built-in "+j.Image.builtIn, "it spreads over several instances by itself")
	}
	if d.processes < 0 {
		l.Add("Distribution", d.processes, "1 or more processes on each instance, or 0 for one for each GPU", "")
	}
	for _, name := range slices.Sorted(maps.Keys(d.parameters)) {
		unwritable(&l, fmt.Sprintf("Distribution[%q]", name), d.parameters[name])
	}
	named := slices.ContainsFunc(j.Groups, func(g InstanceGroup) bool { return g.Name == d.group })
	switch {
	case len(j.Groups) > 0 && !named:
		l.Add("Distribution", d.group, "one of Groups", "name it: "+d.name+"(...).In(group); it runs in one group only")
		return l.Err()
	case len(j.Groups) == 0 && d.group != "":
		l.Add("Distribution", d.group, "no group in a job without Groups", "leave out In")
		return l.Err()
	}
	l.Include("", j.validateDistributedType())
	return l.Err()
}

// validateDistributedType refuses the types that a distribution does not run on, as far as they are known.
func (j Job) validateDistributedType() error {
	var l problem.List
	d, name := j.Distribution, j.distributedType()
	t, known := j.limits.LookupInstanceType(name)
	on := problem.Phrase(d.name + " on " + name)
	switch {
	case !known: // a token, or told of elsewhere
	case d.enabled == dataParallelEnabled && !slices.Contains(dataParallelTypes, name):
		l.Add("Distribution", on, "DataParallel on one of "+strings.Join(dataParallelTypes, ", "), "take one of them, or TorchDistributed")
	case d.parameters != nil && t.GPUs == 0:
		l.Add("Distribution", on, "ModelParallel on a type with GPUs", "")
	case d.enabled == mpiEnabled && strings.HasPrefix(name, "ml.trn"):
		l.Add("Distribution", on, "MPI on a type without Trainium", "take TorchDistributed")
	}
	return l.Err()
}

// allHyperParameters are those that are fixed, and those of the code and the distribution.
func (j Job) allHyperParameters() map[string]any {
	all := map[string]any{}
	for name, value := range j.HyperParameters {
		all[name] = value
	}
	for name, value := range j.Code.hyperParameters() {
		all[name] = value
	}
	own, _ := j.Distribution.hyperParameters(j) // validated
	for name, value := range own {
		all[name] = value
	}
	return all
}

// validateShared refuses names that the distribution has too.
func (j Job) validateShared() error {
	var l problem.List
	own, _ := j.Distribution.hyperParameters(j)
	for _, name := range slices.Sorted(maps.Keys(own)) {
		const allowed = "a name that the distribution does not set"
		if value, fixed := j.HyperParameters[name]; fixed {
			l.Add(fmt.Sprintf("HyperParameters[%q]", name), value, allowed, "leave it out, or leave out Distribution")
		}
		if i := slices.IndexFunc(j.Parameters, func(p Parameter) bool { return p.name == name }); i >= 0 {
			l.Add(fmt.Sprintf("Parameters[%d]", i), name, allowed, "")
		}
	}
	return l.Err()
}
