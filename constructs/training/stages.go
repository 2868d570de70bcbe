package training

// stage is one of the jobs of an execution, which is tried again by itself: preparation, training or a search,
// evaluation.
type stage struct {
	name  string  // of the stage, as $.run has it
	begin string  // the state that begins it
	first string  // the state of its first attempt
	again []again // which state is next after so many attempts, in their order; none: it is not tried again
}

type again struct {
	before int
	next   string
}

// addStages adds the states that begin each stage, those that tell why an attempt ended, and those that go on to the
// next.
func addStages(states map[string]any, w wiring, stages []stage) {
	// none stands in for what AWS may leave out.
	none := map[string]any{"Error": classUnknown, "Cause": "SageMaker said nothing of the job.", "Status": ""}
	var retried []string
	var next []any
	for _, s := range stages {
		states[s.begin] = map[string]any{
			"Type": "Pass", "ResultPath": "$.run", "Next": s.first,
			"Result": map[string]any{"stage": s.name, "attempt": 0, "wait": firstWait, "none": none, "failure": none},
		}
		for _, a := range s.again {
			retried = []string{classCapacity, classInternal}
			next = append(next, map[string]any{"Next": a.next, "And": []any{
				map[string]any{"Variable": "$.run.stage", "StringEquals": s.name}, map[string]any{"Variable": "$.run.attempt", "NumericLessThan": a.before},
			}})
		}
	}
	// What was caught may lack a cause.
	states[stateFailure] = map[string]any{
		"Type": "Pass", "Parameters": map[string]any{"said.$": "States.JsonMerge($.run.none, " + failurePath + ", false)"}, "ResultPath": "$.failure", "Next": stateClassify,
	}
	addClasses(states, w, retried)
	if len(next) == 0 {
		return
	}
	states[stateNextAttempt] = map[string]any{
		"Type": "Pass", "ResultPath": "$.run", "Next": stateAgain, "Parameters": map[string]any{
			"stage.$": "$.run.stage", "none.$": "$.run.none", "failure.$": "$.run.none",
			"attempt.$": "States.MathAdd($.run.attempt, 1)", "wait.$": "States.MathAdd($.run.wait, $.run.wait)",
		},
	}
	states[stateAgain] = map[string]any{"Type": "Choice", "Choices": next, "Default": stateTellFailure}
}

func wait(next string) map[string]any {
	return map[string]any{"Type": "Wait", "SecondsPath": "$.run.wait", "Next": next}
}
