package network

import (
	"fmt"
	"maps"
	"strings"

	"github.com/plinth-ml/plinth/internal/cfn"
)

// jobGroup makes the group of the jobs: out to S3, to the endpoints and to the ranges that they may speak to. A group
// without an egress rule of its own would get one from EC2 that allows everything. A rule that waits for the function
// stands alone: the function's role may have a boundary that names the group.
func (b *builder) jobGroup(s3PrefixList string) {
	toS3 := https(cfn.Properties{"DestinationPrefixListId": b.s3PrefixList(s3PrefixList), "Description": "S3, by its gateway endpoint"})
	egress := []any{toS3}
	if s3PrefixList == "" {
		egress = []any{nothing("Nothing: what is allowed has rules of its own")}
		toS3["GroupId"] = cfn.Att("Jobs", "GroupId")
		b.add("JobsToS3", "AWS::EC2::SecurityGroupEgress", toS3)
	}
	for _, addresses := range b.plan.reach {
		egress = append(egress, https(cfn.Properties{"CidrIp": addresses, "Description": "Endpoints elsewhere, or on-premises"}))
	}
	b.add("Jobs", "AWS::EC2::SecurityGroup", cfn.Properties{
		"GroupDescription": "Training jobs: out to the VPC endpoints and S3 only", "VpcId": b.vpc,
		"SecurityGroupEgress": egress, "Tags": b.tags("/jobs"),
	})
	for _, p := range b.plan.peers {
		rule := cfn.Properties{
			"GroupId": cfn.Att("Jobs", "GroupId"), "IpProtocol": p.protocol, "Description": "The other members of the group: " + p.what,
		}
		if p.from != nil {
			rule["FromPort"], rule["ToPort"] = *p.from, *p.to
		}
		in, out := maps.Clone(rule), maps.Clone(rule)
		in["SourceSecurityGroupId"], out["DestinationSecurityGroupId"] = cfn.Att("Jobs", "GroupId"), cfn.Att("Jobs", "GroupId")
		b.add("JobsFromJobs"+p.what, "AWS::EC2::SecurityGroupIngress", in)
		b.add("JobsToJobs"+p.what, "AWS::EC2::SecurityGroupEgress", out)
		b.accepted("JobsFromJobs"+p.what, p.accepted)
	}
}

// ownEndpointGroup makes the group of the endpoints, if any is to be made.
func (b *builder) ownEndpointGroup() {
	for _, e := range b.plan.missing() {
		if e.Gateway {
			continue
		}
		b.add("Endpoints", "AWS::EC2::SecurityGroup", cfn.Properties{
			"GroupDescription": "VPC endpoints: in from the training jobs only", "VpcId": b.vpc,
			"SecurityGroupIngress": []any{https(cfn.Properties{"SourceSecurityGroupId": cfn.Att("Jobs", "GroupId"), "Description": "Training jobs"})},
			"SecurityGroupEgress":  []any{nothing("Nothing: endpoints answer and never call")},
			"Tags":                 b.tags("/endpoints"),
		})
		b.endpointGroup = cfn.Att("Endpoints", "GroupId")
		b.toEndpoints()
		return
	}
}

// sharedEndpointGroup lets the jobs reach the endpoints of another network.
func (b *builder) sharedEndpointGroup(id string) {
	b.endpointGroup = id
	b.toEndpoints()
	b.add("EndpointsFromJobs", "AWS::EC2::SecurityGroupIngress", https(cfn.Properties{
		"GroupId": id, "SourceSecurityGroupId": cfn.Att("Jobs", "GroupId"), "Description": "Training jobs of " + b.name,
	}))
}

func (b *builder) toEndpoints() {
	b.add("JobsToEndpoints", "AWS::EC2::SecurityGroupEgress", https(cfn.Properties{
		"GroupId": cfn.Att("Jobs", "GroupId"), "DestinationSecurityGroupId": b.endpointGroup, "Description": "VPC endpoints",
	}))
}

// nothing is a rule that lets nothing through.
func nothing(why string) cfn.Properties {
	return cfn.Properties{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32", "Description": why}
}

// https completes a rule for TCP 443.
func https(rule cfn.Properties) cfn.Properties {
	rule["IpProtocol"], rule["FromPort"], rule["ToPort"] = "tcp", 443, 443
	return rule
}

// endpointName is the name of an endpoint's resource.
func endpointName(service string) string {
	var b strings.Builder
	b.WriteString("Endpoint")
	for _, part := range strings.FieldsFunc(service, func(r rune) bool { return r == '.' || r == '-' }) {
		fmt.Fprint(&b, strings.ToUpper(part[:1])+part[1:])
	}
	return b.String()
}
