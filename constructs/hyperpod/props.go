package hyperpod

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// ClusterProps say what a cluster consists of. Network and Groups are required.
type ClusterProps struct {
	// Environment decides the instance types, how many a group has at most, and what the cluster may cost in a month.
	// Zero: the preset of Production.
	Environment environment.Environment
	// Network is where the machines stand; it has the capability HyperPod, or HyperPodEKS with EKS. Other subnets, by
	// another Zone as well, need another Name too, since they make another cluster. Required.
	Network *network.Isolated
	// Zone is which of the network's subnets they stand in, counted from 0: those of a cluster stand together, since
	// EFA crosses no zone. With Lustre it is the file system's. Zero: the first.
	Zone int
	// Name is what the cluster is called in its name, dev--NAME, at most 32 characters in all: lower-case letters,
	// digits and single hyphens between them. Empty: the construct's id, in lower case.
	Name string
	// Groups are the machines that compute, by type: 1 to 98, or to 20 with EKS. Required.
	Groups []Group
	// ControllerType is the type of the one machine that runs Slurm. Empty: ml.m5.xlarge. An error with EKS.
	ControllerType string
	// LoginType is the type of a machine that people log in to. Empty: they log in to the controller. An error with
	// EKS.
	LoginType string
	// Lustre is mounted at /fsx on every machine. With EKS the machines stand in its zone and reach it, and pods mount
	// it by the CSI driver of FSx. Nil: nothing is mounted.
	Lustre *storage.FileSystem
	// Reads, Writes and Checkpoints are prefixes that whoever is on a machine may read; write; and read, write and
	// delete. With EKS pods have that only in the host's network; others have roles of their own by EKS Pod Identity.
	// Empty: nothing.
	Reads, Writes, Checkpoints []storage.Prefix
	// AccessLogs is the Logs bucket that accesses to the scripts are logged to. Nil: one is made.
	AccessLogs *storage.DataBucket
	// EKS is the EKS cluster, prepared for HyperPod, that the machines are nodes of. Another one needs another Name
	// too. Nil: Slurm.
	EKS *EKS
}

// Group is machines of one type, and the Slurm partition of that name.
type Group struct {
	// Name is 1 to 30 lower-case letters, digits and hyphens, different for each group, and with Slurm not controller,
	// login or dev; with EKS 1 to 63 letters of either case, digits and hyphens. CloudFormation makes another cluster
	// for a group of another name, which needs another Name of its own
	// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-cluster.html).
	// Required.
	Name string
	// InstanceType is one that the environment allows. A changed type makes another cluster, as a changed Name does.
	// Required.
	InstanceType string
	// Instances is their number. Zero: 1.
	Instances int
	// MinInstances is how many of them make the group InService; with fewer after three hours it goes back to what it
	// was, at first none. Zero: the group is in service at once, and machines come as AWS has them
	// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterInstanceGroupSpecification.html).
	MinInstances int
	// VolumeGB is the size of the volume at /opt/sagemaker of each, in GB, 1 to 16,384. Zero: 100.
	VolumeGB int
	// DeepHealthChecks stresses each machine and its connections before it takes part, which can take an hour and more;
	// only with GPUs or Trainium. Off: HyperPod's own quick checks.
	DeepHealthChecks bool
	// Labels and Taints are those of the nodes in Kubernetes, 50 of each at most; no taints with DeepHealthChecks. An
	// error without EKS. Empty: HyperPod's own.
	Labels map[string]string
	Taints []Taint
}

const (
	defaultController = "ml.m5.xlarge"
	defaultVolumeGB   = 100
	maxVolumeGB       = 16_384
	maxName           = 30 // of a group of Slurm, whose partition is called so
	maxNameOfEKS      = 63
	maxGroups         = 98 // of SageMaker's 100, besides controller and login
	// https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-operate-cli-command-create-cluster.html
	maxGroupsOfEKS = 20
)

// Names of the groups that are no partitions. HyperPod has a partition dev of all machines.
const (
	controllerGroup = "controller"
	loginGroup      = "login"
	devPartition    = "dev"
)

var (
	groupPattern = regexp.MustCompile(`^[a-z0-9](-*[a-z0-9])*$`)
	// groupPatternOfEKS is what SageMaker takes
	// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterInstanceGroupSpecification.html).
	groupPatternOfEKS = regexp.MustCompile(`^[A-Za-z0-9](-*[A-Za-z0-9])*$`)
)

// resolved is the group with its zero fields filled in.
func (g Group) resolved() Group {
	g.Instances, g.VolumeGB = cmp.Or(g.Instances, 1), cmp.Or(g.VolumeGB, defaultVolumeGB)
	return g
}

// all are the groups of the cluster; with Slurm the controller's and the login machine's first.
func (p *ClusterProps) all() []Group {
	if p == nil {
		p = &ClusterProps{}
	}
	var groups []Group
	if p.EKS == nil {
		groups = append(groups, Group{Name: controllerGroup, InstanceType: cmp.Or(p.ControllerType, defaultController)}.resolved())
	}
	if p.LoginType != "" {
		groups = append(groups, Group{Name: loginGroup, InstanceType: p.LoginType}.resolved())
	}
	for _, g := range p.Groups {
		groups = append(groups, g.resolved())
	}
	return groups
}

func (p *ClusterProps) owner() names.Owner { return names.Owner{Environment: p.Environment.Name} }

// name of the cluster.
func (p *ClusterProps) name(id string) string { return p.owner().Name(names.Part(p.Name, id)) }

// What the names of roles have after that of the cluster.
const (
	roleOf   = "hyperpod"
	writerOf = "hyperpod-files"
)

// Validate reports every problem of the props, for a cluster of that construct id.
func (p *ClusterProps) Validate(id string) error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	p.owner().Validate(&l, "Name", p.Name, id, names.RoomFor(names.Cluster, ""), names.RoleRoom(roleOf, writerOf))
	l.Include("", p.validateOrchestrator())
	l.Include("", p.validatePlace())
	l.Include("", p.validateGroups())
	for _, data := range []struct {
		field    string
		prefixes []storage.Prefix
		validate func(storage.Prefix) error
	}{
		{"Reads", p.Reads, storage.Prefix.Validate},
		{"Writes", p.Writes, storage.Prefix.ValidateWritten},
		{"Checkpoints", p.Checkpoints, storage.Prefix.ValidateWritten},
	} {
		for i, prefix := range data.prefixes {
			l.Include(fmt.Sprintf("%s[%d]", data.field, i), data.validate(prefix))
		}
	}
	l.Include("", p.validateLimits())
	return l.Err()
}

// validateOrchestrator checks what Slurm and EKS take each of.
func (p *ClusterProps) validateOrchestrator() error {
	var l problem.List
	l.Include("EKS", p.EKS.Validate())
	if p.EKS == nil {
		return l.Err()
	}
	for _, f := range []struct{ field, value string }{{"ControllerType", p.ControllerType}, {"LoginType", p.LoginType}} {
		if f.value != "" {
			l.Add(f.field, f.value, "none with EKS, whose control plane is its own", "leave it out")
		}
	}
	return l.Err()
}

// capability is what the network has to make possible.
func (p *ClusterProps) capability() network.Capability {
	if p.EKS != nil {
		return network.HyperPodEKS
	}
	return network.HyperPod
}

// validatePlace checks where the machines stand.
func (p *ClusterProps) validatePlace() error {
	var l problem.List
	n, needed := p.Network, p.capability()
	l.Include("", n.ValidateZone(p.Zone))
	switch {
	case n == nil:
		l.Add("Network", nil, "the network that the machines stand in", "make one with network.NewIsolated")
		return l.Err()
	case !slices.Contains(n.Capabilities, needed):
		l.Add("Network", fmt.Sprint(n.Capabilities), "a network with the capability "+string(needed), fmt.Sprintf("add network.%s to its Capabilities", needed))
	}
	switch f := p.Lustre; {
	case f == nil:
	case f.Type != storage.Lustre:
		l.Add("Lustre", string(f.Type), "a file system of storage.NewLustre", "")
	case !slices.Contains(n.SubnetIDs, f.SubnetID):
		l.Add("Lustre", "one in another network", "a file system in the cluster's network", "")
	case p.Zone > 0 && p.Zone < len(n.SubnetIDs) && n.SubnetIDs[p.Zone] != f.SubnetID:
		l.Add("Zone", p.Zone, "the zone of Lustre", "leave it out")
	}
	return l.Err()
}

// subnet is the one that all machines stand in.
func (p *ClusterProps) subnet() string {
	if p.Lustre != nil {
		return p.Lustre.SubnetID
	}
	return p.Network.SubnetIDs[p.Zone]
}

// validateInstances checks the numbers of machines.
func (g Group) validateInstances() error {
	var l problem.List
	if g.Instances < 0 {
		l.Add("Instances", g.Instances, "1 or more, or 0 for 1", "")
	}
	if most := max(g.resolved().Instances, 0); g.MinInstances < 0 || g.MinInstances > most {
		l.Add("MinInstances", g.MinInstances, fmt.Sprintf("0 to %d, the group's Instances", most), "")
	}
	return l.Err()
}

// validateGroups checks the groups one by one.
func (p *ClusterProps) validateGroups() error {
	var l problem.List
	most, seen := maxGroups, map[string]bool{controllerGroup: true, loginGroup: true, devPartition: true}
	pattern, longest, allowed := groupPattern, maxName, "1 to 30 lower-case letters, digits and hyphens, different for each group, and with Slurm not controller, login or dev"
	if p.EKS != nil {
		most, seen = maxGroupsOfEKS, map[string]bool{}
		pattern, longest, allowed = groupPatternOfEKS, maxNameOfEKS, "1 to 63 letters, digits and hyphens between them, different for each group"
	}
	if n := len(p.Groups); n == 0 || n > most {
		l.Add("Groups", n, fmt.Sprintf("1 to %d", most), "")
	}
	for i, g := range p.Groups {
		at := fmt.Sprintf("Groups[%d]", i)
		if len(g.Name) > longest || !pattern.MatchString(g.Name) || seen[g.Name] {
			l.Add(at+".Name", g.Name, allowed, "")
		}
		seen[g.Name] = true
		l.Include(at, g.validateKubernetes())
		if p.EKS == nil && len(g.Labels)+len(g.Taints) > 0 {
			l.Add(at, "labels or taints", "none with Slurm, which has no such thing", "leave them out, or give EKS")
		}
		l.Include(at, g.validateInstances())
		if g.VolumeGB < 0 || g.VolumeGB > maxVolumeGB {
			l.Add(at+".VolumeGB", g.VolumeGB, fmt.Sprintf("1 to %d, or 0 for %d", maxVolumeGB, defaultVolumeGB), "")
		}
		if g.DeepHealthChecks && !p.accelerated(g.InstanceType) {
			l.Add(at+".DeepHealthChecks", g.InstanceType, "off on a type without GPUs or Trainium", "HyperPod has deep checks for those only")
		}
	}
	return l.Err()
}
