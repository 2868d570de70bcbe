package constructs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// A first app works in every region, or is refused: where the region is known at synth, there; else before anything is
// made, since CloudFormation refuses a template that looks up what a mapping lacks.
func TestFirstAppInEveryRegion(t *testing.T) {
	for _, app := range []struct {
		name  string
		image func() training.Image
		works func(r catalog.Region) bool
	}{
		{"an image of one's own", imageOfStack, func(catalog.Region) bool { return true }},
		{"XGBoost", func() training.Image { return training.XGBoost("3.2-0") }, func(r catalog.Region) bool { return r.XGBoostAccount != "" }},
	} {
		build := func(stack awscdk.Stack) { firstApp(stack, app.image()) }
		agnostic := synthtest.Template(t, "", build)
		for _, r := range catalog.Regions() {
			t.Run(app.name+"/"+r.Name, func(t *testing.T) {
				if missing := missingIn(t, agnostic, r.Name); (missing == "") != app.works(r) {
					t.Errorf("in a stack without a region: the mapping lacks %q", missing)
				}
				if app.works(r) {
					synthtest.Template(t, r.Name, build)
				} else if got := synthtest.Error(t, r.Name, build).Error(); !strings.Contains(got, "Image: got") || !strings.Contains(got, ": 1 problem") {
					t.Errorf("got %v", got)
				}
			})
		}
	}
}

// Other partitions are refused by the first construct of a stack.
func TestOtherPartitions(t *testing.T) {
	for _, region := range []string{"us-gov-west-1", "cn-north-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"} {
		got := synthtest.Error(t, region, func(stack awscdk.Stack) { firstApp(stack, training.XGBoost("3.2-0")) }).Error()
		if !strings.Contains(got, "scope: got a stack in "+region) || strings.Count(got, "got") != 1 {
			t.Errorf("got %v", got)
		}
	}
}

// firstApp is about that of the README, with all that is looked up by region.
func firstApp(stack awscdk.Stack, image training.Image) {
	dev := environment.Environment{Name: "dev", Tier: environment.Development}
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment: dev, Capabilities: []network.Capability{network.Training, network.HyperPodEKS},
	})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev})
	guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net})
	guard.Protect(stack)
	training.NewWorkflow(stack, "Churn", &training.WorkflowProps{Environment: dev, Network: net, Guard: guard, Job: training.Job{
		Image:        image,
		Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
		Output:       data.Prefix("models/"),
		InstanceType: "ml.m5.xlarge",
	}})
}

// imageOfStack is an image in the account and region of the stack.
func imageOfStack() training.Image {
	return training.ImageURI(*awscdk.Aws_ACCOUNT_ID() + ".dkr.ecr." + *awscdk.Aws_REGION() + ".amazonaws.com/churn:1")
}

// missingIn is what a template looks up in a mapping and does not find in a region; empty: nothing.
func missingIn(t *testing.T, template assembly.Template, region string) (missing string) {
	t.Helper()
	looked := 0
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, part := range v {
				visit(part)
			}
		case map[string]any:
			for _, part := range v {
				visit(part)
			}
			if at, ok := v["Fn::FindInMap"].([]any); ok {
				looked++
				if table, column := at[0].(string), at[2].(string); template.Mappings[table][region][column] == nil {
					missing = column
				}
			}
		}
	}
	for _, r := range template.Resources {
		visit(r.Properties)
	}
	if looked == 0 {
		t.Fatal("the template looks nothing up")
	}
	return missing
}
