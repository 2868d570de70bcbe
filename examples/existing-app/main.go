// Command existing-app stands for an app that a team has already. It imports Plinth for one workflow and goes on as
// before: the stack, its name and its other resources are the team's own.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
)

func main() { synth.Main(build) }

func build(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Churn"), nil)
	awssns.NewTopic(stack, jsii.String("Alerts"), nil) // what the team has already

	dev := environment.Environment{Name: "dev", Tier: environment.Development}
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev})
	training.NewWorkflow(stack, "Training", &training.WorkflowProps{
		Environment: dev,
		Network:     network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: dev}),
		Job: training.Job{
			Image:        training.XGBoost("3.2-0"),
			Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
			Output:       data.Prefix("models/"),
			InstanceType: "ml.m5.xlarge",
			Parameters:   []training.Parameter{training.Integer("num_round", 1, 1000)},
		},
	})
}
