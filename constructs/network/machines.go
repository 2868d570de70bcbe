package network

import (
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/role"
)

// MachinesGroup is a security group for machines that work together, out to S3 by 443; its other rules are MachinesRules.
func (n *Isolated) MachinesGroup(description string) cfn.Resource {
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
func (n *Isolated) MachinesRules(group, description string) cfn.Resources {
	rule := func(kind, peer string) cfn.Resource {
		return cfn.Resource{Type: "AWS::EC2::SecurityGroup" + kind, Properties: cfn.Properties{
			"GroupId": group, peer: group, "IpProtocol": "-1", "Description": "The other members of the group",
		}}
	}
	in := rule("Ingress", "SourceSecurityGroupId")
	in.Metadata = role.Metadata(role.AcceptInPacks("EC2RestrictedCommonPorts",
		"Slurm, MPI and EFA need every protocol; the only source is the group itself"))
	resources := cfn.Resources{
		"FromMembers": in, "ToMembers": rule("Egress", "DestinationSecurityGroupId"),
	}
	if n.endpointGroup != "" {
		resources["ToEndpoints"] = cfn.Resource{Type: "AWS::EC2::SecurityGroupEgress", Properties: https(cfn.Properties{
			"GroupId": group, "DestinationSecurityGroupId": n.endpointGroup, "Description": "VPC endpoints",
		})}
		resources["EndpointsFromMembers"] = cfn.Resource{Type: "AWS::EC2::SecurityGroupIngress", Properties: https(cfn.Properties{
			"GroupId": n.endpointGroup, "SourceSecurityGroupId": group, "Description": description,
		})}
	}
	return resources
}
