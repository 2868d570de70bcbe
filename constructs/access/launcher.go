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
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// LauncherProps say who starts jobs, and which. Guard and TrustedBy are required.
type LauncherProps struct {
	// Environment gives the name that the names of all jobs start with: dev--, or with a team dev---red--. Zero: the preset of
	// Production, whose jobs start with none--.
	Environment environment.Environment
	// Name stands in the role's name between that of the environment, or the team, and the region, dev--NAME--eu-west-1, by which a
	// bucket's OutsideRoles can name it before it is there: see [LauncherRole]. Lower-case letters, digits and single hyphens between
	// them; IAM takes 64 characters in all. Empty: CloudFormation names the role.
	Name string
	// Guard is what its jobs are held to. Required.
	Guard *Guard
	// TrustedBy are who may assume the role. Required.
	TrustedBy []WayIn
	// ExecutionRoles are the only roles that its jobs may run under. Empty: it starts workflows only.
	ExecutionRoles []awsiam.IRole
	// Workflows are the ARNs of the state machines that it may start. Empty: none.
	Workflows []string
	// Data is what it may read and write itself. A launcher that [GitHub] alone is let into comes from outside the network, so that a
	// bucket with Endpoints has to name its role in OutsideRoles. Empty: nothing.
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
	if p.Name != "" {
		names.Owner{Environment: p.Environment.Name, Team: p.Team}.Validate(&l, "Name", p.Name, "", names.RoleRoom())
	}
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

// LauncherRole is the ARN of the role of a launcher of that environment, team and Name in the scope's account and region, before it is
// there. Without a team it is that of a launcher without one.
func LauncherRole(scope constructs.Construct, e environment.Environment, team, name string) string {
	at := cdk.Where("access.LauncherRole", scope, validateRoleName(e, team, name))
	return at.Role(launcherName(at, e, team, name))
}

func launcherName(at location.Location, e environment.Environment, team, name string) string {
	return names.Role(at.Region, names.Owner{Environment: e.Name, Team: team}.Name(name))
}

// validateOutside refuses data that a role can't reach which comes from outside the network only.
func (p *LauncherProps) validateOutside(at location.Location) error {
	if slices.ContainsFunc(p.TrustedBy, func(w WayIn) bool { return w.kind != gitHub }) {
		return nil
	}
	role := ""
	if p.Name != "" {
		role = at.Role(launcherName(at, p.Environment, p.Team, p.Name))
	}
	var l problem.List
	for i, g := range p.Data {
		l.Include(fmt.Sprintf("Data[%d]", i), g.ValidateOutside(role))
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
	cdk.Check(props.validateOutside(at))
	r := personRole("Starts jobs", at, props.TrustedBy, launch(s, passed, props.Data))
	if props.Name != "" {
		r.Name = launcherName(at, props.Environment, props.Team, props.Name)
	}
	props.Guard.attach(this, &r, props.Team)
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
