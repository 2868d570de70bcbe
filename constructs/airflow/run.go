package airflow

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
)

// GrantRun lets a role start and stop runs of all of the workflows, and look at them. A run that it starts may be of an
// older version, and may say what AWS gives tasks as variables of their environment; what a definition says it can't
// change. It panics with one message when the role is missing or of another account.
func (s *Serverless) GrantRun(to awsiam.IRole) {
	cdk.Do("airflow.Serverless.GrantRun", s, func() { s.grantRun(to) })
}

func (s *Serverless) grantRun(to awsiam.IRole) {
	g := cdk.Grant{To: to, Account: s.at.Account, Name: "Run-" + cdk.PathOf(s.Construct), Description: "Runs DAGs on MWAA Serverless"}
	cdk.Check(g.Validate())
	runs := policy.Statement{Effect: policy.Allow, Why: "AWS appends ten letters and digits to the name of a workflow", Actions: []string{
		"airflow-serverless:StartWorkflowRun", "airflow-serverless:StopWorkflowRun", "airflow-serverless:GetWorkflow", "airflow-serverless:GetWorkflowRun",
		"airflow-serverless:ListWorkflowRuns", "airflow-serverless:ListTaskInstances", "airflow-serverless:GetTaskInstance",
	}}
	for _, id := range slices.Sorted(maps.Keys(s.Workflows)) {
		runs.Resources = append(runs.Resources, s.at.ServerlessWorkflow(names.ServerlessWorkflow(s.name, id)))
	}
	g.Attach(runs, policy.Statement{
		Effect: policy.Allow, Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: []string{s.at.ARN("kms", "key/*")},
		Why: "the key may stand in a stack that waits for that of the role; the conditions hold it to what encrypts workflows of this name",
		Conditions: policy.Conditions{
			"StringEquals": {"kms:ViaService": "airflow-serverless." + s.at.Region + ".amazonaws.com"},
			"ArnLike":      {"kms:EncryptionContext:aws:airflow-serverless:workflow-arn": s.at.ServerlessWorkflow(names.ServerlessWorkflow(s.name, names.Any))},
		},
	})
}
