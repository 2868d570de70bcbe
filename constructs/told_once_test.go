package constructs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
)

// Types of a user's that embed constructs.
type (
	wrapper      struct{ constructs.Construct }
	wrappedStack struct{ awscdk.Stack }
)

// Each mistake is told once, in the words of who made it.
func TestToldOnce(t *testing.T) {
	for name, test := range map[string]struct {
		build func(app awscdk.App, stack awscdk.Stack)
		want  []string // each in the error, and no other line that names a field
	}{
		"a struct that embeds a construct": {func(_ awscdk.App, stack awscdk.Stack) {
			storage.NewDataBucket(&wrapper{constructs.NewConstruct(stack, jsii.String("X"))}, "D", nil)
		}, []string{"scope: got a *constructs_test.wrapper, which embeds a construct; allowed: a construct; pass its Construct"}},
		"a struct that embeds a stack": {func(_ awscdk.App, stack awscdk.Stack) {
			storage.NewDataBucket(&wrappedStack{stack}, "D", nil)
		}, []string{"scope: got a *constructs_test.wrappedStack, which embeds a construct; allowed: a construct; pass its Stack"}},
		"text that is no token": {func(_ awscdk.App, stack awscdk.Stack) {
			network.NewIsolated(stack, "N", &network.IsolatedProps{
				Environment: environment.Environment{AddressRange: "${Token[AWS.1]}"}, Capabilities: []network.Capability{network.Training, network.Packages}, PackageRepositories: []string{"${Token[AWS.2]}"},
			})
		}, []string{`Environment.AddressRange: got "${Token[AWS.1]}"; allowed: a token that the CDK gave`, `PackageRepositories[0]: got "${Token[AWS.2]}"; allowed: a token that the CDK gave`}},
		"an app in the place of a stack": {func(app awscdk.App, _ awscdk.Stack) { storage.DeploymentRole(app) },
			[]string{"scope: got an app or a stage; allowed: a stack, or a construct in one"}},
		"an administrator of any account": {func(_ awscdk.App, stack awscdk.Stack) {
			storage.NewDataBucket(stack, "D", &storage.DataBucketProps{Environment: environment.Environment{Administrators: []string{"arn:aws:iam::*:role/Admin"}}})
		}, []string{`Environment.Administrators[0]: got "arn:aws:iam::*:role/Admin"; allowed: the ARN of a role or user`}},
		"the names of a role": {func(_ awscdk.App, stack awscdk.Stack) {
			access.LauncherRole(stack, environment.Environment{Name: "X"}, "T", "")
		}, []string{`e.Name: got "X"`, `team: got "T"`, `name: got ""`}},
		"the name of a role of an emergency": {func(_ awscdk.App, stack awscdk.Stack) {
			access.BreakGlassRole(stack, environment.Environment{Name: "dev"}, "Bad Name")
		}, []string{`name: got "Bad Name"`}},
		"the name of a role that writes files": {func(_ awscdk.App, stack awscdk.Stack) { storage.FilesRole(stack, "bad name/") }, []string{`Role: got "bad name/"`}},
		"the names of a repository of images": {func(_ awscdk.App, stack awscdk.Stack) {
			supplychain.Chain{}.ImageRepository(stack, "Bad Image", "nostage", "1", "mars")
		}, []string{`image: got "Bad Image"`, `stage: got "nostage"; allowed: one of dev, staging, prod`, `account: got "1"`, `region: got "mars"`}},
		"the names of a repository of packages": {func(_ awscdk.App, stack awscdk.Stack) {
			supplychain.Chain{}.Repository(stack, "nostage", "", "mars")
		}, []string{`stage: got "nostage"`, `region: got "mars"`}},
		"the name of a mirrored image": {func(_ awscdk.App, stack awscdk.Stack) { supplychain.Chain{}.MirrorRepository(stack, "Bad") }, []string{`name: got "Bad"`}},
		"an id that no name is made of": {func(_ awscdk.App, stack awscdk.Stack) {
			p := hourly(stack)
			training.NewWorkflow(stack, "解約", p)
		}, []string{`id: got "解約"; allowed: a name with a letter or a digit of ASCII`}},
		"a zero job of a DAG": {func(_ awscdk.App, stack awscdk.Stack) {
			airflow.NewEnvironment(stack, "A", &airflow.EnvironmentProps{
				Environment: dev, Network: hourly(stack).Network, Guard: access.NewGuard(stack, "G", &access.GuardProps{Environment: dev}), DAGs: []airflow.DAG{{ID: "b", Job: &training.Request{}}},
			})
		}, []string{"DAGs[0].Job: got a value of training.Request that no constructor made"}},
		"a path that is no UTF-8": {func(_ awscdk.App, stack awscdk.Stack) {
			p := hourly(stack)
			p.Job.Inputs[0].From.Path = "a\xff\xfeb/"
			training.NewWorkflow(stack, "W", p)
		}, []string{`Job.Inputs[0].From.Path: got "a\xff\xfeb/"; allowed: text in UTF-8`}},
		"an account that is none": {func(_ awscdk.App, stack awscdk.Stack) {
			storage.NewDataBucket(stack, "D", &storage.DataBucketProps{Environment: environment.Environment{
				Account: "abc", Administrators: []string{"arn:aws:iam::111122223333:role/Admin"},
			}})
		}, []string{`Environment.Account: got "abc"`}},
		"a token where none is possible": {func(_ awscdk.App, stack awscdk.Stack) {
			token := *awscdk.NewCfnParameter(stack, jsii.String("P"), nil).ValueAsString()
			p := hourly(stack)
			p.Job.Inputs[0].Channel, p.Job.Parameters, p.Publishers = token, []training.Parameter{training.Integer(token, 1, 2)}, []string{token}
			training.NewWorkflow(stack, "W", p)
		}, []string{`Job.Inputs[0].Channel: got "${Token[`, `Job.Parameters[0].name: got "${Token[`, `Publishers[0]: got "${Token[`}},
		"a bucket that is not linked": {func(_ awscdk.App, stack awscdk.Stack) {
			storage.NewLustre(stack, "F", &storage.LustreProps{
				Network: network.NewIsolated(stack, "N", nil), Data: storage.NewDataBucket(stack, "Data", nil).Prefix("a/"),
			})
		}, []string{"Data.Bucket: got storage.DataBucket Stack/Data; allowed: a bucket that is LinkedToLustre"}},
		"a zero file system": {func(_ awscdk.App, stack awscdk.Stack) {
			hyperpod.NewCluster(stack, "H", &hyperpod.ClusterProps{
				Network: network.NewIsolated(stack, "N", &network.IsolatedProps{Capabilities: []network.Capability{network.HyperPod}}), Lustre: &storage.FileSystem{},
				Groups: []hyperpod.Group{{Name: "a", InstanceType: "ml.m5.xlarge", Instances: 1}},
			})
		}, []string{"Lustre: got a value of storage.FileSystem that no constructor made; allowed: one of storage.NewLustre\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
				test.build(app, awscdk.NewStack(app, jsii.String("Stack"), nil))
			})
			if err == nil {
				t.Fatal("no error")
			}
			text := err.Error() + "\n"
			for _, want := range test.want {
				if !strings.Contains(text, "  - "+want) {
					t.Errorf("%q is not in\n%s", want, text)
				}
			}
			if strings.Count(text, "\n  - ") != len(test.want) || strings.Count(text, "\n\n") != 0 {
				t.Errorf("more than %d problems:\n%s", len(test.want), text)
			}
		})
	}
}

// The CDK's own constructs say it as plainly.
func TestWrapperGivenToTheCDK(t *testing.T) {
	err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		awss3.NewBucket(&wrapper{constructs.NewConstruct(stack, jsii.String("X"))}, jsii.String("B"), nil)
	})
	if err == nil || !strings.HasPrefix(err.Error(), "a struct that embeds a construct can't be passed to the CDK") {
		t.Error(err)
	}
}

// A removal policy is where it can be set.
func TestRemovalPolicyOfAHandle(t *testing.T) {
	err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		storage.NewDataBucket(awscdk.NewStack(app, jsii.String("Stack"), nil), "D", nil).Bucket.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY)
	})
	if err == nil || !strings.HasPrefix(err.Error(), "ApplyRemovalPolicy does nothing for what is imported") {
		t.Error(err)
	}
}

// A construct of one's own that the CDK knows is a scope like any other.
func TestOwnConstruct(t *testing.T) {
	err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		own := &known{}
		constructs.NewConstruct_Override(own, awscdk.NewStack(app, jsii.String("Stack"), nil), jsii.String("Own"))
		storage.NewDataBucket(own, "Data", nil)
	})
	if err != nil {
		t.Error(err)
	}
}

type known struct{ constructs.Construct }

// Exported methods are what the CDK knows a struct of Go's by.
func (*known) Exported() {}
