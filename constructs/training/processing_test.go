package training

import (
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// prepares is a preparation that every tier allows, for tests to change.
func prepares() *Processing {
	bucket := &storage.DataBucket{Name: "data", KeyARN: keyARN}
	return &Processing{
		Image: ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1"), Command: []string{"python3", "prepare.py"},
		Inputs: []Input{{Channel: "raw", From: bucket.Prefix("raw/")}}, Output: bucket.Prefix("prepared/"),
		InstanceType: "ml.m5.xlarge", MaxRuntime: 20 * time.Minute,
	}
}

// evaluates is an evaluation, likewise.
func evaluates() *Processing {
	p := prepares()
	p.Inputs = []Input{{Channel: "test", Prepared: "test/"}}
	return p
}

func TestMistakesInProcessing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*WorkflowProps)
		want   string
	}{
		"nothing given":               {func(p *WorkflowProps) { p.Prepare = &Processing{} }, "Prepare.Output"},
		"no image":                    {func(p *WorkflowProps) { p.Prepare.Image = Image{} }, "Prepare.Image: got nothing"},
		"no input for a built-in one": {func(p *WorkflowProps) { p.Prepare.Inputs, p.Prepare.Image = nil, XGBoost("3.2-0") }, "Prepare.Inputs: got 0"},
		"a type that is barred":       {func(p *WorkflowProps) { p.Prepare.InstanceType = "ml.p5.48xlarge" }, "Prepare.InstanceType: got \"ml.p5.48xlarge\""},
		"too many instances":          {func(p *WorkflowProps) { p.Evaluate.Instances = 99 }, "Evaluate.Instances: got 99"},
		"too long":                    {func(p *WorkflowProps) { p.Prepare.MaxRuntime = 10 * 24 * time.Hour }, "Prepare.MaxRuntime: got 240h0m0s; allowed: at most 216h0m0s"},
		"too many inputs": {func(p *WorkflowProps) {
			p.Evaluate.Inputs = nil
			for i := range 10 {
				p.Evaluate.Inputs = append(p.Evaluate.Inputs, Input{Channel: strings.Repeat("x", i+1), Prepared: "/"})
			}
		}, "Evaluate.Inputs: got 10; allowed: at most 9"},
		"a file system": {func(p *WorkflowProps) {
			p.Prepare.Inputs[0] = Input{Channel: "raw", Mount: shared.Directory("/raw")}
		}, "Prepare.Inputs[0].Mount: got \"/raw\"; allowed: none: a processing job copies its inputs; give From"},
		"two models":      {func(p *WorkflowProps) { p.Evaluate.Inputs[0].Channel = "model" }, "Evaluate.Inputs[1].Channel: got \"model\""},
		"a long command":  {func(p *WorkflowProps) { p.Prepare.Command = []string{"x", strings.Repeat("x", 257)} }, "allowed: a text of at most 256 characters on one line"},
		"a word of lines": {func(p *WorkflowProps) { p.Prepare.Arguments = []string{"a\nb"} }, "Prepare.Arguments[0]: got \"a\\nb\""},
		"fast files":      {func(p *WorkflowProps) { p.Prepare.Inputs[0].Mode = FastFile }, "Prepare.Inputs[0].Mode: got \"FastFile\"; allowed: File or Pipe"},
		"a content type":  {func(p *WorkflowProps) { p.Prepare.Inputs[0].ContentType = "text/csv" }, "Prepare.Inputs[0].ContentType: got \"text/csv\"; allowed: none in a processing job"},
		"an augmented manifest": {func(p *WorkflowProps) {
			p.Prepare.Inputs[0].Manifest, p.Prepare.Inputs[0].Attributes = bucket.Object("raw.manifest"), []string{"source-ref"}
			p.Prepare.Inputs[0].Mode, p.Prepare.Inputs[0].RecordIO = Pipe, true
		}, "Prepare.Inputs[0].Attributes: got [source-ref]; allowed: none in a processing job"},
		"many words":      {func(p *WorkflowProps) { p.Prepare.Command = strings.Split(strings.Repeat("x ", 101), " ") }, "Prepare.Command: got 102"},
		"a long variable": {func(p *WorkflowProps) { p.Prepare.Variables = map[string]string{"A": strings.Repeat("x", 257)} }, "Prepare.Variables[\"A\"]: got 257; allowed: at most 256"},
		"nothing is prepared": {func(p *WorkflowProps) {
			p.Prepare = nil
			p.Job.Inputs[0] = Input{Channel: "train", Prepared: "train/"}
		}, "Job.Inputs[0].Prepared: got \"train/\"; allowed: none: nothing is prepared before it; set Prepare, or give From"},
		"prepared by itself": {func(p *WorkflowProps) { p.Prepare.Inputs[0] = Input{Channel: "raw", Prepared: "/"} }, "Prepare.Inputs[0].Prepared"},
		"no folder":          {func(p *WorkflowProps) { p.Job.Inputs[0] = Input{Channel: "train", Prepared: "train"} }, "Job.Inputs[0].Prepared: got \"train\"; allowed: a folder"},
		"a folder above":     {func(p *WorkflowProps) { p.Job.Inputs[0] = Input{Channel: "train", Prepared: "../train/"} }, "Job.Inputs[0].Prepared: got \"../train/\"; allowed: a folder"},
		"no folder of S3's":  {func(p *WorkflowProps) { p.Job.Inputs[0] = Input{Channel: "train", Prepared: "a/./"} }, "Job.Inputs[0].Prepared: got \"a/./\"; allowed: a folder"},
		"a hidden folder":    {func(p *WorkflowProps) { p.Job.Inputs[0] = Input{Channel: "train", Prepared: ".a/..b/"} }, ""},
		"a folder too long": {func(p *WorkflowProps) {
			p.Job.Inputs[0] = Input{Channel: "train", Prepared: strings.Repeat("p", 1020) + "/"}
		}, "Job.Inputs[0].Prepared: got 10"},
		"two sources": {func(p *WorkflowProps) { p.Job.Inputs[0].Prepared = "train/" }, "Job.Inputs[0].Prepared: got \"train/\"; allowed: one of From, Mount and Prepared"},
		"too dear together": {func(p *WorkflowProps) {
			p.Environment.Limits.PricePerRun = 0.2
		}, "Job, Prepare and Evaluate: got \"0.23 USD together\"; allowed: a run of at most 0.2 USD"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &WorkflowProps{Job: goodJob(), Prepare: prepares(), Evaluate: evaluates()}
			c.change(p)
			err := p.Validate("Churn")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// What is too dear alone is told once, of the job that it is.
func TestAPriceIsToldOnce(t *testing.T) {
	p := &WorkflowProps{Job: goodJob(), Prepare: prepares()}
	p.Environment.Limits.PricePerRun = 0.05
	if err := p.Validate("Churn"); strings.Contains(err.Error(), "together") {
		t.Errorf("got %v", err)
	}
}

func TestTheLongestProcessing(t *testing.T) {
	limits := environment.Environment{Limits: environment.Limits{Runtime: 20 * 24 * time.Hour}}.Resolved().Limits
	p := prepares()
	p.MaxRuntime = 0
	if got := p.resolvedJob(limits).MaxRuntime; got != 9*24*time.Hour {
		t.Errorf("got %v, want what SageMaker takes", got)
	}
	if err := p.validate(environment.Environment{Limits: environment.Limits{Runtime: 20 * 24 * time.Hour, PricePerRun: 1e6}}); err != nil {
		t.Error(err)
	}
}

// A type with a local disk takes no key of a volume; the output is encrypted all the same.
func TestProcessingOnALocalDisk(t *testing.T) {
	p := prepares()
	p.InstanceType = "ml.g4dn.xlarge"
	r := (&processing{job: p.resolvedJob(environment.Environment{}.Resolved().Limits)}).request(goodWiring(), ofMachine)
	if key := dig(r, "ProcessingResources", "ClusterConfig", "VolumeKmsKeyId"); key != nil {
		t.Errorf("VolumeKmsKeyId %v", key)
	}
	if key := dig(r, "ProcessingOutputConfig", "KmsKeyId"); key != keyARN {
		t.Errorf("KmsKeyId %v", key)
	}
}

// What a container finds where, and how long each waits: the state longer than its job, the line two minutes once it is
// listed.
func TestWhatAProcessingJobIsTold(t *testing.T) {
	w := goodWiring()
	w.atOnce = 1
	w.prepare = &processing{job: prepares().resolvedJob(environment.Environment{}.Resolved().Limits), command: []string{"python3", "prepare.py"}}
	d := machineOf(t, goodJob(), w)
	prepare := d.States[statePrepare]
	wantJSON(t, "the outputs", dig(prepare, "Parameters", "ProcessingOutputConfig", "Outputs"),
		`[{"OutputName":"output","S3Output":{"LocalPath":"/opt/ml/processing/output","S3UploadMode":"EndOfJob",`+
			`"S3Uri.$":"States.Format('s3://data/prepared/{}/', States.Hash($$.Execution.Id, 'MD5'))"}}]`)
	wantJSON(t, "the command", dig(prepare, "Parameters", "AppSpecification", "ContainerEntrypoint"), `["python3","prepare.py"]`)
	wantJSON(t, "the state's limit", prepare["TimeoutSeconds"], "8400")
	wantJSON(t, "the wait before the first look", dig(d.States[stateLine], "Result", "wait"), "10")
	wantJSON(t, "the wait before the next", dig(d.States[stateTurn], "Parameters", "wait"), "120")
}
