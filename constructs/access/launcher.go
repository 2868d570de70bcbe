package access

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// LauncherProps say who starts jobs, and which. Guard and TrustedBy are required.
type LauncherProps struct {
	// Environment gives the name that the names of all jobs start with: dev--, or with a team dev---red--. Zero: the preset of
	// Production, whose jobs start with none--.
	Environment environment.Environment
	// Guard is what its jobs are held to. Required.
	Guard *Guard
	// TrustedBy are who may assume the role. Required.
	TrustedBy []WayIn
	// ExecutionRoles are the only roles that its jobs may run under. Empty: it starts workflows only.
	ExecutionRoles []awsiam.IRole
	// Workflows are the ARNs of the state machines that it may start. Empty: none.
	Workflows []string
	// Data is what it may read and write itself. Empty: nothing.
	Data []storage.Grant
	// Team, 1 to 20 lower-case letters, digits and single hyphens between them, sets it apart from other teams of the environment: it
	// is the role's own tag, the one of all its jobs, and the second part of their names. Required with a guard for Teams, and only then.
	Team string
}

// Validate reports every problem of the props.
func (p *LauncherProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	l.Include("", validateWaysIn(p.TrustedBy))
	if p.Guard == nil {
		l.Add("Guard", nil, "what the jobs are held to", "make one with access.NewGuard")
	}
	l.Include("", p.Guard.ValidateTeam(p.Team))
	l.Include("", validateRoles(p.ExecutionRoles))
	for i, g := range p.Data {
		l.Include(fmt.Sprintf("Data[%d]", i), g.Validate())
	}
	arn.Validate(&l, "Workflows", p.Workflows, "states", ":stateMachine:", "the ARN of a state machine")
	return l.Err()
}

// validateRoles notes the roles that are not there.
func validateRoles(all []awsiam.IRole) error {
	var l problem.List
	for i, r := range all {
		if r == nil {
			l.Add(fmt.Sprintf("ExecutionRoles[%d]", i), nil, "a role", "make one with access.NewExecutionRole")
		}
	}
	return l.Err()
}

// NewLauncher makes the role of a data scientist or a CI job: it starts, looks at, stops and lists jobs of its environment and
// team, under the guard, and hands them the named execution roles and no others. It panics with one message that holds every
// problem when scope, id or props are wrong.
func NewLauncher(scope constructs.Construct, id string, props *LauncherProps) *Person {
	return cdk.Build("access.Launcher", scope, id, props, newLauncher)
}

func newLauncher(this constructs.Construct, _ string, props *LauncherProps) *Person {
	at := cdk.Location(this)
	s := scopeOf{
		at: at, features: props.Guard.features, named: namedBy(props.Environment, props.Team), team: props.Team,
		workflows: props.Workflows, executions: executions(at, props.Workflows),
	}
	var passed []string
	for _, r := range props.ExecutionRoles {
		passed = append(passed, *r.RoleArn())
	}
	r := personRole("Starts jobs", at, props.TrustedBy, launch(s, passed, props.Data))
	props.Guard.attach(&r, props.Team)
	return newPerson(this, r)
}

// launch is what starts jobs under the given roles; without any it starts workflows only.
func launch(s scopeOf, passed []string, data []storage.Grant) []policy.Statement {
	all := slices.Concat(s.jobs(len(passed) > 0), s.runs(true), storage.Statements(data...))
	if len(passed) > 0 {
		all = append(all, policy.Statement{
			Effect: policy.Allow, Actions: []string{"iam:PassRole"}, Resources: passed,
			Conditions: policy.Conditions{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
		})
	}
	return all
}
