package access

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
)

// ClusterRoleProps say what the machines of a HyperPod cluster are given. Cluster, SubnetIDs and SecurityGroupID are
// required.
type ClusterRoleProps struct {
	// Name is the role's, to which two hyphens and the region are added, since roles are those of the whole account:
	// NAME--REGION. Empty: CloudFormation's choice.
	Name string
	// Cluster is the name of the cluster, whose logs alone it writes. Required.
	Cluster string
	// SubnetIDs and SecurityGroupID are where alone its network interfaces stand. Required.
	SubnetIDs       []string
	SecurityGroupID string
	// Reads, Writes and Checkpoints are prefixes of data, as in [ExecutionRoleProps]. Empty: nothing.
	Reads, Writes, Checkpoints []storage.Prefix
	// VolumeKeys are the ARNs of the KMS keys that the volumes of the machines are encrypted with. Empty: AWS's own.
	VolumeKeys []string
	// EKS is the ARN of the EKS cluster that the machines are nodes of: they then pull the account's images, give pods
	// their addresses and, by EKS Pod Identity, their roles. Empty: none, Slurm.
	EKS string
}

// Validate reports every problem of the props.
func (p *ClusterRoleProps) Validate() error {
	p, l := props.Of(p)
	checkName(&l, "Cluster", p.Cluster, names.Cluster)
	if len(p.SubnetIDs) == 0 {
		l.Add("SubnetIDs", nil, "the subnets of the machines", "those of network.Isolated")
	}
	for i, id := range p.SubnetIDs {
		arn.ValidateID(&l, fmt.Sprintf("SubnetIDs[%d]", i), id, "subnet", "a subnet", "")
	}
	arn.ValidateID(&l, "SecurityGroupID", p.SecurityGroupID, "sg", "the security group of the machines", "")
	arn.Validate(&l, "VolumeKeys", p.VolumeKeys, "kms", ":key/", keyARN)
	if p.EKS != "" {
		arn.ValidateOne(&l, "EKS", p.EKS, "eks", ":cluster/", "the ARN of an EKS cluster, arn:aws:eks:REGION:ACCOUNT:cluster/NAME")
	}
	look := func(field string, prefixes []storage.Prefix, validate func(storage.Prefix) error) {
		for i, prefix := range prefixes {
			l.Include(fmt.Sprintf("%s[%d]", field, i), validate(prefix))
		}
	}
	look("Reads", p.Reads, storage.Prefix.Validate)
	look("Writes", p.Writes, storage.Prefix.ValidateWritten)
	look("Checkpoints", p.Checkpoints, storage.Prefix.ValidateWritten)
	return l.Err()
}

// NewClusterRole makes the execution role of the instance groups of a HyperPod cluster: everybody on a machine has it
// (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites-iam.html). It panics with one
// message that holds every problem when scope, id or props are wrong.
func NewClusterRole(scope constructs.Construct, id string, props *ClusterRoleProps) *ExecutionRole {
	return cdk.Build("access.ClusterRole", scope, id, props, newClusterRole)
}

func newClusterRole(this constructs.Construct, _ string, props *ClusterRoleProps) *ExecutionRole {
	at := cdk.Location(this)
	var images []string
	if props.EKS != "" {
		images = cdk.EKSImages(this, at)
	}
	made := makeRole(this, clusterRole(at, *props, images))
	return &ExecutionRole{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &made, nil)}
}

// clusterRole is the role; images are the repositories of AWS that nodes of EKS pull from.
func clusterRole(at location.Location, p ClusterRoleProps, images []string) role.Role {
	var subnets []string
	for _, id := range p.SubnetIDs {
		subnets = append(subnets, at.ARN("ec2", "subnet/"+id))
	}
	return role.Role{
		Fields: executionFields,
		Name:   roleName(at, p.Name), Description: "Machines of a HyperPod cluster", Service: "sagemaker.amazonaws.com",
		// The document of SageMaker's keys names no cluster
		// (https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html).
		TrustConditions: policy.Conditions{
			"StringEqualsIfExists": {"aws:SourceAccount": at.Account},
			"ArnLikeIfExists":      {"aws:SourceArn": at.ARN("sagemaker", "*")},
		},
		Statements: slices.Concat(
			objects(grants{reads: p.Reads, writes: p.Writes, checkpoints: p.Checkpoints}),
			volumes(p.VolumeKeys),
			clusterReports(at, p.Cluster),
			role.Interfaces(at, "sagemaker.amazonaws.com", p.SubnetIDs, p.SecurityGroupID),
			nodeOfEKS(at, p, subnets, images),
			[]policy.Statement{{
				Effect: policy.Allow, Actions: []string{"ec2:CreateTags", "ec2:DetachNetworkInterface"},
				Resources: []string{at.ARN("ec2", "network-interface/*")}, Conditions: policy.Conditions{"ArnEquals": {"ec2:Subnet": subnets}},
				Why: "the ids of network interfaces are known only when they are made; the condition holds them to the cluster's subnets",
			}, {
				Effect: policy.Allow, Actions: []string{"ec2:DetachNetworkInterface"}, Resources: []string{at.ARN("ec2", "instance/*")},
				Why: "the ids of machines are known only when they are made; the interface, a resource of the same call, is held to the cluster's subnets",
			}, {
				Effect: policy.Allow, Resources: []string{"*"}, Why: "a session's channels know no resource",
				Actions: []string{"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
					"ssmmessages:OpenDataChannel"},
			}},
		),
	}
}

// clusterReports lets the machines write their logs and metrics, as AWS's managed policy for them does.
func clusterReports(at location.Location, cluster string) []policy.Statement {
	group := at.ARN("logs", "log-group:"+names.ClusterLogs(cluster))
	return []policy.Statement{{
		Effect:    policy.Allow,
		Actions:   []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
		Resources: []string{group}, Why: "SageMaker names the groups of the cluster by its id, and their streams",
	}, {
		Effect: policy.Allow, Actions: []string{"cloudwatch:PutMetricData"}, Resources: []string{"*"},
		Conditions: policy.Conditions{"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Clusters"}},
		Why:        "sending metrics knows no resource, and the condition holds it to the clusters' namespace",
	}}
}
