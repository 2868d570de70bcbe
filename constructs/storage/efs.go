package storage

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/props"
)

// EFSProps say where an EFS file system stands. Network is required.
type EFSProps struct {
	// Environment decides whether the files outlive their stack and are backed up. Zero: the preset of Production,
	// where they are.
	Environment environment.Environment
	// Network is where the jobs run. Required.
	Network *network.Isolated
	// Key encrypts it; its policy must let the account's roles use it through EFS and make grants for AWS's resources,
	// which is added to a key of the app (https://docs.aws.amazon.com/efs/latest/ug/EFSKMS.html). Nil: a key is made.
	// EFS encrypts a file system when it makes it: another key makes another file system, and the old one stays, but in
	// Development.
	Key awskms.IKey
	// RequireTLS refuses mounts without TLS. Whether SageMaker mounts with TLS is not documented: a training job may
	// not be able to read the file system then. Off: any mount from the jobs' security group.
	RequireTLS bool
}

// Validate reports every problem of the props.
func (p *EFSProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	if p.Network == nil {
		l.Add("Network", nil, "the network that the jobs run in", "make one with network.NewIsolated")
	}
	return l.Err()
}

// NewEFS makes an EFS file system with a mount target in each zone of the network, for files that people and jobs
// share. EFS takes one a zone: of an imported Vpc whose subnets have no zones that the app knows, give one subnet of
// each (https://docs.aws.amazon.com/efs/latest/ug/accessing-fs.html). It panics with one message that holds every
// problem when scope, id or props are wrong.
//
// It costs by what is stored and moved: about 0.30 USD a GB and month, 0.03 USD a GB read and 0.06 USD a GB written in
// us-east-1 (not verified). SageMaker has no switch for TLS, IAM or access points: whoever is in the jobs' security
// group reads every directory.
func NewEFS(scope constructs.Construct, id string, props *EFSProps) *FileSystem {
	return cdk.Build("storage.EFS", scope, id, props, newEFS)
}

func newEFS(this constructs.Construct, _ string, props *EFSProps) *FileSystem {
	at := cdk.Location(this)
	retain := props.Environment.Tier.RetainsData()
	resources := cfn.Resources{}
	key := keyOf(resources, props.Key, key.Plan{
		Description: "EFS file system", At: at, Retain: retain, Services: []string{"elasticfilesystem"},
	})
	rules := securityGroup(resources, props.Network, "EFS", false, [2]int{2049, 2049})
	backup := "DISABLED"
	if retain {
		backup = "ENABLED"
	}
	resources["FileSystem"] = cfn.Resource{
		Type: "AWS::EFS::FileSystem",
		Properties: cfn.Properties{
			"Encrypted": true, "KmsKeyId": key, "ThroughputMode": "elastic", "BackupPolicy": cfn.Properties{"Status": backup},
			"LifecyclePolicies": []any{cfn.Properties{"TransitionToIA": "AFTER_30_DAYS"}, cfn.Properties{"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"}},
			"FileSystemPolicy":  policy.Document(mounts(props.RequireTLS)...),
		},
	}.Stateful(retain)
	for i, subnet := range props.Network.OneInEachZone() {
		resources[fmt.Sprintf("MountTarget%d", i+1)] = cfn.Resource{Type: "AWS::EFS::MountTarget", DependsOn: rules, Properties: cfn.Properties{
			"FileSystemId": cfn.Ref("FileSystem"), "SubnetId": subnet, "SecurityGroups": []any{cfn.Att("Group", "GroupId")},
		}}
	}
	emitted := cdk.Emit(this, cdk.PathOf(this), resources)
	return &FileSystem{Construct: this, Type: EFS, ID: emitted.Ref("FileSystem"), ARN: emitted.Att("FileSystem", "Arn")}
}

// mounts are who may mount: whoever reaches a mount target, which the security group decides. NFS without IAM has no
// caller to name. A new file system lets only root write, and without ClientRootAccess root is nobody
// (https://docs.aws.amazon.com/efs/latest/ug/accessing-fs-nfs-permissions.html).
func mounts(requireTLS bool) []policy.Statement {
	all := []policy.Statement{{
		Sid: "ByMountTarget", Effect: policy.Allow, Principal: policy.Principal{"AWS": "*"},
		Actions:    []string{"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"},
		Conditions: policy.Conditions{"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
	}}
	if requireTLS {
		all = append(all, policy.Statement{
			Sid: "PlainNFS", Effect: policy.Deny, Principal: policy.Principal{"AWS": "*"}, Actions: []string{"elasticfilesystem:*"},
			Conditions: policy.Conditions{"Bool": {"aws:SecureTransport": "false"}},
		})
	}
	return all
}
