package training

import (
	"fmt"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/internal/location"
)

// pendingTime is how long a job may wait for its instances and move its data, beyond its runtime.
const pendingTime = 2 * time.Hour

// wiring is what the plan of a workflow needs to know of the resources around it.
type wiring struct {
	at            location.Location
	imageURI      string
	roleARN       string
	volumeKeyARN  string // empty: the output's bucket has no key of its own
	subnets       []string
	securityGroup string
	namePrefix    string
	tags          map[string]string
	gate          []Threshold
	registration  *Registration // nil: nothing is registered
	triggers      []Trigger
	pushed        pushed      // the repository whose pushes start it
	atOnce        int         // executions that may run at a time; 0: any number
	search        *Search     // nil: one job is run
	prepare       *processing // nil: the data is as it is
	evaluate      *processing // nil: the model is not looked at
	attached      []string    // ARNs of the guard's policies
	topicARN      string
	logKeyARN     string
	logDays       int
	retain        bool
}

// roles are the execution roles of the jobs.
func (w wiring) roles() []string {
	all := []string{w.roleARN}
	for _, p := range []*processing{w.prepare, w.evaluate} {
		if p != nil {
			all = append(all, p.roleARN)
		}
	}
	return all
}

// definition is the state machine of a resolved job, in the Amazon States Language (JSONPath): check the input, train
// until it ends well or for good, hold the result against the gate, register it, and tell. Every way ends by telling.
func definition(j Job, w wiring) map[string]any {
	states := map[string]any{}
	comment := "Runs one training job for each execution"
	var stages []stage
	if w.prepare != nil {
		stages = append(stages, preparation)
		addPreparation(states, w)
	}
	if w.search != nil { // the parameters are what is searched for
		comment = "Runs one search for each execution"
		stages = append(stages, searchStage)
		addSearch(states, j, w)
	} else {
		stages = append(stages, trainingStage(j))
		addTraining(states, j, w)
	}
	if w.evaluate != nil {
		stages = append(stages, evaluation)
		addEvaluation(states, w)
	}
	addStages(states, w, stages)
	start := stages[0].begin
	if w.atOnce > 0 {
		addLine(states, w, start)
		start = stateLine
	}
	if w.pushed.uri != "" {
		addImageStates(states, w, start)
		start = stateImage
	}
	if len(j.Parameters) > 0 && w.search == nil {
		addInputStates(states, j.Parameters, w.pushed, start)
		start = stateCheckInput
	}
	addResult(states, w)
	addEndings(states, w)
	return map[string]any{
		"Comment": comment,
		"StartAt": start,
		"States":  states,
	}
}

// addInputStates adds the states that check an execution's input and turn its numbers into the texts that SageMaker
// takes, and go on to start. An image may stand beside the parameters where one may be pushed.
func addInputStates(states map[string]any, parameters []Parameter, pushed pushed, start string) {
	var refused, broken []any
	texts, contract := map[string]any{}, make([]string, len(parameters))
	for i, p := range parameters {
		refused = append(refused, map[string]any{"Not": map[string]any{"And": p.rules()}, "Next": stateInputRejected})
		texts[p.name+".$"] = fmt.Sprintf("States.Format('{}', %s)", p.path("$"))
		contract[i] = p.String()
		if p.whole {
			broken = append(broken, map[string]any{
				"Variable": p.path("$." + textsField), "StringMatches": "*.*", "Next": stateInputRejected,
			})
		}
	}
	fields := map[string]any{"Variable": "$.fields.count", "NumericEquals": len(parameters) + 1}
	if pushed.uri != "" {
		contract = append(contract, imageField+", sha256:DIGEST, or none")
		fields = map[string]any{"Or": []any{fields, map[string]any{"And": []any{
			map[string]any{"Variable": "$." + imageField, "IsPresent": true}, map[string]any{"Variable": "$.fields.count", "NumericEquals": len(parameters) + 2},
		}}}}
	}
	states[stateCheckInput] = map[string]any{"Type": "Choice", "Choices": refused, "Default": stateTexts}
	states[stateInputRejected] = map[string]any{
		"Type": "Pass", "Next": stateTellFailure,
		"Result": map[string]any{"outcome": map[string]any{ // in the place of the input, which may be no object
			"Class": classInput, "Error": stateInputRejected, "Cause": "Nothing was started. The input must hold: " + strings.Join(contract, "; ") + "; and nothing else.",
		}},
	}
	states[stateTexts] = map[string]any{"Type": "Pass", "Parameters": texts, "ResultPath": "$." + textsField, "Next": stateFields}
	// The texts stand beside what was given; one field more is one that nobody asked for.
	states[stateFields] = map[string]any{"Type": "Pass", "Parameters": map[string]any{"all.$": "$.*"}, "ResultPath": "$.fields", "Next": stateCount}
	states[stateCount] = map[string]any{
		"Type": "Pass", "Parameters": map[string]any{"count.$": "States.ArrayLength($.fields.all)"}, "ResultPath": "$.fields", "Next": stateCheckRest,
	}
	states[stateCheckRest] = map[string]any{"Type": "Choice", "Default": start, "Choices": append(broken, map[string]any{
		"Not": fields, "Next": stateInputRejected,
	})}
}

// rules are what an accepted value meets, checked in this order.
func (p Parameter) rules() []any {
	variable := p.path("$")
	rule := func(operator string, value any) any { return map[string]any{"Variable": variable, operator: value} }
	present := rule("IsPresent", true)
	if p.allowed == nil {
		return []any{present, rule("IsNumeric", true), rule("NumericGreaterThanEquals", p.min), rule("NumericLessThanEquals", p.max)}
	}
	var equals []any
	for _, text := range p.allowed {
		equals = append(equals, rule("StringEquals", text))
	}
	return []any{present, rule("IsString", true), map[string]any{"Or": equals}}
}
