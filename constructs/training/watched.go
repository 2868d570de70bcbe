package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/location"
)

// watched is a job that a stage runs, and how it is known what became of it. What Step Functions says of a job that has
// ended no document settles (docs/design.md), and an answer of SageMaker can get lost: so that SageMaker is asked to
// describe the job, whatever the task that ran it said. One that still runs, as after a lost answer, is waited for; one
// that can't be waited for is stopped.
type watched struct {
	of      string // in the names of its states: "Training"
	api     string // "TrainingJob", of which CreateTrainingJob, DescribeTrainingJob and StopTrainingJob are the actions
	name    string // gives the job's name: a path or an intrinsic function
	seconds int    // the longest that it may take
	status  string // the field that says why it ended
	has     string // the field without which a job did not end well; empty: none
	next    string // the state after a job that ended well
}

func (o watched) describe() string { return "Describe" + o.of }
func (o watched) judge() string    { return "Judge" + o.of }
func (o watched) wait() string     { return "WaitFor" + o.of }
func (o watched) stop() string     { return "Stop" + o.of }
func (o watched) failed() string   { return o.of + "Failed" }
func (o watched) ended() string    { return o.of + "Ended" }

// Errors of jobs that ended otherwise than well: jobError and the job's status.
const jobError = "Job"

// Where the description of the last job is, which may be large and is kept once; and where what went wrong with it
// goes: the error's name, the cause, and the field that says why the job ended.
const (
	describedPath = "$.described"
	failurePath   = "$.run.failure"
)

// waits is how often a job that runs without its task is looked at: seldom enough for the 25,000 events that an
// execution may have (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
func (o watched) waits() int { return max(60, o.seconds/1000) }

// runs is a state that runs the job to its end. A retry sends the same name, so that a call that did start a job can't
// start two.
func (o watched) runs(at location.Location, request map[string]any, seconds int) map[string]any {
	request[o.api+"Name.$"] = o.name
	catch := func(errors, next string) map[string]any {
		return map[string]any{"ErrorEquals": []string{errors}, "ResultPath": failurePath, "Next": next}
	}
	return map[string]any{
		"Type": "Task", "Resource": "arn:" + at.Partition + ":states:::sagemaker:create" + o.api + ".sync",
		"Parameters": request, "TimeoutSeconds": seconds,
		"ResultSelector": map[string]any{"Ended": true}, "ResultPath": nil, // the description is asked for, and may be large
		"Retry": retries(), "Next": o.describe(),
		"Catch": []any{catch("States.Timeout", o.stop()), catch("States.ALL", o.describe())},
	}
}

// add adds the states that tell what became of the job. Fields that SageMaker may leave out are read after a look
// whether they are there.
func (o watched) add(states map[string]any, at location.Location) {
	status := o.api + "Status"
	ask := func(action string) map[string]any {
		return map[string]any{
			"Type": "Task", "Resource": "arn:" + at.Partition + ":states:::aws-sdk:sagemaker:" + action + o.api,
			"Parameters": map[string]any{o.api + "Name.$": o.name}, "Retry": asksAgain(),
		}
	}
	described := ask("describe")
	described["ResultPath"], described["Next"] = describedPath, o.judge()
	described["Catch"] = ignored(o.stop()) // it was never started, or is not to be left alone
	states[o.describe()] = described
	is := func(value string) any {
		return map[string]any{"Variable": describedPath + "." + status, "StringEquals": value}
	}
	has := func(field string) any {
		return map[string]any{"Variable": describedPath + "." + field, "IsPresent": true}
	}
	well := []any{is("Completed")}
	if o.has != "" {
		well = append(well, has(o.has))
	}
	states[o.judge()] = map[string]any{"Type": "Choice", "Default": o.ended(), "Choices": []any{
		map[string]any{"And": well, "Next": o.next},
		map[string]any{"Or": []any{is("InProgress"), is("Stopping")}, "Next": o.wait()},
		map[string]any{"And": []any{is("Failed"), has("FailureReason")}, "Next": o.failed()},
	}}
	states[o.wait()] = map[string]any{"Type": "Wait", "Seconds": o.waits(), "Next": o.describe()}
	said := func(parameters map[string]any) map[string]any {
		parameters["Status.$"] = describedPath + "." + o.status
		return map[string]any{"Type": "Pass", "ResultPath": failurePath, "Next": stateFailure, "Parameters": parameters}
	}
	states[o.failed()] = said(map[string]any{"Error": jobError + "Failed", "Cause.$": describedPath + ".FailureReason"})
	states[o.ended()] = said(map[string]any{
		"Error.$": fmt.Sprintf("States.Format('%s{}', %s.%s)", jobError, describedPath, status),
		"Cause.$": fmt.Sprintf("States.Format('SageMaker says of the job: {} ({}).', %s.%s, %s.%s)", describedPath, status, describedPath, o.status),
	})
	stopped := ask("stop")
	stopped["ResultPath"], stopped["Next"], stopped["Catch"] = nil, stateFailure, ignored(stateFailure)
	states[o.stop()] = stopped
}

// ignored goes on whatever went wrong, and forgets it.
func ignored(next string) []any {
	return []any{map[string]any{"ErrorEquals": []string{"States.ALL"}, "ResultPath": nil, "Next": next}}
}

// asksAgain are the retries of a call by the SDK, which does the same however often it is made.
func asksAgain() []any {
	return []any{map[string]any{
		"ErrorEquals": []string{"SageMaker.SageMakerException", "SageMaker.ThrottlingException"}, "IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 2, "JitterStrategy": "FULL",
	}}
}
