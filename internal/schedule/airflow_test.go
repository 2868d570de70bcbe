package schedule_test

import (
	_ "embed"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/schedule"
)

// expressions are ones that croniter finds a next time for, and ones that it does not: checks/airflow/test_schedules.py
// holds the file against croniter.
//
//go:embed testdata/airflow.txt
var expressions string

func TestAirflow(t *testing.T) {
	for line := range strings.Lines(expressions) {
		want, expression, _ := strings.Cut(strings.TrimSpace(line), " ")
		if wrong := schedule.Airflow(expression); (wrong == "") != (want == "runs") {
			t.Errorf("%s %s, says croniter: got %q", expression, want, wrong)
		}
	}
}
