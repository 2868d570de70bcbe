package training

import (
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// workflowRole is what Step Functions needs to run jobs in their roles, wait for them and stop them
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html).
func workflowRole(at location.Location, jobRoleARNs []string, runs []policy.Statement) role.Role {
	return machineRole(at, "Runs the training jobs of a workflow", append(runs, policy.Statement{
		Effect: policy.Allow, Actions: []string{"iam:PassRole"}, Resources: jobRoleARNs,
		Conditions: policy.Conditions{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
	})...)
}

// machineRole is the role of a state machine that is logged.
func machineRole(at location.Location, description string, statements ...policy.Statement) role.Role {
	return role.Role{
		Description: description, Service: "states.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("states", "stateMachine:*")},
		},
		Statements: append(statements, role.LogDelivery),
	}
}

// ruleRole is the role by which EventBridge starts a state machine of the same construct.
func ruleRole(at location.Location, machine string) role.Role {
	return role.Role{
		Description: "Starts a state machine by events", Service: "events.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("events", "rule/*")},
		},
		Statements: []policy.Statement{{Effect: policy.Allow, Actions: []string{"states:StartExecution"}, References: []any{cfn.Ref(machine)}}},
	}
}

const whyOwnJobs = "every execution names its job anew, after the workflow"

// runsJobs lets start, watch and stop training jobs of that name.
func runsJobs(at location.Location, name string) []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Why: whyOwnJobs,
		Actions: []string{"sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob",
			"sagemaker:AddTags", "sagemaker:ListTags"},
		Resources: []string{at.ARN("sagemaker", "training-job/"+names.Runs(name))},
	}, hears(at, "Training")}
}

// runsProcessing lets start, watch and stop processing jobs of that name.
func runsProcessing(at location.Location, name string) []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Why: whyOwnJobs,
		Actions: []string{"sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob",
			"sagemaker:AddTags", "sagemaker:ListTags"},
		Resources: []string{at.ARN("sagemaker", "processing-job/"+names.Runs(name))},
	}, hears(at, "Processing")}
}

// runsSearches lets start, watch and stop searches of that name, and look at their jobs.
func runsSearches(at location.Location, name string) []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Why: whyOwnJobs,
		Actions: []string{"sagemaker:CreateHyperParameterTuningJob", "sagemaker:DescribeHyperParameterTuningJob", "sagemaker:StopHyperParameterTuningJob",
			"sagemaker:AddTags", "sagemaker:ListTags"},
		Resources: []string{at.ARN("sagemaker", "hyper-parameter-tuning-job/"+names.Runs(name))},
	}, {
		Effect: policy.Allow, Actions: []string{"sagemaker:DescribeTrainingJob"}, Resources: []string{at.ARN("sagemaker", "training-job/"+names.Runs(name))},
		Why: "a search names its jobs by its own name and a number",
	}, hears(at, "Tuning")}
}

// hears is the rule by which Step Functions hears that a job has ended.
func hears(at location.Location, kind string) policy.Statement {
	return policy.Statement{
		Effect: policy.Allow, Actions: []string{"events:PutTargets", "events:PutRule", "events:DescribeRule"},
		Resources: []string{at.ARN("events", "rule/StepFunctionsGetEventsForSageMaker"+kind+"JobsRule")},
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
