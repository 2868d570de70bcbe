package training

import (
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// workflowRole is what Step Functions needs to run training jobs whose names start with namePrefix, wait for them and
// stop them (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html).
func workflowRole(at location.Location, namePrefix, jobRoleARN string) role.Role {
	jobs := at.ARN("sagemaker", "training-job/"+namePrefix+"-*")
	return role.Role{
		Description: "Runs the training jobs of a workflow",
		Service:     "states.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("states", "stateMachine:*")},
		},
		Statements: []policy.Statement{{
			Effect: policy.Allow,
			Actions: []string{"sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob",
				"sagemaker:AddTags", "sagemaker:ListTags"},
			Resources: []string{jobs},
			Why:       "every execution names its job anew, below the workflow's own prefix",
		}, {
			Effect: policy.Allow, Actions: []string{"iam:PassRole"}, Resources: []string{jobRoleARN},
			Conditions: policy.Conditions{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
		}, {
			// By this rule Step Functions hears that a job has ended.
			Effect: policy.Allow, Actions: []string{"events:PutTargets", "events:PutRule", "events:DescribeRule"},
			Resources: []string{at.ARN("events", "rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule")},
		}, role.LogDelivery},
	}
}

// tags in the form of the SageMaker API, sorted.
func tags(all map[string]string) []any {
	list := make([]any, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, map[string]any{"Key": key, "Value": all[key]})
	}
	return list
}
