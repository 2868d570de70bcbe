package network

import (
	"fmt"
	"maps"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/role"
)

// MachinesGroup is a security group for what should not be in that of the jobs: machines that work together, or Airflow. It goes out to S3
// by 443; its other rules are MachinesRules or MembersRules.
func (n *Isolated) MachinesGroup(description string) (group cfn.Resource) {
	cdk.Do("network.Isolated.MachinesGroup", n, func() { group = n.machinesGroup(description) })
	return group
}

func (n *Isolated) machinesGroup(description string) cfn.Resource {
	egress := []any{https(cfn.Properties{"DestinationPrefixListId": n.s3PrefixList, "Description": "S3, by its gateway endpoint"})}
	for _, addresses := range n.reach {
		egress = append(egress, https(cfn.Properties{"CidrIp": addresses, "Description": "Endpoints elsewhere, or on-premises"}))
	}
	return cfn.Resource{Type: "AWS::EC2::SecurityGroup", Properties: cfn.Properties{
		"GroupDescription": description, "VpcId": *n.Vpc.VpcId(), "SecurityGroupEgress": egress,
	}}
}

// MachinesRules let the members of such a group speak to each other by every protocol, and to the network's endpoints by 443; there is
// no rule to anywhere, which EFA could not do with
// (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html).
func (n *Isolated) MachinesRules(group, description string) (rules cfn.Resources) {
	cdk.Do("network.Isolated.MachinesRules", n, func() { rules = n.machinesRules(group, description) })
	return rules
}

func (n *Isolated) machinesRules(group, description string) cfn.Resources {
	resources := n.endpointRules(group, description)
	in, out := members(group, cfn.Properties{"IpProtocol": "-1"})
	in.Metadata = role.Metadata(role.AcceptInPacks("EC2RestrictedCommonPorts",
		"Slurm, MPI and EFA need every protocol; the only source is the group itself"))
	resources["FromMembers"], resources["ToMembers"] = in, out
	return resources
}

// MembersRules let the members of such a group speak to each other by some ports of TCP, and to the network's endpoints by 443.
func (n *Isolated) MembersRules(group, description string, ports ...int) (rules cfn.Resources) {
	cdk.Do("network.Isolated.MembersRules", n, func() { rules = n.membersRules(group, description, ports) })
	return rules
}

func (n *Isolated) membersRules(group, description string, ports []int) cfn.Resources {
	resources := n.endpointRules(group, description)
	for _, port := range ports {
		protocol := cfn.Properties{"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
		resources[fmt.Sprintf("From%d", port)], resources[fmt.Sprintf("To%d", port)] = members(group, protocol)
	}
	return resources
}

// endpointRules let the members of such a group speak to the network's endpoints by 443.
func (n *Isolated) endpointRules(group, description string) cfn.Resources {
	if n.endpointGroup == "" {
		return cfn.Resources{}
	}
	return cfn.Resources{
		"ToEndpoints": {Type: "AWS::EC2::SecurityGroupEgress", Properties: https(cfn.Properties{
			"GroupId": group, "DestinationSecurityGroupId": n.endpointGroup, "Description": "VPC endpoints",
		})},
		"EndpointsFromMembers": {Type: "AWS::EC2::SecurityGroupIngress", Properties: https(cfn.Properties{
			"GroupId": n.endpointGroup, "SourceSecurityGroupId": group, "Description": description,
		})},
	}
}

// members are the rules by which the members of a group speak to each other.
func members(group string, protocol cfn.Properties) (in, out cfn.Resource) {
	rule := func(kind, peer string) cfn.Resource {
		properties := cfn.Properties{"GroupId": group, peer: group, "Description": "The other members of the group"}
		maps.Copy(properties, protocol)
		return cfn.Resource{Type: "AWS::EC2::SecurityGroup" + kind, Properties: properties}
	}
	return rule("Ingress", "SourceSecurityGroupId"), rule("Egress", "DestinationSecurityGroupId")
}
