package network

import (
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/role"
)

// MachinesGroup are the resources of a security group for machines that work together, named Group: its members speak to each other by
// every protocol, to the network's endpoints and to S3 by 443, and to nobody else. EFA needs that, and no rule to anywhere
// (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html).
func (n *Isolated) MachinesGroup(description string) cfn.Resources {
	egress := []any{https(cfn.Properties{"DestinationPrefixListId": n.s3PrefixList, "Description": "S3, by its gateway endpoint"})}
	for _, addresses := range n.reach {
		egress = append(egress, https(cfn.Properties{"CidrIp": addresses, "Description": "Endpoints elsewhere, or on-premises"}))
	}
	group := cfn.Att("Group", "GroupId")
	rule := func(kind, peer string) cfn.Resource {
		return cfn.Resource{Type: "AWS::EC2::SecurityGroup" + kind, Properties: cfn.Properties{
			"GroupId": group, peer: group, "IpProtocol": "-1", "Description": "The other members of the group",
		}}
	}
	in := rule("Ingress", "SourceSecurityGroupId")
	in.Metadata = role.Metadata(role.AcceptInPacks("EC2RestrictedCommonPorts",
		"Slurm, MPI and EFA need every protocol; the only source is the group itself"))
	resources := cfn.Resources{
		"Group": {Type: "AWS::EC2::SecurityGroup", Properties: cfn.Properties{
			"GroupDescription": description, "VpcId": *n.Vpc.VpcId(), "SecurityGroupEgress": egress,
		}},
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
