package supplychain

import (
	"fmt"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/location"
)

// promotion is every decision about a promotion.
type promotion struct {
	chain   Chain
	at      location.Location
	formats []format
	images  []string
	host    string // of the registry
	records storage.Prefix
	wait    time.Duration
	logDays int
	retain  bool

	topicARN, topicKeyARN string
}

// Names of the states.
const (
	stateCheckInput    = "CheckInput"
	stateInputRefused  = "InputRefused"
	stateNamespace     = "Namespace"
	stateWith          = "WithNamespace"
	stateWithout       = "WithoutNamespace"
	stateFindPackage   = "FindPackage"
	statePublished     = "Published"
	stateCheckPackage  = "CheckPackage"
	statePackageIs     = "PackageSubject"
	stateCheckImage    = "CheckImage"
	stateMaterials     = "Materials"
	stateImageIs       = "ImageSubject"
	stateApproval      = "Approval"
	stateCheckApproval = "CheckApproval"
	stateRecord        = "Record"
	stateKind          = "Kind"
	stateCopyRequest   = "CopyRequest"
	stateCopyPackage   = "CopyPackage"
	stateCopied        = "CopyOutcome"
	stateCheckCopied   = "CheckCopied"
	stateCopyImage     = "CopyImage"
	statePromoted      = "Promoted"
	stateDone          = "Done"
	stateTell          = "TellRefusal"
	stateRefused       = "Refused"
)

type states = map[string]any

// definition is the state machine, in the Amazon States Language (JSONPath). Every refusal is told, with its reason.
func (p promotion) definition() map[string]any {
	all := states{}
	p.input(all)
	p.packages(all)
	if len(p.images) > 0 {
		p.imageStates(all)
	}
	p.approval(all)
	p.endings(all)
	return map[string]any{"Comment": "Brings a package or an image from one stage to the next", "StartAt": stateCheckInput, "States": all}
}

// rule is one comparison of a choice.
func rule(variable, operator string, value any) map[string]any {
	return map[string]any{"Variable": variable, operator: value}
}

// oneOf holds for any of the values.
func oneOf(variable string, values []string) map[string]any {
	var equals []any
	for _, v := range values {
		equals = append(equals, rule(variable, "StringEquals", v))
	}
	return map[string]any{"Or": equals}
}

// isText holds for a text that is there and says something.
func isText(variable string) map[string]any {
	return map[string]any{"And": []any{rule(variable, "IsPresent", true), rule(variable, "IsString", true), lacks(variable, "StringEquals", "")}}
}

// lacks holds where the comparison does not.
func lacks(variable, operator string, value any) map[string]any {
	return map[string]any{"Not": rule(variable, operator, value)}
}

func absent(variable string) map[string]any { return lacks(variable, "IsPresent", true) }

func choice(next string, rules ...any) map[string]any {
	return map[string]any{"And": rules, "Next": next}
}

// input checks what is asked for, and finds out where it comes from.
func (p promotion) input(all states) {
	var accepted []any
	for i, s := range p.chain.promoted() {
		route := map[string]any{"from": p.chain.before(i + 1).Name, "to": s.Name}
		add := func(what, next string, rules ...any) {
			name := what + "To-" + s.Name
			all[name] = map[string]any{"Type": "Pass", "Result": route, "ResultPath": "$.route", "Next": next}
			rules = append(rules, isText("$.requestedBy"), isText("$.to"), rule("$.to", "StringEquals", s.Name))
			accepted = append(accepted, choice(name, rules...))
		}
		add("Package", p.firstOfPackages(), absent("$.image"), isText("$.package.format"), oneOf("$.package.format", formatsOf(p.formats)),
			isText("$.package.name"), isText("$.package.version"))
		if len(p.images) > 0 {
			add("Image", stateCheckImage, absent("$.package"), isText("$.image.name"), oneOf("$.image.name", p.images),
				isText("$.image.digest"), rule("$.image.digest", "StringMatches", "sha256:*"), lacks("$.image.digest", "StringMatches", "* *"),
				lacks("$.image.digest", "StringMatches", "sha256:*:*"))
		}
	}
	all[stateCheckInput] = map[string]any{"Type": "Choice", "Choices": accepted, "Default": stateInputRefused}
	var stages []string
	for _, s := range p.chain.promoted() {
		stages = append(stages, s.Name)
	}
	contract := fmt.Sprintf("to, one of %s; requestedBy, a name; and package, with format (%s), name and version",
		strings.Join(stages, ", "), strings.Join(formatsOf(p.formats), ", "))
	if len(p.images) > 0 {
		contract += fmt.Sprintf(", or image, with name (%s) and digest (sha256:...)", strings.Join(p.images, ", "))
	}
	all[stateInputRefused] = map[string]any{"Type": "Fail", "Error": "InputRefused", "Cause": "Nothing was done. The input must hold: " + contract + "."}
}

func formatsOf(formats []format) []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// task is a call of a service that is retried when it is throttled.
func task(resource string, request map[string]any, next string) map[string]any {
	return map[string]any{
		"Type": "Task", "Resource": resource, "Parameters": request, "Next": next,
		"Retry": []any{map[string]any{
			"ErrorEquals":     []string{"Codeartifact.ThrottlingException", "S3.S3Exception", "SNS.SnsException", "SNS.ThrottledException"},
			"IntervalSeconds": 2, "MaxAttempts": 4, "BackoffRate": 2, "JitterStrategy": "FULL",
		}},
	}
}

// with sets fields of a state.
func with(state map[string]any, pairs ...any) map[string]any {
	for i := 0; i+1 < len(pairs); i += 2 {
		state[pairs[i].(string)] = pairs[i+1]
	}
	return state
}

// refusing sends whatever fails in a state to a refusal.
func refusing(state map[string]any, refusal string) map[string]any {
	return with(state, "Catch", []any{map[string]any{"ErrorEquals": []string{"States.ALL"}, "ResultPath": "$.failure", "Next": refusal}})
}

// refusal is a state that gives the reason why nothing is promoted; fields are inserted in the place of {}.
func (p promotion) refusal(all states, name, reason string, fields ...string) {
	cause := map[string]any{"Error": name}
	if len(fields) == 0 {
		cause["Cause"] = reason
	} else {
		cause["Cause.$"] = "States.Format('" + reason + "', " + strings.Join(fields, ", ") + ")"
	}
	all[name] = map[string]any{"Type": "Pass", "Parameters": cause, "ResultPath": "$.refusal", "Next": stateTell}
}
