package training

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// onSpot is a job on spare capacity.
func onSpot() Job {
	j := goodJob()
	j.Spot, j.Checkpoints = true, j.Output.Bucket.Prefix("checkpoints/")
	return j
}

// own is a job of an image of the team's own.
func own() Job {
	j := goodJob()
	j.Image = ImageURI(anURI + ":1")
	return j
}

func TestSpotMetricsAndVariables(t *testing.T) {
	tests := []struct {
		name   string
		job    Job
		change func(*Job)
		want   string // empty: valid
	}{
		{"spot", onSpot(), func(*Job) {}, ""},
		{"spot, a longer wait", onSpot(), func(j *Job) { j.MaxWait = 3 * time.Hour }, ""},
		{"spot without checkpoints", onSpot(), func(j *Job) { j.Checkpoints = storage.Prefix{} }, "Checkpoints: got nothing; allowed: where a job on spot keeps what it resumes from"},
		{"a wait as long as the runtime", onSpot(), func(j *Job) { j.MaxWait = j.MaxRuntime }, ""},
		{"a shorter wait", onSpot(), func(j *Job) { j.MaxWait = j.MaxRuntime - time.Second }, "MaxWait: got 19m59s; allowed: whole seconds, up to 2147483647, and at least MaxRuntime, 20m0s; or 0"},
		{"a wait without spot", goodJob(), func(j *Job) { j.MaxWait = time.Hour }, "none without Spot"},
		{"checkpoints on demand", goodJob(), func(j *Job) { j.Checkpoints = j.Output.Bucket.Prefix("c/") }, ""},
		{"a prefix without a slash", goodJob(), func(j *Job) { j.Checkpoints = j.Output.Bucket.Prefix("c") }, `Checkpoints.Path: got "c"`},
		{"a warm pool", goodJob(), func(j *Job) { j.KeepAlive = 6 * time.Hour }, ""},
		{"a warm pool for longer", goodJob(), func(j *Job) { j.KeepAlive = 6*time.Hour + time.Second }, "KeepAlive: got 6h0m1s; allowed: whole seconds up to 6h"},
		{"a warm pool on spot", onSpot(), func(j *Job) { j.KeepAlive = time.Minute }, "KeepAlive: got 1m0s; allowed: none with Spot"},
		{"a metric", own(), func(j *Job) { j.Metrics = []Metric{{"auc", "auc: ([0-9.]+)"}} }, ""},
		{"a metric of a built-in algorithm", goodJob(), func(j *Job) { j.Metrics = []Metric{{"auc", "auc: ([0-9.]+)"}} }, "none with a built-in algorithm"},
		{"a metric twice", own(), func(j *Job) { j.Metrics = []Metric{{"auc", "(.)"}, {"auc", "(.)"}} }, `Metrics[1].Name: got "auc"`},
		{"expressions of AWS's and Hugging Face's examples", own(), func(j *Job) {
			for i, regex := range []string{
				`'eval_loss': ([0-9]+(.|e\-)[0-9]+),?`, `'train_runtime': ([0-9]+(.)[0-9]+),?`, `'loss':\s*([0-9.]+)`, `'loss': (.*?),`, `Train_error=(.*?);`,
				`#quality_metric: host=\S+, validation accuracy=(\S+)`, `\[[0-9]+\].*#011validation-auc:(\S+)`, `(?<=loss: )[0-9.]+`, `(?<!eval_)loss: (?P<loss>[0-9.]+)`, `.+`,
				strings.Repeat("é", 500),
			} {
				j.Metrics = append(j.Metrics, Metric{strconv.Itoa(i), regex})
			}
		}, ""},
		{"no expression", own(), func(j *Job) { j.Metrics = []Metric{{"auc", ""}} }, "Metrics[0].Regex: got 0 characters"},
		{"a long expression", own(), func(j *Job) { j.Metrics = []Metric{{"auc", strings.Repeat("x", 501)}} }, "Metrics[0].Regex"},
		{"a parenthesis that stays open", own(), func(j *Job) { j.Metrics = []Metric{{"auc", `auc=([0-9.]+`}} },
			"Metrics[0].Regex: got \"auc=([0-9.]+\"; allowed: an expression whose parentheses are closed"},
		{"parentheses that are text", own(), func(j *Job) {
			j.Metrics = []Metric{{"a", `\(a=([^)(]+)`}, {"b", `[]()]b=(.)`}, {"c", `\Q(\Ec=(.)`}, {"d", `[a[(]]d=(.)`}}
		}, ""},
		{"a parenthesis that was not opened", own(), func(j *Job) { j.Metrics = []Metric{{"auc", `auc)=(.`}} }, "Metrics[0].Regex"},
		{"an expression of two lines", own(), func(j *Job) { j.Metrics = []Metric{{"auc", "a\nb"}} }, "Metrics[0].Regex"},
		{"a variable", goodJob(), func(j *Job) { j.Variables = map[string]string{"MODE": "fast", "T": aToken} }, ""},
		{"a variable that is no name", goodJob(), func(j *Job) { j.Variables = map[string]string{"a-b": ""} }, `Variables["a-b"]: got "a-b"`},
		{"a long variable", goodJob(), func(j *Job) { j.Variables = map[string]string{"A": strings.Repeat("x", 513)} }, `Variables["A"]: got 513; allowed: at most 512`},
		{"the packages by a variable", goodJob(), func(j *Job) { j.Variables = map[string]string{"CA_REPOSITORY_ARN": "x"} }, "packages are installed from Job.Packages"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.change(&test.job)
			err := test.job.Validate(environment.Environment{})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestGates(t *testing.T) {
	if err := goodJob().validateGate([]Threshold{AtLeast("validation:auc", 0.8), AtMost("validation:error", 0.1)}); err != nil {
		t.Error(err)
	}
	j := own()
	j.Metrics = []Metric{{"auc", "(.)"}}
	for metric, want := range map[string]string{"auc": "", "loss": "SageMaker would never find it in the log", "": "the name of a metric", "a'b": "without quotes"} {
		err := j.validateGate([]Threshold{AtLeast(metric, 1)})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %q", metric, err, want)
		}
	}
	if got := AtMost("validation:error", 0.25).String(); got != "validation:error of at most 0.25" {
		t.Error(got)
	}
}

// The attempts of an execution share their checkpoints, and nobody else does; only those on spot are asked for on spot.
func TestRequestsOnSpot(t *testing.T) {
	j := onSpot()
	j.Variables = map[string]string{"MODE": "fast"}
	d := machineOf(t, j, goodWiring())
	const folder = `{"S3Uri.$":"States.Format('s3://data/checkpoints/{}/', States.Hash($$.Execution.Id, 'MD5'))"}`
	for state, want := range map[string][2]string{
		"TrainOnSpot": {"true", `{"MaxRuntimeInSeconds":1200,"MaxWaitTimeInSeconds":4800}`},
		"Train":       {"null", `{"MaxRuntimeInSeconds":1200}`},
	} {
		asked := d.States[state]["Parameters"]
		wantJSON(t, state+" on spot", dig(asked, "EnableManagedSpotTraining"), want[0])
		wantJSON(t, state+"'s end", dig(asked, "StoppingCondition"), want[1])
		wantJSON(t, state+"'s checkpoints", dig(asked, "CheckpointConfig"), folder)
		wantJSON(t, state+"'s variables", dig(asked, "Environment"), `{"MODE":"fast"}`)
		wantJSON(t, state+"'s profiler, which Step Functions may not know", dig(asked, "ProfilerConfig"), "null")
	}
	if most := d.States["TrainOnSpot"]["TimeoutSeconds"].(float64); most <= 4800 {
		t.Errorf("the state gives up after %v s, before SageMaker does", most)
	}
	plainJob := own()
	plainJob.Metrics, plainJob.KeepAlive = []Metric{{"auc", "(.)"}}, time.Minute
	asked := askedOf(t, plainJob, goodWiring())
	wantJSON(t, "metrics", dig(asked, "AlgorithmSpecification", "MetricDefinitions"), `[{"Name":"auc","Regex":"(.)"}]`)
	wantJSON(t, "the pool", dig(asked, "ResourceConfig", "KeepAlivePeriodInSeconds"), "60")
	wantJSON(t, "checkpoints nobody asked for", dig(asked, "CheckpointConfig"), "null")
}
