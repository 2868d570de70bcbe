package training_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// requestProps ask for the job of a workflow.
func requestProps(p *training.WorkflowProps) *training.RequestProps {
	return &training.RequestProps{Environment: p.Environment, Network: p.Network, Job: p.Job, Name: p.Name, Team: p.Team, Role: p.Role}
}

// Field by field, a job's request is the workflow's, but for what each run has of its own.
func TestARequestIsTheWorkflows(t *testing.T) {
	for _, spot := range []bool{false, true} {
		t.Run(fmt.Sprint("spot ", spot), func(t *testing.T) {
			var got any
			template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
				p := props(stack)
				p.Job.HyperParameters = map[string]string{"objective": "reg:squarederror"}
				if spot {
					p.Job.Spot, p.Job.Checkpoints = true, p.Job.Output.Bucket.Prefix("checkpoints/")
				}
				workflow := training.NewWorkflow(stack, "Churn", p)
				p.Role = workflow.Role
				request := training.NewRequest(stack, "Job", requestProps(p))
				awscdk.NewCfnOutput(stack, aString("Document"), &awscdk.CfnOutputProps{Value: stack.ToJsonString(request.Document, nil)})
				if checkpoints := request.Checkpoints != ""; checkpoints != spot {
					t.Errorf("checkpoints %q", request.Checkpoints)
				}
				if want := p.Environment.Resolved().Limits.Runtime + 2*time.Hour; !spot && request.Longest != want {
					t.Errorf("longest %v, want %v", request.Longest, want)
				}
				if !reflect.DeepEqual(request.Parameters, workflow.Parameters) || len(request.Parameters) != len(p.Job.Parameters) {
					t.Errorf("parameters %v, and the workflow's %v", request.Parameters, workflow.Parameters)
				}
			})
			read(t, template.Outputs["Document"].Value, &got)
			var machine struct {
				States map[string]struct{ Parameters map[string]any }
			}
			read(t, template.Resources[template.OfType("AWS::StepFunctions::StateMachine")[0]].Properties["DefinitionString"], &machine)
			want := machine.States[map[bool]string{false: "Train", true: "TrainOnSpot"}[spot]].Parameters
			for _, own := range []string{"TrainingJobName.$", "CheckpointConfig"} {
				delete(want, own)
			}
			want["ProfilerConfig"] = map[string]any{"DisableProfiler": true} // which Step Functions may not know
			hyperParameters, _ := want["HyperParameters"].(map[string]any)
			for name := range hyperParameters {
				if strings.HasSuffix(name, ".$") {
					delete(hyperParameters, name)
				}
			}
			if !reflect.DeepEqual(got, any(want)) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func aString(s string) *string { return &s }

// read reads JSON of a template.
func read(t *testing.T, v any, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(flat(v)), into); err != nil {
		t.Fatal(err)
	}
}

// flat is a text of a template, in which each reference is a word.
func flat(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if join, ok := v["Fn::Join"].([]any); ok {
			var text strings.Builder
			for _, part := range join[1].([]any) {
				text.WriteString(flat(part))
			}
			return text.String()
		}
	}
	return strings.ReplaceAll(fmt.Sprint(v), `"`, "")
}

func TestSchemas(t *testing.T) {
	for want, p := range map[string]training.Parameter{
		`{"maximum":1000,"minimum":1,"type":"integer"}`: training.Integer("n", 1, 1000),
		`{"maximum":1,"minimum":0.01,"type":"number"}`:  training.Number("n", 0.01, 1),
		`{"enum":["a","b"],"type":"string"}`:            training.OneOf("n", "a", "b"),
	} {
		if got, _ := json.Marshal(p.Schema()); string(got) != want || p.Name() != "n" {
			t.Errorf("%s of %s, want %s", got, p.Name(), want)
		}
	}
}

func TestInputs(t *testing.T) {
	parameters := []training.Parameter{training.Integer("n", 1, 9), training.Number("x", 0, 1), training.OneOf("kind", "a", "b")}
	itself := map[string]any{}
	itself["y"] = []any{itself}
	for name, test := range map[string]struct {
		change map[string]any
		want   string
	}{
		"right":          {nil, ""},
		"other numbers":  {map[string]any{"n": int64(9), "x": float32(0.25)}, ""},
		"unsigned":       {map[string]any{"n": uint8(9), "x": int32(1)}, ""},
		"too large, too": {map[string]any{"n": int64(10)}, "n: got 10"},
		"too large":      {map[string]any{"n": 10}, "n: got 10"},
		"not whole":      {map[string]any{"n": 1.5}, "n: got 1.5"},
		"not a number":   {map[string]any{"x": math.NaN()}, "x: got NaN"},
		"another text":   {map[string]any{"kind": "c"}, `kind: got "c"; allowed: kind, one of a, b`},
		"nothing":        {map[string]any{"n": nil}, "n: got nothing"},
		"itself":         {map[string]any{"x": itself}, "x: got a map that contains itself"},
		"something else": {map[string]any{"y": 1}, "y: got 1; allowed: one of the job's Parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			input := map[string]any{"n": 3, "x": 0.5, "kind": "a"}
			for key, value := range test.change {
				input[key] = value
			}
			got := fmt.Sprint(training.ValidateInput(parameters, input))
			if test.want == "" && got != "<nil>" || !strings.Contains(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// What is wrong with a request is what would be wrong with a workflow.
func TestWrongRequests(t *testing.T) {
	err := (*training.RequestProps)(nil).Validate("Job")
	for _, want := range []string{"Network: got nothing", "Job.Image: got nothing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	err = synthtest.Error(t, "us-east-1", func(stack awscdk.Stack) {
		p := requestProps(props(stack))
		p.Job.Output, p.Team = storage.Prefix{}, "No Team"
		training.NewRequest(stack, "Job", p)
	})
	for _, want := range []string{"training.Request", "Job.Output.Bucket: got nothing", `Team: got "No Team"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A parameter that no function made is said by its place.
func TestInputOfAZeroParameter(t *testing.T) {
	if err := training.ValidateInput([]training.Parameter{training.Number("eta", 1, 0)}, map[string]any{"eta": 0.5}); err != nil {
		t.Errorf("bounds that are wrong themselves are told again: %v", err)
	}
	if got := fmt.Sprint(training.ValidateInput([]training.Parameter{{}}, nil)); !strings.Contains(got, "parameters[0]: got nothing; allowed: one of training.Integer") {
		t.Error(got)
	}
}
