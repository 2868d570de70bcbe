package training_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
)

// README.md shows the body of this function.
func churn(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Churn"), nil)
	dev := environment.Environment{Name: "dev", Tier: environment.Development}
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: dev})
	guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev, Endpoints: net.S3Endpoints()})
	training.NewWorkflow(stack, "Churn", &training.WorkflowProps{Environment: dev, Network: net, Guard: guard, Job: training.Job{
		Image:        training.XGBoost("3.2-0"),
		Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
		Output:       data.Prefix("models/"),
		InstanceType: "ml.m5.xlarge",
		Parameters:   []training.Parameter{training.Integer("num_round", 1, 1000)},
	}})
	guard.Protect(stack)
}

func ExampleNewWorkflow() {
	fmt.Println(synth.App(nil, churn))
	// Output: <nil>
}

func ExampleNewPipeline() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Churn"), nil)
		dev := environment.Environment{Name: "dev", Tier: environment.Development}
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: dev})
		data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev})
		pipeline := training.NewPipeline(stack, "Churn", &training.PipelineProps{
			Environment: dev, Network: net, Guard: access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net}),
			Job: training.Job{
				Image:        training.XGBoost("3.2-0"),
				Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
				Output:       data.Prefix("models/"),
				InstanceType: "ml.m5.xlarge",
				Parameters:   []training.Parameter{training.Integer("num_round", 1, 1000)},
			},
		})
		fmt.Println(pipeline.Name)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: dev--churn
}

func ExampleDistribution_In() {
	data := &storage.DataBucket{Name: "data", KeyARN: "arn:aws:kms:eu-west-1:111122223333:key/k"}
	job := training.Job{
		Image:  training.ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/vision:1"),
		Inputs: []training.Input{{Channel: "raw", From: data.Prefix("raw/"), Groups: []string{"data"}}},
		Output: data.Prefix("models/"),
		Groups: []training.InstanceGroup{
			{Name: "data", InstanceType: "ml.g4dn.xlarge"}, {Name: "gpu", InstanceType: "ml.g5.12xlarge", Instances: 2},
		},
		Distribution: training.MPI(4).In("gpu"),
	}
	fmt.Println(job.Validate(environment.Environment{}))
	job.Distribution = training.MPI(4)
	fmt.Println(job.Validate(environment.Environment{}))
	// Output:
	// <nil>
	//   - Distribution: got ""; allowed: one of Groups; name it: MPI(...).In(group); it runs in one group only
}

// An alarm tells the topic of a workflow, which lets alarms in.
func ExampleWorkflow_topic() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Churn"), nil)
		data := storage.NewDataBucket(stack, "Data", nil)
		workflow := training.NewWorkflow(stack, "Churn", &training.WorkflowProps{
			Network: network.NewIsolated(stack, "Network", nil),
			Job: training.Job{
				Image:        training.XGBoost("3.2-0"),
				Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
				Output:       data.Prefix("models/"),
				InstanceType: "ml.m5.xlarge",
			},
			Publishers: []string{"cloudwatch.amazonaws.com"},
		})
		alarm := awscloudwatch.NewAlarm(stack, jsii.String("Failures"), &awscloudwatch.AlarmProps{
			Metric: workflow.StateMachine.MetricFailed(nil), Threshold: jsii.Number(3), EvaluationPeriods: jsii.Number(1),
		})
		alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(workflow.Topic))
	})
	fmt.Println(err)
	// Output: <nil>
}
