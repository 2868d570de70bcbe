package access

import (
	"slices"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// nodeOfEKS is what machines need besides as nodes of an EKS cluster
// (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites-iam.html); nothing without one.
func nodeOfEKS(at location.Location, p ClusterRoleProps, subnets, images []string) []policy.Statement {
	if p.EKS == "" {
		return nil
	}
	onInterface := []string{"ec2:AttachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute"}
	return slices.Concat([]policy.Statement{{
		Effect:    policy.Allow,
		Actions:   append([]string{"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"}, onInterface...),
		Resources: []string{at.ARN("ec2", "network-interface/*")}, Conditions: policy.Conditions{"ArnEquals": {"ec2:Subnet": subnets}},
		Why: "the ids of network interfaces are known only when they are made; the condition holds them to the cluster's subnets",
	}, {
		Effect: policy.Allow, Actions: onInterface, Resources: []string{at.ARN("ec2", "instance/*")},
		Why: "the ids of machines are known only when they are made; the interface, a resource of the same call, is held to the cluster's subnets",
	}, {
		Effect: policy.Allow, Actions: onInterface[1:], Resources: []string{at.ARN("ec2", "security-group/"+p.SecurityGroupID)},
	}, {
		Effect: policy.Allow, Actions: []string{"ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeTags"},
		Resources: []string{"*"}, Why: "describing in EC2 knows no resource",
	}, {
		Effect: policy.Allow, Actions: []string{"eks-auth:AssumeRoleForPodIdentity"}, Resources: []string{p.EKS},
	}}, pullsForPods(append([]string{at.ARN("ecr", "repository/*")}, images...)))
}

// pullsForPods lets nodes pull the images of pods, which the cluster's users choose when it runs.
func pullsForPods(repositories []string) []policy.Statement {
	pulls := role.Pull(repositories)
	pulls[1].Why = "which images of the account a pod has is said in Kubernetes, and EKS names no repositories of its add-ons"
	return pulls
}
