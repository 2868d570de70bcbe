package training

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/plinth-ml/plinth/constructs/access"
)

// A pipeline asks for the same search as a workflow, and goes on with its best job, of which it knows the name and the objective.
func TestAPipelineThatSearches(t *testing.T) {
	w := goodWiring()
	w.search = (&Search{Objective: "validation:auc", Jobs: 20}).resolved()
	w.gate, w.registration = []Threshold{AtLeast("validation:auc", 0.8)}, &Registration{}
	w.evaluate = &processing{job: evaluates().following(prepares()).asJob(modelOf(goodJob()))}
	want, _ := machineOf(t, searched(), w).States["Search"]["Parameters"].(map[string]any)
	delete(want, "HyperParameterTuningJobName.$")
	d := pipelineOf(t, searched(), w, 0)
	tune, gate := steps(d)[0], steps(d)[1]
	text, _ := json.Marshal(want)
	wantJSON(t, "the search", dig(tune, "Arguments"), string(text))
	wantJSON(t, "its parameters", d["Parameters"], `[]`)
	wantJSON(t, "what the gate waits for", dig(gate, "DependsOn"), `["Tune"]`)
	conditions, _ := dig(gate, "Arguments", "Conditions").([]any)
	wantJSON(t, "what the gate looks at", dig(conditions[0], "LeftValue"),
		`{"Get":"Steps.Tune.BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value"}`)
	next, _ := dig(gate, "Arguments", "IfSteps").([]any)
	const model = `{"Std:Join":{"On":"","Values":["s3://data/models/",{"Get":"Steps.Tune.BestTrainingJob.TrainingJobName"},"/output/model.tar.gz"]}}`
	inputs, _ := dig(next[0], "Arguments", "ProcessingInputs").([]any)
	wantJSON(t, "the model that is evaluated", dig(inputs[1], "S3Input", "S3Uri"), model)
	containers, _ := dig(next[1], "Arguments", "InferenceSpecification", "Containers").([]any)
	wantJSON(t, "the model that is registered", dig(containers[0], "ModelDataUrl"), model)
}

func TestWrongSearchesOfPipelines(t *testing.T) {
	p := &PipelineProps{
		Job: searched(), Search: &Search{Objective: "validation:auc"}, Guard: &access.Guard{Boundary: struct{ awsiam.IManagedPolicy }{}}, Name: "a-name-of-more-than-20-letters",
		Gate: []Threshold{AtMost("validation:error", 0.1)}, CacheFor: 24 * time.Hour,
	}
	err := p.Validate("X")
	for _, want := range []string{
		`Gate[0]: got "validation:error"; allowed: the objective of Search in a pipeline, validation:auc`, "CacheFor: got 24h0m0s; allowed: none with Search",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "Name: got") {
		t.Errorf("a pipeline's searches are named by SageMaker:\n%v", err)
	}
}
