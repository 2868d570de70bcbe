package network

import (
	"fmt"
	"maps"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// builder writes the resources of a plan.
type builder struct {
	plan      plan
	perimeter perimeter
	// name starts the Name tag of each resource.
	name      string
	logKeyARN string
	resources cfn.Resources

	// What the rest refers to: resources of this construct, or what the user brought.
	vpc           any
	subnets       []any
	routeTables   []any
	endpointGroup any // nil: no interface endpoint stands here

	functionMay []policy.Statement // what the tasks of the function need
}

func (b *builder) add(name, typ string, properties cfn.Properties) {
	b.resources[name] = cfn.Resource{Type: typ, Properties: properties}
}

// tags name a resource in the console.
func (b *builder) tags(suffix string, more ...string) []any {
	return cfn.Tags(append([]string{"Name", b.name + suffix}, more...)...)
}

// ownVpc makes the VPC, its subnets and their one route table, which has no route but the local one.
func (b *builder) ownVpc() {
	b.vpc = cfn.Ref("VPC")
	b.add("VPC", "AWS::EC2::VPC", cfn.Properties{
		"CidrBlock": b.plan.addressRange, "EnableDnsHostnames": true, "EnableDnsSupport": true, "Tags": b.tags(""),
	})
	b.routeTables = []any{cfn.Ref("Routes")}
	b.add("Routes", "AWS::EC2::RouteTable", cfn.Properties{"VpcId": b.vpc, "Tags": b.tags("")})
	for i, addresses := range b.plan.subnets {
		name := subnetName(i)
		b.add(name, "AWS::EC2::Subnet", cfn.Properties{
			"VpcId": b.vpc, "AvailabilityZone": b.zone(i), "CidrBlock": addresses.String(), "MapPublicIpOnLaunch": false,
			"Tags": b.tags(fmt.Sprintf("/%d", i+1)),
		})
		b.add(name+"Routes", "AWS::EC2::SubnetRouteTableAssociation", cfn.Properties{
			"SubnetId": cfn.Ref(name), "RouteTableId": cfn.Ref("Routes"),
		})
		b.subnets = append(b.subnets, cfn.Ref(name))
	}
}

// zone is that of the i-th subnet.
func (b *builder) zone(i int) any {
	if len(b.plan.zones) > 0 {
		return b.plan.zones[i]
	}
	return cfn.Zone(i)
}

func subnetName(i int) string { return fmt.Sprintf("Subnet%d", i+1) }

// endpoints makes the endpoints that are missing.
func (b *builder) endpoints() {
	for _, e := range b.plan.missing() {
		properties := cfn.Properties{
			"VpcId":       b.vpc,
			"ServiceName": endpointService(e.Service, b.perimeter.at.Region),
			"Tags":        b.tags("/"+e.Service, "Capabilities", join(e.AskedBy, " ")),
		}
		if document := b.perimeter.policy(e); document != nil {
			properties["PolicyDocument"] = document
		}
		if e.Gateway {
			properties["VpcEndpointType"], properties["RouteTableIds"] = "Gateway", b.routeTables
		} else {
			properties["VpcEndpointType"], properties["PrivateDnsEnabled"] = "Interface", true
			properties["SubnetIds"], properties["SecurityGroupIds"] = b.subnets[:e.Zones], []any{b.endpointGroup}
		}
		b.add(endpointName(e.Service), "AWS::EC2::VPCEndpoint", properties)
	}
}

// transitGateway attaches the VPC and sends it the ranges that jobs may speak to.
func (b *builder) transitGateway(id string) {
	b.add("Attachment", "AWS::EC2::TransitGatewayVpcAttachment", cfn.Properties{
		"TransitGatewayId": id, "VpcId": b.vpc, "SubnetIds": b.subnets, "Tags": b.tags(""),
	})
	for i, addresses := range b.plan.reach {
		name := fmt.Sprintf("Route%d", i+1)
		b.add(name, "AWS::EC2::Route", cfn.Properties{
			"RouteTableId": b.routeTables[0], "DestinationCidrBlock": addresses, "TransitGatewayId": id,
		})
		route := b.resources[name]
		route.DependsOn = []string{"Attachment"}
		b.resources[name] = route
	}
}

// logGroup makes an encrypted log group and gives its ARN.
func (b *builder) logGroup(name string) any {
	b.resources[name] = cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{
		"KmsKeyId": b.logKeyARN, "RetentionInDays": b.plan.logDays,
	}}.Stateful(b.plan.retain)
	return cfn.Att(name, "Arn")
}

// flowLogs keeps the flow logs of all traffic.
func (b *builder) flowLogs() {
	group := b.logGroup("FlowLogs")
	maps.Copy(b.resources, flowLogsRole(b.perimeter.at, group).Resources("FlowLogsRole"))
	b.add("FlowLog", "AWS::EC2::FlowLog", cfn.Properties{
		"ResourceId": b.vpc, "ResourceType": "VPC", "TrafficType": "ALL",
		"LogDestinationType": "cloud-watch-logs", "LogGroupName": cfn.Ref("FlowLogs"),
		"DeliverLogsPermissionArn": cfn.Att("FlowLogsRole", "Arn"), "Tags": b.tags("/flow-logs"),
	})
}

// dnsFirewall lets the VPC resolve the allowed names and no others, and logs each query.
func (b *builder) dnsFirewall(domains []string) {
	b.add("AllowedDomains", "AWS::Route53Resolver::FirewallDomainList", cfn.Properties{"Domains": domains, "Tags": b.tags("/allowed")})
	b.add("AllDomains", "AWS::Route53Resolver::FirewallDomainList", cfn.Properties{"Domains": []string{"*"}, "Tags": b.tags("/all")})
	b.add("DNSFirewall", "AWS::Route53Resolver::FirewallRuleGroup", cfn.Properties{
		"FirewallRules": []any{
			// The names that an allowed name is an alias of are AWS's own, and change.
			cfn.Properties{"Priority": 1, "Action": "ALLOW", "FirewallDomainListId": cfn.Ref("AllowedDomains"),
				"FirewallDomainRedirectionAction": "TRUST_REDIRECTION_DOMAIN"},
			cfn.Properties{"Priority": 2, "Action": "BLOCK", "BlockResponse": "NXDOMAIN", "FirewallDomainListId": cfn.Ref("AllDomains")},
		},
		"Tags": b.tags(""),
	})
	b.add("DNSFirewallOfVPC", "AWS::Route53Resolver::FirewallRuleGroupAssociation", cfn.Properties{
		"FirewallRuleGroupId": cfn.Ref("DNSFirewall"), "VpcId": b.vpc, "Priority": 101, "Tags": b.tags(""),
	})
	b.add("DNSQueries", "AWS::Route53Resolver::ResolverQueryLoggingConfig", cfn.Properties{"DestinationArn": b.logGroup("DNSQueryLogs")})
	b.resources["DNSQueryLogs"].Properties["LogGroupName"] = cfn.Join(names.DNSLogs(b.name)+"/", cfn.StackPart())
	b.add("DNSQueriesOfVPC", "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation", cfn.Properties{
		"ResolverQueryLogConfigId": cfn.Ref("DNSQueries"), "ResourceId": b.vpc,
	})
}

// accepted adds what a review accepts of a resource.
func (b *builder) accepted(name string, accepted []role.Accepted) {
	r := b.resources[name]
	r.Metadata = role.Metadata(accepted)
	b.resources[name] = r
}
