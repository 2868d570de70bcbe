package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/training"
)

// newTraining makes what can be replaced at will: the workflow that trains XGBoost on CSV files, and its roles.
func newTraining(stage awscdk.Stage, e environment.Environment, f foundation) (*training.Workflow, *access.Person) {
	stack := awscdk.NewStack(stage, jsii.String("Training"), stackProps(e, "training workflows and their roles", false))
	workflow := training.NewWorkflow(stack, "XGBoost", &training.WorkflowProps{
		Environment: e,
		Network:     f.network,
		Guard:       f.guard,
		Job:         xgboost(f),
		Gate:        []training.Threshold{training.AtLeast("validation:auc", 0.6)},
		Register:    &training.Registration{Group: f.registry},
	})
	operator := newPeople(stack, e, f, workflow)
	output(stack, "StateMachine", "Start it with an input such as {\"num_round\": 100, \"max_depth\": 6, \"eta\": 0.3}",
		workflow.StateMachine.StateMachineArn())
	output(stack, "Notices", "The topic that tells how each run ended", workflow.Topic.TopicArn())
	output(stack, "Models", "The model package group whose versions wait for an approval", &workflow.ModelGroup)
	output(stack, "TrainingData", "Put CSV files here, the label first, without a header", jsii.String(f.datasets.Prefix("xgboost/").URI()))
	return workflow, operator
}

// xgboost is the job that trains on CSV files.
func xgboost(f foundation) training.Job {
	return training.Job{
		Image: training.XGBoost("3.2-0"),
		Inputs: []training.Input{
			{Channel: "train", From: f.datasets.Prefix("xgboost/train/"), ContentType: "text/csv"},
			{Channel: "validation", From: f.datasets.Prefix("xgboost/validation/"), ContentType: "text/csv"},
		},
		Output:          f.models.Prefix("xgboost/"),
		InstanceType:    "ml.m5.xlarge",
		Spot:            true,
		Checkpoints:     f.checkpoints.Prefix("xgboost/"),
		HyperParameters: map[string]string{"objective": "binary:logistic", "eval_metric": "auc"},
		Parameters: []training.Parameter{
			training.Integer("num_round", 1, 2000),
			training.Integer("max_depth", 1, 20),
			training.Number("eta", 0, 1),
		},
	}
}

func output(stack awscdk.Stack, id, description string, value *string) {
	awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Description: &description, Value: value})
}
