package training

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// InstanceGroup is some of the instances of a job, all of one type. Groups of several types are a heterogeneous
// cluster: instances without GPUs prepare what those with GPUs learn from. All run the same image; SageMaker's training
// toolkit tells a program which group it is in
// (https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster.html). Name and InstanceType are
// required.
type InstanceGroup struct {
	// Name is 1 to 64 characters, without line breaks, different for each group. Required.
	Name string
	// InstanceType is the type of its instances, one that the environment allows; a token as in [Job].InstanceType.
	// Required.
	InstanceType string
	// Instances is their number. Zero: 1.
	Instances int
}

const (
	// maxGroups is what SageMaker takes
	// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html).
	maxGroups = 5
	// maxCounted is more instances than any network holds, so that sums never overflow.
	maxCounted = 1 << 24
)

// groups are the instances by type: Groups, or the one group that InstanceType and Instances are.
func (j Job) groups() []InstanceGroup {
	if len(j.Groups) > 0 {
		return j.Groups
	}
	return []InstanceGroup{{InstanceType: j.InstanceType, Instances: j.Instances}}
}

// field is where a group's own field stands: "InstanceType", or "Groups[1].InstanceType".
func (j Job) field(group int, name string) string {
	if len(j.Groups) > 0 {
		return fmt.Sprintf("Groups[%d].%s", group, name)
	}
	return name
}

// counted is how many instances a resolved job has in all, up to the largest int, and the field that says so.
func (j Job) counted() (field string, instances int) {
	for _, g := range j.groups() {
		instances += min(g.Instances, math.MaxInt-instances)
	}
	if len(j.Groups) > 0 {
		return "Groups", instances
	}
	return "Instances", instances
}

// resolvedGroups are Groups with their zero fields filled in.
func (j Job) resolvedGroups() []InstanceGroup {
	groups := slices.Clone(j.Groups)
	for i := range groups {
		groups[i].Instances = max(groups[i].Instances, 1)
	}
	return groups
}

// validateGroups checks the groups of a job, and what goes with them.
func (j Job) validateGroups() error {
	var l problem.List
	if len(j.Groups) == 0 {
		return nil
	}
	if len(j.Groups) > maxGroups {
		l.Add("Groups", len(j.Groups), fmt.Sprintf("at most %d", maxGroups), "")
	}
	if j.InstanceType != "" || j.Instances != 0 {
		l.Add("Groups", len(j.Groups), "Groups, or InstanceType and Instances", "leave out one of them")
	}
	seen := map[string]bool{}
	for i, g := range j.Groups {
		model.InstanceGroupName.Check(&l, j.field(i, "Name"), g.Name)
		if seen[g.Name] {
			l.Add(j.field(i, "Name"), g.Name, "another name for each group", "")
		}
		seen[g.Name] = true
		if g.Instances < 0 {
			l.Add(j.field(i, "Instances"), g.Instances, "1 or more, or 0 for 1", "")
		}
	}
	if j.KeepAlive > 0 {
		l.Add("KeepAlive", j.KeepAlive, "none with Groups", "SageMaker keeps no instances of several types")
	}
	if j.Image.builtIn != "" {
		l.Add("Groups", len(j.Groups), "none with the built-in "+j.Image.builtIn, "take an image with PyTorch 1.10 or newer, or TensorFlow 2.6 or newer")
	}
	keyed := j.Output.Bucket != nil && j.Output.Bucket.KeyARN != ""
	if local, others := j.disks(); keyed && local > 0 && others > 0 {
		l.Add("Groups", j.types(), "types that all have a local disk, or all none",
			"the key of the volumes is one for all of them: SageMaker refuses it where a type has a local disk, and the others would be without it")
	}
	return l.Err()
}

// types are the types of the instances, in their order.
func (j Job) types() string {
	var all []string
	for _, g := range j.groups() {
		all = append(all, g.InstanceType)
	}
	return strings.Join(all, ", ")
}

// disks counts the groups whose type has a local disk, and the others. A type that is a token is taken to have none.
func (j Job) disks() (local, others int) {
	for _, g := range j.groups() {
		t, known := j.limits.LookupInstanceType(g.InstanceType)
		switch {
		case t.HasLocalNVMe():
			local++
		case known || token.Is(g.InstanceType):
			others++
		}
	}
	return local, others
}

// takesVolumeKey tells whether the volumes are encrypted with a key: a local disk refuses one. A type that is a token
// gets the key: should it have a local disk, SageMaker refuses the job rather than run it on a volume without the key.
func (j Job) takesVolumeKey() bool {
	local, _ := j.disks()
	return local == 0
}

// efaVariable tells libfabric what to speak by. AWS's containers set it where their toolkit knows the type
// (https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/torch_distributed.py).
const efaVariable = "FI_PROVIDER"

// validateEFA refuses EFA where no instance has it.
func (j Job) validateEFA() error {
	if j.Variables[efaVariable] != "efa" || slices.ContainsFunc(j.groups(), func(g InstanceGroup) bool {
		t, _ := j.limits.LookupInstanceType(g.InstanceType)
		return t.EFAInterfaces > 0 || token.Is(g.InstanceType)
	}) {
		return nil
	}
	return problem.Problem{
		Field: fmt.Sprintf("Variables[%q]", efaVariable), Got: "efa", Allowed: "EFA on a type that has it, such as ml.g5.12xlarge or ml.p4d.24xlarge",
		Fix: "leave it out, or take another type than " + j.types(),
	}
}

// validateIn reports why the instances of a resolved job can't run in a network. A type that is a token is taken to
// need as many addresses as any that the environment allows. More instances than the environment allows are told of
// already.
func (j Job) validateIn(n *network.Isolated, limits environment.Limits) error {
	field, instances := j.counted()
	if instances > limits.InstancesPerJob {
		return nil
	}
	addresses, efa := 0, false
	for _, g := range j.groups() {
		each := 0
		for _, name := range j.known(g, limits.InstanceTypes) {
			t, _ := j.limits.LookupInstanceType(name)
			each = max(each, t.AddressesPerInstance())
		}
		t, _ := j.limits.LookupInstanceType(g.InstanceType)
		addresses, efa = addresses+each*min(g.Instances, maxCounted), efa || t.EFAInterfaces > 0
	}
	var l problem.List
	l.Include(field, n.ValidateInstances(j.subnets(n.SubnetIDs), instances, addresses, efa))
	return l.Err()
}

// known are the types that a group may be of: its own, or all that are allowed where that is a token.
func (j Job) known(g InstanceGroup, allowed []string) []string {
	if token.Is(g.InstanceType) {
		return allowed
	}
	return []string{g.InstanceType}
}

// instances are the groups as CreateTrainingJob takes them.
func (j Job) instances() map[string]any {
	if len(j.Groups) == 0 {
		return map[string]any{"InstanceType": j.InstanceType, "InstanceCount": j.Instances}
	}
	var groups []any
	for _, g := range j.Groups {
		groups = append(groups, map[string]any{"InstanceGroupName": g.Name, "InstanceType": g.InstanceType, "InstanceCount": g.Instances})
	}
	return map[string]any{"InstanceGroups": groups}
}
