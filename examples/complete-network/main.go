// Command complete-network is a network with everything in it: every capability, an endpoint besides, three zones,
// a transit gateway to on-premises ranges. It prints its endpoint plan with what it costs.
//
// Deployed in us-east-1 it costs about 550 USD a month for endpoints alone. Take what you need.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/synth"
)

const region = "us-east-1"

func main() { synth.Main(build) }

func build(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Network"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String(region)},
	})
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment:  environment.Environment{Name: "prod", AddressRange: "10.20.0.0/16"},
		Capabilities: network.Capabilities(),
		AWSBuckets:   []network.AWSBucket{network.JumpStart},
		AdditionalEndpoints: []network.AdditionalEndpoint{
			{Service: "glue", Actions: []string{"glue:GetTable", "glue:GetPartitions"}, Resources: []string{"glue:catalog", "glue:database/*", "glue:table/*"}},
			{Service: "sts", Actions: []string{"sts:TagSession"}, Resources: []string{"iam:role/*"}},
		},
		AllowedDomains: []string{"*.corp.example"},
		TransitGateway: "tgw-0123456789abcdef0",
		OnPremises:     []string{"172.16.0.0/16"},
	})
	fmt.Fprint(os.Stderr, net.Endpoints.Table(region))
}
