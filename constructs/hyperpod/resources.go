package hyperpod

import (
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
)

// made is what a cluster is made of that stands before it.
type made struct {
	name, group, roleARN, keyARN string
	scripts                      string // the folder of the life-cycle script
	lifecycle                    lifecycle
}

// lifecycle is the script that runs on each machine, and when it does.
type lifecycle struct{ event, name, text string }

// script is that of the cluster: with Slurm when HyperPod has set the machine up, with EKS before it becomes a node.
func (p *ClusterProps) script() lifecycle {
	if p.EKS != nil {
		return lifecycle{event: "OnCreate", name: "on_create.sh", text: onCreate}
	}
	return lifecycle{event: "OnInitComplete", name: "on_init_complete.sh", text: onInitComplete}
}

// ways are the rules of the machines' security group, to Lustre and EKS too where there is one.
func ways(p ClusterProps, group, description string) cfn.Resources {
	resources := p.Network.MachinesRules(group, description)
	maps.Copy(resources, p.EKS.ways(group, description))
	if p.Lustre != nil {
		maps.Copy(resources, p.Lustre.OpenTo(group, description))
	}
	return resources
}

// clusterResources are the cluster
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-cluster.html).
func clusterResources(p ClusterProps, m made) cfn.Resources {
	var groups []any
	for _, g := range p.all() {
		groups = append(groups, instanceGroup(p, m, g))
	}
	tags := p.Environment.Tags()
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		pairs = append(pairs, key, tags[key])
	}
	properties := cfn.Properties{
		"ClusterName": m.name, "InstanceGroups": groups,
		"Orchestrator": orchestrator(p),
		"NodeRecovery": "Automatic",
		// Volumes take a key of the customer's in this mode only
		// (https://docs.aws.amazon.com/sagemaker/latest/dg/smcluster-cmk.html).
		"NodeProvisioningMode": "Continuous",
		"VpcConfig":            cfn.Properties{"SecurityGroupIds": []any{m.group}, "Subnets": []any{p.subnet()}},
	}
	if len(pairs) > 0 {
		properties["Tags"] = cfn.Tags(pairs...)
	}
	return cfn.Resources{"Cluster": {Type: "AWS::SageMaker::Cluster", Properties: properties}}
}

// orchestrator is EKS, or Slurm set up by the groups. It has no SlurmConfigStrategy, which the API refuses with
// continuous provisioning (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-scaling-slurm.html).
func orchestrator(p ClusterProps) cfn.Properties {
	if p.EKS != nil {
		return cfn.Properties{"Eks": cfn.Properties{"ClusterArn": p.EKS.ClusterARN}}
	}
	return cfn.Properties{"Slurm": cfn.Properties{}}
}

// instanceGroup is a group, its volumes encrypted by the key, and its place in Slurm or Kubernetes. A file system that
// HyperPod mounts itself is documented for Slurm only.
func instanceGroup(p ClusterProps, m made, g Group) cfn.Properties {
	volume := func(of cfn.Properties) cfn.Properties {
		of["VolumeKmsKeyId"] = m.keyARN
		return cfn.Properties{"EbsVolumeConfig": of}
	}
	storages := []any{volume(cfn.Properties{"RootVolume": true}), volume(cfn.Properties{"VolumeSizeInGB": g.VolumeGB})}
	if p.Lustre != nil && p.EKS == nil {
		storages = append(storages, cfn.Properties{"FsxLustreConfig": cfn.Properties{
			"DnsName": p.Lustre.DNSName, "MountName": p.Lustre.MountName, "MountPath": "/fsx",
		}})
	}
	group := cfn.Properties{
		"InstanceGroupName": g.Name, "InstanceType": g.InstanceType, "InstanceCount": g.Instances, "ExecutionRole": m.roleARN,
		"InstanceStorageConfigs": storages,
		"LifeCycleConfig":        cfn.Properties{"SourceS3Uri": m.scripts, m.lifecycle.event: m.lifecycle.name},
	}
	if g.MinInstances > 0 {
		group["MinInstanceCount"] = g.MinInstances
	}
	if p.EKS == nil {
		group["SlurmConfig"] = slurm(g)
	} else if config := g.kubernetes(); len(config) > 0 {
		group["KubernetesConfig"] = config
	}
	if g.DeepHealthChecks {
		group["OnStartDeepHealthChecks"] = []any{"InstanceStress", "InstanceConnectivity"}
	}
	return group
}

// slurm is what a group is in Slurm: each that computes is a partition of its name.
func slurm(g Group) cfn.Properties {
	switch g.Name {
	case controllerGroup:
		return cfn.Properties{"NodeType": "Controller"}
	case loginGroup:
		return cfn.Properties{"NodeType": "Login"}
	default:
		return cfn.Properties{"NodeType": "Compute", "PartitionNames": []any{g.Name}}
	}
}
