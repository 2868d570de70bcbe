package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// newHyperPod makes a small HyperPod cluster: one machine for Slurm and one that computes, within the budget of every tier. What a team
// trains on instead is a line here.
func newHyperPod(stage awscdk.Stage, e environment.Environment, f foundation) {
	stack := awscdk.NewStack(stage, jsii.String("HyperPod"), stackProps(e, "HyperPod cluster", e.Tier.RetainsData()))
	cluster := hyperpod.NewCluster(stack, "Cluster", &hyperpod.ClusterProps{
		Environment: e, Network: f.network, AccessLogs: f.models.AccessLogs, ControllerType: "ml.m5.large",
		Groups:      []hyperpod.Group{{Name: "train", InstanceType: "ml.m5.large"}},
		Reads:       []storage.Prefix{f.datasets.Prefix("hyperpod/")},
		Writes:      []storage.Prefix{f.models.Prefix("hyperpod/")},
		Checkpoints: []storage.Prefix{f.checkpoints.Prefix("hyperpod/")},
	})
	output(stack, "ClusterName", "aws ssm start-session reaches its machines: see docs/hyperpod.md", &cluster.Name)
	output(stack, "Quotas", "What Service Quotas has to allow before it can be made", jsii.String(strings.Join(cluster.Quotas, ", ")))
}
