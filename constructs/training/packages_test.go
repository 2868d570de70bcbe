package training_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

const (
	packages = "arn:aws:codeartifact:eu-west-1:111122223333:repository/ml/dev"
	pytorch  = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.13"
)

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// installing is a workflow whose job installs packages when it starts.
func installing(stack awscdk.Stack, change func(*training.WorkflowProps), capabilities ...network.Capability) {
	dev := environment.Environment{Name: "dev", Tier: environment.Development, RuntimeInstalls: true}
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev})
	p := &training.WorkflowProps{
		Environment: dev,
		Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: dev, Capabilities: capabilities, ImageRepositories: []string{"arn:aws:ecr:eu-west-1:763104351884:repository/pytorch-training"},
		}),
		Job: training.Job{
			Image: training.ImageURI(pytorch), Packages: supplychain.Repository{ARN: packages},
			Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/")}}, Output: data.Prefix("models/"), InstanceType: "ml.m5.large",
		},
	}
	if change != nil {
		change(p)
	}
	training.NewWorkflow(stack, "Workflow", p)
}

// The job is told where packages are, reaches them, and may read them; no other job leaves its isolation.
func TestAJobThatInstallsPackages(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) { installing(stack, nil, network.Training, network.Packages) })
	all := text(t, template)
	for _, want := range []string{`\"Environment\":{\"CA_REPOSITORY_ARN\":\"` + packages, `\"EnableNetworkIsolation\":false`, `codeartifact:ReadFromRepository`} {
		if !strings.Contains(all, want) {
			t.Errorf("the template lacks %s", want)
		}
	}
	isolated := text(t, synthtest.Template(t, "", func(stack awscdk.Stack) { training.NewWorkflow(stack, "Workflow", props(stack)) }))
	if !strings.Contains(isolated, `\"EnableNetworkIsolation\":true`) || strings.Contains(isolated, "codeartifact:") {
		t.Error("a job without packages is not isolated, or may read some")
	}
}

// What can't work is said, with the way out.
func TestInstallingThatCannotWork(t *testing.T) {
	tests := []struct {
		name         string
		change       func(*training.WorkflowProps)
		capabilities []network.Capability
		want         []string
	}{
		{"an environment that isolates", func(p *training.WorkflowProps) { p.Environment.RuntimeInstalls = false }, []network.Capability{network.Training, network.Packages},
			[]string{"1 problem", "Job.Packages: got \"" + packages, "build the packages into the image (supplychain.NewBuilder), or set the environment's RuntimeInstalls"}},
		{"a network without packages", nil, nil, []string{"1 problem", "Network.Capabilities: got \"Training\"", "add network.Packages"}},
		{"the built-in XGBoost", func(p *training.WorkflowProps) { p.Job.Image = training.XGBoost("3.2-0") }, []network.Capability{network.Packages},
			[]string{"1 problem", "it asks the public index, whatever it is told", "training toolkit 4.7 or newer"}},
		{"no repository", func(p *training.WorkflowProps) { p.Job.Packages.ARN = "dev" }, []network.Capability{network.Packages},
			[]string{"1 problem", `Job.Packages.ARN: got "dev"; allowed: the ARN of a CodeArtifact repository`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) { installing(stack, test.change, test.capabilities...) })
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the message lacks %q:\n%v", want, err)
				}
			}
		})
	}
}
