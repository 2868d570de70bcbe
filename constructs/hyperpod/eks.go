package hyperpod

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// EKS is an EKS cluster that stands already, in the VPC of the network, and that the machines become nodes of. All
// fields are required.
type EKS struct {
	// ClusterARN is its ARN, of the account and region that are deployed to.
	ClusterARN string
	// SecurityGroupID is the group that EKS made for it (resourcesVpcConfig.clusterSecurityGroupId of aws eks
	// describe-cluster): it and the machines' group get rules for the API server, the kubelet and DNS.
	SecurityGroupID string
	// Prepared says that what CloudFormation can't do is done: HyperPod's Helm chart is installed from mirrored images,
	// people's access is by access entries (API or API_AND_CONFIG_MAP), the VPC CNI is 1.18.3 or later, and the API
	// server has a private endpoint. False is an error: without them HyperPod can't make the cluster, or its machines
	// never become nodes.
	Prepared bool
}

var (
	eksPattern   = regexp.MustCompile(`^arn:aws[a-z-]*:eks:[a-z0-9-]+:[0-9]{12}:cluster/[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`)
	howToPrepare = "install HyperPod's Helm chart in it from mirrored images, see to the rest of what docs/hyperpod.md lists under EKS, and say Prepared; " +
		"or leave EKS out for Slurm, which needs none of it"
)

// Validate reports every problem of the EKS cluster; a nil one has none.
func (e *EKS) Validate() error {
	if e == nil {
		return nil
	}
	var l problem.List
	if !token.Is(e.ClusterARN) && !eksPattern.MatchString(e.ClusterARN) {
		l.Add("ClusterARN", e.ClusterARN, "the ARN of an EKS cluster, arn:aws:eks:REGION:ACCOUNT:cluster/NAME", "")
	}
	arn.ValidateID(&l, "SecurityGroupID", e.SecurityGroupID, "sg", "a security group",
		"find it with: aws eks describe-cluster --name NAME --query cluster.resourcesVpcConfig.clusterSecurityGroupId")
	if !e.Prepared {
		l.Add("Prepared", e.Prepared, "true, once the EKS cluster is prepared, which neither CloudFormation nor a network without internet does", howToPrepare)
	}
	return l.Err()
}

// validateLocation reports an EKS cluster elsewhere than where the stack is deployed to, as far as both are known.
func (e *EKS) validateLocation(at location.Location) error {
	if e == nil || token.Is(e.ClusterARN) {
		return nil
	}
	var l problem.List
	parts := strings.Split(e.ClusterARN, ":")
	for _, p := range []struct{ what, got, here string }{{"region", parts[3], at.Region}, {"account", parts[4], at.Account}} {
		if !token.Is(p.here) && p.got != p.here {
			l.Add("EKS.ClusterARN", e.ClusterARN, fmt.Sprintf("a cluster of the %s %s, where the stack is deployed to", p.what, p.here), "")
		}
	}
	return l.Err()
}

// ways are the rules between the machines and the group of the EKS cluster, on both sides: of what EKS calls the least,
// what goes between the two (https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html). CoreDNS may run on
// either.
func (e *EKS) ways(machines, description string) cfn.Resources {
	resources := cfn.Resources{}
	if e == nil {
		return resources
	}
	open := func(name, from, to, protocol string, port int, what string) {
		rule := func(kind, of, peer, other string) cfn.Resource {
			return cfn.Resource{Type: "AWS::EC2::SecurityGroup" + kind, Properties: cfn.Properties{
				"GroupId": of, peer: other, "IpProtocol": protocol, "FromPort": port, "ToPort": port, "Description": description + ": " + what,
			}}
		}
		name += protocol + strconv.Itoa(port)
		resources[name+"Out"] = rule("Egress", from, "DestinationSecurityGroupId", to)
		resources[name+"In"] = rule("Ingress", to, "SourceSecurityGroupId", from)
	}
	open("ToEKS", machines, e.SecurityGroupID, "tcp", 443, "the API server")
	open("FromEKS", e.SecurityGroupID, machines, "tcp", 10250, "the kubelet")
	for _, protocol := range []string{"tcp", "udp"} {
		open("ToEKS", machines, e.SecurityGroupID, protocol, 53, "DNS")
		open("FromEKS", e.SecurityGroupID, machines, protocol, 53, "DNS")
	}
	return resources
}
