package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/training"
)

// newAirflow makes an Airflow environment with two DAGs: one starts the workflow, one runs the same job by itself. Operators log in.
func newAirflow(stage awscdk.Stage, e environment.Environment, f foundation, workflow *training.Workflow, operator *access.Person) {
	stack := awscdk.NewStack(stage, jsii.String("Airflow"), stackProps(e, "Airflow and its DAGs", e.Tier.RetainsData()))
	request := training.NewRequest(stack, "XGBoost", &training.RequestProps{
		Environment: e, Network: f.network, Job: xgboost(f), Name: "xgboost-airflow", Role: workflow.Role,
	})
	made := airflow.NewEnvironment(stack, "Airflow", &airflow.EnvironmentProps{
		Environment: e, Network: f.network, Guard: f.guard, AccessLogs: f.models.AccessLogs,
		DAGs: []airflow.DAG{{ID: "xgboost", Workflow: workflow}, {ID: "xgboost_by_itself", Job: request}},
	})
	made.GrantLogin(operator.Role, airflow.User)
	output(stack, "WebServer", "Airflow, inside the VPC", &made.URL)
	output(stack, "DAGs", "Put further DAGs here", jsii.String(made.Bucket.Prefix("dags/").URI()))
}
