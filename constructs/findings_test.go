package constructs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// What can't work is found in another stack too, wherever that is: a reference to another stack is read by the name of
// that one, which the CDK leaves out of the assembly where it is the id.
func TestFindingsAcrossStacks(t *testing.T) {
	wanted := []string{"MessagesLost Other/Alarm/Resource", "SecondPolicy Other/Policy/Resource", "UnreachableEndpoint Other/Glue/Resource"}
	for name, in := range map[string]func(app awscdk.App) (own, other awscdk.Stack){
		"in the app": func(app awscdk.App) (own, other awscdk.Stack) {
			return newStack(app), awscdk.NewStack(app, jsii.String("Other"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)}})
		},
		"in a stage": func(app awscdk.App) (own, other awscdk.Stack) {
			stage := awscdk.NewStage(app, jsii.String("dev"), &awscdk.StageProps{Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)}})
			return awscdk.NewStack(stage, jsii.String("Stack"), nil), awscdk.NewStack(stage, jsii.String("Other"), nil)
		},
		"in a nested stack": func(app awscdk.App) (own, other awscdk.Stack) {
			own = newStack(app)
			return own, awscdk.NewNestedStack(own, jsii.String("Other"), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
			own, other := in(app)
			net := network.NewIsolated(own, "Network", &network.IsolatedProps{Environment: dev, Capabilities: []network.Capability{network.Training}})
			data := storage.NewDataBucket(own, "Data", &storage.DataBucketProps{Environment: dev})
			workflow := training.NewWorkflow(own, "Workflow", &training.WorkflowProps{Environment: dev, Network: net, Job: training.Job{
				Image: training.XGBoost("3.2-0"), Output: data.Prefix("models/"), InstanceType: "ml.m5.xlarge",
				Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/")}},
			}})
			awscloudwatch.NewCfnAlarm(other, jsii.String("Alarm"), &awscloudwatch.CfnAlarmProps{
				AlarmActions: &[]any{workflow.Topic.TopicArn()}, ComparisonOperator: jsii.String("GreaterThanThreshold"), EvaluationPeriods: jsii.Number(1),
				MetricName: jsii.String("x"), Namespace: jsii.String("x"), Period: jsii.Number(60), Statistic: jsii.String("Sum"), Threshold: jsii.Number(1),
			})
			second := awss3.NewBucketPolicy(other, jsii.String("Policy"), &awss3.BucketPolicyProps{Bucket: data.Bucket})
			second.Document().AddStatements(denies("Second", "s3:GetObject", *data.Bucket.BucketArn()))
			awsec2.NewInterfaceVpcEndpoint(other, jsii.String("Glue"), &awsec2.InterfaceVpcEndpointProps{
				Vpc: net.Vpc, Service: awsec2.InterfaceVpcEndpointAwsService_GLUE(),
			})
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the synthesis does not fail")
					}
				}()
				app.Synth(nil)
			}()
			findings, err := assembly.Findings(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range findings {
				if _, rule, ours := strings.Cut(f.Rule, "Plinth::"); ours {
					_, path, _ := strings.Cut("/"+f.Path, "/Other/")
					got = append(got, fmt.Sprintf("%s Other/%s", rule, strings.TrimSuffix(path, "/Resource")))
				}
			}
			for _, w := range wanted {
				if !slices.Contains(got, strings.TrimSuffix(w, "/Resource")) {
					t.Errorf("lacks %s: %v", w, findings)
				}
			}
		})
	}
}

// Tags and aspects that reach no resource are found, on every object that a construct exposes.
func TestAspectsOfWhatIsExposed(t *testing.T) {
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	tried, kinds := map[string]string{}, map[string]string{} // by the paths of the objects, a tag for each and their types
	for i, o := range exposed(built(newStack(app))) {
		if c, ok := o.value.(constructs.IConstruct); ok && tried[*c.Node().Path()] == "" {
			tried[*c.Node().Path()], kinds[*c.Node().Path()] = fmt.Sprint("tag", i), fmt.Sprintf("%T", o.value)
			awscdk.Tags_Of(c).Add(jsii.String(fmt.Sprint("tag", i)), jsii.String("x"), nil)
		}
	}
	func() {
		defer func() { _ = recover() }() // which the findings are told by
		app.Synth(nil)
	}()
	findings, err := assembly.Findings(dir)
	if err != nil {
		t.Fatal(err)
	}
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(stacks)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for path, tag := range tried {
		found := slices.ContainsFunc(findings, func(f assembly.Finding) bool { return f.Rule == "Plinth::AspectLost" && f.Path == path })
		switch reached := strings.Contains(string(text), `"`+tag+`"`); {
		case found && reached:
			t.Errorf("%s has its tag, and a finding", path)
		case !found && !reached:
			t.Errorf("%s, %s, loses its tag without a finding", path, kinds[path])
		}
		if found {
			lost++
		}
	}
	if lost == 0 || lost == len(tried) {
		t.Errorf("%d of %d objects lose their tags", lost, len(tried))
	}
	t.Logf("%d of %d objects lose their tags", lost, len(tried))
}
