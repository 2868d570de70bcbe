// Command existing-network shows three ways to bring a network of your own instead of having one made: an existing VPC,
// the endpoints of a hub VPC behind a transit gateway, and the network of another environment in the same account.
//
// The first costs the endpoints that are missing, the second the transit gateway's attachment, the third nothing.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func main() { synth.Main(build) }

func build(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Networks"), nil)

	// A VPC that another team has made, with an endpoint of STS in it. FromLookup does too, once the CLI has
	// looked it up with credentials.
	vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), &awsec2.VpcAttributes{
		VpcId:                       jsii.String("vpc-0123456789abcdef0"),
		AvailabilityZones:           jsii.Strings("eu-west-1a", "eu-west-1b"),
		IsolatedSubnetIds:           jsii.Strings("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
		IsolatedSubnetRouteTableIds: jsii.Strings("rtb-0123456789abcdef0", "rtb-0123456789abcdef0"),
	})
	network.NewIsolated(stack, "InExistingVpc", &network.IsolatedProps{
		Capabilities:           []network.Capability{network.Training, network.LaunchJobs},
		Vpc:                    vpc,
		Subnets:                *vpc.IsolatedSubnets(),
		ExistingEndpoints:      []string{"sts"},
		ExistingEndpointsRange: "10.0.0.0/16",
	})

	// A VPC of its own whose interface endpoints stand in a hub, which shares their names.
	behindHub := network.NewIsolated(stack, "BehindHub", &network.IsolatedProps{
		Environment:            environment.Environment{Tier: environment.Staging, AddressRange: "10.1.0.0/20"},
		TransitGateway:         "tgw-0123456789abcdef0",
		ExistingEndpoints:      []string{"ecr.api", "ecr.dkr"},
		ExistingEndpointsRange: "10.255.0.0/16",
		OnPremises:             []string{"172.16.0.0/16"},
	})

	// Another environment in the same network.
	network.NewIsolated(stack, "Shared", &network.IsolatedProps{
		Environment: environment.Environment{Tier: environment.Development},
		SharedWith:  behindHub,
	})
}
