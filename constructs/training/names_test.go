package training_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func below(in constructs.Construct, id string) constructs.Construct {
	return constructs.NewConstruct(in, &id)
}

// Two constructs whose jobs, pipelines or models would have one name are an error that names both; all others get names
// of their own.
func TestNamesThatCollide(t *testing.T) {
	workflow := func(in constructs.Construct, id string, p *training.WorkflowProps, change ...func(*training.WorkflowProps)) {
		own := *p
		for _, c := range change {
			c(&own)
		}
		training.NewWorkflow(in, id, &own)
	}
	registers := func(p *training.WorkflowProps) { p.Register = &training.Registration{} }
	of := func(team string) func(*training.WorkflowProps) {
		return func(p *training.WorkflowProps) { p.Team = team }
	}
	in := func(environment string) func(*training.WorkflowProps) {
		return func(p *training.WorkflowProps) { p.Environment.Name = environment }
	}
	named := func(name string) func(*training.WorkflowProps) {
		return func(p *training.WorkflowProps) { p.Name = name }
	}
	pipeline := func(in constructs.Construct, id string, p *training.WorkflowProps, register *training.Registration) {
		training.NewPipeline(in, id, &training.PipelineProps{
			Network: p.Network, Guard: access.NewGuard(in, "Guard", nil), Job: p.Job, Register: register,
		})
	}
	request := func(in constructs.Construct, id string, p *training.WorkflowProps) {
		training.NewRequest(in, id, &training.RequestProps{Network: p.Network, Job: p.Job})
	}
	for name, test := range map[string]struct {
		build func(stack awscdk.Stack, p *training.WorkflowProps)
		want  []string // of the message; none: it is none
	}{
		"the same id in two scopes": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(below(s, "A"), "Churn", p)
			workflow(below(s, "B"), "Churn", p)
		}, []string{"Stack/B/Churn (", "1 problem", `Name: got "none--churn"; allowed: one that no other training job has in its account and region; Stack/A/Churn (`,
			"names_test.go:", "set Name for one of them"}},
		"Churn and churn": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(s, "Churn", p)
			workflow(s, "churn", p)
		}, []string{"Stack/churn (", "Stack/Churn ("}},
		"a job that a workflow is called after": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(s, "Churn", p)
			request(below(s, "A"), "Churn", p)
		}, []string{"Stack/A/Churn (", "Stack/Churn ("}},
		"the models of a workflow and a pipeline": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(s, "Churn", p, registers)
			pipeline(below(s, "A"), "Churn", p, &training.Registration{})
		}, []string{"Stack/A/Churn (", `ModelPackageGroupName: got "none--churn"; allowed: one that no other model package group has`, "Stack/Churn (", "set Name for one of them"}},
		"two pipelines": {func(s awscdk.Stack, p *training.WorkflowProps) {
			pipeline(s, "Churn", p, nil)
			pipeline(below(s, "A"), "Churn", p, nil)
		}, []string{"Stack/A/Churn (", `Name: got "none--churn"`, "Stack/Churn ("}},
		"a workflow and a pipeline that share nothing": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(s, "Churn", p, registers)
			pipeline(below(s, "A"), "Churn", p, nil)
		}, nil},
		"a name of its own": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(s, "Churn", p)
			workflow(below(s, "A"), "Churn", p, named("churn-weekly"))
		}, nil},
		"two environments": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(below(s, "A"), "Churn", p, in("dev"), registers)
			workflow(below(s, "B"), "Churn", p, in("dev-eu"), registers)
			workflow(below(s, "C"), "Churn", p, registers)
		}, nil},
		"two teams, and none": {func(s awscdk.Stack, p *training.WorkflowProps) {
			workflow(below(s, "A"), "Churn", p, of("red"), registers)
			workflow(below(s, "B"), "Churn", p, of("red-churn"), registers)
			workflow(below(s, "C"), "Churn", p, registers)
			workflow(s, "Red", p, registers)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			build := func(stack awscdk.Stack) { test.build(stack, props(stack)) }
			if test.want == nil {
				synthtest.Template(t, "eu-west-1", build)
				return
			}
			err := synthtest.Error(t, "eu-west-1", build)
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the message lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

// The stacks of an app collide too, where they are deployed to one place.
func TestNamesThatCollideAcrossStacks(t *testing.T) {
	build := func(same bool) error {
		return synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
			for _, id := range []string{"A", "B"} {
				region := "eu-west-1"
				if id == "B" && !same {
					region = "us-east-1"
				}
				stack := awscdk.NewStack(app, jsii.String(id), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region}})
				training.NewWorkflow(stack, "Churn", props(stack))
			}
		})
	}
	if err := build(true); err == nil || !strings.Contains(err.Error(), "B/Churn (") || !strings.Contains(err.Error(), "A/Churn (") {
		t.Errorf("one region: got %v", err)
	}
	if err := build(false); err != nil {
		t.Errorf("two regions: got %v", err)
	}
}
