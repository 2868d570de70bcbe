package access_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// A role of MWAA Serverless is assumed for one workflow, is under the guard, and looks for data without reading them.
func TestAirflowServerlessRole(t *testing.T) {
	const (
		logs     = "arn:aws:logs:eu-west-1:111122223333:log-group:churn:*"
		key      = "arn:aws:kms:eu-west-1:111122223333:key/0123"
		workflow = "arn:aws:airflow-serverless:eu-west-1:111122223333:workflow/dev--churn-??????????"
	)
	build := func(change func(awscdk.Stack, *access.AirflowServerlessRoleProps)) made {
		return find(t, func(s awscdk.Stack) {
			p := &access.AirflowServerlessRoleProps{
				Workflow: "dev--churn", LogGroup: logs, Key: key,
				Guard: access.NewGuard(s, "Guard", &access.GuardProps{Environment: dev, Teams: true}), Team: "red",
			}
			change(s, p)
			access.NewAirflowServerlessRole(s, "X", p)
		})
	}
	starts := build(func(_ awscdk.Stack, p *access.AirflowServerlessRoleProps) { p.StateMachine = "churn" })
	starts.has(t, "Tags", `[{"Key":"Team","Value":"red"}]`)
	starts.has(t, "AssumeRolePolicyDocument", trusted(`{"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:SourceArn":"`+workflow+`"},`+
		`"StringEquals":{"aws:SourceAccount":"111122223333"}},"Effect":"Allow","Principal":{"Service":"airflow-serverless.amazonaws.com"}}`))
	starts.wantAllows(t, "states:StartExecution", `"`+churnMachine+`"`)
	starts.wantAllows(t, "logs:PutLogEvents", `"`+logs+`"`)
	starts.wantAllows(t, "kms:Decrypt", `"`+key+`" if {"ArnLike":{"kms:EncryptionContext:aws:airflow-serverless:workflow-arn":"`+workflow+`"}}`)
	starts.wantNone(t, "iam:", "sagemaker:", "s3:", "states:Stop", "states:Describe", "logs:CreateLogGroup")
	starts.underGuard(t)
	runs := build(func(s awscdk.Stack, p *access.AirflowServerlessRoleProps) {
		data := storage.NewDataBucket(s, "Data", nil)
		p.Job, p.ExecutionRole = "dev--churn", passed(s)[0]
		p.Inputs = []storage.Prefix{data.Prefix("train/"), data.Prefix("test/"), data.Prefix("")}
	})
	runs.wantAllows(t, "iam:PassRole", pass)
	runs.wantAllows(t, "sagemaker:CreateTrainingJob", `"arn:aws:sagemaker:eu-west-1:111122223333:training-job/dev--churn--*"`)
	runs.wantNone(t, "sagemaker:Stop", "sagemaker:CreateProcessingJob", "states:", "s3:Put")
	plain := build(func(s awscdk.Stack, p *access.AirflowServerlessRoleProps) {
		logs := storage.NewDataBucket(s, "Data", &storage.DataBucketProps{Class: storage.Logs}) // which has no key
		p.Job, p.ExecutionRole, p.Inputs = "dev--churn", passed(s)[0], []storage.Prefix{logs.Prefix("x/")}
	})
	plain.wantAllows(t, "kms:Decrypt", `"`+key+`" if {"ArnLike":{"kms:EncryptionContext:aws:airflow-serverless:workflow-arn":"`+workflow+`"}}`)
	for _, s := range runs.statements {
		for _, a := range list(s["Action"]) {
			if n := len(list(s["Resource"])); a == "s3:GetObject" && n != 2 || a == "s3:ListBucket" && n != 1 {
				t.Errorf("%s of %d resources", a, n)
			}
		}
	}
}
