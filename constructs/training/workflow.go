package training

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/topic"
)

// WorkflowProps say which job a workflow runs, and where. Network and Job are required.
type WorkflowProps struct {
	// Environment decides the limits that the job must keep and how long logs are kept. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where the job runs. Required.
	Network *network.Isolated
	// Guard is what its jobs are held to: its Policies are attached to the role that starts them, and what it would
	// deny in the requests is an error at synth. Of what only the deployment knows, such as a parameter, that is found
	// when a job starts. Nil: nothing holds the jobs, unless a guard protects the role.
	Guard *access.Guard
	// Job is what runs. Required.
	Job Job
	// Name is what the workflow is called in the names of its jobs, dev--NAME--HASH, or with a team
	// dev---red--NAME--HASH, and in that of the model package group: lower-case letters, digits and single hyphens
	// between them. All before the hash has at most 29 characters, with Search 18. Empty: the construct's id, in lower
	// case.
	Name string
	// Team, 1 to 20 lower-case letters, digits and single hyphens between them, is the value of the tag Team of the
	// jobs and of the workflow's role, which a guard for Teams demands. Empty: no such tag.
	Team string
	// Prepare is a processing job before the training, whose Inputs then may be Prepared. Nil: none.
	Prepare *Processing
	// Search looks for the job's Parameters instead of taking them from each execution. Nil: they are taken.
	Search *Search
	// Gate is what a model has to reach; one that does not is kept, told of, and not registered. Empty: any will do.
	Gate []Threshold
	// Evaluate is a processing job on each model that reached the gate, which it finds in
	// /opt/ml/processing/input/model. A model whose evaluation exits with an error is not registered. Nil: none.
	Evaluate *Processing
	// Register makes each model that passed a version in a model package group, which waits for an approval. Nil: none
	// is registered.
	Register *Registration
	// AtOnce is how many executions may run at a time, at most 50; the others wait for their turn, oldest first, up to
	// a day, and no more than 100 with those that run. Zero: any number.
	AtOnce int
	// Triggers start executions by themselves. Empty: only people do.
	Triggers []Trigger
	// Role is the job's execution role. Nil: one is made with exactly what the job needs.
	Role *access.ExecutionRole
	// LogKey encrypts the workflow's logs and what its topic sends; its policy must let CloudWatch Logs use it, and the
	// account's roles by their identity policies through SNS, which is added to a key of the app. Nil: the network's.
	LogKey awskms.IKey
	// Publishers are AWS services that may publish to the Topic for resources of the account, by their principals:
	// "cloudwatch.amazonaws.com" for alarms, "events.amazonaws.com" for EventBridge rules, "budgets.amazonaws.com",
	// "costalerts.amazonaws.com". The policies of the topic and of its key follow. EventBridge takes no condition
	// there, so that with it a rule of any account that knows the topic's ARN may publish. Empty: none.
	Publishers []string

	inPipeline bool // jobs are named by the pipeline
}

// Validate reports every problem of the props, for a workflow of that construct id.
func (p *WorkflowProps) Validate(id string) error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	if p.Network == nil {
		l.Add("Network", nil, "the network that the job runs in", "make one with network.NewIsolated")
	}
	l.Include("", p.validateNames(id))
	l.Include("Job", p.Job.validate(p.Environment, p.Search != nil))
	l.Include("", p.validateProcessing())
	l.Include("", p.validateApart())
	l.Include("", p.validateNetwork())
	if l.Err() == nil && !l.Skips() { // only then are there requests
		l.Include("", p.validateGuard(id, p.Guard))
	}
	l.Include("", p.Job.validateGate(p.Gate))
	l.Include("Register", p.Register.validate())
	l.Include("", p.validateMetadata())
	if p.Search != nil {
		l.Include("", p.Search.validate(p.Job, p.Environment))
	}
	for i, t := range p.Triggers {
		l.Include(fmt.Sprintf("Triggers[%d]", i), t.validate(triggerName(i), p.Job.Parameters, p.Search != nil))
		l.Include(fmt.Sprintf("Triggers[%d]", i), p.validateStarts(t))
		l.Include(fmt.Sprintf("Triggers[%d]", i), p.validatePushed(i))
	}
	if p.AtOnce < 0 || p.AtOnce > longestLine/2 {
		l.Add("AtOnce", p.AtOnce, fmt.Sprintf("1 to %d, or 0 for any number", longestLine/2), "")
	}
	l.Include("", topic.ValidatePublishers("Publishers", p.Publishers))
	needed := p.Job.following(p.Prepare).given()
	needed.Network = p.Network
	l.Include("Role", p.Role.Covers(needed))
	return l.Err()
}

// validateNetwork checks that the network holds the jobs, and that they reach their packages.
func (p *WorkflowProps) validateNetwork() error {
	if p.Network == nil {
		return nil
	}
	var l problem.List
	limits := p.Environment.Resolved().Limits
	l.Include("Job", p.Job.resolved(limits).validateIn(p.Network, limits))
	if p.Prepare != nil {
		l.Include("Prepare", p.Prepare.resolvedJob(limits).validateIn(p.Network, limits))
	}
	if p.Evaluate != nil {
		l.Include("Evaluate", p.Evaluate.resolvedJob(limits).validateIn(p.Network, limits))
	}
	if p.Job.installs() && p.Job.Packages.Validate() == nil {
		l.Include("", p.Network.ValidatePackages(p.Job.Packages.ARN))
	}
	return l.Err()
}

func (p *WorkflowProps) validateNames(id string) error {
	var l problem.List
	validateTeam(&l, p.Team)
	p.owner().Validate(&l, "Name", p.Name, id, p.rooms()...)
	return l.Err()
}

// rooms are what is left to the name.
func (p *WorkflowProps) rooms() []names.Room {
	switch {
	case p.inPipeline:
		return []names.Room{names.RoomFor(names.Pipeline, ""), names.RoomFor(names.ModelPackageGroup, "")}
	case p.Search != nil:
		return []names.Room{names.JobRoom(), names.SearchRoom()}
	default:
		return []names.Room{names.JobRoom()}
	}
}

func (p *WorkflowProps) owner() names.Owner {
	return names.Owner{Environment: p.Environment.Name, Team: p.Team}
}

// name is that of the workflow with a construct of that id.
func (p *WorkflowProps) name(id string) string { return p.owner().Name(names.Part(p.Name, id)) }

// runs is what the workflow runs, for a construct of that id.
func (p *WorkflowProps) runs(id string) runs {
	return runs{
		environment: p.Environment.Resolved(), network: p.Network, job: p.Job.following(p.Prepare), name: p.name(id), team: p.Team,
		role: p.Role, prepare: p.Prepare, evaluate: p.Evaluate,
	}
}

// Workflow is a state machine that trains once for each execution: one job, and others in its place where AWS has no
// instances.
type Workflow struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// StateMachine is the state machine. Start it with an input that holds the job's Parameters. What is granted on it
	// to an account, a service or an ARN, which have no policies in the app, is dropped, and Success of the Grant alone
	// says so: state machines have none either
	// (https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html). Grant it to a role
	// here that they may assume.
	StateMachine awsstepfunctions.IStateMachine
	// Name is the state machine's, which the ARNs of its executions have too. It is a CDK token.
	Name string
	// Role is the execution role of the jobs.
	Role *access.ExecutionRole
	// Topic tells how each execution ended, and why. Subscribe to it. Alarms and the like publish to it where
	// Publishers names them.
	Topic awssns.ITopic
	// UndeliveredQueue is the ARN of the SQS queue that keeps, for 14 days, the events that EventBridge could not
	// deliver to the workflow: those of its Triggers, and of executions that ended. Look there when nothing started.
	UndeliveredQueue string
	// Parameters are what the input of each execution has to hold; none with Search.
	Parameters []Parameter
	// ModelGroup is the name of the model package group; empty: nothing is registered.
	ModelGroup string
}

// NewWorkflow makes a workflow, its role, logs and topic, and the job's role where none is given. It panics with one
// message that holds every problem when scope, id or props are wrong.
func NewWorkflow(scope constructs.Construct, id string, props *WorkflowProps) *Workflow {
	return cdk.Build("training.Workflow", scope, id, props, newWorkflow)
}

func newWorkflow(this constructs.Construct, id string, props *WorkflowProps) *Workflow {
	e := props.Environment.Resolved()
	r := props.runs(id)
	cdk.Claim(this, cdk.PathOf(this), names.TrainingJob, r.name)
	w, role := r.wire(this)
	w.gate, w.registration, w.triggers, w.atOnce = props.Gate, props.Register, props.Triggers, props.AtOnce
	w.search, w.pushed = props.Search.resolved(), props.pushed()
	topic := w.notify(this, props.LogKey, props.Network, props.Publishers)
	w.attached = props.Guard.PolicyARNs()
	emitted := cdk.Emit(this, cdk.PathOf(this), resources(r.job.resolved(e.Limits), w))
	name := emitted.Att("StateMachine", "Name")
	// By a reference alone the CDK would not know its account and region, and warn of every rule that starts it.
	arn := w.at.ARN("states", "stateMachine:"+name)
	access.Starts(this, func(g *access.Guard) error { return props.validateGuard(id, g) })
	made := &Workflow{
		ModelGroup:   w.modelGroup(),
		Construct:    this,
		StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(this, jsii.String("StateMachine"), &arn),
		Name:         name,
		Role:         role,
		Topic:        topic,

		UndeliveredQueue: emitted.Att(undelivered, "Arn"),
	}
	if props.Search == nil {
		made.Parameters = slices.Clone(props.Job.Parameters)
	}
	return made
}
