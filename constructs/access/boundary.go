package access

import (
	"cmp"
	"slices"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// services are those that roles under a boundary may use at all. A boundary allows nothing by itself: it is the most that the
// policies of a role can.
var services = []string{
	"airflow:*", "airflow-serverless:*", "backup:*", "cloudformation:Describe*", "cloudwatch:*", "codeartifact:*", "ecr:*", "ec2:*NetworkInterface*", "ec2:Describe*",
	"ec2:CreateTags", "ec2:*signPrivateIp*", "eks-auth:*", "ssmmessages:*",
	"ec2:RevokeSec*", "elasticfilesystem:*", "events:*", "fsx:*", "kms:*", "logs:*", "s3:*", "sns:*", "sqs:*", "states:*",
	"sts:GetCallerIdentity", "sts:GetServiceBearerToken", "xray:*",
}

// records are the actions of SageMaker that start nothing: looking, stopping, keeping book of what was made.
var records = []string{
	"AddTags", "Batch*", "Delete*", "Describe*", "Get*", "Invoke*", "List*", "Search", "Stop*", "Create*Pipeline", "UpdatePipeline*",
	"StartPipeline*", "*ModelPackage*", "PutRecord",
}

// passedTo are the services that roles are handed to.
var passedTo = []string{"sagemaker.amazonaws.com", "states.amazonaws.com", "events.amazonaws.com", "codebuild.amazonaws.com"}

// boundary is the most that any role may do: work, never administer access; under the guard; and write no object outside
// the account. What it leaves out, such as everything of IAM but passing roles on, no policy of a role can add.
func (g guard) boundary(at location.Location) []policy.Statement {
	open, _ := used(g.features)
	work := slices.Clone(services)
	for _, a := range slices.Concat(records, open) {
		work = append(work, "sagemaker:"+a)
	}
	all := append([]policy.Statement{{
		Effect: policy.Allow, Actions: work, Resources: []string{"*"},
		Why: "a boundary allows nothing by itself: it is the most that a role's own policies can",
	}, {
		Effect: policy.Allow, Actions: []string{"iam:PassRole"}, Resources: []string{"*"},
		Why:        "a role's own policy says which; roles of other accounts can't be passed",
		Conditions: policy.Conditions{"StringEquals": {"iam:PassedToService": passedTo}},
	}, {
		Effect: policy.Deny, Actions: []string{"s3:PutObject", "sns:Publish", "events:PutEvents"}, Resources: []string{"*"},
		Conditions: policy.Conditions{"StringNotEquals": {"aws:ResourceAccount": at.Account}},
	}}, g.statements()[1:]...) // but the first, of what is not used: nothing here allows it
	for i := range all { // each letter counts
		all[i].Sid = ""
		all[i].Actions = slices.Clone(all[i].Actions)
		for j, a := range all[i].Actions {
			all[i].Actions[j] = cmp.Or(short[a], a)
		}
	}
	return all
}

// short are patterns that match the same actions and no others.
var short = map[string]string{
	"cloudformation:Describe*":                "cloudformation:Des*",
	"ec2:*NetworkInterface*":                  "ec2:*rkInterface*",
	"ec2:Describe*":                           "ec2:Des*",
	"sagemaker:CreateHyperParameterTuningJob": "sagemaker:CreateHy*",
	"sagemaker:CreateProcessingJob":           "sagemaker:CreateProc*",
	"sagemaker:Delete*":                       "sagemaker:Del*",
	"sagemaker:Describe*":                     "sagemaker:Des*",
	"sagemaker:Invoke*":                       "sagemaker:Inv*",
	"sagemaker:StartPipeline*":                "sagemaker:StartPi*",
	"sagemaker:UpdatePipeline*":               "sagemaker:UpdatePi*",
	"sts:GetCallerIdentity":                   "sts:GetC*",
	"sts:GetServiceBearerToken":               "sts:GetSer*",
}

// boundarySize is the size of the boundary once its network is known.
func (g guard) boundarySize(at location.Location) int {
	g.subnets = slices.Repeat([]string{"subnet-0123456789abcdef0"}, len(g.subnets))
	g.groups = slices.Repeat([]string{"sg-0123456789abcdef0"}, len(g.groups))
	return policy.Size(g.boundary(at)...)
}
