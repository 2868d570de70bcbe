package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
)

// Names of the states in which an execution waits for its turn.
const (
	stateLine        = "Line"
	stateWaitForTurn = "WaitForTurn"
	stateListRunning = "ListRunning"
	stateNotListed   = "NotListed"
	stateTurn        = "Turn"
	stateListed      = "Listed"
	stateOldest      = "Oldest"
	stateMine        = "Mine"
	stateMayRun      = "MayRun"
	stateNoTurn      = "NoTurn"
)

// How an execution waits: as long as a day, in a line that one answer of Step Functions holds.
const (
	listedSeconds = 10 // until Step Functions lists what has just started
	turnSeconds   = 120
	longestTurns  = 24 * 60 * 60 / turnSeconds
	longestLine   = 100
)

// addLine adds the states that wait until an execution is one of the oldest that run, and then go on. Step Functions
// lists the newest first, and a little late
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html): two that start in one
// moment see each other by the time they look.
func addLine(states map[string]any, w wiring, next string) {
	states[stateLine] = map[string]any{
		"Type": "Pass", "ResultPath": "$.turn", "Next": stateWaitForTurn, "Result": map[string]any{"round": 0, "wait": listedSeconds},
	}
	states[stateWaitForTurn] = map[string]any{"Type": "Wait", "SecondsPath": "$.turn.wait", "Next": stateListRunning}
	states[stateListRunning] = map[string]any{
		"Type": "Task", "Resource": "arn:" + w.at.Partition + ":states:::aws-sdk:sfn:listExecutions", "Next": stateTurn,
		"Parameters":     map[string]any{"StateMachineArn.$": "$$.StateMachine.Id", "StatusFilter": "RUNNING", "MaxResults": longestLine},
		"ResultSelector": map[string]any{"executions.$": "$.Executions", "running.$": "States.ArrayLength($.Executions)"},
		"ResultPath":     "$.turn.listed", "Catch": caught("$.failure", stateNotListed),
		"Retry": []any{map[string]any{"ErrorEquals": []string{"Sfn.SfnException"}, "IntervalSeconds": 5, "MaxAttempts": 6, "BackoffRate": 2, "JitterStrategy": "FULL"}},
	}
	states[stateTurn] = map[string]any{
		"Type": "Pass", "ResultPath": "$.turn", "Next": stateListed, "Parameters": map[string]any{
			"listed.$": "$.turn.listed", "round.$": "States.MathAdd($.turn.round, 1)", "wait": turnSeconds,
		},
	}
	states[stateListed] = map[string]any{"Type": "Choice", "Default": stateOldest, "Choices": []any{
		map[string]any{"Variable": "$.turn.round", "NumericGreaterThan": longestTurns, "Next": stateNoTurn},
		map[string]any{"Variable": "$.turn.listed.running", "NumericGreaterThanEquals": longestLine, "Next": stateNoTurn}, // there may be older ones
		map[string]any{"Variable": "$.turn.listed.running", "NumericEquals": 0, "Next": stateWaitForTurn},                 // not even this one yet
	}}
	states[stateOldest] = map[string]any{
		"Type": "Pass", "ResultPath": "$.turn.listed", "Next": stateMine,
		"Parameters": map[string]any{"oldest.$": fmt.Sprintf("$.turn.listed.executions[-%d:].ExecutionArn", w.atOnce)},
	}
	states[stateMine] = map[string]any{
		"Type": "Pass", "ResultPath": "$.turn.listed", "Next": stateMayRun,
		"Parameters": map[string]any{"mine.$": "States.ArrayContains($.turn.listed.oldest, $$.Execution.Id)"},
	}
	states[stateMayRun] = map[string]any{"Type": "Choice", "Default": stateWaitForTurn, "Choices": []any{
		map[string]any{"Variable": "$.turn.listed.mine", "BooleanEquals": true, "Next": next},
	}}
	why := func(class string, outcome map[string]any) map[string]any {
		outcome["Class"] = class
		return map[string]any{"Type": "Pass", "ResultPath": "$.outcome", "Next": stateTellFailure, "Parameters": outcome}
	}
	states[stateNoTurn] = why(classBusy, map[string]any{
		"Error": stateNoTurn, "Cause": fmt.Sprintf("Nothing was started. Others ran for a day, %d at a time, or %d waited.", w.atOnce, longestLine),
	})
	states[stateNotListed] = why(classUnknown, map[string]any{
		"Error.$": "$.failure.Error", "Cause": "Nothing was started. Step Functions did not list the executions that run.",
	})
}

// linePolicy lets a workflow list its own executions. It stands beside the role's others, since it names what waits for
// the role.
func linePolicy() cfn.Resource {
	return cfn.Resource{Type: "AWS::IAM::ManagedPolicy", Properties: cfn.Properties{
		"Description": "Lists the executions of a workflow", "Roles": []any{cfn.Ref("WorkflowRole")},
		"PolicyDocument": policy.Document(policy.Statement{
			Effect: policy.Allow, Actions: []string{"states:ListExecutions"}, References: []any{cfn.Ref("StateMachine")},
		}),
	}}
}
