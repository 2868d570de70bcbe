package training

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// RequestProps say which job is run by something other than a workflow or a pipeline. Network and Job are required.
type RequestProps struct {
	// Environment decides the limits that the job must keep. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where the job runs. Required.
	Network *network.Isolated
	// Job is what runs. Required.
	Job Job
	// Name is what the job is called in the names of its runs: see [WorkflowProps]. Empty: the construct's id, in lower case.
	Name string
	// Team is the value of the tag Team of the jobs, which a guard for Teams demands. Empty: no such tag.
	Team string
	// Role is the job's execution role. Nil: one is made with exactly what the job needs.
	Role *access.ExecutionRole
}

// Validate reports every problem of the props, for a request of that construct id.
func (p *RequestProps) Validate(id string) error {
	p, l := props.Of(p)
	l.Include("", p.asWorkflow().Validate(id))
	return l.Err()
}

// asWorkflow is what a request has in common with a workflow, which is checked alike.
func (p *RequestProps) asWorkflow() *WorkflowProps {
	return &WorkflowProps{Environment: p.Environment, Network: p.Network, Job: p.Job, Name: p.Name, Team: p.Team, Role: p.Role}
}

// Request is what starts a job, for whoever starts it: the request that a [Workflow] makes, but for what each run has of its own.
type Request struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Name starts the name of every job: two hyphens and at most 32 letters and digits follow.
	Name string
	// Role is the execution role of the jobs.
	Role *access.ExecutionRole
	// Team is the value of their tag Team; empty: none.
	Team string
	// Document is the request of CreateTrainingJob without TrainingJobName, without the Parameters among its HyperParameters, and
	// without CheckpointConfig. It is on spot where the job is.
	Document map[string]any
	// Parameters are the hyperparameters that each run gives, as texts.
	Parameters []Parameter
	// Checkpoints is where each run has a folder of its own: s3://bucket/path/. Empty: none are kept.
	Checkpoints string
	// Inputs are the prefixes that it reads from, its code's included.
	Inputs []storage.Prefix
	// Manifests are the objects that list what is read. Empty: none.
	Manifests []storage.Object
	// Longest is how long a job may take, waiting for instances and moving its data included.
	Longest time.Duration
}

// NewRequest makes the execution role of a job where none is given, and the request that starts it. What was ended by capacity is
// started again by nobody, unless whoever starts it does. It panics with one message that holds every problem when scope, id or
// props are wrong.
func NewRequest(scope constructs.Construct, id string, props *RequestProps) *Request {
	return cdk.Build("training.Request", scope, id, props, newRequest)
}

func newRequest(this constructs.Construct, id string, props *RequestProps) *Request {
	e := props.Environment.Resolved()
	job := props.Job.resolved(e.Limits)
	r := props.asWorkflow().runs(id)
	cdk.Claim(this, cdk.PathOf(this), names.TrainingJob, r.name)
	w, role := r.wire(this)
	longest := job.MaxRuntime
	if job.Spot {
		longest = job.MaxWait
	}
	bare := job
	bare.Checkpoints = storage.Prefix{} // each run names its own folder
	made := &Request{
		Construct: this, Name: w.namePrefix, Role: role, Team: props.Team, Document: common(bare, w, dialect{}, job.Spot), Parameters: slices.Clone(job.Parameters),
		Longest: longest + pendingTime,
	}
	for _, i := range job.channels() {
		if i.From.Bucket != nil {
			made.Inputs = append(made.Inputs, i.From)
		}
	}
	made.Manifests = job.given().Objects
	if job.Checkpoints.Bucket != nil {
		made.Checkpoints = job.Checkpoints.URI()
	}
	return made
}

// Name is the hyperparameter's name.
func (p Parameter) Name() string { return p.name }

// Schema says what the parameter takes, in JSON Schema: a type, and its bounds or texts.
func (p Parameter) Schema() map[string]any {
	switch {
	case p.allowed != nil:
		return map[string]any{"type": "string", "enum": p.allowed}
	case p.whole:
		return map[string]any{"type": "integer", "minimum": p.min, "maximum": p.max}
	default:
		return map[string]any{"type": "number", "minimum": p.min, "maximum": p.max}
	}
}

// ValidateInput reports every parameter that the input lacks or that is out of bounds, and what is no parameter.
func ValidateInput(parameters []Parameter, input map[string]any) error {
	var l problem.List
	for i, p := range parameters {
		if p.name == "" {
			l.Add(fmt.Sprintf("parameters[%d]", i), nil, "one of training.Integer, training.Number and training.OneOf", "")
			continue
		}
		value, given := input[p.name]
		if given && p.validate() != nil {
			continue // which is told of the parameter
		}
		if !given || !p.takes(value) {
			l.Add(p.name, value, p.String(), "")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(input)) {
		if !slices.ContainsFunc(parameters, func(p Parameter) bool { return p.name == name }) {
			l.Add(name, input[name], "one of the job's Parameters", "")
		}
	}
	return l.Err()
}
