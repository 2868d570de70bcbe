package hyperpod

import (
	_ "embed"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/names"
)

//go:embed scripts/on_init_complete.sh
var onInitComplete string

//go:embed scripts/on_create.sh
var onCreate string

const scriptFolder = "scripts/"

// Cluster is a HyperPod cluster, with Slurm or as nodes of an EKS cluster.
type Cluster struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Name and ARN are the cluster's own.
	Name, ARN string
	// Role is what everybody on a machine may do.
	Role *access.ExecutionRole
	// Scripts holds the life-cycle script.
	Scripts *storage.DataBucket
	// SecurityGroupID is the group of the machines.
	SecurityGroupID string
	// Quotas are what Service Quotas has to allow before it can be made: see [ClusterProps.Quotas].
	Quotas []string
}

// NewCluster makes a HyperPod cluster, its security group, execution role and life-cycle script. It panics with one
// message that holds every problem when scope, id or props are wrong.
func NewCluster(scope constructs.Construct, id string, props *ClusterProps) *Cluster {
	return cdk.Build("hyperpod.Cluster", scope, id, props, newCluster)
}

func newCluster(this constructs.Construct, id string, props *ClusterProps) *Cluster {
	p, at := *props, cdk.Location(this)
	cdk.Check(p.EKS.validateLocation(at))
	name, script := p.name(id), p.script()
	cdk.ClaimOwn(this, "hyperpod.Cluster", "Name", name, "")
	const machinesID, waysID = "Machines", "Ways"
	orchestratorID, eks := "Slurm", ""
	if p.EKS != nil {
		orchestratorID, eks = "EKS", p.EKS.ClusterARN
	}
	description := "HyperPod cluster " + name
	group := cdk.Emit(constructs.NewConstruct(this, jsii.String(machinesID)), cdk.Path(this, machinesID),
		cfn.Resources{"Group": p.Network.MachinesGroup(description)}).Att("Group", "GroupId")
	open := constructs.NewConstruct(this, jsii.String(waysID))
	cdk.Emit(open, cdk.Path(this, waysID), ways(p, group, description))
	nodes, writer := names.Join(name, roleOf), names.Join(name, writerOf)
	scripts := storage.NewDataBucket(this, "Scripts", &storage.DataBucketProps{
		Environment: p.Environment, AccessLogs: p.AccessLogs, Endpoints: p.Network.S3Endpoints(),
		// The writer is in no network, and AWS does not say from where HyperPod reads scripts. Nothing else is in the
		// bucket.
		OutsideRoles: []string{storage.FilesRole(this, nodes), storage.FilesRole(this, writer)},
	})
	files := storage.NewFiles(this, "Files", &storage.FilesProps{
		Environment: p.Environment, Bucket: scripts, Folders: []string{scriptFolder}, Role: writer, LogKey: p.Network.LogKey,
		Files: []storage.File{{Path: scriptFolder + script.name, Text: script.text}},
	})
	role := access.NewClusterRole(this, "Role", &access.ClusterRoleProps{
		Name: nodes, Cluster: name, SubnetIDs: []string{p.subnet()}, SecurityGroupID: group,
		Reads: append([]storage.Prefix{scripts.Prefix(scriptFolder)}, p.Reads...), Writes: p.Writes, Checkpoints: p.Checkpoints,
		VolumeKeys: []string{scripts.KeyARN}, EKS: eks,
	})
	machines := constructs.NewConstruct(this, jsii.String(orchestratorID))
	machines.Node().AddDependency(open) // a machine that reaches nothing yet fails its checks
	emitted := cdk.Emit(machines, cdk.Path(this, orchestratorID), clusterResources(p, made{
		name: name, group: group, roleARN: *role.Role.RoleArn(), keyARN: scripts.KeyARN, scripts: files.URI + scriptFolder, lifecycle: script,
	}))
	return &Cluster{
		Construct: this, Name: name, ARN: emitted.Att("Cluster", "ClusterArn"), Role: role, Scripts: scripts, SecurityGroupID: group, Quotas: p.Quotas(),
	}
}
