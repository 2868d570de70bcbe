package hyperpod_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func ExampleNewCluster() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Research"), nil)
		prod := environment.Environment{Name: "prod"}
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: prod, Capabilities: []network.Capability{network.Training, network.HyperPod},
		})
		data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: prod, Endpoints: []string{net.S3Endpoint}})
		cluster := hyperpod.NewCluster(stack, "Research", &hyperpod.ClusterProps{
			Environment: prod, Network: net,
			Groups: []hyperpod.Group{{Name: "train", InstanceType: "ml.g5.2xlarge", Instances: 2}},
			Reads:  []storage.Prefix{data.Prefix("corpus/")},
		})
		fmt.Println(cluster.Name, cluster.Quotas)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: prod--research [ml.m5.xlarge for cluster usage: 1 ml.g5.2xlarge for cluster usage: 2]
}

// The machines are nodes of an EKS cluster that was made in the network and prepared: see docs/hyperpod.md.
func ExampleEKS() {
	err := synth.App(nil, func(app awscdk.App) {
		prod := environment.Environment{Name: "prod"}
		net := network.NewIsolated(awscdk.NewStack(app, jsii.String("Network"), nil), "Network", &network.IsolatedProps{
			Environment: prod, Capabilities: []network.Capability{network.HyperPodEKS},
		})
		cluster := hyperpod.NewCluster(awscdk.NewStack(app, jsii.String("Nodes"), nil), "Fleet", &hyperpod.ClusterProps{
			Environment: prod, Network: net,
			EKS: &hyperpod.EKS{
				ClusterARN: "arn:aws:eks:eu-west-1:111122223333:cluster/research", SecurityGroupID: "sg-0123456789abcdef0", Prepared: true,
			},
			Groups: []hyperpod.Group{{
				Name: "train", InstanceType: "ml.g5.2xlarge", Instances: 2, Labels: map[string]string{"team": "vision"},
				Taints: []hyperpod.Taint{{Key: "training", Value: "only", Effect: hyperpod.NoSchedule}},
			}},
		})
		fmt.Println(cluster.Name, cluster.Quotas)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: prod--fleet [ml.g5.2xlarge for cluster usage: 2]
}
