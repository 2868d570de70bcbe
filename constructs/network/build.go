package network

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
)

// builder turns a plan into resources, as few jsii calls as it can.
type builder struct {
	scope constructs.Construct
	plan  plan
	at    location.Location
	name  string

	vpcID         *string
	zones         []*string
	subnetIDs     []string
	routeTableID  *string
	routeTableIDs []*string
	jobGroup      *string
	endpointGroup *string
}

// vpc makes the VPC, its subnets and their one route table, which has no route but the local one.
func (b *builder) vpc() {
	b.vpcID = awsec2.NewCfnVPC(b.scope, jsii.String("VPC"), &awsec2.CfnVPCProps{
		CidrBlock:          &b.plan.addressRange,
		EnableDnsHostnames: true,
		EnableDnsSupport:   true,
		Tags:               b.tag(""),
	}).Ref()
	b.routeTableID = awsec2.NewCfnRouteTable(b.scope, jsii.String("Routes"), &awsec2.CfnRouteTableProps{
		VpcId: b.vpcID,
		Tags:  b.tag(""),
	}).Ref()
	zones := awscdk.Fn_GetAzs(nil)
	for i, addresses := range b.plan.subnets {
		zone := awscdk.Fn_Select(jsii.Number(i), zones)
		id := awsec2.NewCfnSubnet(b.scope, jsii.Sprintf("Subnet%d", i+1), &awsec2.CfnSubnetProps{
			VpcId:               b.vpcID,
			AvailabilityZone:    zone,
			CidrBlock:           jsii.String(addresses.String()),
			MapPublicIpOnLaunch: false,
			Tags:                b.tag(fmt.Sprintf("/%d", i+1)),
		}).Ref()
		awsec2.NewCfnSubnetRouteTableAssociation(b.scope, jsii.Sprintf("Subnet%dRoutes", i+1),
			&awsec2.CfnSubnetRouteTableAssociationProps{SubnetId: id, RouteTableId: b.routeTableID})
		b.zones = append(b.zones, zone)
		b.subnetIDs = append(b.subnetIDs, *id)
		b.routeTableIDs = append(b.routeTableIDs, b.routeTableID)
	}
}

// tag names a resource of the network in the console.
func (b *builder) tag(suffix string) *[]*awscdk.CfnTag {
	return &[]*awscdk.CfnTag{{Key: jsii.String("Name"), Value: jsii.String(b.name + suffix)}}
}

// securityGroups makes the group of the jobs and that of the endpoints. Each has an egress rule of its own, without
// which EC2 adds one that allows everything.
func (b *builder) securityGroups(s3PrefixList string) {
	jobs := awsec2.NewCfnSecurityGroup(b.scope, jsii.String("Jobs"), &awsec2.CfnSecurityGroupProps{
		GroupDescription: jsii.String("Training jobs: out to the VPC endpoints and S3 only"),
		VpcId:            b.vpcID,
		SecurityGroupEgress: []any{https(map[string]any{
			"destinationPrefixListId": s3PrefixList,
			"description":             "S3, by its gateway endpoint",
		})},
		Tags: b.tag("/jobs"),
	})
	b.jobGroup = jobs.AttrGroupId()
	b.endpointGroup = awsec2.NewCfnSecurityGroup(b.scope, jsii.String("Endpoints"), &awsec2.CfnSecurityGroupProps{
		GroupDescription: jsii.String("VPC endpoints: in from the training jobs only"),
		VpcId:            b.vpcID,
		SecurityGroupIngress: []any{https(map[string]any{
			"sourceSecurityGroupId": *b.jobGroup,
			"description":           "Training jobs",
		})},
		SecurityGroupEgress: []any{map[string]any{
			"ipProtocol": "-1", "cidrIp": "127.0.0.1/32", "description": "Nothing: endpoints answer and never call",
		}},
		Tags: b.tag("/endpoints"),
	}).AttrGroupId()
	awsec2.NewCfnSecurityGroupEgress(b.scope, jsii.String("JobsToEndpoints"), &awsec2.CfnSecurityGroupEgressProps{
		GroupId:                    b.jobGroup,
		DestinationSecurityGroupId: b.endpointGroup,
		IpProtocol:                 jsii.String("tcp"),
		FromPort:                   jsii.Number(443),
		ToPort:                     jsii.Number(443),
		Description:                jsii.String("VPC endpoints"),
	})
	b.peers()
}

// peers lets the instances of one job speak to each other.
func (b *builder) peers() {
	for _, p := range b.plan.peers {
		description := jsii.String("The other instances of a job: " + p.what)
		in := awsec2.NewCfnSecurityGroupIngress(b.scope, jsii.String("JobsFromJobs-"+p.what), &awsec2.CfnSecurityGroupIngressProps{
			GroupId: b.jobGroup, SourceSecurityGroupId: b.jobGroup, Description: description,
			IpProtocol: &p.protocol, FromPort: p.port, ToPort: p.port,
		})
		cdk.Accept(in, p.accepted...)
		awsec2.NewCfnSecurityGroupEgress(b.scope, jsii.String("JobsToJobs-"+p.what), &awsec2.CfnSecurityGroupEgressProps{
			GroupId: b.jobGroup, DestinationSecurityGroupId: b.jobGroup, Description: description,
			IpProtocol: &p.protocol, FromPort: p.port, ToPort: p.port,
		})
	}
}

// https completes a rule for TCP 443.
func https(rule map[string]any) map[string]any {
	rule["ipProtocol"], rule["fromPort"], rule["toPort"] = "tcp", 443, 443
	return rule
}

func (b *builder) endpoints() {
	for _, e := range b.plan.endpoints {
		props := &awsec2.CfnVPCEndpointProps{
			VpcId:          b.vpcID,
			ServiceName:    jsii.String("com.amazonaws." + b.at.Region + "." + e.service),
			PolicyDocument: e.policy,
			Tags:           b.tag("/" + e.service),
		}
		if e.gateway {
			props.VpcEndpointType = jsii.String("Gateway")
			props.RouteTableIds = &[]any{b.routeTableID}
		} else {
			props.VpcEndpointType = jsii.String("Interface")
			props.SubnetIds = cdk.Any(b.subnetIDs)
			props.SecurityGroupIds = &[]any{b.endpointGroup}
			props.PrivateDnsEnabled = true
		}
		awsec2.NewCfnVPCEndpoint(b.scope, jsii.String("Endpoint-"+e.service), props)
	}
}

// flowLogs keeps the flow logs of all traffic in an encrypted log group.
func (b *builder) flowLogs(key awskms.IKey) {
	group := cdk.NewLogGroup(b.scope, "FlowLogs", cdk.LogGroup{Key: key, Days: b.plan.flowLogDays, Retain: b.plan.retain})
	role := cdk.NewRole(b.scope, "FlowLogsRole", flowLogsRole(b.at, *group.AttrArn()))
	awsec2.NewCfnFlowLog(b.scope, jsii.String("FlowLog"), &awsec2.CfnFlowLogProps{
		ResourceId:               b.vpcID,
		ResourceType:             jsii.String("VPC"),
		TrafficType:              jsii.String("ALL"),
		LogDestinationType:       jsii.String("cloud-watch-logs"),
		LogGroupName:             group.Ref(),
		DeliverLogsPermissionArn: role.RoleArn(),
		Tags:                     b.tag("/flow-logs"),
	})
}
