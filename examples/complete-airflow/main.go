// Command complete-airflow is an Airflow environment with everything that it can have: a DAG that starts a workflow, one that runs the
// same job by itself, packages from CodeArtifact, and people who log in; and the same two DAGs on MWAA Serverless.
package main

import (
	_ "embed"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
)

func main() { synth.Main(build) }

//go:embed requirements.txt
var lock string

func build(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Churn"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")},
	})
	staging := environment.Environment{Name: "staging", Tier: environment.Staging}
	packages := supplychain.Chain{}.Repository(stack, "staging", "", "")
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment: staging, Capabilities: []network.Capability{network.Training, network.Airflow, network.AirflowServerless, network.Packages},
		PackageRepositories: []string{packages.ARN},
	})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: staging, Endpoints: []string{net.S3Endpoint}})
	checkpoints := storage.NewDataBucket(stack, "Checkpoints", &storage.DataBucketProps{
		Environment: staging, Class: storage.Checkpoints, AccessLogs: data.AccessLogs, Endpoints: []string{net.S3Endpoint},
	})
	guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: staging, Network: net, Keys: []string{data.KeyARN, checkpoints.KeyARN}})
	job := training.Job{
		Image:  training.XGBoost("3.2-0"),
		Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
		Output: data.Prefix("models/"), InstanceType: "ml.m5.xlarge",
		Spot: true, Checkpoints: checkpoints.Prefix("churn/"), MaxRuntime: time.Hour, MaxWait: 2 * time.Hour,
		HyperParameters: map[string]string{"objective": "binary:logistic", "note": `a "quoted" {{ text }} \ $HOME of {% no %} meaning`},
		Parameters: []training.Parameter{
			training.Integer("num_round", 1, 1000), training.Number("eta", 0.01, 1), training.OneOf("booster", "gbtree", "dart"),
		},
	}
	workflow := training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{
		Environment: staging, Network: net, Guard: guard, Job: job, Name: "churn",
	})
	request := training.NewRequest(stack, "Job", &training.RequestProps{
		Environment: staging, Network: net, Job: job, Name: "churn-airflow", Role: workflow.Role,
	})
	environment := airflow.NewEnvironment(stack, "Airflow", &airflow.EnvironmentProps{
		Environment: staging, Network: net, Guard: guard, AccessLogs: data.AccessLogs,
		DAGs: []airflow.DAG{
			{ID: "churn", Workflow: workflow, Schedule: "0 6 * * 1", Settings: map[string]any{"num_round": 200, "eta": 0.3, "booster": "gbtree"}},
			{ID: "churn_by_itself", Job: request},
		},
		Requirements: airflow.Requirements{Lock: lock, From: packages},
	})
	settings := map[string]any{"num_round": 200, "eta": 0.3, "booster": "gbtree"}
	quick := training.NewRequest(stack, "Quick", &training.RequestProps{
		Environment: staging, Network: net, Job: job, Name: "churn-serverless", Role: workflow.Role,
	})
	serverless := airflow.NewServerless(stack, "Serverless", &airflow.ServerlessProps{
		Environment: staging, Network: net, Guard: guard, AccessLogs: data.AccessLogs,
		DAGs: []airflow.DAG{
			{ID: "churn", Workflow: workflow, Schedule: "@weekly", Settings: settings},
			{ID: "churn_by_itself", Job: quick, Settings: settings},
		},
	})
	operator := access.NewOperator(stack, "Operator", &access.OperatorProps{
		Environment: staging, TrustedBy: []access.WayIn{access.IdentityCenter("MLOperator")},
		Workflows: []string{*workflow.StateMachine.StateMachineArn()},
	})
	environment.GrantLogin(operator.Role, airflow.User)
	serverless.GrantRun(operator.Role)
	guard.Protect(stack)
}
