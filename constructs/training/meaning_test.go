package training

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// What AWS would take, and what no run would be well with.
func TestWhatMakesNoSense(t *testing.T) {
	data := func(path string) storage.Prefix { return goodJob().Output.Bucket.Prefix(path) }
	for name, test := range map[string]struct {
		change func(*WorkflowProps)
		want   string
	}{
		"a version that never was":   {func(p *WorkflowProps) { p.Job.Image = XGBoost("9.9-9") }, `Job.Image: got "9.9-9"; allowed: a version of the built-in XGBoost`},
		"a version with another tag": {func(p *WorkflowProps) { p.Job.Image = XGBoost("1.0-1") }, `Job.Image: got "1.0-1"`},
		"a version that is known":    {func(p *WorkflowProps) { p.Job.Image = XGBoost("1.7-1") }, ""},
		"a metric of its own":        {func(p *WorkflowProps) { p.Gate = []Threshold{AtLeast("validation:accurracy", 1)} }, `Gate[0]: got "validation:accurracy"`},
		"a metric of no channel":     {func(p *WorkflowProps) { p.Gate = []Threshold{AtLeast("auc", 1)} }, `Gate[0]: got "auc"`},
		"a metric of other data":     {func(p *WorkflowProps) { p.Gate = []Threshold{AtLeast("test:auc", 1)} }, `Gate[0]: got "test:auc"`},
		"a metric without data":      {func(p *WorkflowProps) { withoutValidation(p) }, `Gate[0]: got "validation:auc"; allowed: an input for it, whose Channel is validation`},
		"a metric of folds": {func(p *WorkflowProps) {
			withoutValidation(p)
			p.Job.HyperParameters = map[string]string{"_kfold": "5"}
		}, ""},
		"a metric of the training data": {func(p *WorkflowProps) {
			withoutValidation(p)
			p.Gate = []Threshold{AtMost("train:logloss", 1)}
		}, ""},
		"an output in the input":   {func(p *WorkflowProps) { p.Job.Output = data("train/models/") }, `Job.Output.Path: got "train/models/"; allowed: a prefix that Inputs[0], "train/", does not read`},
		"an input in the output":   {func(p *WorkflowProps) { p.Job.Output = data("") }, ""},
		"checkpoints in the input": {func(p *WorkflowProps) { p.Job.Checkpoints = data("validation/") }, `Job.Checkpoints.Path: got "validation/"; allowed: a prefix that Inputs[1], "validation/", does not read`},
		"an output in the code": {func(p *WorkflowProps) {
			p.Job.Code, p.Job.Output = Code{From: data("code/"), Program: "train.py"}, data("code/models/")
		}, `Job.Output.Path: got "code/models/"; allowed: a prefix that Code.From, "code/", does not read`},
		"code in the whole bucket": {func(p *WorkflowProps) {
			p.Job.Code = Code{From: data(""), Program: "train.py"}
		}, `Job.Output.Path: got "models/"; allowed: a prefix that Code.From, "", does not read`},
		"what is prepared in the input": {func(p *WorkflowProps) { p.Prepare = processed(data("raw/"), data("train/p/")) },
			`Prepare.Output.Path: got "train/p/"; allowed: a prefix that Job.Inputs[0], "train/", does not read`},
		"what is prepared as the input": {func(p *WorkflowProps) {
			p.Prepare = processed(data("raw/"), data("prepared/"))
			p.Job.Inputs[0].From, p.Job.Inputs[0].Prepared = storage.Prefix{}, "/"
		}, ""},
		"an output in the raw data": {func(p *WorkflowProps) {
			p.Prepare, p.Job.Output = processed(data("raw/"), data("prepared/")), data("raw/m/")
		}, `Job.Output.Path: got "raw/m/"; allowed: a prefix that Prepare.Inputs[0], "raw/", does not read`},
		"checkpoints in the raw data": {func(p *WorkflowProps) {
			p.Prepare, p.Job.Checkpoints = processed(data("raw/"), data("prepared/")), data("raw/")
		}, `Job.Checkpoints.Path: got "raw/"; allowed: a prefix that Prepare.Inputs[0], "raw/", does not read`},
		"a model in what evaluates it": {func(p *WorkflowProps) {
			p.Evaluate, p.Job.Output = processed(data("raw/"), data("measured/")), data("raw/m/")
		}, `Job.Output.Path: got "raw/m/"; allowed: a prefix that Evaluate.Inputs[0], "raw/", does not read`},
		"an evaluation in the input": {func(p *WorkflowProps) { p.Evaluate = processed(data("raw/"), data("train/eval/")) },
			`Evaluate.Output.Path: got "train/eval/"; allowed: a prefix that Job.Inputs[0], "train/", does not read`},
		"an evaluation in the raw data": {func(p *WorkflowProps) {
			p.Prepare, p.Evaluate = processed(data("raw/"), data("prepared/")), processed(data("test/"), data("raw/e/"))
		}, `Evaluate.Output.Path: got "raw/e/"; allowed: a prefix that Prepare.Inputs[0], "raw/", does not read`},
		"an output in what a manifest may list": {func(p *WorkflowProps) {
			p.Job.Inputs[0].From, p.Job.Inputs[0].Manifest = data(""), goodJob().Output.Bucket.Object("train.manifest")
		}, ""},
		"an output beside the input": {func(p *WorkflowProps) { p.Job.Output = data("train-models/") }, ""},
		"the same path somewhere else": {func(p *WorkflowProps) {
			p.Job.Output = storage.Prefix{Bucket: &storage.DataBucket{Name: "x"}, Path: "train/"}
		}, ""},
		"a trigger of its own output":    {func(p *WorkflowProps) { p.Triggers = []Trigger{OnData(listened("models/"), nil)} }, `Triggers[0].Path: got "models/"; allowed: a prefix that Job.Output, "models/", is not in`},
		"a trigger of all of its bucket": {func(p *WorkflowProps) { p.Triggers = []Trigger{OnData(listened(""), nil)} }, `Triggers[0].Path: got ""`},
		"a trigger of its input":         {func(p *WorkflowProps) { p.Triggers = []Trigger{OnData(listened("train/"), nil)} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := WorkflowProps{Environment: environment.Environment{}, Job: goodJob(), Gate: []Threshold{AtLeast("validation:auc", 0.8)}}
			test.change(&p)
			got := ""
			if err := p.Validate("churn"); err != nil {
				got = strings.ReplaceAll(err.Error(), "  - Network: got nothing; allowed: the network that the job runs in; make one with network.NewIsolated", "")
			}
			if (strings.TrimSpace(got) == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// listened is a prefix of the job's bucket, which tells of new objects.
func listened(path string) storage.Prefix {
	return storage.Prefix{Bucket: &storage.DataBucket{Name: "data", Events: true}, Path: path}
}

// processed is a processing job between two prefixes.
func processed(from, to storage.Prefix) *Processing {
	return &Processing{Image: goodJob().Image, InstanceType: "ml.m5.large", Inputs: []Input{{Channel: "in", From: from}}, Output: to}
}

func withoutValidation(p *WorkflowProps) { p.Job.Inputs = p.Job.Inputs[:1] }
