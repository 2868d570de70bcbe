package training

import (
	"strings"
	"testing"
	"time"
)

// A job whose task is gone is looked at for as long as it may take, on spot too, within the 25,000 events of an
// execution; a look is at most 12 of them: those of a wait, a task and a choice.
func TestAJobIsLookedAtSeldomEnough(t *testing.T) {
	for _, longest := range []time.Duration{time.Minute, time.Hour, 28 * 24 * time.Hour, 60 * 24 * time.Hour} {
		o := watched{seconds: int(longest.Seconds())}
		if wait := o.waits(); wait < 60 || 12*o.seconds/wait > 15_000 {
			t.Errorf("%v: looked at every %d s", longest, wait)
		}
	}
}

// What a job's task answers with is dropped, since it may be too large to be kept; and no path needs what interpreters
// disagree on.
func TestNothingRestsOnTheTask(t *testing.T) {
	w := goodWiring()
	w.gate = []Threshold{AtLeast("validation:auc", 0.8), AtMost("validation:auc", 0.99)}
	states := machineOf(t, goodJob(), w).States
	for name, state := range states {
		resource, _ := state["Resource"].(string)
		if strings.HasSuffix(resource, ".sync") {
			wantJSON(t, name+"'s selector", state["ResultSelector"], `{"Ended":true}`)
			wantJSON(t, name+"'s next", state["Next"], `"DescribeTraining"`)
		}
	}
	// Both bounds of one metric are given its value.
	wantJSON(t, "the first bound's next", states["KeepMetric1"]["Next"], `"KeepMetric2"`)
	wantJSON(t, "the second bound's next", states["KeepMetric2"]["Next"], `"NextMetric"`)
}
