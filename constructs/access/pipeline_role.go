package access

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
)

// PipelineRoleProps say which jobs a pipeline starts. Guard and ExecutionRoles are required.
type PipelineRoleProps struct {
	// Environment gives the tag that its jobs have, and no other jobs of pipelines. Zero: the preset of Production, without a tag.
	Environment environment.Environment
	// Guard is what its jobs are held to: a request that starts a pipeline says nothing that could be. Required.
	Guard *Guard
	// ExecutionRoles are the only roles that its jobs may run under. Required.
	ExecutionRoles []awsiam.IRole
	// ModelGroups are the names of the model package groups that it may register versions in, which wait for an approval. Empty: none.
	ModelGroups []string
	// Team is the team that its jobs are tagged with. Required with a guard for Teams, and only then.
	Team string
}

// Validate reports every problem of the props.
func (p *PipelineRoleProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	if p.Guard == nil {
		l.Add("Guard", nil, "what the jobs are held to", "make one with access.NewGuard")
	}
	l.Include("", p.Guard.ValidateTeam(p.Team))
	l.Include("", validateRoles(p.ExecutionRoles))
	if len(p.ExecutionRoles) == 0 {
		l.Add("ExecutionRoles", nil, "the roles that the jobs run under", "make one with access.NewExecutionRole")
	}
	for i, group := range p.ModelGroups {
		checkName(&l, fmt.Sprintf("ModelGroups[%d]", i), group, names.ModelPackageGroup)
	}
	return l.Err()
}

// NewPipelineRole makes the role by which a SageMaker pipeline starts, watches and stops its jobs. Pipelines of every environment and
// team name their jobs pipelines-..., so that tags tell whose they are: the guard demands them of a job that is started, and the role
// looks at and stops no other. It panics with one message that holds every problem when scope, id or props are wrong.
func NewPipelineRole(scope constructs.Construct, id string, props *PipelineRoleProps) *ExecutionRole {
	return cdk.Build("access.PipelineRole", scope, id, props, newPipelineRole)
}

func newPipelineRole(this constructs.Construct, _ string, props *PipelineRoleProps) *ExecutionRole {
	at := cdk.Location(this)
	s := scopeOf{
		at: at, features: props.Guard.features, named: "pipelines-*", noLogs: true, team: props.Team, environment: props.Environment.Name,
	}
	var passed []string
	for _, r := range props.ExecutionRoles {
		passed = append(passed, *r.RoleArn())
	}
	r := role.Role{
		Fields:      map[string]string{"iam:PassRole": "ExecutionRoles", "sagemaker:CreateModelPackage": "ModelGroups"},
		Description: "Runs the jobs of SageMaker pipelines",
		Service:     "sagemaker.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("sagemaker", "*")},
		},
		Statements: launch(s, passed, nil),
	}
	for _, group := range props.ModelGroups {
		r.Statements = append(r.Statements, role.Registers(at, group))
	}
	props.Guard.attach(this, &r, props.Team)
	arn := makeRole(this, r)
	return &ExecutionRole{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &arn, nil)}
}
