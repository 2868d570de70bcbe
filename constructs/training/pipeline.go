package training

import (
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// PipelineProps say which job a SageMaker pipeline runs, and under which guard. Network, Guard and Job are required.
type PipelineProps struct {
	// Environment decides the limits that the job must keep. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where the job runs. Required.
	Network *network.Isolated
	// Guard is what its jobs are held to: its Policies are attached to the role that starts them, and what it would
	// deny in the requests is an error at synth. Required.
	Guard *access.Guard
	// Job is what runs. Each execution gives its Parameters; a pipeline holds them to their type and to the texts of
	// OneOf, each of at most 1,024 characters, not to bounds. Required.
	Job Job
	// Name is what the pipeline is called in its name and that of its model package group, dev--NAME, or with a team
	// dev---red--NAME: lower-case letters, digits and single hyphens between them. The whole has at most 63 characters.
	// Empty: the construct's id, in lower case.
	Name string
	// Team is the value of the tag Team of the jobs, which a guard for Teams demands. Empty: no such tag.
	Team string
	// Prepare is a processing job before the training, whose Inputs then may be Prepared. Nil: none.
	Prepare *Processing
	// Search looks for the job's Parameters instead of taking them from each execution. Nil: they are taken.
	Search *Search
	// Gate is what a model has to reach to be registered; one that does not fails the execution. With Search, of its
	// objective only. Empty: any will do.
	Gate []Threshold
	// Evaluate is a processing job on each model that reached the gate, which it finds in
	// /opt/ml/processing/input/model. A model whose evaluation exits with an error is not registered, and fails the
	// execution. Nil: none.
	Evaluate *Processing
	// Register makes each model that passed a version in a model package group, which waits for an approval. Nil: none
	// is registered.
	Register *Registration
	// CacheFor is how long the result of the same job with the same inputs is taken instead of running it again, in
	// whole days; not with Checkpoints or Prepare, whose folders are each execution's own, or Search. Zero: never.
	CacheFor time.Duration
	// Role is the job's execution role. Nil: one is made with exactly what the job needs.
	Role *access.ExecutionRole
	// LogKey encrypts the logs of what tells of executions and what its topic sends; its policy must let CloudWatch
	// Logs use it, and the account's roles by their identity policies through SNS, which is added to a key of the app.
	// Nil: the network's.
	LogKey awskms.IKey
	// Publishers are AWS services that may publish to the Topic for resources of the account: see [WorkflowProps].
	// Empty: none.
	Publishers []string
}

// pipelineNamePattern is what the name of a pipeline's parameter may be
// (https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/).
var pipelineNamePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Validate reports every problem of the props, for a pipeline of that construct id.
func (p *PipelineProps) Validate(id string) error {
	p, l := props.Of(p)
	w := p.asWorkflow()
	l.Include("", w.Validate(id))
	if p.Guard == nil {
		l.Add("Guard", nil, "what the jobs are held to", "make one with access.NewGuard")
	}
	for i, parameter := range p.Job.Parameters {
		if p.Search != nil {
			break // which declares none
		}
		for k, text := range parameter.allowed {
			model.PipelineValue.Check(&l, fmt.Sprintf("Job.Parameters[%d].allowed[%d]", i, k), text)
		}
		if !pipelineNamePattern.MatchString(parameter.name) {
			l.Add(fmt.Sprintf("Job.Parameters[%d].name", i), parameter.name, "1 to 64 letters, digits, underscores and hyphens in a pipeline", "")
		}
	}
	if p.CacheFor < 0 || p.CacheFor%(24*time.Hour) != 0 {
		l.Add("CacheFor", p.CacheFor, "whole days, or 0 for never", "")
	}
	if p.Search != nil {
		l.Include("", p.validateSearch())
	}
	if p.CacheFor > 0 && (p.Job.Checkpoints.Bucket != nil || p.Prepare != nil) {
		l.Add("CacheFor", p.CacheFor, "none with Job.Checkpoints or Prepare", "their folders are each execution's own, so that no job is ever the same")
	}
	return l.Err()
}

// validateSearch refuses what a pipeline can't do with a search: it is told the objective of the best job, and no other
// metric.
func (p *PipelineProps) validateSearch() error {
	var l problem.List
	for i, t := range p.Gate {
		if t.metric != p.Search.Objective {
			l.Add(fmt.Sprintf("Gate[%d]", i), t.metric, "the objective of Search in a pipeline, "+p.Search.Objective, "SageMaker tells it of no other metric")
		}
	}
	if p.CacheFor > 0 {
		l.Add("CacheFor", p.CacheFor, "none with Search", "a search finds something else each time")
	}
	return l.Err()
}

// asWorkflow is what a pipeline has in common with a workflow, which is checked alike.
func (p *PipelineProps) asWorkflow() *WorkflowProps {
	return &WorkflowProps{
		Environment: p.Environment, Network: p.Network, Guard: p.Guard, Job: p.Job, Name: p.Name, Team: p.Team, Prepare: p.Prepare, Search: p.Search, Gate: p.Gate,
		Evaluate: p.Evaluate, Register: p.Register, Role: p.Role, Publishers: p.Publishers, inPipeline: true,
	}
}

// Pipeline is a SageMaker pipeline that trains once for each execution.
type Pipeline struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Name is the pipeline's: aws sagemaker start-pipeline-execution --pipeline-name NAME.
	Name string
	// Role is the execution role of the jobs, and PipelineRole that of the pipeline.
	Role, PipelineRole *access.ExecutionRole
	// Topic tells how each execution ended. Subscribe to it. Alarms and the like publish to it where Publishers names
	// them.
	Topic awssns.ITopic
	// UndeliveredQueue is the ARN of the SQS queue that keeps, for 14 days, the events of ended executions that
	// EventBridge could not deliver.
	UndeliveredQueue string
	// ModelGroup is the name of the model package group; empty: nothing is registered.
	ModelGroup string
}

// NewPipeline makes a SageMaker pipeline that runs the same job as a [Workflow]: train, hold the metrics against the
// gate, register. What capacity, SageMaker or a quota ended is tried again by SageMaker itself, under another name; a
// job on spot stays on spot. It panics with one message that holds every problem when scope, id or props are wrong.
func NewPipeline(scope constructs.Construct, id string, props *PipelineProps) *Pipeline {
	return cdk.Build("training.Pipeline", scope, id, props, newPipeline)
}

func newPipeline(this constructs.Construct, id string, props *PipelineProps) *Pipeline {
	e := props.Environment.Resolved()
	r := props.asWorkflow().runs(id)
	name := r.name
	cdk.ClaimOwn(this, "training.Pipeline", "Name", name, "")
	w, role := r.wire(this)
	w.gate, w.registration, w.search = props.Gate, props.Register, props.Search.resolved()
	given := &access.PipelineRoleProps{Environment: props.Environment, Guard: props.Guard, Team: props.Team, ExecutionRoles: []awsiam.IRole{role.Role}}
	for i, passed := range w.roles()[1:] {
		given.ExecutionRoles = append(given.ExecutionRoles, awsiam.Role_FromRoleArn(this, jsii.String(fmt.Sprintf("Passed%d", i)), jsii.String(passed), nil))
	}
	pipeline := &Pipeline{Construct: this, Name: name, Role: role}
	if pipeline.ModelGroup = w.modelGroup(); pipeline.ModelGroup != "" {
		given.ModelGroups = []string{pipeline.ModelGroup}
	}
	pipeline.PipelineRole = access.NewPipelineRole(this, "PipelineRole", given)
	pipeline.Topic = w.notify(this, props.LogKey, props.Network, props.Publishers)
	emitted := cdk.Emit(this, cdk.PathOf(this), pipelineResources(r.job.resolved(e.Limits), w, *pipeline.PipelineRole.Role.RoleArn(), props.CacheFor))
	access.Starts(this, func(g *access.Guard) error { return props.asWorkflow().validateGuard(id, g) })
	pipeline.UndeliveredQueue = emitted.Att(undelivered, "Arn")
	return pipeline
}

// days is a duration as ISO 8601 writes it.
func days(d time.Duration) string { return fmt.Sprintf("P%dD", int(d.Hours()/24)) }
