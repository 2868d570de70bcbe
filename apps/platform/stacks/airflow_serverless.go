package stacks

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/training"
)

// newAirflowServerless makes two DAGs on MWAA Serverless: one starts the workflow, one runs the same job by itself, for up to an hour,
// which it can wait for. Operators run them.
func newAirflowServerless(stage awscdk.Stage, e environment.Environment, f foundation, workflow *training.Workflow, operator *access.Person) {
	stack := awscdk.NewStack(stage, jsii.String("AirflowServerless"), stackProps(e, "DAGs on MWAA Serverless", false))
	job := xgboost(f)
	job.MaxRuntime, job.MaxWait = time.Hour, 2*time.Hour
	request := training.NewRequest(stack, "XGBoost", &training.RequestProps{
		Environment: e, Network: f.network, Job: job, Name: "xgboost-serverless", Role: workflow.Role,
	})
	settings := map[string]any{"num_round": 100, "max_depth": 6, "eta": 0.3}
	made := airflow.NewServerless(stack, "DAGs", &airflow.ServerlessProps{
		Environment: e, Network: f.network, Guard: f.guard, AccessLogs: f.models.AccessLogs,
		DAGs: []airflow.DAG{{ID: "xgboost", Workflow: workflow, Settings: settings}, {ID: "xgboost_by_itself", Job: request, Settings: settings}},
	})
	made.GrantRun(operator.Role)
	for _, id := range []string{"xgboost", "xgboost_by_itself"} {
		output(stack, id, "Start it with aws mwaa-serverless start-workflow-run --workflow-arn", jsii.String(made.Workflows[id]))
	}
}
