package training

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
)

// pipelineOf is the definition as SageMaker reads it.
func pipelineOf(t *testing.T, j Job, w wiring, cacheFor time.Duration) map[string]any {
	t.Helper()
	text, err := json.Marshal(pipelineDefinition(j.resolved(environment.Environment{}.Resolved().Limits), w, cacheFor))
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func steps(d map[string]any) []any { return d["Steps"].([]any) }

// The pipeline asks for the same job as the workflow, but for what each names for itself.
func TestAPipelineRunsTheSameJob(t *testing.T) {
	for name, j := range variants() {
		t.Run(name, func(t *testing.T) {
			state := stateTrain
			if j.Spot {
				state = stateTrainOnSpot
			}
			want, _ := machineOf(t, j, goodWiring()).States[state]["Parameters"].(map[string]any)
			got, _ := dig(steps(pipelineOf(t, j, goodWiring(), 0))[0], "Arguments").(map[string]any)
			delete(want, "TrainingJobName.$")
			if wantJSON(t, "the profiler", dig(got, "ProfilerConfig", "DisableProfiler"), "true"); want["ProfilerConfig"] != nil {
				t.Error("the workflow asks for a field that Step Functions may not know")
			}
			delete(got, "ProfilerConfig")
			for _, own := range []string{"HyperParameters", "CheckpointConfig"} {
				if (want[own] == nil) != (got[own] == nil) {
					t.Errorf("one of them has no %s", own)
				}
				delete(want, own)
				delete(got, own)
			}
			text, _ := json.Marshal(want)
			wantJSON(t, "the job", got, string(text))
		})
	}
}

// Every reference is to a parameter or step that is there, and every name is one that SageMaker takes.
func TestReferencesOfAPipeline(t *testing.T) {
	names := regexp.MustCompile(`^[A-Za-z0-9\-_]{1,64}$`)
	j := onSpot()
	j.Parameters = []Parameter{Integer("n", 1, 9), Number("x", 0, 1), OneOf("kind", "a", "b")}
	w := goodWiring()
	w.gate, w.registration = []Threshold{AtLeast("validation:auc", 0.8), AtMost("validation:error", 0.1)}, &Registration{}
	d := pipelineOf(t, j, w, 0)
	known := map[string]bool{"Execution": true}
	for _, p := range d["Parameters"].([]any) {
		known["Parameters."+dig(p, "Name").(string)] = true
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if name, ok := v["Name"].(string); ok && v["Type"] != nil {
				if !names.MatchString(name) {
					t.Errorf("%q is no name of a step", name)
				}
				known["Steps."+name] = true
			}
			if path, ok := v["Get"].(string); ok {
				first, rest, _ := strings.Cut(path, ".")
				second, _, _ := strings.Cut(rest, ".")
				if !known[first] && !known[first+"."+second] {
					t.Errorf("%s is not there before it is read", path)
				}
			}
			for _, key := range []string{"Name", "Conditions", "Arguments"} {
				walk(v[key])
			}
			for key, inner := range v {
				if key != "Arguments" && key != "Conditions" {
					walk(inner)
				}
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(d["Steps"])
	wantJSON(t, "parameters", d["Parameters"], `[{"Name":"n","Type":"Integer"},{"Name":"x","Type":"Float"},{"EnumValues":["a","b"],"Name":"kind","Type":"String"}]`)
	wantJSON(t, "a hyperparameter", dig(steps(d)[0], "Arguments", "HyperParameters", "n"), `{"Std:Join":{"On":"","Values":[{"Get":"Parameters.n"}]}}`)
	wantJSON(t, "checkpoints", dig(steps(d)[0], "Arguments", "CheckpointConfig", "S3Uri"),
		`{"Std:Join":{"On":"","Values":["s3://data/checkpoints/",{"Get":"Execution.PipelineExecutionId"},"/"]}}`)
}

// Without a gate the model is registered at once; without a registry the gate alone decides; without both there is one
// step.
func TestStepsOfAPipeline(t *testing.T) {
	of := func(gate []Threshold, r *Registration) string {
		w := goodWiring()
		w.gate, w.registration = gate, r
		var kinds []string
		for _, s := range steps(pipelineOf(t, goodJob(), w, 0)) {
			kinds = append(kinds, dig(s, "Type").(string))
		}
		return strings.Join(kinds, " ")
	}
	gate := []Threshold{AtLeast("validation:auc", 0.8)}
	for _, test := range []struct{ got, want string }{
		{of(nil, nil), "Training"}, {of(nil, &Registration{}), "Training RegisterModel"},
		{of(gate, nil), "Training Condition"}, {of(gate, &Registration{}), "Training Condition"},
	} {
		if test.got != test.want {
			t.Errorf("steps %s, want %s", test.got, test.want)
		}
	}
	w := goodWiring()
	w.gate, w.registration = gate, &Registration{}
	step := steps(pipelineOf(t, goodJob(), w, 0))[1]
	if got := dig(step, "Arguments", "IfSteps").([]any); len(got) != 1 || dig(got[0], "Arguments", "ModelApprovalStatus") != "PendingManualApproval" {
		t.Errorf("what reaches the gate does %v", got)
	}
	if got := dig(step, "Arguments", "ElseSteps").([]any); len(got) != 1 || dig(got[0], "Type") != "Fail" {
		t.Errorf("what does not does %v", got)
	}
	cached := steps(pipelineOf(t, goodJob(), goodWiring(), 48*time.Hour))[0]
	wantJSON(t, "the cache", dig(cached, "CacheConfig"), `{"Enabled":true,"ExpireAfter":"P2D"}`)
}

func TestWrongPipelines(t *testing.T) {
	right := func() *PipelineProps {
		return &PipelineProps{Job: onSpot(), Guard: &access.Guard{}, Name: "churn"}
	}
	for name, test := range map[string]struct {
		change func(*PipelineProps)
		want   string
	}{
		"no guard":                 {func(p *PipelineProps) { p.Guard = nil }, "Guard: got nothing; allowed: what the jobs are held to"},
		"half a day":               {func(p *PipelineProps) { p.Job = goodJob(); p.CacheFor = 12 * time.Hour }, "CacheFor: got 12h0m0s; allowed: whole days"},
		"a cache and checkpoints":  {func(p *PipelineProps) { p.CacheFor = 24 * time.Hour }, "none with Job.Checkpoints"},
		"a long name":              {func(p *PipelineProps) { p.Job.Parameters = []Parameter{Integer(strings.Repeat("n", 65), 1, 2)} }, "1 to 64 letters, digits, underscores and hyphens in a pipeline"},
		"a dotted name":            {func(p *PipelineProps) { p.Job.Parameters = []Parameter{Integer("a.b", 1, 2)} }, "1 to 64 letters, digits, underscores and hyphens in a pipeline"},
		"a job that is not right":  {func(p *PipelineProps) { p.Job.InstanceType = "ml.m1.old" }, "Job.InstanceType"},
		"a gate that is not right": {func(p *PipelineProps) { p.Gate = []Threshold{{}} }, "Gate[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			p := right()
			test.change(p)
			if err := p.Validate("X"); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	if err := (*PipelineProps)(nil).Validate("X"); err == nil || !strings.Contains(err.Error(), "Guard: got nothing") {
		t.Error(err)
	}
}
