package airflow_test

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
)

// One DAG starts the workflow, another runs the same job by itself.
func ExampleNewEnvironment() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Churn"), nil)
		dev := environment.Environment{Name: "dev", Tier: environment.Development, AZs: 2}
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: dev, Capabilities: []network.Capability{network.Training, network.Airflow},
		})
		data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev})
		job := training.Job{
			Image:        training.XGBoost("3.2-0"),
			Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
			Output:       data.Prefix("models/"),
			InstanceType: "ml.m5.xlarge",
			Parameters:   []training.Parameter{training.Integer("num_round", 1, 1000)},
		}
		workflow := training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{Environment: dev, Network: net, Job: job})
		request := training.NewRequest(stack, "Job", &training.RequestProps{Environment: dev, Network: net, Job: job})
		guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net})
		made := airflow.NewEnvironment(stack, "Airflow", &airflow.EnvironmentProps{
			Environment: dev, Network: net, Guard: guard,
			DAGs: []airflow.DAG{
				{ID: "churn", Workflow: workflow, Schedule: "0 6 * * 1", Settings: map[string]any{"num_round": 100}},
				{ID: "churn_by_itself", Job: request},
			},
		})
		fmt.Println(made.Name)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: dev--airflow
}

// The same DAGs without an environment. A run takes no parameters, and its job ends within four hours.
func ExampleNewServerless() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Churn"), nil)
		dev := environment.Environment{Name: "dev", Tier: environment.Development, AZs: 2}
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: dev, Capabilities: []network.Capability{network.Training, network.AirflowServerless},
		})
		data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev, Endpoints: []string{net.S3Endpoint}})
		request := training.NewRequest(stack, "Job", &training.RequestProps{Environment: dev, Network: net, Job: training.Job{
			Image:  training.XGBoost("3.2-0"),
			Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}}, Output: data.Prefix("models/"),
			InstanceType: "ml.m5.xlarge", MaxRuntime: time.Hour, Parameters: []training.Parameter{training.Integer("num_round", 1, 1000)},
		}})
		made := airflow.NewServerless(stack, "DAGs", &airflow.ServerlessProps{
			Environment: dev, Network: net, Guard: access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net}),
			DAGs: []airflow.DAG{{ID: "churn", Job: request, Schedule: "0 6 * * 1", Settings: map[string]any{"num_round": 100}}},
		})
		operator := access.NewOperator(stack, "Operator", &access.OperatorProps{
			Environment: dev, TrustedBy: []access.WayIn{access.IdentityCenter("MLOperator")},
		})
		made.GrantRun(operator.Role)
		fmt.Println(len(made.Workflows))
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: 1
}

func ExampleEnvironment_GrantLogin() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		prod := environment.Environment{Name: "prod"}
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: prod, Capabilities: []network.Capability{network.Airflow},
		})
		made := airflow.NewEnvironment(stack, "Airflow", &airflow.EnvironmentProps{
			Environment: prod, Network: net, Guard: access.NewGuard(stack, "Guard", &access.GuardProps{Environment: prod, Network: net}),
		})
		operator := access.NewOperator(stack, "Operator", &access.OperatorProps{
			Environment: prod, TrustedBy: []access.WayIn{access.IdentityCenter("MLOperator")},
		})
		made.GrantLogin(operator.Role, airflow.User)
	})
	fmt.Println(err)
	// Output: <nil>
}
