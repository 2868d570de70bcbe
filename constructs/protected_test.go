package constructs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
)

// synthesizeAll makes one of each constructor in a stack, and synthesizes it. It returns their names by ids, and what
// the CDK says.
func synthesizeAll(dir string, protect func(awscdk.Stack)) (names map[string]string, said string) {
	faults := fault.Collect() // of names that what the props are made with has already
	defer faults.Stop()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, AutoSynth: jsii.Bool(false), Context: &map[string]any{"@aws-cdk/core:stackResourceLimit": 0}})
	stack := newStack(app)
	protect(stack)
	valid, names := validProps(stack), map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(constructors)) {
		id := fmt.Sprint("X", next())
		constructors[name].make(stack, id, valid[name]())
		names[*stack.Node().Path()+"/"+id] = name
	}
	defer func() {
		if r := recover(); r != nil {
			said = fmt.Sprint(r)
		}
	}()
	app.Synth(nil)
	return names, ""
}

// Every construct with a role that starts jobs is held to the guard that protects it, and no other is.
func TestWhatAProtectingGuardHolds(t *testing.T) {
	dir := t.TempDir()
	names, _ := synthesizeAll(dir, func(awscdk.Stack) {})
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	starts := map[string]bool{}
	for _, s := range stacks {
		for _, r := range s.Template.Resources {
			if text := fmt.Sprint(r.Properties); strings.HasPrefix(r.Type, "AWS::IAM::") && !strings.Contains(text, "Effect:Deny") &&
				strings.Contains(text, "sagemaker:CreateTrainingJob") {
				for path, name := range names {
					if strings.HasPrefix(r.Path(), path+"/") {
						starts[name] = true
					}
				}
			}
		}
	}
	names, said := synthesizeAll(t.TempDir(), func(stack awscdk.Stack) {
		access.NewGuard(stack, "Protector", &access.GuardProps{Environment: dev, Teams: true, Features: []access.Feature{access.Processing, access.Tuning}}).Protect(stack)
	})
	held := map[string]bool{}
	for path, name := range names {
		if strings.Contains(said, " "+path+" (") {
			held[name] = true
		}
	}
	if len(starts) < 4 || !maps.Equal(starts, held) {
		t.Errorf("held: %v, and start jobs: %v:\n%s", held, starts, said)
	}
}

// hourly are props of a workflow whose job takes an hour, with all that Airflow needs.
func hourly(stack awscdk.Stack) *training.WorkflowProps {
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment: dev, Capabilities: []network.Capability{network.Training, network.Airflow, network.AirflowServerless},
	})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev})
	return &training.WorkflowProps{Environment: dev, Network: net, Job: training.Job{
		Image: training.XGBoost("3.2-0"), Output: data.Prefix("models/"), InstanceType: "ml.m5.xlarge", MaxRuntime: time.Hour,
		Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/")}, {Channel: "validation", From: data.Prefix("validation/")}},
	}}
}

// failure is the error of an app of one stack that build fills; nil: none.
func failure(t *testing.T, build func(stack awscdk.Stack)) error {
	return synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) { build(awscdk.NewStack(app, jsii.String("Stack"), nil)) })
}

// What a guard denies that protects jobs is told as by the guard that they are given.
func TestJobsUnderAProtectingGuard(t *testing.T) {
	of := func(l environment.Limits, features ...access.Feature) *access.GuardProps {
		e := dev
		e.Limits = l
		return &access.GuardProps{Environment: e, Features: features}
	}
	short := of(environment.Limits{Runtime: 10 * time.Minute}, access.Tuning, access.Processing)
	search := func(p *training.WorkflowProps) {
		p.Job.Parameters = []training.Parameter{training.Integer("max_depth", 1, 9)}
		p.Search = &training.Search{Objective: "validation:auc", Jobs: 2}
	}
	for name, test := range map[string]struct {
		guard  *access.GuardProps
		change func(*training.WorkflowProps)
		want   []string // for workflow and pipeline each; none: all is well
	}{
		"time": {short, func(*training.WorkflowProps) {}, []string{": 1 problem\n  - Job.MaxRuntime: got 1h0m0s; allowed: at most the guard's 10m0s"}},
		"features": {of(environment.Limits{}), search,
			[]string{`Search: got "given"; allowed: none under a guard without Tuning; add access.Tuning to GuardProps.Features`}},
		"teams":      {&access.GuardProps{Environment: dev, Teams: true}, func(*training.WorkflowProps) {}, []string{": 1 problem\n  - Team: got nothing"}},
		"warm pools": {of(environment.Limits{}), func(p *training.WorkflowProps) { p.Job.KeepAlive = time.Minute }, []string{"Job.KeepAlive: got 1m0s"}},
		"processing": {short, func(p *training.WorkflowProps) {
			p.Job.MaxRuntime = time.Minute
			p.Prepare = &training.Processing{
				Image: p.Job.Image, Inputs: p.Job.Inputs, Output: p.Job.Output.Bucket.Prefix("prepared/"), InstanceType: "ml.m5.large", MaxRuntime: time.Hour,
			}
		}, []string{"Prepare.MaxRuntime: got 1h0m0s"}},
		"all is well": {short, func(p *training.WorkflowProps) { p.Job.MaxRuntime = 10 * time.Minute }, nil},
	} {
		for _, first := range []bool{true, false} {
			err := failure(t, func(stack awscdk.Stack) {
				p := hourly(stack)
				test.change(p)
				guard := access.NewGuard(stack, "Guard", test.guard)
				if first {
					guard.Protect(stack)
				}
				training.NewWorkflow(stack, "Churn", p)
				lax := of(environment.Limits{}, access.Tuning, access.Processing)
				lax.KeepAlive = time.Hour
				training.NewPipeline(stack, "Pipe", &training.PipelineProps{
					Environment: p.Environment, Network: p.Network, Guard: access.NewGuard(stack, "Lax", lax), Job: p.Job, Search: p.Search, Prepare: p.Prepare,
				})
				if !first {
					guard.Protect(stack)
					guard.Protect(stack) // again: it is told once
				}
			})
			for _, kind := range []string{"training.Workflow Stack/Churn", "training.Pipeline Stack/Pipe"} {
				for _, want := range append(test.want, kind+" (") {
					if got := err != nil && strings.Contains(err.Error(), want); got != (test.want != nil) {
						t.Errorf("%s, Protect first %t: %q is told: %t\n%v", name, first, want, got, err)
					}
				}
				if err != nil && strings.Count(err.Error(), kind) != 1 {
					t.Errorf("%s, Protect first %t: %s is told of another number of times than once\n%v", name, first, kind, err)
				}
			}
		}
	}
}

// A DAG's own job is held to the guard that protects the role of Airflow, and one outside of what is protected to none.
func TestDAGsUnderAProtectingGuard(t *testing.T) {
	err := failure(t, func(stack awscdk.Stack) {
		p := hourly(stack)
		inner := awscdk.NewNestedStack(stack, jsii.String("Inner"), nil)
		job := training.NewRequest(stack, "Job", &training.RequestProps{Environment: p.Environment, Network: p.Network, Job: p.Job})
		guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev})
		dags := []airflow.DAG{{ID: "daily", Job: job}}
		logs := storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Environment: dev, Class: storage.Logs})
		airflow.NewEnvironment(stack, "Out", &airflow.EnvironmentProps{Environment: dev, Network: p.Network, Guard: guard, DAGs: dags, AccessLogs: logs})
		airflow.NewEnvironment(inner, "In", &airflow.EnvironmentProps{Environment: dev, Network: p.Network, Guard: guard, DAGs: dags, AccessLogs: logs})
		airflow.NewServerless(inner, "Less", &airflow.ServerlessProps{Environment: dev, Network: p.Network, Guard: guard, DAGs: dags, AccessLogs: logs})
		strict := dev
		strict.Limits.Runtime = time.Minute
		access.NewGuard(stack, "Strict", &access.GuardProps{Environment: strict}).Protect(inner)
	})
	for _, want := range []string{"airflow.Environment Stack/Inner/In (", "airflow.Serverless Stack/Inner/Less (", "which protects Stack/Inner (",
		`DAGs[0].Job: got "one of training.NewRequest with Job.MaxRuntime: 1h0m0s"; allowed: at most the guard's 1m0s`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q:\n%v", want, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "Stack/Out") {
		t.Error(err)
	}
}
