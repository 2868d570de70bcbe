package training

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/schedule"
)

// Trigger starts executions of a workflow by itself: OnSchedule, OnData or OnImage. Each event starts one execution,
// however often it is delivered.
type Trigger struct {
	kind       triggerKind
	schedule   string
	data       storage.Prefix
	repository string
	input      map[string]any
}

type triggerKind int

const (
	noTrigger triggerKind = iota
	scheduled
	newData
	newImage
)

// OnSchedule starts an execution at the times of an EventBridge expression, such as "rate(7 days)" or "cron(0 6 ? * MON *)" in UTC,
// with values for the job's Parameters. One that never comes is refused, which EventBridge would take.
func OnSchedule(expression string, input map[string]any) Trigger {
	return Trigger{kind: scheduled, schedule: expression, input: input}
}

// OnData starts an execution when objects arrive below a prefix of a bucket with Events, with values for the job's
// Parameters: one for each hour in which any do, an hour after the first of them, so that all of that hour are there.
func OnData(prefix storage.Prefix, input map[string]any) Trigger {
	return Trigger{kind: newData, data: prefix, input: input}
}

// OnImage starts an execution when an image is pushed to the ECR repository of Job.Image, by its ARN, in the workflow's
// account, with values for the job's Parameters. The execution runs what was pushed, by its digest, in the place of
// each image of the repository; others run the images that the jobs name, unless their input has an image of its own:
// {"image": "sha256:DIGEST", ...}. Signatures and the like start nothing.
func OnImage(repository string, input map[string]any) Trigger {
	return Trigger{kind: newImage, repository: repository, input: input}
}

// settling is how long new data is waited for after the first: as long as the time that one execution stands for.
const settling = time.Hour

// validate checks the trigger of that name, and its input against the job's parameters. An execution that searches
// takes none.
func (t Trigger) validate(name string, parameters []Parameter, search bool) error {
	var l problem.List
	switch t.kind {
	case scheduled:
		if wrong := schedule.EventBridge(t.schedule); wrong != "" {
			l.Add("", t.schedule, `a schedule of EventBridge, such as "rate(7 days)" or "cron(0 6 ? * MON *)"`, wrong)
		}
	case newData:
		l.Include("", t.data.Validate())
		if b := t.data.Bucket; b != nil && !b.Events {
			l.Add("Bucket", problem.Phrase("one that tells of nothing"), "a bucket with Events",
				"set Events in the props of the bucket; of one that is imported, if it sends events to EventBridge already")
		}
	case newImage:
		var repository problem.List
		arn.ValidateOne(&repository, "", t.repository, "ecr", ":repository/", "")
		if repository.Err() != nil {
			l.Add("", problem.Phrase(fmt.Sprintf("repository %q", t.repository)), "the ARN of an ECR repository, arn:aws:ecr:REGION:ACCOUNT:repository/NAME", "")
		}
	default:
		l.Add("", nil, "training.OnSchedule, training.OnData or training.OnImage", "")
		return l.Err()
	}
	if !search {
		if err := ValidateInput(parameters, t.input); err != nil {
			l.Include("", err)
			return l.Err()
		}
		if n := utf8.RuneCountInString(t.template(name)); n > model.InputTemplate.Max {
			l.Add("", problem.Phrase(fmt.Sprintf("an input that makes a template of %d characters", n)), fmt.Sprintf("one of at most %d, as EventBridge takes", model.InputTemplate.Max),
				"give shorter values: each of < > & counts 6")
		}
		return l.Err()
	}
	for _, name := range slices.Sorted(maps.Keys(t.input)) {
		l.Add(name, t.input[name], "no input: with Search an execution takes none", "leave the trigger's input out")
	}
	return l.Err()
}

// takes tells whether an execution with the value would be let through.
func (p Parameter) takes(value any) bool {
	if p.allowed != nil {
		text, isText := value.(string)
		return isText && slices.Contains(p.allowed, text)
	}
	var n float64
	switch v := reflect.ValueOf(value); {
	case v.CanInt():
		n = float64(v.Int())
	case v.CanUint():
		n = float64(v.Uint())
	case v.CanFloat():
		n = v.Float()
	default:
		return false
	}
	return n >= p.min && n <= p.max && (!p.whole || n == math.Trunc(n))
}

// triggerName says which of several triggers it is.
func triggerName(i int) string { return fmt.Sprintf("Trigger%d", i+1) }
