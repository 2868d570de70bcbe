package training

import (
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
)

// searched is a job whose parameters are looked for.
func searched() Job {
	j := goodJob()
	j.Parameters = []Parameter{Integer("max_depth", 1, 9), Number("eta", 0.01, 1)}
	return j
}

func TestSearches(t *testing.T) {
	tests := []struct {
		name   string
		search Search
		change func(*Job)
		want   string // empty: valid
	}{
		{"right", Search{Objective: "validation:auc"}, nil, ""},
		{"all it may", Search{Objective: "validation:auc", Jobs: 100, Parallel: 10}, nil, ""},
		{"a loss", Search{Objective: "validation:rmse", Minimize: true}, nil, ""},
		{"a loss at its most", Search{Objective: "validation:rmse"}, nil, "Search.Minimize: got false; allowed: true with validation:rmse"},
		{"a gain at its least", Search{Objective: "validation:auc", Minimize: true}, nil, "Search.Minimize: got true; allowed: false with validation:auc"},
		{"a loss of one's own at its most", Search{Objective: "rmse"}, func(j *Job) {
			j.Image, j.Metrics = own().Image, []Metric{{"rmse", "(.)"}}
			j.Parameters = []Parameter{Integer("eta", 0, 1), OneOf("booster", "dart")}
		}, ""},
		{"a metric of the training data", Search{Objective: "train:auc"}, nil, `Search.Objective: got "train:auc"; allowed: validation:auc`},
		{"whole numbers for any", Search{Objective: "validation:auc"}, func(j *Job) { j.Parameters = []Parameter{Integer("eta", 0, 1)} },
			"Job.Parameters[0]: got eta, a whole number from 0 to 1; allowed: a training.Number"},
		{"any for whole numbers", Search{Objective: "validation:auc"}, func(j *Job) { j.Parameters = []Parameter{Number("max_depth", 1, 9)} },
			"Job.Parameters[0]: got max_depth, a number from 1 to 9; allowed: a training.Integer"},
		{"both", Search{Objective: "validation:auc"}, func(j *Job) {
			j.Parameters = []Parameter{Integer("max_delta_step", 0, 9), Integer("num_round", 1, 9), Number("alpha", 0, 1)}
		}, ""},
		{"what is not searched", Search{Objective: "validation:auc"}, func(j *Job) { j.Parameters = []Parameter{OneOf("booster", "gbtree", "dart")} },
			`Job.Parameters[0]: got "booster"; allowed: in a search one of alpha, `},
		{"no objective", Search{}, nil, `Search.Objective: got ""`},
		{"too many jobs", Search{Objective: "a", Jobs: 751}, nil, "Search.Jobs: got 751; allowed: 1 to 750, or 0 for 10"},
		{"more at a time than all", Search{Objective: "a", Jobs: 2, Parallel: 3}, nil, "Search.Parallel: got 3"},
		{"too many at a time", Search{Objective: "a", Jobs: 20, Parallel: 11}, nil, "Search.Parallel: got 11"},
		{"nothing to look for", Search{Objective: "a"}, func(j *Job) { j.Parameters = nil }, "Job.Parameters: got 0"},
		{"on spot", Search{Objective: "validation:auc"}, func(j *Job) { j.Spot = true }, ""},
		{"with checkpoints", Search{Objective: "a"}, func(j *Job) { j.Checkpoints = j.Output }, "; allowed: none in a search"},
		{"a warm pool", Search{Objective: "a"}, func(j *Job) { j.KeepAlive = time.Minute }, "Job.KeepAlive: got 1m0s; allowed: none in a search"},
		{"groups", Search{Objective: "validation:auc"}, func(j *Job) { *j = clustered(); j.Parameters = searched().Parameters }, "Job.Groups: got 2; allowed: none in a search"},
		{"distributed", Search{Objective: "validation:auc"}, func(j *Job) {
			j.Image, j.Distribution, j.Metrics = own().Image, MPI(2), []Metric{{"validation:auc", "(.)"}}
		}, ""},
		{"too dear together", Search{Objective: "a", Jobs: 500}, func(j *Job) { j.InstanceType, j.MaxRuntime = "ml.g5.12xlarge", time.Hour }, "500 jobs on 1 x ml.g5.12xlarge can cost"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := searched()
			if test.change != nil {
				test.change(&j)
			}
			err := test.search.validate(j, environment.Environment{})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	p := &WorkflowProps{Job: searched(), Search: &Search{Objective: "validation:auc"}, Name: strings.Repeat("n", 13)}
	if err := p.Validate("X"); err == nil || !strings.Contains(err.Error(), `at most 12 characters, since the hyperparameter tuning job's name starts with "none--"`) {
		t.Errorf("got %v", err)
	}
}

// A search asks for the same job, bounded alike, and looks where the parameters say.
func TestTheRequestOfASearch(t *testing.T) {
	w := goodWiring()
	w.search = (&Search{Objective: "validation:error", Minimize: true}).resolved()
	j := searched()
	j.Parameters = append(j.Parameters, OneOf("booster", "gbtree", "dart"))
	state := machineOf(t, j, w).States["Search"]
	wantJSON(t, "five rounds of two jobs, each as long as a job may take", state["TimeoutSeconds"], "42000")
	asked := state["Parameters"]
	wantJSON(t, "the objective", dig(asked, "HyperParameterTuningJobConfig", "HyperParameterTuningJobObjective"), `{"MetricName":"validation:error","Type":"Minimize"}`)
	wantJSON(t, "the limits", dig(asked, "HyperParameterTuningJobConfig", "ResourceLimits"), `{"MaxNumberOfTrainingJobs":10,"MaxParallelTrainingJobs":2}`)
	wantJSON(t, "the ranges", dig(asked, "HyperParameterTuningJobConfig", "ParameterRanges"),
		`{"CategoricalParameterRanges":[{"Name":"booster","Values":["gbtree","dart"]}],"ContinuousParameterRanges":[{"MaxValue":"1","MinValue":"0.01","Name":"eta"}],`+
			`"IntegerParameterRanges":[{"MaxValue":"9","MinValue":"1","Name":"max_depth"}]}`)
	definition := dig(asked, "TrainingJobDefinition")
	wantJSON(t, "isolation", dig(definition, "EnableNetworkIsolation"), "true")
	wantJSON(t, "traffic", dig(definition, "EnableInterContainerTrafficEncryption"), "true")
	wantJSON(t, "the volume's key", dig(definition, "ResourceConfig", "VolumeKmsKeyId"), `"`+keyARN+`"`)
	wantJSON(t, "the end", dig(definition, "StoppingCondition"), `{"MaxRuntimeInSeconds":1200}`)
	wantJSON(t, "what is fixed", dig(definition, "StaticHyperParameters"), `{"objective":"binary:logistic"}`)
	wantJSON(t, "tags", dig(asked, "Tags"), `[{"Key":"Environment","Value":"dev"},{"Key":"Owner","Value":"ml"}]`)
}

// On spot a search waits as its jobs do, and keeps no checkpoints that they would share.
func TestASearchOnSpot(t *testing.T) {
	j := searched()
	j.Spot, j.MaxRuntime, j.MaxWait = true, time.Hour, 3*time.Hour
	w := goodWiring()
	w.search = (&Search{Objective: "validation:auc"}).resolved()
	state := machineOf(t, j, w).States["Search"]
	definition := dig(state, "Parameters", "TrainingJobDefinition")
	wantJSON(t, "spot", dig(definition, "EnableManagedSpotTraining"), "true")
	wantJSON(t, "its limits", dig(definition, "StoppingCondition"), `{"MaxRuntimeInSeconds":3600,"MaxWaitTimeInSeconds":10800}`)
	wantJSON(t, "checkpoints", dig(definition, "CheckpointConfig"), "null")
	wantJSON(t, "five rounds of two jobs, each as long as a job may wait", state["TimeoutSeconds"], "90000")
	if err := (&WorkflowProps{Job: j, Search: &Search{Objective: "validation:auc"}, Name: "x"}).Validate("X"); strings.Contains(err.Error(), "Job.") {
		t.Error(err)
	}
	j.Parameters = nil
	if err := j.Validate(environment.Environment{}); err == nil || !strings.Contains(err.Error(), "Checkpoints: got nothing") {
		t.Errorf("a job on spot alone: %v", err)
	}
}
