package constructs_test

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
)

const ownImage = "111122223333.dkr.ecr.us-east-1.amazonaws.com/churn:1"

// inWorkflow is what is said of a workflow without a network.
func inWorkflow(change func(*training.WorkflowProps)) said {
	p := &training.WorkflowProps{
		Environment: environment.Environment{Limits: environment.Limits{InstancesPerJob: 9, Runtime: 28 * 24 * time.Hour, PricePerRun: 1e6, MonthlyBudget: 1e6}},
		Job: training.Job{
			Image: training.ImageURI(ownImage), Inputs: []training.Input{{Channel: "train", From: held.Prefix("train/")}}, Output: held.Prefix("models/"),
			InstanceType: "ml.m5.xlarge", MaxRuntime: time.Hour, HyperParameters: map[string]string{}, Variables: map[string]string{},
		},
	}
	change(p)
	return said{err: p.Validate("X")}
}

// inRegistered is what is said of one that registers models by a metric, and evaluates them.
func inRegistered(metric, output string) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Job.Metrics, p.Gate = []training.Metric{{Name: metric, Regex: "."}}, []training.Threshold{training.AtLeast(metric, 1)}
		p.Register, p.Evaluate = &training.Registration{}, &training.Processing{Output: held.Prefix(output)}
	})
}

// inJob is what is said of its job.
func inJob(change func(*training.Job)) said {
	return inWorkflow(func(p *training.WorkflowProps) { change(&p.Job) })
}

func inInput(change func(*training.Input)) said {
	return inJob(func(j *training.Job) { change(&j.Inputs[0]) })
}

func inParameter(p training.Parameter) said {
	return inJob(func(j *training.Job) { j.Parameters = []training.Parameter{p} })
}

func inSearch(s training.Search) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Job.Metrics, p.Job.Parameters = []training.Metric{{Name: "loss", Regex: "(.)"}}, []training.Parameter{training.Integer("n", 1, 9)}
		s.Objective, p.Search = "loss", &s
	})
}

func searchesXGBoost(objective string, minimize bool, parameter training.Parameter) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Job.Image, p.Job.Parameters = training.XGBoost("3.2-0"), []training.Parameter{parameter}
		p.Job.Inputs = append(p.Job.Inputs, training.Input{Channel: "validation", From: held.Prefix("validation/")})
		p.Search = &training.Search{Objective: objective, Minimize: minimize}
	})
}

func inSchedule(expression string) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Triggers = []training.Trigger{training.OnSchedule(expression, nil)}
	}).at("Triggers[0]")
}

func inPushes(repository string) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Triggers = []training.Trigger{training.OnImage("arn:aws:ecr:us-east-1:111122223333:repository/"+repository, nil)}
	}).at("Triggers[0]")
}

func inGroups(groups ...training.InstanceGroup) said {
	return inJob(func(j *training.Job) { j.InstanceType, j.Groups = "", groups })
}

func inCode(change func(*training.Code)) said {
	return inJob(func(j *training.Job) {
		j.Code = training.Code{From: held.Prefix("code/"), Program: "train.py"}
		change(&j.Code)
	})
}

func inPipeline(change func(*training.PipelineProps)) said {
	p := &training.PipelineProps{}
	change(p)
	return said{err: p.Validate("X")}
}

func registered(r training.Registration) said {
	return inWorkflow(func(p *training.WorkflowProps) { p.Register = &r })
}

// prepared is what is said of a job of 5 USD and a preparation of as much, where a run may cost so many USD.
func prepared(usd float64) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Environment.Limits.PricePerRun = usd
		p.Prepare = &training.Processing{Image: training.ImageURI(ownImage), Inputs: p.Job.Inputs, Output: held.Prefix("prepared/"), InstanceType: "ml.m5.xlarge", MaxRuntime: 13 * time.Hour}
		p.Job.MaxRuntime = 13 * time.Hour
	})
}

// gated is what is said of a pipeline that searches for the least loss, and lets through what the gate does.
func gated(gate training.Threshold) said {
	return inPipeline(func(p *training.PipelineProps) {
		p.Job.Metrics, p.Job.Parameters = []training.Metric{{Name: "loss", Regex: "(.)"}, {Name: "acc", Regex: "(.)"}}, []training.Parameter{training.Integer("n", 1, 9)}
		p.Search, p.Gate = &training.Search{Objective: "loss"}, []training.Threshold{gate}
	})
}

// processed is what is said of a preparation.
func processed(change func(*training.Processing)) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Environment.Limits.InstancesPerJob = 500
		p.Prepare = &training.Processing{Image: training.ImageURI(ownImage), Inputs: p.Job.Inputs, Output: held.Prefix("prepared/"), InstanceType: "ml.m5.xlarge", MaxRuntime: time.Hour}
		change(p.Prepare)
	})
}

func pipelineText(n int) said {
	return inPipeline(func(p *training.PipelineProps) {
		p.Job.Parameters = []training.Parameter{training.OneOf("a", strings.Repeat("x", n))}
	})
}

// searched is what is said of a search for parameters.
func searched(parameters ...training.Parameter) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		p.Job.Metrics, p.Job.Parameters, p.Search = []training.Metric{{Name: "loss", Regex: "(.)"}}, parameters, &training.Search{Objective: "loss"}
	})
}

func searchedVariables(n int) said {
	return inWorkflow(func(p *training.WorkflowProps) { p.Job.Variables, p.Search = texts(n), &training.Search{} })
}

func integers(n int) (all []training.Parameter) {
	for i := range n {
		all = append(all, training.Integer(fmt.Sprint("n", i), 1, 2))
	}
	return all
}

func numberedTexts(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint("t", i))
	}
	return all
}

func scheduledBy(expression string) said {
	return inWorkflow(func(p *training.WorkflowProps) { p.Triggers = []training.Trigger{training.OnSchedule(expression, nil)} }).at("Triggers[0]")
}

// started5 is what is said of a trigger whose input has five texts of n characters.
func started5(n int) said {
	return inWorkflow(func(p *training.WorkflowProps) {
		input := map[string]any{}
		for i := range 5 {
			name, text := fmt.Sprint("p", i), strings.Repeat("x", n)
			p.Job.Parameters, input[name] = append(p.Job.Parameters, training.OneOf(name, text)), text
		}
		p.Triggers = []training.Trigger{training.OnSchedule("rate(1 day)", input)}
	}).at("Triggers[0]")
}

func channels(n int) func(*training.Job) {
	return func(j *training.Job) {
		j.Inputs = nil
		for i := range n {
			j.Inputs = append(j.Inputs, training.Input{Channel: fmt.Sprint("c", i), From: held.Prefix("train/")})
		}
	}
}

func metrics(n int) func(*training.Job) {
	return func(j *training.Job) {
		for i := range n {
			j.Metrics = append(j.Metrics, training.Metric{Name: fmt.Sprint("m", i), Regex: "(.)"})
		}
	}
}

func texts(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[fmt.Sprint("t", i)] = "x"
	}
	return all
}

const (
	api           = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
	createJob     = api + "API_CreateTrainingJob.html"
	channel       = api + "API_Channel.html"
	resource      = api + "API_ResourceConfig.html"
	xgboostTuning = "https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html"
	spotDocs      = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html"
	limited       = "ours: the environment's Limits bound it"
	byPath        = "ours: a path of the state machine has to hold it"
	noSuch        = "ours: there is nothing without one"
)

var refusalsOfTraining = []refusal{
	// The job.
	{"training Image", "the URI of a private ECR repository", api + "API_AlgorithmSpecification.html", inJob(func(j *training.Job) { j.Image = training.ImageURI("python:3") }), inJob(func(*training.Job) {}), ""},
	{"training Image", "a tag or a digest", "ours: without one each run takes what was pushed last", inJob(func(j *training.Job) { j.Image = training.ImageURI(strings.TrimSuffix(ownImage, ":1")) }),
		inJob(func(j *training.Job) { j.Image = training.ImageURI(strings.TrimSuffix(ownImage, ":1") + ":latest") }), ""},
	{"training Inputs", "at most 20 channels", createJob, inJob(channels(21)), inJob(channels(20)), ""},
	{"training Inputs", "none too, but for a built-in algorithm", createJob, inJob(func(j *training.Job) { j.Inputs, j.Image = nil, training.XGBoost("3.2-0") }), inJob(channels(0)), ""},
	{"training Channel", "1 to 64 letters, digits, dots, hyphens and underscores", channel, inInput(func(i *training.Input) { i.Channel = strings.Repeat("a", 65) }),
		inInput(func(i *training.Input) { i.Channel = strings.Repeat("a", 60) + "._-0" }), ""},
	{"training Mode", "File, FastFile or Pipe", channel, inInput(func(i *training.Input) { i.Mode = "Fast" }), inInput(func(i *training.Input) { i.Mode = training.FastFile }), ""},
	{"training Mode", "Pipe for augmented manifests", api + "API_S3DataSource.html",
		inInput(func(i *training.Input) {
			i.Mode, i.Manifest, i.Attributes = training.FastFile, held.Object("m"), []string{"a"}
		}),
		inInput(func(i *training.Input) {
			i.Mode, i.Manifest, i.Attributes = training.Pipe, held.Object("m"), []string{"a"}
		}), ""},
	{"training RecordIO", "off in Mode File", channel, inInput(func(i *training.Input) { i.RecordIO = true }), inInput(func(i *training.Input) { i.RecordIO, i.Mode = true, training.Pipe }), ""},
	{"training Manifest", "none with Prepared", "ours: the folder of an execution is not known before it starts", inInput(func(i *training.Input) { i.Prepared, i.From, i.Manifest = "a/", storage.Prefix{}, held.Object("m") }),
		inInput(func(i *training.Input) { i.Manifest = held.Object("m") }), ""},
	{"training Attributes", "at most 16", api + "API_S3DataSource.html",
		inInput(func(i *training.Input) {
			i.Mode, i.Manifest, i.Attributes = training.Pipe, held.Object("m"), strings.Split("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", ",")
		}),
		inInput(func(i *training.Input) {
			i.Mode, i.Manifest, i.Attributes = training.Pipe, held.Object("m"), strings.Split("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p", ",")
		}), ""},
	{"training Mount", "one source of a channel", channel, inInput(func(i *training.Input) { i.Mount.Path = "/a" }), inInput(func(*training.Input) {}), ""},
	{"training Prepared", "a folder, of what a text of the state machine can hold", "ours: it stands in a text of States.Format", inInput(func(i *training.Input) { i.Prepared, i.From = "a'b/", storage.Prefix{} }),
		inWorkflow(func(p *training.WorkflowProps) {
			p.Job.Inputs[0] = training.Input{Channel: "train", Prepared: "a b (1)/"}
			p.Prepare = &training.Processing{}
		}).at("Job.Inputs[0].Prepared"), ""},
	{"training Prepared", "a folder that S3 has", "ours: S3 knows no folder above another, so that nothing would be there", inInput(func(i *training.Input) { i.Prepared, i.From = "../x/", storage.Prefix{} }),
		inWorkflow(func(p *training.WorkflowProps) {
			p.Job.Inputs[0] = training.Input{Channel: "train", Prepared: "..x/"}
			p.Prepare = &training.Processing{}
		}).at("Job.Inputs[0].Prepared"), ""},
	{"training (validateURI)", "a URI of at most 1,024 characters", api + "API_S3DataSource.html", inInput(func(i *training.Input) { i.Manifest = held.Object(strings.Repeat("a", 1015)) }).at("Job.Inputs[0].Manifest.Key"),
		inInput(func(i *training.Input) { i.Manifest = held.Object(strings.Repeat("a", 1014)) }).at("Job.Inputs[0].Manifest.Key"), ""},
	{"training Groups", "those of the job", api + "API_S3DataSource.html", inInput(func(i *training.Input) { i.Groups = []string{"gpu"} }), inInput(func(*training.Input) {}), ""},
	{"training Instances", "1 or more", resource, inJob(func(j *training.Job) { j.Instances = -1 }), inJob(func(j *training.Job) { j.Instances = 1 }), ""},
	{"training VolumeGB", "1 or more", resource, inJob(func(j *training.Job) { j.VolumeGB = -1 }), inJob(func(j *training.Job) { j.VolumeGB = 1 }), ""},
	{"training VolumeGB", "at most 16,384, as a processing job's", api + "API_ProcessingClusterConfig.html", inJob(func(j *training.Job) { j.VolumeGB = 16_385 }), inJob(func(j *training.Job) { j.VolumeGB = 16_384 }), ""},
	{"training Instances", "at most 100 in a processing job", api + "API_ProcessingClusterConfig.html", processed(func(p *training.Processing) { p.Instances = 101 }), processed(func(p *training.Processing) { p.Instances = 100 }), ""},
	{"training VolumeGB", "none on a local disk", resource, inJob(func(j *training.Job) { j.InstanceType, j.VolumeGB = "ml.g5.xlarge", 30 }), inJob(func(j *training.Job) { j.InstanceType = "ml.g5.xlarge" }), ""},
	{"training MaxRuntime", "whole seconds", api + "API_StoppingCondition.html", inJob(func(j *training.Job) { j.MaxRuntime = time.Second / 2 }), inJob(func(j *training.Job) { j.MaxRuntime = time.Second }), ""},
	{"training InstanceType", "one that the environment allows", limited, inJob(func(j *training.Job) { j.InstanceType = "ml.p5.48xlarge" }), inJob(func(*training.Job) {}), ""},
	{"training (validateLimits)", "as many instances as the environment allows", limited, inJob(func(j *training.Job) { j.Instances = 10 }).at("Instances"), inJob(func(j *training.Job) { j.Instances = 9 }).at("Instances"), ""},
	{"training MaxWait", "at least MaxRuntime", api + "API_StoppingCondition.html", inJob(func(j *training.Job) {
		j.Spot, j.Checkpoints, j.MaxWait = true, held.Prefix("c/"), time.Hour-time.Second
	}), inJob(func(j *training.Job) { j.Spot, j.Checkpoints, j.MaxWait = true, held.Prefix("c/"), time.Hour }), ""},
	{"training Checkpoints", "some with Spot", "ours: an interrupted job would start again", inJob(func(j *training.Job) { j.Spot = true }), inJob(func(j *training.Job) { j.Spot, j.Checkpoints = true, held.Prefix("c/") }), ""},
	{"training KeepAlive", "up to six hours", resource, inJob(func(j *training.Job) { j.KeepAlive = 6*time.Hour + time.Second }), inJob(func(j *training.Job) { j.KeepAlive = 6 * time.Hour }), ""},
	{"training KeepAlive", "none with Spot", "https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html",
		inJob(func(j *training.Job) { j.Spot, j.Checkpoints, j.KeepAlive = true, held.Prefix("c/"), time.Hour }), inJob(func(j *training.Job) { j.KeepAlive = time.Hour }), ""},
	{"training EntryPoint", "at most 100 texts", api + "API_AlgorithmSpecification.html", inJob(func(j *training.Job) { j.EntryPoint = make([]string, 101) }), inJob(func(j *training.Job) { j.EntryPoint = append([]string{"sh"}, make([]string, 99)...) }), ""},
	{"training (validateProgram)", "a program", "ours: no container starts without one", inJob(func(j *training.Job) { j.EntryPoint = []string{""} }).at("EntryPoint"), inJob(func(j *training.Job) { j.EntryPoint = []string{"sh", ""} }).at("EntryPoint"), ""},
	{"training (validateWords)", "at most 256 characters", api + "API_AlgorithmSpecification.html", inJob(func(j *training.Job) { j.Arguments = []string{strings.Repeat("x", 257)} }).at("Arguments"),
		inJob(func(j *training.Job) { j.Arguments = []string{strings.Repeat("x", 256), ""} }).at("Arguments"), ""},
	{"training Program", "a file of the code", "ours: the toolkit runs what lies in the code's folder", inCode(func(c *training.Code) { c.Program = "../train.py" }), inCode(func(c *training.Code) { c.Program = "src/train.py" }), ""},
	{"training Archive", "a hyperparameter's value with its folder", createJob, inCode(func(c *training.Code) { c.Archive = "a\rb.tar.gz" }), inCode(func(c *training.Code) { c.Archive = "a b.tar.gz" }), ""},
	{"training Program", "a hyperparameter's value with its quotes", createJob, inCode(func(c *training.Code) { c.Program = strings.Repeat("x", 2499) }), inCode(func(c *training.Code) { c.Program = strings.Repeat("x", 2498) }), ""},
	{"training Archive", "a file of the code", "ours: it is looked for in the channel", inCode(func(c *training.Code) { c.Archive = "/a.tar.gz" }), inCode(func(c *training.Code) { c.Archive = "a.tar.gz" }), ""},
	{"training Program", "no folder", "ours: the toolkit runs a file", inCode(func(c *training.Code) { c.Program = "src/" }), inCode(func(c *training.Code) { c.Program = "run.sh" }), ""},
	{"training Archive", "a .tar.gz or .tgz", "ours: the toolkit unpacks no other", inCode(func(c *training.Code) { c.Archive = "a.zip" }), inCode(func(c *training.Code) { c.Archive = "a.tgz" }), ""},
	{"training HyperParameters", "no code in S3 for an isolated container, in capitals", "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html", inJob(func(j *training.Job) { j.HyperParameters["sagemaker_submit_directory"] = "\"S3://b/x\"" }),
		inJob(func(j *training.Job) { j.HyperParameters["sagemaker_submit_directory"] = "\"/opt/ml/S3\"" }), ""},
	// Parameters, metrics and variables.
	{"training HyperParameters", "at most 100", createJob, inJob(func(j *training.Job) { j.HyperParameters = texts(101) }), inJob(func(j *training.Job) { j.HyperParameters = texts(100) }), ""},
	{"training HyperParameters", "no code in S3 for an isolated container", "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html", inJob(func(j *training.Job) { j.HyperParameters["sagemaker_submit_directory"] = "s3://b/x" }),
		inJob(func(j *training.Job) { j.HyperParameters["sagemaker_submit_directory"] = "/opt/ml/code" }), ""},
	{"training (validateHyperParameters)", "values of at most 2,500 characters", createJob, inJob(func(j *training.Job) { j.HyperParameters["a"] = strings.Repeat("x", 2501) }).at("HyperParameters"),
		inJob(func(j *training.Job) { j.HyperParameters["a"] = strings.Repeat("x", 2500) }).at("HyperParameters"), ""},
	{"training name", "hyphens and dots too", byPath, inParameter(training.Integer("batch size", 1, 2)), inParameter(training.Integer("batch-size.0", 1, 2)), ""},
	{"training name", "64 letters, digits, underscores and hyphens in a pipeline", "https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/",
		inPipeline(func(p *training.PipelineProps) {
			p.Job.Parameters = []training.Parameter{training.Integer(strings.Repeat("a", 65), 1, 2)}
		}),
		inPipeline(func(p *training.PipelineProps) {
			p.Job.Parameters = []training.Parameter{training.Integer(strings.Repeat("-", 64), 1, 2)}
		}), ""},
	in(`job_test.go TestWrongJobs: Parameters[0].bounds: got +Inf`, "training bounds", "finite numbers", "https://www.rfc-editor.org/rfc/rfc8259#section-6"),
	{"training ContentType", "at most 256 characters on one line", api + "API_Channel.html", inInput(func(i *training.Input) { i.ContentType = strings.Repeat("x", 257) }), inInput(func(i *training.Input) { i.ContentType = strings.Repeat("x", 256) }), ""},
	{"training ContentTypes", "at most 256 characters on one line", api + "API_InferenceSpecification.html", registered(training.Registration{ContentTypes: []string{strings.Repeat("x", 257)}}), registered(training.Registration{ContentTypes: []string{strings.Repeat("x", 256)}}), ""},
	{"training ResponseTypes", "a MIME type of at most 1024 characters", api + "API_InferenceSpecification.html", registered(training.Registration{ResponseTypes: []string{"text/" + strings.Repeat("x", 1020)}}), registered(training.Registration{ResponseTypes: []string{"text/" + strings.Repeat("x", 1000)}}), ""},
	{"training Path", "apart from what the workflow writes", "ours: each run would start another one", inJob(func(j *training.Job) { j.Output = held.Prefix("train/out/") }), inJob(func(j *training.Job) { j.Output = held.Prefix("trained/") }), ""},
	{"training min", "at most max", "ours: nothing would be let through", inParameter(training.Integer("a", 2, 1)), inParameter(training.Integer("a", 1, 1)), ""},
	{"training allowed", "at least one text", "ours: nothing would be let through", inParameter(training.OneOf("a")), inParameter(training.OneOf("a", "")), ""},
	{"training Parameters", "none that is fixed too", "ours: one of the two would be lost", inJob(func(j *training.Job) {
		j.HyperParameters["n"], j.Parameters = "1", []training.Parameter{training.Integer("n", 1, 2)}
	}), inParameter(training.Integer("n", 1, 2)), ""},
	{"training allowed", "texts of at most 1,024 characters in a pipeline", api + "API_Parameter.html", pipelineText(1025).at("Job.Parameters[0].allowed[0]"), pipelineText(1024).at("Job.Parameters[0].allowed[0]"), ""},
	{"training Parameters", "at most 30 in a search", api + "API_ParameterRanges.html", searched(integers(31)...), searched(integers(30)...), ""},
	{"training allowed", "at most 30 texts in a search", api + "API_CategoricalParameterRange.html", searched(training.OneOf("a", numberedTexts(31)...)), searched(training.OneOf("a", numberedTexts(30)...)), ""},
	{"training allowed", "texts of at most 256 characters in a search", api + "API_CategoricalParameterRange.html", searched(training.OneOf("a", strings.Repeat("x", 257))).at("Job.Parameters[0].allowed[0]"),
		searched(training.OneOf("a", strings.Repeat("x", 256))).at("Job.Parameters[0].allowed[0]"), ""},
	{"training bounds", "at most 256 digits in a search", api + "API_ContinuousParameterRange.html", searched(training.Number("a", 0, 1e256)), searched(training.Number("a", 0, 1e255)), ""},
	{"training Metrics", "at most 40", createJob, inJob(metrics(41)), inJob(metrics(40)), ""},
	{"training Name", "1 to 255 characters", api + "API_MetricDefinition.html", inJob(func(j *training.Job) { j.Metrics = []training.Metric{{Name: strings.Repeat("é", 256), Regex: "."}} }),
		inJob(func(j *training.Job) { j.Metrics = []training.Metric{{Name: strings.Repeat("é", 255), Regex: "."}} }), ""},
	{"training Regex", "closed parentheses", "ours: no dialect reads another expression, and the job would fail or find nothing",
		inJob(func(j *training.Job) { j.Metrics = []training.Metric{{Name: "m", Regex: "(."}} }), inJob(func(j *training.Job) { j.Metrics = []training.Metric{{Name: "m", Regex: `\(.`}} }), ""},
	{"training Regex", "1 to 500 characters, in SageMaker's dialect", api + "API_MetricDefinition.html", inJob(func(j *training.Job) { j.Metrics = []training.Metric{{Name: "m", Regex: strings.Repeat("(", 501)}} }),
		inJob(func(j *training.Job) {
			j.Metrics = []training.Metric{{Name: "m", Regex: "(?<=loss: )" + strings.Repeat("(.)", 163)}}
		}), ""},
	{"training Variables", "at most 100", createJob, inJob(func(j *training.Job) { j.Variables = texts(101) }), inJob(func(j *training.Job) { j.Variables = texts(100) }), ""},
	{"training Variables", "at most 100 with that of Packages", createJob, inJob(func(j *training.Job) {
		j.Variables, j.Packages = texts(100), supplychain.Repository{ARN: repositoryARN}
	}),
		inJob(func(j *training.Job) { j.Variables, j.Packages = texts(99), supplychain.Repository{ARN: repositoryARN} }), ""},
	{"training Variables", "at most 48 in a search", api + "API_HyperParameterTrainingJobDefinition.html", searchedVariables(49), searchedVariables(48), ""},
	{"training (validateVariables)", "names of letters, digits and underscores, no digit first", createJob, inJob(func(j *training.Job) { j.Variables["1A"] = "x" }).at("Variables"),
		inJob(func(j *training.Job) { j.Variables["_A1"] = "x" }).at("Variables"), ""},
	{"training (validateVariables)", "values of at most 512 characters", createJob, inJob(func(j *training.Job) { j.Variables["A"] = strings.Repeat("x", 513) }).at("Variables"),
		inJob(func(j *training.Job) { j.Variables["A"] = strings.Repeat("x", 512) }).at("Variables"), ""},
	{"training (checkMetric)", "no quotes", byPath, inWorkflow(func(p *training.WorkflowProps) { p.Gate = []training.Threshold{training.AtLeast("a'b", 1)} }).at("Gate"),
		inWorkflow(func(p *training.WorkflowProps) {
			p.Job.Metrics, p.Gate = []training.Metric{{Name: "a b:c", Regex: "."}}, []training.Threshold{training.AtLeast("a b:c", 1)}
		}).at("Gate"), ""},
	{"training Gate", "metrics that a registered model can be told of", api + "API_CreateModelPackage.html", inRegistered("f1 (macro)", "models/").at("Gate"), inRegistered("f1 macro", "models/").at("Gate"), ""},
	{"training Output", "an evaluation that a registered model can be told of", api + "API_CreateModelPackage.html",
		inRegistered("m", "it's/").at("Evaluate.Output"), inRegistered("m", "its/").at("Evaluate.Output"), ""},
	// Several instances.
	{"training Groups", "at most 5", resource, inGroups(make([]training.InstanceGroup, 6)...),
		inGroups(training.InstanceGroup{Name: "a b", InstanceType: "ml.m5.large"}, training.InstanceGroup{Name: strings.Repeat("é", 64), InstanceType: "ml.m5.large"}), ""},
	{"training Distribution", "1 or more processes, or 0", "ours: MPI would start none", inJob(func(j *training.Job) { j.Distribution = training.MPI(-1) }), inJob(func(j *training.Job) { j.Distribution = training.MPI(1) }), ""},
	{"training Packages", "where containers have a network", "ours: an isolated container installs nothing", inJob(func(j *training.Job) { j.Packages = supplychain.Repository{ARN: repositoryARN} }), none, ""},
	// Searches, processing and what is around them.
	{"training Jobs", "1 to 750", "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html", inSearch(training.Search{Jobs: 751}), inSearch(training.Search{Jobs: 750}), ""},
	{"training Objective", "a metric of validation, of the built-in XGBoost", xgboostTuning, searchesXGBoost("train:auc", true, training.Number("eta", 0, 1)), searchesXGBoost("validation:error", true, training.Number("eta", 0, 1)), ""},
	{"training Minimize", "the direction that SageMaker knows", xgboostTuning, searchesXGBoost("validation:error", false, training.Number("eta", 0, 1)), searchesXGBoost("validation:error", true, training.Number("eta", 0, 1)), ""},
	{"training Parameters", "numbers of the kind that SageMaker knows", xgboostTuning, searchesXGBoost("validation:error", true, training.Integer("eta", 0, 1)), searchesXGBoost("validation:error", true, training.Number("eta", 0, 1)), ""},
	{"training Parallel", "1 to 10", "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html", inSearch(training.Search{Jobs: 20, Parallel: 11}), inSearch(training.Search{Jobs: 20, Parallel: 10}), ""},
	{"training Arguments", "none in a search", api + "API_HyperParameterAlgorithmSpecification.html",
		inWorkflow(func(p *training.WorkflowProps) { p.Job.Arguments, p.Search = []string{"a"}, &training.Search{} }), inJob(func(j *training.Job) { j.Arguments = []string{"a"} }), ""},
	{"training (validate)", "six fields, of their own values", "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html", scheduledBy("cron(0 18 ? * mon-fri *)"), scheduledBy("cron(0 18 ? * MON-FRI *)"), ""},
	{"training (validate)", "spaces between fields", "ours: EventBridge does not say which white space it takes", scheduledBy("cron(0\n18 ? * 2-6 *)"), scheduledBy("cron(0 18 ? * 2-6 *)"), ""},
	{"training (validate)", "an input of 8,192 characters with what is around it", "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html", started5(1700), started5(1500), ""},
	{"training (validate)", "a schedule", "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
		inWorkflow(func(p *training.WorkflowProps) { p.Triggers = []training.Trigger{training.OnSchedule("daily", nil)} }).at("Triggers[0]"),
		inWorkflow(func(p *training.WorkflowProps) {
			p.Triggers = []training.Trigger{training.OnSchedule("rate(1 day)", nil)}
		}).at("Triggers[0]"), ""},
	{"training (validate)", "a schedule that comes", "ours: nothing would ever start", inSchedule("cron(0 6 30 2 ? *)"), inSchedule("cron(0 6 29 2 ? *)"), ""},
	in(`job_request_test.go TestInputOfAZeroParameter: parameters[0]: got nothing`, "training parameters", "a parameter that a function made", "ours: it has no name"),
	{"training (unwritable)", "what JSON holds", "ours: the library is given it as JSON", inJob(func(j *training.Job) { j.Distribution = training.ModelParallel(map[string]any{"a": math.NaN()}) }).at("Job.Distribution[\"a\"]"), inJob(func(j *training.Job) { j.Distribution = training.ModelParallel(map[string]any{"a": 0.5}) }).at("Job.Distribution[\"a\"]"), ""},
	{"training (ValidateInput)", "what the parameters take", "ours: the execution would be refused", said{err: training.ValidateInput([]training.Parameter{training.Integer("n", 1, 2)}, map[string]any{"n": 3})}.at("n"),
		said{err: training.ValidateInput([]training.Parameter{training.Integer("n", 1, 2)}, map[string]any{"n": 2})}.at("n"), ""},
	{"training Bucket", "one that tells of new data", "ours: nothing would start",
		inWorkflow(func(p *training.WorkflowProps) {
			p.Triggers = []training.Trigger{training.OnData(held.Prefix("a/"), nil)}
		}).at("Triggers[0].Bucket"), none, ""},
	{"training (validatePushed)", "the repository of the job's image", "ours: what is pushed is what runs", inPushes("other"), inPushes("churn"), ""},
	{"training AtOnce", "0 to 50", "ours: an execution looks at one list of 100", inWorkflow(func(p *training.WorkflowProps) { p.AtOnce = 51 }), inWorkflow(func(p *training.WorkflowProps) { p.AtOnce = 50 }), ""},
	{"training CacheFor", "whole days", "ours: a fraction is a mistake", inPipeline(func(p *training.PipelineProps) { p.CacheFor = time.Hour }), inPipeline(func(p *training.PipelineProps) { p.CacheFor = 24 * time.Hour }), ""},
	{"training Name", "a name that a model package group can have", api + "API_CreateModelPackageGroup.html",
		said{err: (&training.ExistingModelGroupProps{Name: "dev--*"}).Validate()}, said{err: (&training.ExistingModelGroupProps{Name: "Churn-1"}).Validate()}, ""},
	{"training Team", "1 to 20 lower-case letters, digits and single hyphens", inNames, inWorkflow(func(p *training.WorkflowProps) { p.Team = "Red" }), inWorkflow(func(p *training.WorkflowProps) { p.Team = "red-1" }), ""},
	{"training Network", "a network", "ours: jobs run in a VPC", inWorkflow(func(*training.WorkflowProps) {}), none, ""},
	{"training Guard", "a guard", "ours: a pipeline's jobs are held by it", inPipeline(func(*training.PipelineProps) {}), none, ""},
	{"training Gate", "the objective, in a pipeline's search", "ours: SageMaker tells a pipeline of no other metric", gated(training.AtLeast("acc", 1)), gated(training.AtLeast("loss", 1)), ""},
	{"training Job, Prepare and Evaluate", "what a run may cost in all", limited, prepared(5), prepared(7), ""},
	in(`workflow_test.go TestMistakes: an image in us-east-1, where the job runs`, "training (validateRegion)", "an image of the job's region", "ours: of models SageMaker demands it (API_ContainerDefinition), and of jobs nothing is said"),
	in(`workflow_test.go TestMistakes: "Job.Image", "ap-east-2"`, "training (validateRegistry)", "a region that has the built-in XGBoost", "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html"),
}
