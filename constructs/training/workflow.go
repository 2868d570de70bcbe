package training

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
	"github.com/plinth-ml/plinth/internal/topic"
)

// WorkflowProps say which job a workflow runs, and where. Network and Job are required.
type WorkflowProps struct {
	// Environment decides the limits that the job must keep and how long logs are kept. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where the job runs. Required.
	Network *network.Isolated
	// Guard is what its jobs are held to, so that what it would deny is told at synth. Nil: that is found when a job starts.
	Guard *access.Guard
	// Job is what runs. Required.
	Job Job
	// Name starts the name of every job, followed by a hyphen and 32 letters and digits: at most 30 letters, digits and
	// hyphens. Empty: the environment's name, the team and the construct's id.
	Name string
	// Team, 1 to 20 lower-case letters, digits and hyphens, is the value of the tag Team of the jobs and of the workflow's role,
	// which a guard for Teams demands. Empty: no such tag.
	Team string
	// Prepare is a processing job before the training, whose Inputs then may be Prepared. Nil: none.
	Prepare *Processing
	// Search looks for the job's Parameters instead of taking them from each execution. Nil: they are taken.
	Search *Search
	// Gate is what a model has to reach; one that does not is kept, told of, and not registered. Empty: any will do.
	Gate []Threshold
	// Evaluate is a processing job on each model that reached the gate, which it finds in /opt/ml/processing/input/model. A model
	// whose evaluation exits with an error is not registered. Nil: none.
	Evaluate *Processing
	// Register makes each model that passed a version in a model package group named as the workflow, which waits for an approval.
	// Nil: none is registered.
	Register *Registration
	// AtOnce is how many executions may run at a time, at most 50; the others wait for their turn, oldest first, up to a day, and no
	// more than 100 with those that run. Zero: any number.
	AtOnce int
	// Triggers start executions by themselves. Empty: only people do.
	Triggers []Trigger
	// Role is the job's execution role. Nil: one is made with exactly what the job needs.
	Role *access.ExecutionRole
	// LogKey encrypts the workflow's logs and what its topic sends; its policy must let CloudWatch Logs use it, and the account's
	// roles by their identity policies. Nil: the network's.
	LogKey awskms.IKey
	// Publishers are AWS services that may publish to the Topic for resources of the account, by their principals:
	// "cloudwatch.amazonaws.com" for alarms, "events.amazonaws.com" for EventBridge rules, "budgets.amazonaws.com",
	// "costalerts.amazonaws.com". The policies of the topic and of its key follow. Empty: none.
	Publishers []string

	inPipeline bool // jobs are named by the pipeline
}

var teamPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,19}$`)

// SageMaker takes 63 characters; a hyphen and 32 digits of the hash follow.
var prefixPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,29}$`)

// Validate reports every problem of the props, for a workflow of that construct id.
func (p *WorkflowProps) Validate(id string) error {
	if p == nil {
		p = &WorkflowProps{}
	}
	var l problem.List
	l.Include("Environment", p.Environment.Validate())
	if p.Network == nil {
		l.Add("Network", nil, "the network that the job runs in", "make one with network.NewIsolated")
	}
	l.Include("", p.validateNames(id))
	l.Include("Job", p.Job.validate(p.Environment, p.Search != nil))
	l.Include("", p.validateProcessing())
	l.Include("", p.validateNetwork())
	l.Include("", p.validateGuard())
	l.Include("", p.Job.validateGate(p.Gate))
	taken := p.Job.Parameters
	if p.Search != nil {
		l.Include("", p.Search.validate(p.Job, p.Environment))
		taken = nil
	}
	for i, t := range p.Triggers {
		l.Include(fmt.Sprintf("Triggers[%d]", i), t.validate(taken))
	}
	if p.AtOnce < 0 || p.AtOnce > longestLine/2 {
		l.Add("AtOnce", p.AtOnce, fmt.Sprintf("1 to %d, or 0 for any number", longestLine/2), "")
	}
	l.Include("", topic.ValidatePublishers("Publishers", p.Publishers))
	l.Include("Role", p.Role.Covers(p.Job.following(p.Prepare).given()))
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
	if p.Team != "" && !token.Is(p.Team) && !teamPattern.MatchString(p.Team) {
		l.Add("Team", p.Team, "1 to 20 lower-case letters, digits and hyphens", "")
	}
	name := p.name(id)
	if !token.Is(name) && !prefixPattern.MatchString(name) {
		l.Add("Name", name, "1 to 30 letters, digits and hyphens, no hyphen first", "set Name: it starts the name of each job")
	}
	if p.Search != nil && !p.inPipeline && len(name) > maxSearchName {
		l.Add("Name", name, fmt.Sprintf("at most %d characters with Search", maxSearchName), "SageMaker's names of searches are that short")
	}
	return l.Err()
}

func (p *WorkflowProps) name(id string) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.Team != "":
		id = p.Team + "-" + id
	}
	if p.Environment.Name != "" {
		id = p.Environment.Name + "-" + id
	}
	return strings.ToLower(id)
}

// Workflow is a state machine that trains once for each execution: one job, and others in its place where AWS has no instances.
type Workflow struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// StateMachine is the state machine. Start it with an input that holds the job's Parameters.
	StateMachine awsstepfunctions.IStateMachine
	// Name is the state machine's, which the ARNs of its executions have too. It is a CDK token.
	Name string
	// Role is the execution role of the jobs.
	Role *access.ExecutionRole
	// Topic tells how each execution ended, and why. Subscribe to it. Alarms and the like publish to it where Publishers names them.
	Topic awssns.ITopic
	// Parameters are what the input of each execution has to hold; none with Search.
	Parameters []Parameter
	// ModelGroup is the name of the model package group; empty: nothing is registered.
	ModelGroup string
}

// NewWorkflow makes a workflow, its role, logs and topic, and the job's role where none is given. It panics with one message
// that holds every problem when scope, id or props are wrong.
func NewWorkflow(scope constructs.Construct, id string, props *WorkflowProps) *Workflow {
	const kind = "training.Workflow"
	this := cdk.New(kind, scope, id, props.Validate(id))
	e := props.Environment.Resolved()
	r := runs{environment: e, network: props.Network, job: props.Job.following(props.Prepare), name: props.name(id), team: props.Team,
		role: props.Role, prepare: props.Prepare, evaluate: props.Evaluate}
	w, role := r.wire(this, kind, scope, id)
	w.gate, w.registration, w.triggers, w.atOnce = props.Gate, props.Register, props.Triggers, props.AtOnce
	w.search = props.Search.resolved()
	topic := w.notify(this, kind, scope, id, props.LogKey, props.Network, props.Publishers)
	emitted := cdk.Emit(this, cdk.Path(scope, id), resources(r.job.resolved(e.Limits), w))
	made := &Workflow{
		Construct:    this,
		StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(this, jsii.String("StateMachine"), jsii.String(emitted.Ref("StateMachine"))),
		Name:         emitted.Att("StateMachine", "Name"),
		Role:         role,
		Topic:        topic,
	}
	if props.Search == nil {
		made.Parameters = slices.Clone(props.Job.Parameters)
	}
	if props.Register != nil {
		made.ModelGroup = w.namePrefix
	}
	return made
}
