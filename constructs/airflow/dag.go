package airflow

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/schedule"
)

// DAG starts a workflow, or runs a job by itself, once for each of its runs. ID, and one of Workflow and Job, are required.
//
// Its parameters are those of the job, with their bounds: Airflow refuses a run whose parameters lack one or are out of bounds, before
// anything is spent. Each run has one job at a time, however often it is cleared; a run that is marked as failed stops it.
type DAG struct {
	// ID is the DAG's, and names its file: a letter first, then letters, digits, hyphens and underscores, at most 100. Required.
	ID string
	// Workflow is what each run starts and waits for.
	Workflow *training.Workflow
	// Job is what each run runs by itself: once, without a gate or a registry, and without another try when AWS has no instances.
	Job *training.Request
	// Schedule starts runs by itself: a cron expression of five fields in UTC, such as "0 6 * * 1", or @hourly, @daily,
	// @weekly, @monthly, @quarterly or @yearly. Not @once and @continuous, which are no times. Empty: only people and
	// programs do.
	Schedule string
	// Settings are what parameters are unless a run says otherwise: a value for each. Required with Schedule.
	Settings map[string]any
}

var idPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,99}$`)

// validate checks the DAG, whose jobs are held to that guard and of that team; empty: of none.
func (d DAG) validate(guard *access.Guard, team string) error {
	var l problem.List
	if !idPattern.MatchString(d.ID) {
		l.Add("ID", d.ID, "1 to 100 letters, digits, hyphens and underscores, a letter first", "")
	}
	if (d.Workflow == nil) == (d.Job == nil) {
		l.Add("Workflow", given(d.Workflow != nil, "both"), "one of Workflow and Job", "make one with training.NewWorkflow or training.NewRequest")
	}
	switch made := "one of training.NewRequest"; {
	case d.Workflow != nil && d.Workflow.StateMachine == nil:
		l.Add("Workflow", "an empty one", "one of training.NewWorkflow", "")
	case d.Job != nil && d.Job.Role == nil:
		l.Add("Job", "an empty one", made, "")
	case d.Job != nil && team != "" && d.Job.Team != team:
		l.Add("Job", fmt.Sprintf("one of team %q", d.Job.Team), made+" with Team: "+team, "the guard would deny the others")
	case d.Job != nil:
		l.Include("", d.validateGuard(guard, team))
	}
	d.validateSchedule(&l)
	l.Include("Settings", d.validateSettings())
	return l.Err()
}

func (d DAG) validateSchedule(l *problem.List) {
	if _, preset := presets[d.Schedule]; d.Schedule == "" || preset {
		return
	}
	wrong := schedule.Airflow(d.Schedule)
	if d.Schedule == "@once" || d.Schedule == "@continuous" {
		wrong = "Airflow knows it, and MWAA Serverless takes times only: start runs by hand, or by the end of others"
	}
	if wrong != "" {
		l.Add("Schedule", d.Schedule, `a cron expression of five fields, such as "0 6 * * 1", or one of `+strings.Join(slices.Sorted(maps.Keys(presets)), ", "), wrong)
	}
}

// validateSettings holds the settings against the parameters, which are not known without a workflow or job.
func (d DAG) validateSettings() error {
	if d.Workflow == nil && d.Job == nil || d.Schedule == "" && len(d.Settings) == 0 {
		return nil
	}
	return training.ValidateInput(d.parameters(), d.Settings)
}

// validateGuard reports what the guard would deny of the DAG's own job, by the fields that the job was made of.
func (d DAG) validateGuard(guard *access.Guard, team string) error {
	var l problem.List
	request := access.JobRequest{Action: "CreateTrainingJob", Document: d.Job.Document, Field: "Job", Team: team}
	for _, err := range problem.All(guard.ValidateRequest(request)) {
		var p problem.Problem
		if !errors.As(err, &p) {
			l.Include("Job", err)
			continue
		}
		if p.Field == "Team" {
			continue // which is told of anyway
		}
		l.Add("Job", fmt.Sprintf("one of training.NewRequest with %s: %v", p.Field, p.Got), p.Allowed, p.Fix)
	}
	return l.Err()
}

// given is a text, or nil for nothing.
func given(there bool, text string) any {
	if there {
		return text
	}
	return nil
}

func (d DAG) parameters() []training.Parameter {
	switch {
	case d.Workflow != nil:
		return d.Workflow.Parameters
	case d.Job != nil:
		return d.Job.Parameters
	}
	return nil
}

// skipOther leaves out that a DAG has neither Workflow nor Job where one of them can't be used.
func skipOther(l *problem.List, all []DAG) {
	for i := range all {
		if l.IsSkipped(fmt.Sprintf("DAGs[%d].Job", i)) {
			l.Skip(fmt.Sprintf("DAGs[%d].Workflow", i))
		}
	}
}

// validateDAGs checks all of them, and that no two are one to Airflow.
func validateDAGs(all []DAG, guard *access.Guard, team string) error {
	var l problem.List
	seen := map[string]bool{}
	for i, d := range all {
		l.Include(fmt.Sprintf("DAGs[%d]", i), d.validate(guard, team))
		if seen[d.ID] {
			l.Add(fmt.Sprintf("DAGs[%d].ID", i), d.ID, "an ID that no other DAG has", "")
		}
		seen[d.ID] = true
	}
	return l.Err()
}
