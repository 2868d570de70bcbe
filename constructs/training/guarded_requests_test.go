package training

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
)

// Every request of a machine and of a pipeline that starts a job is held against the guard, and whatever else is asked
// of AWS is known to start none.
func TestEveryRequestIsHeld(t *testing.T) {
	all := goodWiring()
	limits := environment.Environment{}.Resolved().Limits
	all.prepare, all.evaluate = &processing{job: prepares().resolvedJob(limits)}, &processing{job: evaluates().following(prepares()).resolvedJob(limits)}
	all.gate, all.registration, all.atOnce = []Threshold{AtLeast("validation:auc", 0.8)}, &Registration{}, 2
	searching := all
	searching.search = (&Search{Objective: "validation:auc"}).resolved()
	const (
		train   = "CreateTrainingJob of Job"
		search  = "CreateHyperParameterTuningJob of Job"
		prepare = "CreateProcessingJob of Prepare"
		look    = "CreateProcessingJob of Evaluate"
	)
	startNothing := regexp.MustCompile(`:states:::(sns:publish|aws-sdk:sfn:listExecutions|aws-sdk:sagemaker:(createModelPackage|(describe|stop)[A-Za-z]+Job))$|^(Condition|Fail|RegisterModel)$`)
	for name, test := range map[string]struct {
		document map[string]any
		want     []string
	}{
		"one job":           {definition(goodJob().resolved(limits), goodWiring()), []string{train}},
		"a machine":         {definition(onSpot().resolved(limits), all), []string{look, prepare, train, train}}, // by the names of the states
		"a machine, search": {definition(searched().resolved(limits), searching), []string{look, prepare, search}},
		"a pipeline":        {pipelineDefinition(onSpot().resolved(limits), all, 24*time.Hour), []string{prepare, train, look}},
		"a pipeline, search": {pipelineDefinition(searched().resolved(limits), searching, 0),
			[]string{prepare, search, look}},
	} {
		var got []string
		for _, r := range jobRequests(test.document) {
			got = append(got, r.Action+" of "+r.Field)
			if len(r.Document) < 8 && r.Action != "CreateHyperParameterTuningJob" {
				t.Errorf("%s: %s holds %v", name, r.Action, r.Document)
			}
			if err := (&access.Guard{}).ValidateRequest(r); err == nil || strings.Contains(err.Error(), "Action") {
				t.Errorf("%s: a guard that allows nothing says of %s: %v", name, r.Action, err)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
		held := slices.DeleteFunc(askedOfAWS(t, test.document), startNothing.MatchString)
		if len(held) != len(got) {
			t.Errorf("%s: %q are not known to start nothing, and %d are held", name, held, len(got))
		}
	}
}

// askedOfAWS is what the states of a machine and the steps of a pipeline ask of AWS: resources of tasks, and types of
// steps.
func askedOfAWS(t *testing.T, definition map[string]any) []string {
	t.Helper()
	text, err := json.Marshal(definition)
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	var all []string
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				look(item)
			}
		case map[string]any:
			if resource, ok := v["Resource"].(string); ok {
				all = append(all, resource)
			}
			if kind, ok := v["Type"].(string); ok && v["Arguments"] != nil {
				all = append(all, kind)
			}
			for _, item := range v {
				look(item)
			}
		}
	}
	look(document)
	return all
}
