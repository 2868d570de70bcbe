package access_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
)

// Who installs packages when a job starts gives up the isolation of jobs, and of nothing else.
func TestRuntimeInstallsLiftTheIsolationOfJobsOnly(t *testing.T) {
	isolated := func(installs bool) []string {
		documents, err := access.SCP(&access.GuardProps{Features: access.Features(), Environment: environment.Environment{RuntimeInstalls: installs}})
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for _, d := range documents {
			var document struct {
				Statement []struct {
					Action    any
					Condition map[string]map[string]any
				}
			}
			if err := json.Unmarshal([]byte(d), &document); err != nil {
				t.Fatal(err)
			}
			for _, s := range document.Statement {
				for _, keys := range s.Condition {
					if keys["sagemaker:NetworkIsolation"] == nil {
						continue
					}
					switch a := s.Action.(type) {
					case string:
						actions = append(actions, a)
					case []any:
						for _, each := range a {
							actions = append(actions, each.(string))
						}
					}
				}
			}
		}
		slices.Sort(actions)
		return slices.Compact(actions)
	}
	jobs := []string{"sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob"}
	all := isolated(false)
	rest := slices.DeleteFunc(slices.Clone(all), func(a string) bool { return slices.Contains(jobs, a) })
	if len(rest)+len(jobs) != len(all) || len(rest) == 0 {
		t.Fatalf("isolated are %v, want all jobs and more", all)
	}
	if got := isolated(true); !slices.Equal(got, rest) {
		t.Errorf("isolated are %v, want %v", got, rest)
	}
}
