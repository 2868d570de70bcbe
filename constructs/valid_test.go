package constructs_test

import (
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/fault"
)

const account, region = "111122223333", "us-east-1"

// dev is the environment of everything here. What bounds a job is AWS, not its Limits.
var dev = environment.Environment{Name: "dev", Tier: environment.Staging, Limits: environment.Limits{
	InstancesPerJob: 1000, Runtime: 28 * 24 * time.Hour, PricePerRun: 1e9, MonthlyBudget: 1e9,
}}

// validProps are props that each constructor takes, by its name, in a stack with all that they need.
func validProps(stack awscdk.Stack) map[string]func() any {
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment: dev, Capabilities: slices.DeleteFunc(network.Capabilities(), func(c network.Capability) bool { return c == network.HyperPodEKS }),
	})
	logs := storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Environment: dev, Class: storage.Logs})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev, AccessLogs: logs, Events: true})
	linked := storage.NewDataBucket(stack, "Linked", &storage.DataBucketProps{Environment: dev, AccessLogs: logs, LinkedToLustre: true})
	guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net, Features: []access.Feature{access.Tuning, access.Processing}})
	role := access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{
		Network: net, Reads: []storage.Prefix{data.Prefix("")}, Writes: []storage.Prefix{data.Prefix("")}, Checkpoints: []storage.Prefix{data.Prefix("")},
	})
	job := func() training.Job {
		return training.Job{
			Image: training.XGBoost("3.2-0"), Output: data.Prefix("models/"), InstanceType: "ml.m5.xlarge",
			Inputs:     []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
			Parameters: []training.Parameter{training.Integer("num_round", 1, 1000)},
		}
	}
	workflow := training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{Environment: dev, Network: net, Job: job()})
	packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{Internal: []string{"/pypi//acme~"}})
	images := supplychain.NewImages(stack, "Images", &supplychain.ImagesProps{Name: "churn"})
	registry := supplychain.NewRegistry(stack, "Registry", nil)
	base := *stack.Account() + ".dkr.ecr." + *stack.Region() + ".amazonaws.com/ml/mirror/base@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const key = "arn:aws:kms:" + region + ":" + account + ":key/1234abcd"
	ways := []access.WayIn{access.IdentityCenter("DataScientist")}
	roles := []awsiam.IRole{role.Role}
	dags := []airflow.DAG{{ID: "churn", Workflow: workflow, Settings: map[string]any{"num_round": 10}}}
	return map[string]func() any{
		"access.NewAirflowRole": func() any {
			return &access.AirflowRoleProps{Airflow: "dev", Files: data, Guard: guard, Workflows: []string{"churn"}, Jobs: []string{"churn"}, ExecutionRoles: roles}
		},
		"access.NewAirflowServerlessRole": func() any {
			return &access.AirflowServerlessRoleProps{Workflow: "churn", LogGroup: "arn:aws:logs:" + region + ":" + account + ":log-group:x:*", Key: key, Guard: guard,
				Job: "churn", ExecutionRole: role.Role, Inputs: []storage.Prefix{data.Prefix("train/")}}
		},
		"access.NewBreakGlass": func() any {
			return &access.BreakGlassProps{Name: "break-glass", TrustedBy: ways, Buckets: []*storage.DataBucket{data}, Environment: dev}
		},
		"access.NewClusterRole": func() any {
			return &access.ClusterRoleProps{Cluster: "c", SubnetIDs: net.SubnetIDs, SecurityGroupID: "sg-0123456789abcdef0", Reads: []storage.Prefix{data.Prefix("a/")}}
		},
		"access.NewExecutionRole": func() any {
			return &access.ExecutionRoleProps{Network: net, Reads: []storage.Prefix{data.Prefix("a/")}}
		},
		"access.NewGuard": func() any { return &access.GuardProps{Environment: dev, Network: net} },
		"access.NewLauncher": func() any {
			return &access.LauncherProps{Environment: dev, Guard: guard, TrustedBy: ways, ExecutionRoles: roles, Data: []storage.Grant{data.Prefix("a/").GrantRead()}}
		},
		"access.NewOperator":     func() any { return &access.OperatorProps{Environment: dev, TrustedBy: ways} },
		"access.NewPipelineRole": func() any { return &access.PipelineRoleProps{Environment: dev, Guard: guard, ExecutionRoles: roles} },
		"access.NewVisitor":      func() any { return &access.VisitorProps{TrustedBy: ways} },
		"airflow.NewEnvironment": func() any {
			return &airflow.EnvironmentProps{Environment: dev, Network: net, Guard: guard, DAGs: dags, AccessLogs: logs}
		},
		"airflow.NewServerless": func() any {
			return &airflow.ServerlessProps{Environment: dev, Network: net, Guard: guard, DAGs: dags, AccessLogs: logs}
		},
		"hyperpod.NewCluster": func() any {
			return &hyperpod.ClusterProps{Environment: dev, Network: net, Groups: []hyperpod.Group{{Name: "workers", InstanceType: "ml.m5.xlarge"}}, AccessLogs: logs}
		},
		"network.NewIsolated":   func() any { return &network.IsolatedProps{Environment: dev, Capabilities: network.Capabilities()} },
		"storage.NewBackup":     func() any { return &storage.BackupProps{Environment: dev} },
		"storage.NewDataBucket": func() any { return &storage.DataBucketProps{Environment: dev, AccessLogs: logs} },
		"storage.NewEFS":        func() any { return &storage.EFSProps{Environment: dev, Network: net} },
		"storage.NewExistingBucket": func() any {
			return &storage.ExistingBucketProps{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String(fmt.Sprint("Existing", next())), jsii.String("existing"))}
		},
		"storage.NewFiles": func() any {
			return &storage.FilesProps{Environment: dev, Bucket: data, Folders: []string{"dags/"}, Role: fmt.Sprint("writer-", next()), LogKey: net.LogKey,
				Files: []storage.File{{Path: fmt.Sprintf("dags/a%d.py", next()), Text: "x", Name: "A"}}}
		},
		"storage.NewKey":    func() any { return &storage.KeyProps{Environment: dev} },
		"storage.NewLustre": func() any { return &storage.LustreProps{Environment: dev, Network: net, Data: linked.Prefix("a/")} },
		"supplychain.NewBuilder": func() any {
			return &supplychain.BuilderProps{Environment: dev, Network: net, Packages: packages.Repositories["dev"], Images: images, Registry: registry, Base: base,
				Tools: base, Source: data.Prefix("source/"), Records: data.Prefix("records/")}
		},
		"supplychain.NewImages": func() any { return &supplychain.ImagesProps{Name: "other"} },
		"supplychain.NewMirror": func() any {
			return &supplychain.MirrorProps{Environment: dev, Network: net, Tools: base, Images: []supplychain.Mirrored{{Name: "base", Tag: "1", From: base}}}
		},
		"supplychain.NewPackages": func() any { return &supplychain.PackagesProps{} },
		"supplychain.NewPromotion": func() any {
			return &supplychain.PromotionProps{Environment: dev, Packages: packages, Images: []*supplychain.Images{images}, Registry: registry, Network: net, Tools: base,
				Records: data.Prefix("records/")}
		},
		"supplychain.NewPullThrough":     func() any { return &supplychain.PullThroughProps{Upstream: supplychain.ECRPublic} },
		"supplychain.NewRegistry":        func() any { return &supplychain.RegistryProps{} },
		"training.NewExistingModelGroup": func() any { return &training.ExistingModelGroupProps{Name: "existing"} },
		"training.NewModelGroup":         func() any { return &training.ModelGroupProps{Environment: dev} },
		"training.NewPipeline":           func() any { return &training.PipelineProps{Environment: dev, Network: net, Guard: guard, Job: job()} },
		"training.NewRequest":            func() any { return &training.RequestProps{Environment: dev, Network: net, Job: job()} },
		"training.NewWorkflow":           func() any { return &training.WorkflowProps{Environment: dev, Network: net, Guard: guard, Job: job()} },
	}
}

var counter int

// next is another number each time.
func next() int {
	counter++
	return counter
}

// inStack runs a test with a stack of an app that is not synthesized.
func inStack(test func(stack awscdk.Stack, faults *fault.Collector)) {
	faults := fault.Collect()
	defer faults.Stop()
	app := awscdk.NewApp(&awscdk.AppProps{
		AutoSynth: jsii.Bool(false),
		Context:   &map[string]any{"@aws-cdk/core:enablePartitionLiterals": true}, // as cdk init sets it
	})
	test(awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)},
	}), faults)
}

// all is for whoever has some minutes.
var all = flag.Bool("odd.all", false, "try every odd value instead of two a field")

// fields is for make fields, and so for CI.
var fields = flag.Bool("fields", false, "run the tests of every field that take minutes")

// long skips a test that takes a minute or more.
func long(t *testing.T) {
	t.Helper()
	if !*fields {
		t.Skip("run it by make fields")
	}
}

// Whatever Validate lets through, the constructor makes or refuses in a message of its own.
func TestOddValuesThatAreValid(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid, tried := validProps(stack), 0
		for name, c := range constructors {
			before := len(unwrapped(faults))
			c.make(stack, fmt.Sprint("Valid", next()), valid[name]())
			for _, f := range unwrapped(faults)[before:] {
				if !strings.Contains(f.Error(), " has it: ") && !strings.Contains(f.Error(), " has made it: ") { // whose names are fixed
					t.Fatalf("the valid props are not: %v", f)
				}
			}
		}
		for name, c := range constructors {
			ofField := map[string]int{}
			for _, u := range uses(reflect.TypeOf(c.props).Elem(), "", func(p reflect.Value) reflect.Value { return p }, 5) {
				props := valid[name]()
				u.set(reflect.ValueOf(props).Elem())
				if u.wrong || !*all && ofField[u.field] >= 2 || validate(props) != nil {
					continue
				}
				ofField[u.field]++
				tried++
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Errorf("%s with %s %s: %v", name, u.field, u.value, r)
						}
					}()
					c.make(stack, fmt.Sprint("Odd", next()), props)
				}()
			}
		}
		for _, f := range unwrapped(faults) {
			if !isPlinths(f) {
				t.Error(f)
			}
		}
		t.Logf("%d values", tried)
	})
}

// isPlinths tells whether a fault has problems only, which name fields, and no error of the CDK.
func isPlinths(err error) bool {
	for line := range strings.Lines(err.Error()) {
		if strings.HasPrefix(line, "  - ") && !strings.Contains(line, ": got ") && !strings.Contains(line, "allowed: ") {
			return false
		}
	}
	return true
}
