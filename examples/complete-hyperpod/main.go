// Command complete-hyperpod is two HyperPod clusters with everything that they can have: one with Slurm, a login machine and two
// partitions, one of them with EFA; and one of nodes of an EKS cluster, in a stack of its own, since that cluster is made in the VPC and
// prepared before. Both reach training data on Lustre.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func main() { synth.Main(build) }

func build(app awscdk.App) {
	here := &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")}}
	stack := awscdk.NewStack(app, jsii.String("Cluster"), here)
	prod := environment.Environment{Name: "prod", Limits: environment.Limits{MonthlyBudget: 30_000}}
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment: prod, Capabilities: []network.Capability{network.Training, network.HyperPod, network.HyperPodEKS},
	})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: prod, Endpoints: []string{net.S3Endpoint}, LinkedToLustre: true})
	lustre := storage.NewLustre(stack, "Lustre", &storage.LustreProps{Environment: prod, Network: net, Data: data.Prefix("corpus/")})
	checkpoints := storage.NewDataBucket(stack, "Checkpoints", &storage.DataBucketProps{
		Environment: prod, Class: storage.Checkpoints, AccessLogs: data.AccessLogs, Endpoints: []string{net.S3Endpoint},
	})
	hyperpod.NewCluster(stack, "Research", &hyperpod.ClusterProps{
		Environment: prod, Network: net, AccessLogs: data.AccessLogs, Lustre: lustre, LoginType: "ml.m5.xlarge",
		Groups: []hyperpod.Group{
			{Name: "prepare", InstanceType: "ml.m5.4xlarge", Instances: 2},
			{Name: "train", InstanceType: "ml.g5.12xlarge", Instances: 4, VolumeGB: 500, DeepHealthChecks: true},
		},
		Reads: []storage.Prefix{data.Prefix("corpus/")}, Writes: []storage.Prefix{data.Prefix("models/")},
		Checkpoints: []storage.Prefix{checkpoints.Prefix("research/")},
	})
	hyperpod.NewCluster(awscdk.NewStack(app, jsii.String("Nodes"), here), "Fleet", &hyperpod.ClusterProps{
		Environment: prod, Network: net, AccessLogs: data.AccessLogs, Lustre: lustre,
		EKS: &hyperpod.EKS{
			ClusterARN: "arn:aws:eks:us-east-1:111122223333:cluster/research", SecurityGroupID: "sg-0123456789abcdef0", Prepared: true,
		},
		Groups: []hyperpod.Group{
			{Name: "system", InstanceType: "ml.m5.4xlarge", Instances: 2},
			{Name: "train", InstanceType: "ml.g5.12xlarge", Instances: 4, VolumeGB: 500, DeepHealthChecks: true, Labels: map[string]string{"team": "vision"}},
			{Name: "tune", InstanceType: "ml.g5.2xlarge", Taints: []hyperpod.Taint{{Key: "tuning", Value: "only", Effect: hyperpod.NoSchedule}}},
		},
	})
}
