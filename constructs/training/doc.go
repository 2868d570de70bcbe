// Package training runs SageMaker training jobs: isolated, encrypted, inside the limits of their environment.
//
//	workflow := training.NewWorkflow(stack, "Churn", &training.WorkflowProps{
//		Environment: dev,
//		Network:     net,
//		Job: training.Job{
//			Image:           training.XGBoost("3.2-0"),
//			Inputs:          []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
//			Output:          models.Prefix("churn/"),
//			InstanceType:    "ml.m5.xlarge",
//			HyperParameters: map[string]string{"objective": "binary:logistic"},
//			Parameters:      []training.Parameter{training.Integer("num_round", 1, 1000)},
//		},
//	})
//
// A [Job] is a value: it is checked against the limits of its environment before anything is built. A [Workflow] is a
// Step Functions state machine that trains once for each execution:
//
//	check the input -> prepare the data -> train on spot -> again from its checkpoints -> on demand
//	-> hold the metrics against the gate -> evaluate the model -> register for approval -> tell
//
// Every execution checks its input before anything is spent, and every end is told by the workflow's topic, with the
// class of the failure (Input, Busy, User, Stopped, Timeout, Capacity, Quota, Internal, Gate, Registration, Unknown),
// SageMaker's reason and a link; one that somebody stops too, and its job is stopped with it. Prepare, [Job].Spot,
// Gate, Evaluate, Register, AtOnce and Triggers are off until asked for. Triggers start executions on a schedule, by
// new data or a new image: one for each event, or each hour of new data, however often EventBridge delivers it.
//
// # Data and code
//
// An [Input] is copied to the instances before the container starts. Set its Mode to [FastFile] where that takes too
// long and the files are read in order, to [Pipe] where the algorithm reads pipes. A Manifest lists which objects a
// channel has, an augmented one, with Attributes, what is known of each:
//
//	{Channel: "train", From: data.Prefix("images/"), Manifest: data.Object("labels/train.manifest"),
//		Attributes: []string{"source-ref", "class"}, Mode: training.Pipe, RecordIO: true},
//
// The role may read the manifest and what lies below From: list nothing else in it, which synth cannot see.
//
// A container without network can't fetch its program from S3, as the toolkit does for sagemaker_submit_directory. So
// code comes in one of three ways: in the image; as a channel, by [Job].Code; or, for an image without the toolkit, as
// any other channel, with an EntryPoint that runs it:
//
//	Code: training.Code{From: data.Prefix("code/"), Archive: "sourcedir.tar.gz", Program: "train.py"},
//
// Put the archive there from a workflow of GitHub with an access.NewLauncher that has a Name.
//
// # Preparing and evaluating
//
// A [Processing] job before the training writes what the job's inputs then read; one after it gets the model and says
// by its exit code whether that is registered. Each has a role of its own, and is tried again by itself:
//
//	Prepare: &training.Processing{
//		Image: image, Command: []string{"python3", "/opt/churn/prepare.py"}, InstanceType: "ml.m5.xlarge",
//		Inputs: []training.Input{{Channel: "raw", From: data.Prefix("raw/")}}, // in /opt/ml/processing/input/raw
//		Output: data.Prefix("prepared/"),                                       // from /opt/ml/processing/output
//	},
//	Job: training.Job{Inputs: []training.Input{{Channel: "train", Prepared: "train/"}}, ...},
//
// The guard needs the feature Processing. Give the workflow its Guard: it then holds the workflow's role, and what it
// would deny of the jobs' requests is an error at synth.
//
// # Searching for parameters
//
// With a [Search], an execution takes no input: it runs many jobs, each with other values of Parameters, and goes on
// with the best:
//
//	Search: &training.Search{Objective: "validation:auc", Jobs: 20, Parallel: 4},
//
// Its price is that of all jobs together, held to Limits.PricePerRun. It is not tried again, and has no checkpoints,
// since AWS does not say that jobs side by side keep theirs apart: on spot an interrupted job starts again from
// nothing. The guard needs the feature Tuning. In a pipeline a Gate may name its objective only.
//
// # Where models are registered
//
// A [Registration] makes a model package group in the stack of the workflow or pipeline. A stack that is to be deleted
// and deployed again gets one of a stack that stays:
//
//	models := training.NewModelGroup(foundation, "Churn", &training.ModelGroupProps{Environment: dev})
//	...
//	Register: &training.Registration{Group: models},
//
// Groups are kept with their versions when their stack is deleted, and [NewExistingModelGroup] takes such a one in. In
// Development a group goes with its stack, and SageMaker refuses to delete one that holds versions: delete those first,
// or the stack stays until they are.
//
// # Several instances
//
// One larger instance is the simpler way while there is one. After that, a [Distribution] has the training toolkit of
// AWS's Deep Learning Containers start the program on all of them together:
//
//	InstanceType: "ml.g5.12xlarge", Instances: 4, Distribution: training.TorchDistributed(),
//
// Take TorchDistributed for PyTorch, MPI for Horovod, ModelParallel where the model is too large for one GPU, and
// DataParallel where instances of ml.p4d or ml.p4de wait for each other. The built-in XGBoost needs none: it spreads by
// itself. Where GPUs wait for data, give them instances of another type, and each its Inputs:
//
//	Groups: []training.InstanceGroup{
//		{Name: "data", InstanceType: "ml.r5d.4xlarge"}, {Name: "gpu", InstanceType: "ml.g5.12xlarge", Instances: 2},
//	},
//	Distribution: training.MPI(4).In("gpu"),
//
// All of their types have a local disk, as here, or none has: the volumes of all have one key, which a local disk
// refuses. EFA needs no field: types that have it use it as far as the container's toolkit knows them; for newer ones
// set the variable FI_PROVIDER to efa. The network has to let the instances speak, over EFA too, and to have the
// addresses, 2 for each or 5 with EFA: give it the environment of the job, or synth says
//
//	Job.Instances: got 4; allowed: 1 instance with EFA in this network: its security group does not let everything through to itself; ...
//
// What instances send each other is encrypted by SageMaker; whether that over EFA is too AWS does not say (unverified).
//
// # Workflow or pipeline
//
// A [Pipeline] runs the same Job in SageMaker Pipelines, in ten lines:
//
//	training.NewPipeline(stack, "Churn", &training.PipelineProps{
//		Environment: dev, Network: net, Guard: guard, Job: job,
//		Gate:     []training.Threshold{training.AtLeast("validation:auc", 0.8)},
//		Register: &training.Registration{},
//	})
//
// Take the workflow where an input has to be held to bounds before anything is spent, a job on spot has to fall back to
// on demand, failures have to be told with their class, or events start runs. Take the pipeline where scientists live
// in Studio, which shows its steps, and where the same job should not run twice (CacheFor). It costs nothing by itself;
// a workflow 0.025 USD for a thousand transitions, a run some fifteen of them (unverified).
//
// The container has neither network nor credentials: SageMaker moves the data. So nothing can be installed at run time;
// packages go into the image, unless the environment has RuntimeInstalls: see [Job].Packages.
//
// # What it costs
//
// Nothing while no job runs but a state machine's logs. A run costs its instances by the second, on spot up to 90 %
// less. The ceiling Limits.PricePerRun holds one job on demand at its longest; an attempt that capacity or SageMaker's
// own error ended is followed by another, at most five in all, which resume from the checkpoints where there are any.
//
// # What it does not do
//
// AtOnce counts as Step Functions lists, which is a few seconds late. A SIGTERM of spot leaves the container 120
// seconds. Not every type that trains can process: SageMaker says so when the job starts. A pipeline holds its
// parameters to no bounds, and tells how it ended without a class.
package training
