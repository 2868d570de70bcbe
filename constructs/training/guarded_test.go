package training_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// guarded is a workflow and its guard, for tests to change.
type guarded struct {
	stack         awscdk.Stack
	data, scratch *storage.DataBucket
	other         *network.Isolated
	workflow      training.WorkflowProps
	guard         access.GuardProps
}

func newGuarded(stack awscdk.Stack) guarded {
	dev := environment.Environment{Name: "dev", Tier: environment.Development}
	bucket := func(id string) *storage.DataBucket {
		return storage.NewDataBucket(stack, id, &storage.DataBucketProps{Environment: dev})
	}
	net := func(id string) *network.Isolated {
		return network.NewIsolated(stack, id, &network.IsolatedProps{Environment: dev})
	}
	g := guarded{stack: stack, data: bucket("Data"), scratch: bucket("Scratch"), other: net("Other")}
	g.workflow = training.WorkflowProps{Environment: dev, Network: net("Network"), Job: training.Job{
		Image: training.XGBoost("3.2-0"), Inputs: []training.Input{{Channel: "train", From: g.data.Prefix("train/")}, {Channel: "validation", From: g.data.Prefix("validation/")}},
		Output: g.data.Prefix("models/"), InstanceType: "ml.m5.xlarge", MaxRuntime: 40 * time.Minute,
	}}
	g.guard = access.GuardProps{
		Environment: dev, Network: g.workflow.Network, Keys: []string{g.data.KeyARN}, Features: []access.Feature{access.Tuning, access.Processing},
	}
	return g
}

// process adds a preparation and an evaluation.
func (g *guarded) process() {
	g.workflow.Prepare = &training.Processing{
		Image: g.workflow.Job.Image, Inputs: []training.Input{{Channel: "raw", From: g.data.Prefix("raw/")}}, Output: g.data.Prefix("prepared/"),
		InstanceType: "ml.m5.large", MaxRuntime: 20 * time.Minute,
	}
	after := *g.workflow.Prepare
	after.Inputs, after.MaxRuntime = nil, 10*time.Minute
	g.workflow.Evaluate = &after
}

// search looks for a parameter.
func (g *guarded) search() {
	g.workflow.Job.Parameters = []training.Parameter{training.Integer("max_depth", 1, 9)}
	g.workflow.Search = &training.Search{Objective: "validation:auc", Jobs: 2}
}

func (g *guarded) parameter(id string) string {
	return *awscdk.NewCfnParameter(g.stack, &id, nil).ValueAsString()
}

// existing is a bucket that the app does not make, with that key or none.
func existing(g *guarded, key awskms.IKey) *storage.DataBucket {
	parts := constructs.NewConstruct(g.stack, jsii.String(fmt.Sprint("Parts", len(*g.stack.Node().Children()))))
	bucket := awss3.Bucket_FromBucketAttributes(parts, jsii.String("Bucket"), &awss3.BucketAttributes{BucketName: jsii.String("old"), EncryptionKey: key})
	return storage.NewExistingBucket(parts, "Existing", &storage.ExistingBucketProps{Bucket: bucket})
}

const oldKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// writtenOut is a key that stood before the app.
func writtenOut(g *guarded) awskms.IKey {
	return awskms.Key_FromKeyArn(g.stack, jsii.String(fmt.Sprint("Old", len(*g.stack.Node().Children()))), jsii.String(oldKey))
}

// pipeline is the same as a pipeline.
func (g *guarded) pipeline() *training.PipelineProps {
	w := g.workflow
	return &training.PipelineProps{
		Environment: w.Environment, Network: w.Network, Guard: w.Guard, Job: w.Job, Team: w.Team, Prepare: w.Prepare, Evaluate: w.Evaluate, Search: w.Search,
	}
}

// What the guard would deny when a job starts is told at synth, whichever way the guard is another than the job's.
func TestWhatTheGuardDenies(t *testing.T) {
	limited := func(change func(*environment.Limits)) func(*guarded) {
		return func(g *guarded) { change(&g.guard.Environment.Limits) }
	}
	processing := func(then func(*guarded)) func(*guarded) {
		return func(g *guarded) { g.process(); then(g) }
	}
	tests := map[string]struct {
		change func(*guarded)
		want   []string // one for each problem
	}{
		"another environment": {func(g *guarded) { g.guard.Environment.Name, g.guard.Network, g.guard.Keys = "prod", nil, nil }, []string{`Environment.Name: got "dev"; allowed: "prod", the guard's`}},
		"another environment of all": {func(g *guarded) {
			g.process()
			g.search()
			g.guard.Environment.Name, g.guard.Network, g.guard.Keys = "prod", nil, nil
		},
			[]string{`Environment.Name: got "dev"; allowed: "prod", the guard's`}},
		"other keys": {func(g *guarded) { g.guard.Keys = []string{g.scratch.KeyARN} },
			[]string{`Job.Output: got "Stack/Data/Key/Resource"; allowed: a bucket with a key of the guard, Stack/Scratch/Key/Resource; take such a bucket`}},
		"an existing bucket of which the app knows no key": {func(g *guarded) { g.workflow.Job.Output = existing(g, nil).Prefix("models/") },
			[]string{`Job.Output: got a bucket whose key the app does not know; allowed: a bucket with a key of the guard, Stack/Data/Key/Resource; ` +
				`give its Key in ExistingBucketProps`}},
		"a guard with a key that is written out": {func(g *guarded) { g.guard.Keys = []string{oldKey} },
			[]string{`Job.Output: got "Stack/Data/Key/Resource"; allowed: a bucket with a key of the guard, ` + oldKey}},
		"a key that is written out": {func(g *guarded) {
			g.workflow.Job.Output = existing(g, writtenOut(g)).Prefix("models/")
		}, []string{`Job.Output: got "` + oldKey + `"; allowed: a bucket with a key of the guard`}},
		"a key that is written out, of a guard that has it": {func(g *guarded) {
			g.workflow.Job.Output = existing(g, writtenOut(g)).Prefix("models/")
			g.guard.Keys = append(g.guard.Keys, oldKey)
		}, nil},
		"an existing bucket with another key": {func(g *guarded) {
			g.workflow.Job.Output = existing(g, g.scratch.Key).Prefix("models/")
		}, []string{`Job.Output: got "Stack/Scratch/Key/Resource"; allowed: a bucket with a key of the guard`}},
		"an existing bucket with a key of the guard": {func(g *guarded) {
			g.workflow.Job.Output = existing(g, g.data.Key).Prefix("models/")
		}, nil},
		"another network": {func(g *guarded) {
			g.guard.Network = g.other
		}, []string{`Network: got "Stack/Network/`}},
		"other types": {limited(func(l *environment.Limits) { l.InstanceTypes = []string{"ml.m5.large"} }),
			[]string{`Job.InstanceType: got "ml.m5.xlarge"; allowed: one of the guard's, ml.m5.large; take one of them`}},
		"other types of a search": {func(g *guarded) {
			g.search()
			g.guard.Environment.Limits.InstanceTypes = []string{"ml.m5.large"}
		}, []string{`Job.InstanceType: got "ml.m5.xlarge"`}},
		"other types of processing": {processing(func(g *guarded) { g.guard.Environment.Limits.InstanceTypes = []string{"ml.m5.xlarge"} }),
			[]string{`Prepare.InstanceType: got "ml.m5.large"`, `Evaluate.InstanceType: got "ml.m5.large"`}},
		"less time": {limited(func(l *environment.Limits) { l.Runtime = 30 * time.Minute }),
			[]string{"Job.MaxRuntime: got 40m0s; allowed: at most the guard's 30m0s"}},
		"less time for both attempts": {func(g *guarded) {
			g.workflow.Job.Spot, g.workflow.Job.Checkpoints = true, g.data.Prefix("checkpoints/")
			g.guard.Environment.Limits.Runtime = 30 * time.Minute
		}, []string{"Job.MaxRuntime: got 40m0s"}},
		"less time for all": {processing(func(g *guarded) { g.guard.Environment.Limits.Runtime = 15 * time.Minute }),
			[]string{"Job.MaxRuntime: got 40m0s", "Prepare.MaxRuntime: got 20m0s; allowed: at most the guard's 15m0s"}},
		"no warm pools": {func(g *guarded) { g.workflow.Job.KeepAlive = time.Minute }, []string{"Job.KeepAlive: got 1m0s; allowed: at most the guard's 0s; raise GuardProps.KeepAlive"}},
		"no installs": {func(g *guarded) {
			g.workflow.Environment.RuntimeInstalls = true
			g.workflow.Job.Image = training.ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1")
			g.workflow.Job.Packages = supplychain.Chain{}.Repository(g.stack, "dev", "", "")
			g.workflow.Network = network.NewIsolated(g.stack, "Packages", &network.IsolatedProps{
				Environment: g.workflow.Environment, Capabilities: []network.Capability{network.Training, network.Packages}, PackageRepositories: []string{g.workflow.Job.Packages.ARN},
			})
			g.guard.Network = nil
		}, []string{`Job.Packages: got "given"; allowed: none under a guard whose environment has no RuntimeInstalls`}},
		"a team": {func(g *guarded) { g.guard.Teams = true }, []string{"Team: got nothing; allowed: the team of who starts the job"}},
		"no feature": {func(g *guarded) { g.process(); g.search(); g.guard.Features = nil }, []string{
			`Search: got "given"; allowed: none under a guard without Tuning`, `Prepare: got "given"; allowed: none under a guard without Processing; add access.Processing to GuardProps.Features`,
			`Evaluate: got "given"`,
		}},
		"all at once": {func(g *guarded) {
			g.guard.Environment = environment.Environment{Name: "prod", Limits: environment.Limits{InstanceTypes: []string{"ml.c5.xlarge"}, Runtime: time.Minute}}
			other := awskms.NewKey(g.stack, jsii.String("Another environment's key"), nil)
			g.guard.Network, g.guard.Keys = nil, []string{*other.KeyArn()}
		}, []string{"Environment.Name", "Job.Output", "Job.InstanceType", "Job.MaxRuntime"}},

		"the same":                  {func(*guarded) {}, nil},
		"the same, with everything": {processing(func(g *guarded) { g.search() }), nil},
		"a team of its own":         {func(g *guarded) { g.guard.Teams, g.workflow.Team = true, "red" }, nil},
		"any network and key":       {func(g *guarded) { g.guard.Network, g.guard.Keys = nil, nil }, nil},
		"a key that nobody knows": {func(g *guarded) {
			g.guard.Keys = []string{g.parameter("Key")}
		}, nil},
		"a type that nobody knows": {func(g *guarded) {
			g.workflow.Job.InstanceType = g.parameter("Type")
		}, nil},
		"a network that is there, by name": {func(g *guarded) { other := *g.guard.Network; g.guard.Network = &other }, nil},
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())}) // never synthesized
	shared := newGuarded(awscdk.NewStack(app, jsii.String("Stack"), nil))
	for name, test := range tests {
		g := shared
		test.change(&g)
		g.workflow.Guard = access.NewGuard(g.stack, "Guard of "+name, &g.guard)
		for kind, err := range map[string]error{"workflow": g.workflow.Validate("Churn"), "pipeline": g.pipeline().Validate("Churn")} {
			if n := len(problem.All(err)); n != len(test.want) {
				t.Errorf("%s, %s: %d problems", kind, name, n)
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s, %s: error lacks %q:\n%v", kind, name, want, err)
				}
			}
		}
	}
}

// A guard that is given holds the roles that start the jobs, and no others. IAM takes ten policies.
func TestTheGuardIsAttached(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		g := newGuarded(stack)
		g.process()
		g.workflow.Guard, g.workflow.AtOnce = access.NewGuard(stack, "Guard", &g.guard), 2
		training.NewWorkflow(stack, "Workflow", &g.workflow)
		training.NewPipeline(stack, "Pipeline", g.pipeline())
	})
	starting := map[string]bool{"Stack/Workflow/Default/WorkflowRole": false, "Stack/Pipeline/PipelineRole/Default/Role": false}
	for _, id := range template.OfType("AWS::IAM::Role") {
		role := template.Resources[id]
		policies, _ := role.Properties["ManagedPolicyArns"].([]any)
		text, err := json.Marshal(policies)
		if err != nil {
			t.Fatal(err)
		}
		_, starts := starting[role.Path()]
		if holds := strings.Contains(string(text), `{"Ref":"GuardPolicy`); holds != starts {
			t.Errorf("the guard holds %s: %t", role.Path(), holds)
		}
		starting[role.Path()] = true
		if len(policies) > 10 {
			t.Errorf("%s has %d policies", role.Path(), len(policies))
		}
	}
	for path, found := range starting {
		if !found {
			t.Errorf("there is no %s", path)
		}
	}
}
