// Package location is where a stack is deployed to. The fields may be CDK tokens.
package location

import "github.com/plinth-ml/plinth/internal/names"

// Location is a partition, region and account.
type Location struct{ Partition, Region, Account string }

// ARN renders the ARN of a regional resource of this account: service:region:account:resource.
func (l Location) ARN(service, resource string) string {
	return "arn:" + l.Partition + ":" + service + ":" + l.Region + ":" + l.Account + ":" + resource
}

// Role is the ARN of a role of this account.
func (l Location) Role(name string) string {
	return "arn:" + l.Partition + ":iam::" + l.Account + ":role/" + name
}

// ServerlessWorkflow is a pattern of the ARN of the workflow of MWAA Serverless of that name.
func (l Location) ServerlessWorkflow(name string) string {
	return l.ARN("airflow-serverless", "workflow/"+names.ServerlessID(name))
}
