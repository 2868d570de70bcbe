// Command complete-training is a workflow with everything that it can have: data that is prepared, an image of the
// team's own, spot, checkpoints, metrics, a gate, an evaluation, a registry, and runs that start by themselves; code
// that comes as a channel, data that is streamed, and a workflow of GitHub that uploads and starts.
package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
)

func main() { synth.Main(build) }

const repository = "arn:aws:ecr:us-east-1:111122223333:repository/ml/image/churn/staging"

func build(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Churn"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")},
	})
	staging := environment.Environment{Name: "staging", Tier: environment.Staging, Limits: environment.Limits{
		InstancesPerJob: 3,
		InstanceTypes:   []string{"ml.m5.xlarge", "ml.m5.2xlarge", "ml.g4dn.xlarge", "ml.g5.xlarge", "ml.g7.xlarge"},
		DeclaredTypes:   []catalog.InstanceType{{Name: "ml.g7.xlarge", VCPU: 4, MemoryGiB: 32, GPUs: 1, LocalNVMeGB: 250, USDPerHour: 2}}, // newer than the catalog
	}}
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: staging})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{
		Environment: staging, Endpoints: []string{net.S3Endpoint}, Events: true,
		OutsideRoles: []string{access.LauncherRole(stack, staging, "", "github")}, // which is made last
	})
	checkpoints := storage.NewDataBucket(stack, "Checkpoints", &storage.DataBucketProps{
		Environment: staging, Class: storage.Checkpoints, AccessLogs: data.AccessLogs, Endpoints: []string{net.S3Endpoint},
	})
	guard := access.NewGuard(stack, "Guard", &access.GuardProps{
		Environment: staging, Network: net, Keys: []string{data.KeyARN}, Features: []access.Feature{access.Tuning, access.Processing},
	})
	settings := map[string]any{"num_round": 200, "eta": 0.3, "batch-size": 256}
	image := training.ImageURI("111122223333.dkr.ecr.us-east-1.amazonaws.com/ml/image/churn/staging:1")
	prepare := &training.Processing{
		Image: image, Command: []string{"python3", "/opt/churn/prepare.py"}, Arguments: []string{"--label", "churned"}, Inputs: []training.Input{{Channel: "raw", From: data.Prefix("raw/")}},
		Output: data.Prefix("prepared/"), InstanceType: "ml.m5.xlarge", MaxRuntime: time.Hour,
	}
	evaluate := &training.Processing{
		Image: image, Command: []string{"python3", "/opt/churn/evaluate.py"}, Inputs: []training.Input{{Channel: "test", Prepared: "test/"}},
		Output: data.Prefix("evaluations/"), InstanceType: "ml.m5.xlarge", MaxRuntime: time.Hour, Variables: map[string]string{"LEAST_RECALL": "0.7"},
	}
	job := training.Job{
		Image:  image,
		Inputs: []training.Input{{Channel: "train", Prepared: "train/"}, {Channel: "validation", Prepared: "validation/"}},
		Output: data.Prefix("models/"), InstanceType: "ml.m5.2xlarge", MaxRuntime: 2 * time.Hour,
		Spot: true, MaxWait: 6 * time.Hour, Checkpoints: checkpoints.Prefix("churn/"),
		Metrics:    []training.Metric{{Name: "validation:auc", Regex: "validation-auc: ([0-9.]+)"}},
		Variables:  map[string]string{"OMP_NUM_THREADS": "8"},
		Parameters: []training.Parameter{training.Integer("num_round", 1, 1000), training.Number("eta", 0.01, 1), training.Integer("batch-size", 1, 4096)},
	}
	gate := []training.Threshold{training.AtLeast("validation:auc", 0.8)}
	models := training.NewModelGroup(stack, "Models", &training.ModelGroupProps{Environment: staging, Name: "churn"}) // in a stack that stays, if this one does not
	churn := training.NewWorkflow(stack, "Churn", &training.WorkflowProps{
		Environment: staging, Network: net, Guard: guard, Prepare: prepare, Job: job, Gate: gate, Evaluate: evaluate, Register: &training.Registration{Group: models},
		Publishers: []string{"cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com"},
		AtOnce:     2, Triggers: []training.Trigger{
			training.OnSchedule("cron(0 6 ? * MON *)", settings),
			training.OnData(data.Prefix("raw/"), settings),
			training.OnImage(repository, settings),
		},
	})
	// What else its topic tells: executions that pile up.
	awscloudwatch.NewAlarm(stack, jsii.String("Throttled"), &awscloudwatch.AlarmProps{
		Metric: churn.StateMachine.MetricThrottled(nil), Threshold: jsii.Number(10), EvaluationPeriods: jsii.Number(3),
	}).AddAlarmAction(awscloudwatchactions.NewSnsAction(churn.Topic))
	// The same job, for a team that lives in SageMaker Pipelines.
	training.NewPipeline(stack, "ChurnPipeline", &training.PipelineProps{
		Environment: staging, Network: net, Guard: guard, Prepare: prepare, Job: job, Gate: gate, Evaluate: evaluate, Register: &training.Registration{},
	})
	// The same data, and a search for the settings.
	search := job
	search.Checkpoints, search.MaxRuntime = storage.Prefix{}, time.Hour
	training.NewWorkflow(stack, "Search", &training.WorkflowProps{
		Environment: staging, Network: net, Guard: guard, Prepare: prepare, Job: search, Gate: gate, Register: &training.Registration{Group: models},
		Search: &training.Search{Objective: "validation:auc", Jobs: 20, Parallel: 4},
	})
	// A larger model: two instances with GPUs learn together from what a third prepares. Its program comes from the
	// bucket.
	training.NewWorkflow(stack, "Cluster", &training.WorkflowProps{
		Environment: staging, Network: net, Guard: guard, Job: training.Job{
			Image: image, Code: training.Code{From: data.Prefix("code/"), Archive: "sourcedir.tar.gz", Program: "train.py"},
			Inputs: []training.Input{
				{Channel: "raw", From: data.Prefix("raw/"), Groups: []string{"data"}}, {Channel: "validation", From: data.Prefix("validation/")},
			},
			Output: data.Prefix("models/"), MaxRuntime: 2 * time.Hour,
			Groups: []training.InstanceGroup{
				{Name: "data", InstanceType: "ml.g4dn.xlarge"}, {Name: "gpu", InstanceType: "ml.g5.xlarge", Instances: 2},
			},
			Distribution: training.MPI(1).In("gpu"),
		},
	})
	// Labeled images: a stream of those that a manifest lists, files that are read when they are needed, and a program
	// of the image's own.
	images := training.NewWorkflow(stack, "Images", &training.WorkflowProps{
		Environment: staging, Network: net, Guard: guard, Job: training.Job{
			Image: image, EntryPoint: []string{"python3", "/opt/images/train.py"}, Arguments: []string{"--classes", "12"},
			Inputs: []training.Input{
				{Channel: "train", From: data.Prefix("images/"), Manifest: data.Object("labels/train.manifest"),
					Attributes: []string{"source-ref", "class"}, Mode: training.Pipe, RecordIO: true},
				{Channel: "validation", From: data.Prefix("images/"), Manifest: data.Object("labels/validation.json"), Mode: training.FastFile},
			},
			Output: data.Prefix("models/"), InstanceType: "ml.g7.xlarge", MaxRuntime: 2 * time.Hour,
			Metrics: []training.Metric{{Name: "loss", Regex: `(?<!eval_)loss: ([0-9]+(\.|e-)[0-9]+)`}},
		},
	})
	// A workflow of GitHub uploads code and labels, and starts it.
	access.NewLauncher(stack, "GitHub", &access.LauncherProps{
		Environment: staging, Name: "github", Guard: guard, TrustedBy: []access.WayIn{access.GitHub("example/churn", "staging")},
		Workflows: []string{*images.StateMachine.StateMachineArn()},
		Data:      []storage.Grant{data.Prefix("code/").GrantReadWrite(), data.Prefix("labels/").GrantWrite()},
	})
	guard.Protect(stack)
}
