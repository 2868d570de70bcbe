package access

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/props"
)

// OperatorProps say who looks after jobs. TrustedBy is required.
type OperatorProps struct {
	// Environment gives the name that the names of all jobs start with: dev--. Zero: the preset of Production, whose jobs start with
	// none--.
	Environment environment.Environment
	// TrustedBy are who may assume the role. Required.
	TrustedBy []WayIn
	// Features are the parts of SageMaker besides Training whose jobs it looks after. Empty: none.
	Features []Feature
	// Workflows are the ARNs of the state machines that it looks after. Empty: none.
	Workflows []string
}

// Validate reports every problem of the props.
func (p *OperatorProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	l.Include("", validateWaysIn(p.TrustedBy))
	l.Include("", validateFeatures(p.Features))
	arn.Validate(&l, "Workflows", p.Workflows, "states", ":stateMachine:", "the ARN of a state machine")
	return l.Err()
}

// NewOperator makes the role of who is on call: it sees the environment's jobs, executions, logs, metrics and alarms, of every
// team, and stops jobs and executions. It starts, changes and deletes nothing and reads no data. It panics with one message
// that holds every problem when scope, id or props are wrong.
func NewOperator(scope constructs.Construct, id string, props *OperatorProps) *Person {
	return cdk.Build("access.Operator", scope, id, props, newOperator)
}

func newOperator(this constructs.Construct, _ string, props *OperatorProps) *Person {
	at := cdk.Location(this)
	s := scopeOf{
		at: at, features: props.Features, named: namedBy(props.Environment, ""),
		workflows: props.Workflows, executions: executions(at, props.Workflows),
	}
	statements := append(s.jobs(false), s.runs(false)...)
	statements = append(statements, policy.Statement{
		Effect: policy.Allow, Actions: []string{"cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "cloudwatch:DescribeAlarms"},
		Resources: []string{"*"}, Why: "metrics know no resource, and alarms are listed",
	})
	return newPerson(this, personRole("Looks after jobs and stops them", at, props.TrustedBy, statements))
}
