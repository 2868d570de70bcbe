package access

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/token"
)

// Person is a role that people, or machines in their place, assume.
type Person struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Role is the role. Who may assume it stands in TrustedBy: GrantAssumeRole changes nothing there. What is granted
	// on it to an account, a service or an ARN, which have no policies in the app, is dropped: Success of the Grant
	// alone says so.
	Role awsiam.IRole
}

// validateRoleName reports names of which no role's name can be made.
func validateRoleName(e environment.Environment, team, name string) error {
	var l problem.List
	if e.Name != "" && !token.Is(e.Name) && !names.IsEnvironment(e.Name) {
		l.Add("e.Name", e.Name, names.EnvironmentAllowed, "")
	}
	if team != "" && !token.Is(team) && !names.IsTeam(team) {
		l.Add("team", team, names.TeamAllowed, "")
	}
	if l.Err() == nil { // else it is their length that leaves no room
		names.Owner{Environment: e.Name, Team: team}.Validate(&l, "name", name, "", names.RoleRoom())
	} else if !token.Is(name) && !names.IsPart(name) {
		l.Add("name", name, names.PartAllowed, "")
	}
	return l.Err()
}

// newPerson makes the role of a person.
func newPerson(this constructs.Construct, r role.Role) *Person {
	arn := makeRole(this, r)
	return &Person{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &arn, nil)}
}

// jobKinds are what a feature starts: the kind of resource, and the actions that start, look at and stop it.
var jobKinds = []struct {
	feature              Feature
	resource, group      string
	create, look, stop   string
	listed, listedInside []string
}{
	{Training, "training-job", logGroups[TrainingJobs], "CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob",
		[]string{"ListTrainingJobs"}, nil},
	{Tuning, "hyper-parameter-tuning-job", logGroups[TrainingJobs], "CreateHyperParameterTuningJob", "DescribeHyperParameterTuningJob",
		"StopHyperParameterTuningJob", []string{"ListHyperParameterTuningJobs"}, []string{"ListTrainingJobsForHyperParameterTuningJob"}},
	{Processing, "processing-job", logGroups[ProcessingJobs], "CreateProcessingJob", "DescribeProcessingJob", "StopProcessingJob",
		[]string{"ListProcessingJobs"}, nil},
}

// scopeOf is what a person may touch.
type scopeOf struct {
	at       location.Location
	features []Feature
	// named is a pattern of the names of the jobs.
	named string
	// team and environment are the values of the tags Team and Environment that jobs must have; empty: they need none.
	team, environment string
	// noLogs tells that nobody reads logs: names tell whose they are, and those of the jobs don't.
	noLogs bool
	// workflows are the ARNs of state machines, and executions those of all their executions.
	workflows, executions []string
}

// jobs are the statements for jobs: those that exist in all kinds used, or without starting them.
func (s scopeOf) jobs(start bool) []policy.Statement {
	var create, touch []policy.Statement
	var list, groups []string
	for _, k := range jobKinds {
		if k.feature != Training && !slices.Contains(s.features, k.feature) {
			continue
		}
		own := []string{s.at.ARN("sagemaker", k.resource+"/"+s.named)}
		const why = "jobs are named when they are started, after the environment and the team"
		create = append(create, policy.Statement{
			Effect: policy.Allow, Actions: []string{"sagemaker:" + k.create, "sagemaker:AddTags"}, Resources: own, Why: why,
		})
		actions := []string{"sagemaker:" + k.look, "sagemaker:" + k.stop}
		for _, a := range k.listedInside {
			actions = append(actions, "sagemaker:"+a)
		}
		touch = append(touch, policy.Statement{Effect: policy.Allow, Actions: actions, Resources: own, Why: why, Conditions: s.tagged()})
		for _, a := range k.listed {
			list = append(list, "sagemaker:"+a)
		}
		if !slices.Contains(groups, k.group) {
			groups = append(groups, k.group)
		}
	}
	if !start {
		create = nil
	}
	all := slices.Concat(create, touch)
	all = append(all, policy.Statement{
		Effect: policy.Allow, Actions: list, Resources: []string{"*"}, Why: "listing jobs knows no resource; what it shows are names and states",
	})
	if s.noLogs {
		return all
	}
	for _, g := range groups {
		all = append(all, policy.Statement{
			Effect: policy.Allow, Actions: []string{"logs:GetLogEvents"}, Resources: []string{s.at.ARN("logs", "log-group:"+g+":log-stream:"+s.named)},
			Why: "the streams of a job start with its name",
		}, policy.Statement{
			Effect: policy.Allow, Actions: []string{"logs:DescribeLogStreams"}, Resources: []string{s.at.ARN("logs", "log-group:"+g+":*")},
			Why: "the group that all jobs share: the names of streams can't be told apart here",
		})
	}
	return all
}

// tagged holds a statement to what has the tags of the environment and the team.
func (s scopeOf) tagged() policy.Conditions {
	tags := map[string]any{}
	for key, value := range map[string]string{"Team": s.team, "Environment": s.environment} {
		if value != "" {
			tags["aws:ResourceTag/"+key] = value
		}
	}
	if len(tags) == 0 {
		return nil
	}
	return policy.Conditions{"StringEquals": tags}
}

// runs are the statements for executions of the workflows.
func (s scopeOf) runs(start bool) []policy.Statement {
	if len(s.workflows) == 0 {
		return nil
	}
	all := []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"states:DescribeExecution", "states:GetExecutionHistory", "states:StopExecution"},
		Resources: s.executions, Why: "executions are named when they are started",
	}, {
		Effect: policy.Allow, Actions: []string{"states:ListExecutions", "states:DescribeStateMachine"}, Resources: s.workflows,
	}}
	if start {
		all = append(all, policy.Statement{Effect: policy.Allow, Actions: []string{"states:StartExecution"}, Resources: s.workflows})
	}
	return all
}

// namedBy is a pattern of the names of an environment's and a team's jobs.
func namedBy(e environment.Environment, team string) string {
	return names.Owner{Environment: e.Name, Team: team}.All()
}

// sessionSeconds is how long a session lasts at most: an hour, the least that IAM takes.
const sessionSeconds = 3600

// personFields are the fields of the props of people that fill a policy.
var personFields = map[string]string{
	"s3:ListBucket": "Data", "s3:GetObject": "Data", "s3:PutObject": "Data", "s3:DeleteObject": "Data", "iam:PassRole": "ExecutionRoles",
	"states:DescribeExecution": "Workflows", "states:ListExecutions": "Workflows", "states:StartExecution": "Workflows",
}

func personRole(description string, at location.Location, waysIn []WayIn, statements []policy.Statement) role.Role {
	return role.Role{Fields: personFields, Description: description, Trust: trust(at, waysIn), SessionSeconds: sessionSeconds, Statements: statements}
}

// executions are the ARNs of all executions of state machines.
func executions(at location.Location, workflows []string) []string {
	var all []string
	for _, arn := range workflows {
		name := arn[strings.LastIndex(arn, ":")+1:]
		if token.Is(arn) {
			name = *awscdk.Fn_Select(jsii.Number(6), awscdk.Fn_Split(jsii.String(":"), &arn, nil))
		}
		all = append(all, at.ARN("states", "execution:"+name+":*"))
	}
	return all
}
