package constructs_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/fault"
)

// A mistake in an environment is one fault, however many constructs are given it, and names them.
func TestOneWrongEnvironment(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid, before, tried := validProps(stack), len(unwrapped(faults)), 0
		for _, name := range slices.Sorted(maps.Keys(constructors)) {
			props := valid[name]()
			e := environmentOf(props)
			if e == nil {
				continue
			}
			e.AZs = 9
			tried++
			constructors[name].make(stack, fmt.Sprint("Wrong", next()), props)
		}
		all := unwrapped(faults)[before:]
		if len(all) != 1 || strings.Count(all[0].Error(), "Stack/Wrong") != tried {
			t.Errorf("%d constructs, %d faults: %v", tried, len(all), all)
		}
		another := dev
		another.AZs, another.Owner = 9, "somebody else"
		storage.NewKey(stack, fmt.Sprint("Wrong", next()), &storage.KeyProps{Environment: another})
		if len(unwrapped(faults)[before:]) != 2 {
			t.Error("the mistake in another environment is not told")
		}
	})
}

// environmentOf is the environment of props; nil: they have none.
func environmentOf(props any) *environment.Environment {
	field := reflect.ValueOf(props).Elem().FieldByName("Environment")
	if !field.IsValid() {
		return nil
	}
	return field.Addr().Interface().(*environment.Environment)
}

// What is taken from a construct that could not be built is no mistake of whoever takes it.
func TestValuesOfWhatFailed(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		wrong := dev
		wrong.AZs = 9
		net := network.NewIsolated(stack, "Net", &network.IsolatedProps{Environment: wrong})
		data := storage.NewDataBucket(stack, "", &storage.DataBucketProps{Environment: dev})
		role := access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{Repositories: []string{"mine"}})
		files := storage.NewFiles(stack, "Files", nil)
		workflow := training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{Environment: dev})
		packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{Internal: []string{"no pattern"}})
		images := supplychain.NewImages(stack, "Images", &supplychain.ImagesProps{Chain: supplychain.Chain{Stages: []supplychain.Stage{{Name: "one"}}}})
		mirror := supplychain.NewMirror(stack, "Mirror", &supplychain.MirrorProps{Images: []supplychain.Mirrored{{Name: "tools"}, {Name: "tools"}}})
		serverless := airflow.NewServerless(stack, "Serverless", &airflow.ServerlessProps{DAGs: []airflow.DAG{{ID: "churn"}}})
		own := access.NewExecutionRole(stack, "Own", nil)
		others := awscdk.NewStack(stack.Node().Root().(awscdk.App), jsii.String("Others"), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: stack.Account(), Region: stack.Region()},
		})
		valid := validProps(others)
		before := len(unwrapped(faults))
		packages.Repositories["dev"].GrantPull(own.Role, nil)
		packages.GrantPublish(own.Role)
		builder := valid["supplychain.NewBuilder"]().(*supplychain.BuilderProps)
		builder.Packages = packages.Repository("staging")
		supplychain.NewBuilder(others, "Builder", builder)
		promotion := valid["supplychain.NewPromotion"]().(*supplychain.PromotionProps)
		promotion.Tools = mirror.Repositories["tools"].URI + ":1"
		supplychain.NewPromotion(others, "Promotion", promotion)
		access.NewExecutionRole(stack, "Pulls", &access.ExecutionRoleProps{Repositories: []string{images.Repositories["one"].ARN}})
		awsstepfunctions.StateMachine_FromStateMachineArn(stack, jsii.String("Run"), jsii.String(serverless.Workflows["churn"]))
		awsiam.NewPolicy(stack, jsii.String("More"), nil).AttachToRole(serverless.Roles["churn"].Role)
		storage.NewDataBucket(stack, "Other", &storage.DataBucketProps{
			Environment: dev, Endpoints: net.S3Endpoints(), OutsideRoles: []string{*role.Role.RoleArn()}, Key: data.Key, AccessLogs: data,
			ReplicateTo: storage.Replica{Bucket: data.ARN, Key: data.KeyARN, Region: data.Region},
		})
		guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Keys: []string{data.KeyARN}, Network: net})
		access.NewClusterRole(stack, "Cluster", &access.ClusterRoleProps{Cluster: "c", SubnetIDs: net.SubnetIDs, SecurityGroupID: "sg-0123456789abcdef0"})
		access.NewLauncher(stack, "Launcher", &access.LauncherProps{
			Environment: dev, Guard: guard, TrustedBy: []access.WayIn{access.IdentityCenter("Scientist")}, Data: []storage.Grant{data.Prefix("a/").GrantRead()},
		})
		storage.NewFiles(stack, "OtherFiles", &storage.FilesProps{
			Environment: dev, Bucket: data, Folders: []string{"a/"}, Role: "writer", LogKey: net.LogKey, Files: []storage.File{{Path: "a/b", Text: files.Version("A")}},
		})
		storage.NewExistingBucket(stack, "Existing", &storage.ExistingBucketProps{Bucket: data.Bucket})
		whole := network.NewIsolated(stack, "Whole", &network.IsolatedProps{Environment: dev})
		training.NewWorkflow(stack, "Guarded", &training.WorkflowProps{
			Environment: dev, Network: whole, Guard: access.NewGuard(stack, "WholeGuard", &access.GuardProps{Environment: dev, Network: whole}),
			Job: training.Job{
				Image: training.XGBoost("3.2-0"), Output: data.Prefix("models/"), InstanceType: "ml.m5.xlarge",
				Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
			},
		})
		alarm := awscloudwatch.NewAlarm(stack, jsii.String("Alarm"), &awscloudwatch.AlarmProps{
			Metric:    awscloudwatch.NewMetric(&awscloudwatch.MetricProps{Namespace: jsii.String("N"), MetricName: jsii.String("M")}),
			Threshold: jsii.Number(1), EvaluationPeriods: jsii.Number(1),
		})
		alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(workflow.Topic))
		for _, err := range unwrapped(faults)[before:] {
			t.Error(err)
		}
	})
}
