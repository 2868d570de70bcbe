package training

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/storage"
)

// What SageMaker's model refuses is a problem of the field.
func TestWhatTheModelRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Job)
		want   string
	}{
		"a hyperparameter of two lines": {func(j *Job) { j.HyperParameters = map[string]string{"a": "b\nc"} }, `HyperParameters["a"]: got "b\nc"`},
		"a name of two lines":           {func(j *Job) { j.HyperParameters = map[string]string{"a\nb": "c"} }, `got "a\nb"`},
		"a choice of two lines":         {func(j *Job) { j.Parameters = []Parameter{OneOf("kind", "a\r")} }, `Parameters[0].allowed[0]: got "a\r"`},
		"a choice twice":                {func(j *Job) { j.Parameters = []Parameter{OneOf("kind", "a", "b", "a")} }, `Parameters[0].allowed[2]: got "a"; allowed: each text once`},
		"a content type of two lines":   {func(j *Job) { j.Inputs[0].ContentType = "text/csv\n" }, `Inputs[0].ContentType: got "text/csv\n"`},
		"a long content type":           {func(j *Job) { j.Inputs[0].ContentType = strings.Repeat("a", 257) }, "Inputs[0].ContentType: got 257 characters"},
		"a large volume":                {func(j *Job) { j.VolumeGB = 16385 }, "VolumeGB: got 16385; allowed: 1 to 16384"},
		"a long image":                  {func(j *Job) { j.Image = ImageURI(anURI + strings.Repeat("a", 256) + ":1") }, "Image: got 3"},
		"two slashes":                   {func(j *Job) { j.Output.Path = "a//b/" }, "Output.Path: got"},
		"the folder above":              {func(j *Job) { j.Inputs[0].From.Path = "a/../b/" }, "Inputs[0].From.Path: got"},
		"the same folder":               {func(j *Job) { j.Output.Path = "./" }, "Output.Path: got"},
		"a path with a newline":         {func(j *Job) { j.Output.Path = "a\nb/" }, "Output.Path: got"},
		"a long path":                   {func(j *Job) { j.Output.Path = strings.Repeat("a", 990) + "/" }, "Output.Path: got 10"},
		"a path that no key has":        {func(j *Job) { j.Inputs[0].From.Path = strings.Repeat("é", 512) + "/" }, "Inputs[0].From.Path: got 1025 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			j := goodJob()
			test.change(&j)
			if err := j.Validate(tight); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// What an intrinsic function of a state machine would read otherwise is escaped.
func TestPathsInIntrinsics(t *testing.T) {
	bucket := &storage.DataBucket{Name: "${Token[TOKEN.3]}"}
	got := ofMachine.folder(bucket.Prefix(`it's {all}\/`), "")
	const want = `States.Format('s3://${Token[TOKEN.3]}/it\'s \{all\}\\/{}/', States.Hash($$.Execution.Id, 'MD5'))`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What is registered says each metric of the gate by its own name, and a metric's name is no placeholder.
func TestMetricsOfTheGate(t *testing.T) {
	j, w := goodJob(), goodWiring()
	w.gate = []Threshold{AtLeast("f1{}", 0.5), AtMost("loss", 2), AtLeast("loss", 1)}
	w.registration = &Registration{}
	states := machineOf(t, j, w).States
	metadata := dig(states["Register"], "Parameters", "CustomerMetadataProperties")
	wantJSON(t, "the metadata", metadata, `{"execution.$":"$$.Execution.Id","metric:f1{}.$":"States.Format('{}', $.metrics.metric0)",`+
		`"metric:loss.$":"States.Format('{}', $.metrics.metric2)","trainingJob.$":"$.job.TrainingJobName"}`)
	got, _ := dig(states["BelowGate"], "Parameters", "Cause.$").(string)
	const want = `States.Format('The model is not good enough, and not registered: it needs f1\{\} of at least 0.5, loss of at most 2, ` +
		`loss of at least 1, and has f1\{\} {}, loss {}, loss {}', $.metrics.metric0, $.metrics.metric1, $.metrics.metric2)`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
