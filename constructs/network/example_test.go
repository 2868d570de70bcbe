package network_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func ExampleAdditionalEndpoint() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: environment.Environment{Name: "dev", Tier: environment.Development},
			AdditionalEndpoints: []network.AdditionalEndpoint{{
				Service: "glue", Actions: []string{"glue:GetTable"}, Resources: []string{"glue:catalog", "glue:database/*", "glue:table/*"},
			}},
		})
		for _, e := range net.Endpoints {
			fmt.Println(e.Service, e.AskedBy)
		}
	})
	fmt.Println(err)
	// Output:
	// ecr.api [Training]
	// ecr.dkr [Training]
	// glue [AdditionalEndpoints]
	// s3 [Training]
	// <nil>
}

func ExampleNewIsolated() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: environment.Environment{Name: "staging", Tier: environment.Staging, AddressRange: "10.1.0.0/20"},
		})
		fmt.Println(len(net.SubnetIDs), "subnets, none of them public:", len(*net.Vpc.PublicSubnets()) == 0)
	})
	fmt.Println(err)
	// Output:
	// 2 subnets, none of them public: true
	// <nil>
}
