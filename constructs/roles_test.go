package constructs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// A workflow refuses a role that its job can't do its work by, and tells each fault once.
func TestRolesOfWorkflows(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid := validProps(stack)
		given := func() *training.WorkflowProps { return valid["training.NewWorkflow"]().(*training.WorkflowProps) }
		whole := func(change func(*access.ExecutionRoleProps)) *access.ExecutionRole {
			p := &access.ExecutionRoleProps{Network: given().Network}
			p.Reads = append(p.Reads, given().Job.Inputs[0].From)
			p.Writes = append(p.Writes, given().Job.Output)
			change(p)
			return access.NewExecutionRole(stack, fmt.Sprint("X", next()), p)
		}
		role := func(name string) *access.ExecutionRole {
			return constructors[name].make(stack, fmt.Sprint("X", next()), valid[name]()).(*access.ExecutionRole)
		}
		for name, test := range map[string]struct {
			role *access.ExecutionRole
			want string // the one problem; empty: none
		}{
			"as it needs":        {whole(func(*access.ExecutionRoleProps) {}), ""},
			"without a network":  {whole(func(p *access.ExecutionRoleProps) { p.Network = nil }), "Role.Network: got nothing; allowed: the network that the job runs in"},
			"of processing":      {whole(func(p *access.ExecutionRoleProps) { p.Jobs = access.ProcessingJobs }), `Role.Jobs: got ProcessingJobs; allowed: TrainingJobs`},
			"without its inputs": {whole(func(p *access.ExecutionRoleProps) { p.Reads = nil }), `Role.Reads[0]: got "train/" in Stack/Data; allowed`},
			"of pipelines":       {role("access.NewPipelineRole"), "Role: got access.PipelineRole Stack/X"},
			"of Airflow":         {role("access.NewAirflowRole"), "Role: got access.AirflowRole Stack/X"},
			"of a cluster":       {role("access.NewClusterRole"), "Role: got access.ClusterRole Stack/X"},
			"of another environment": {access.NewExecutionRole(stack, "Prod", &access.ExecutionRoleProps{
				Network: network.NewIsolated(stack, "ProdNetwork", &network.IsolatedProps{Environment: environment.Environment{Name: "prod"}}),
			}), `Role: got access.ExecutionRole Stack/Prod, of environment "prod"`},
		} {
			p := given()
			p.Role = test.role
			before := len(unwrapped(faults))
			training.NewWorkflow(stack, fmt.Sprint("W", next()), p)
			found := unwrapped(faults)[before:]
			if test.want == "" && len(found) == 0 {
				continue
			}
			if text := fmt.Sprint(found); test.want == "" || !strings.Contains(text, test.want) || strings.Count(text, "\n") != 1 {
				t.Errorf("%s: %s", name, text)
			}
		}
	})
}

// Roles that SageMaker can't assume are found when the app is synthesized, whichever construct passes them.
func TestPassedRolesAreAssumable(t *testing.T) {
	findings := synthtest.Findings(t, func(stack awscdk.Stack) {
		guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev})
		ways := []access.WayIn{access.IdentityCenter("A")}
		operator := access.NewOperator(stack, "Operator", &access.OperatorProps{Environment: dev, TrustedBy: ways})
		id := "Lambda"
		lambda := awsiam.NewRole(stack, &id, &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(&[]string{"lambda.amazonaws.com"}[0], nil)})
		access.NewLauncher(stack, "L1", &access.LauncherProps{Environment: dev, Guard: guard, TrustedBy: ways, ExecutionRoles: []awsiam.IRole{operator.Role}})
		access.NewPipelineRole(stack, "P", &access.PipelineRoleProps{Environment: dev, Guard: guard, ExecutionRoles: []awsiam.IRole{lambda}})
	})
	for _, f := range findings {
		if f.Rule != "Plinth::PassRefused" {
			t.Errorf("got %v", f)
		}
	}
	if len(findings) != 2 {
		t.Errorf("%d findings", len(findings))
	}
}
