package constructs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// A value of one stage in another one, which the CDK refuses, is a problem of the field that is given it.
func TestValuesOfAnotherStage(t *testing.T) {
	const ofDev, want = "in stage dev", "; allowed: one in stage prod; stages are deployed apart"
	for name, test := range map[string]struct {
		use  func(prod awscdk.Stack, data *storage.DataBucket, parameter string)
		want []string
	}{
		"an output": {func(prod awscdk.Stack, data *storage.DataBucket, _ string) {
			awscdk.NewCfnOutput(prod, jsii.String("Output"), &awscdk.CfnOutputProps{Value: &data.ARN})
		}, []string{"cannot cross stage boundaries", "Stages are deployed apart"}},
		"a key": {func(prod awscdk.Stack, data *storage.DataBucket, _ string) {
			storage.NewDataBucket(prod, "X", &storage.DataBucketProps{Environment: dev, Key: data.Key})
		}, []string{"storage.DataBucket prod/B/X (", "Key: got a value of dev/A/Data/Key/Resource, " + ofDev + want}},
		"the ARN of a key": {func(prod awscdk.Stack, data *storage.DataBucket, _ string) {
			net := network.NewIsolated(prod, "Network", &network.IsolatedProps{Environment: dev})
			access.NewGuard(prod, "X", &access.GuardProps{Environment: dev, Network: net, Keys: []string{data.KeyARN}})
		}, []string{"access.Guard prod/B/X (", "Keys[0]: got a value of dev/A/Data/Key/Resource, " + ofDev + want}},
		"an object": {func(prod awscdk.Stack, data *storage.DataBucket, _ string) {
			access.NewExecutionRole(prod, "X", &access.ExecutionRoleProps{Reads: []storage.Prefix{data.Prefix("")}})
		}, []string{"access.ExecutionRole prod/B/X (", "Reads[0].Bucket: got storage.DataBucket dev/A/Data, " + ofDev + want}},
		"a parameter": {func(prod awscdk.Stack, _ *storage.DataBucket, parameter string) {
			storage.NewDataBucket(prod, "X", &storage.DataBucketProps{
				Environment: environment.Environment{Owner: parameter}, Endpoints: []string{parameter},
			})
		}, []string{"2 problems", "Environment.Owner: got a value of dev/A/Parameter, ", "Endpoints[0]: got a value of dev/A/Parameter, "}},
	} {
		t.Run(name, func(t *testing.T) {
			err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
				stack := func(stage, id string) awscdk.Stack {
					return awscdk.NewStack(awscdk.NewStage(app, &stage, nil), &id, nil)
				}
				here, there := stack("dev", "A"), stack("prod", "B")
				data := storage.NewDataBucket(here, "Data", &storage.DataBucketProps{Environment: dev})
				test.use(there, data, *awscdk.NewCfnParameter(here, jsii.String("Parameter"), nil).ValueAsString())
			})
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in\n%v", want, err)
				}
			}
		})
	}
}

// A value of a stack whose region is open, in a stack of a region, is an error of the CDK with what to do.
func TestValuesOfAnOpenRegion(t *testing.T) {
	err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		data := storage.NewDataBucket(awscdk.NewStack(app, jsii.String("Open"), nil), "Data", nil)
		here := awscdk.NewStack(app, jsii.String("Here"), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")},
		})
		access.NewExecutionRole(here, "X", &access.ExecutionRoleProps{Reads: []storage.Prefix{data.Prefix("")}})
	})
	if err == nil || !strings.Contains(err.Error(), "give both an Env with Account and Region, or neither") {
		t.Errorf("got %v", err)
	}
}
