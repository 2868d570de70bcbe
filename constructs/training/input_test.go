package training

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What an execution may give: the first state lets it through or names what was expected. The whole machine runs in
// checks/asl.
func TestInput(t *testing.T) {
	for _, test := range []struct {
		parameter    Parameter
		takes, never []any
		contract     string
	}{
		{Integer("p", 1, 100), []any{1.0, 50.0, 100.0}, []any{nil, 0.0, 101.0, "50", true}, "p, a whole number from 1 to 100"},
		{Number("p", -0.5, 0.5), []any{-0.5, 0.0, 0.5}, []any{nil, -0.51, 0.51, "0", math.Inf(1)}, "p, a number from -0.5 to 0.5"},
		{Integer("p", -2_000_000, 1_000_000), []any{-2e6, 1e6}, []any{-2000001.0, 1000001.0}, "p, a whole number from -2000000 to 1000000"},
		{Number("p", 0.000001, 1e21), []any{1e-6, 1e21}, []any{0.0, 2e21}, "p, a number from 0.000001 to 1000000000000000000000"},
		{Integer("batch-size", 1, 100), []any{1.0, 100.0}, []any{nil, 0.0, "50"}, "batch-size, a whole number from 1 to 100"},
		{OneOf("model.0_name", "a"), []any{"a"}, []any{nil, "b"}, "model.0_name, one of a"},
		{OneOf("p", "gbtree", "dart"), []any{"gbtree", "dart"}, []any{nil, "", "gbtre", "GBTREE", 1.0}, "p, one of gbtree, dart"},
	} {
		j := goodJob()
		j.Parameters = []Parameter{Integer("other", 1, 2), test.parameter}
		d := machineOf(t, j, goodWiring())
		for i, value := range append(slices.Clone(test.takes), test.never...) {
			next := d.States[d.StartAt]["Default"]
			choices, _ := d.States[d.StartAt]["Choices"].([]any)
			for _, choice := range choices {
				if holds(t, choice, map[string]any{"$.other": 1.0, test.parameter.path("$"): value}) {
					next = dig(choice, "Next")
				}
			}
			if taken := next != "InputRejected"; taken != (i < len(test.takes)) {
				t.Errorf("%v: %v is taken: %t", test.parameter, value, taken)
			}
		}
		if cause := fmt.Sprint(dig(d.States["InputRejected"]["Result"], "outcome", "Cause")); !strings.Contains(cause, test.contract) {
			t.Errorf("a refused execution is told %q, without %q", cause, test.contract)
		}
		wantJSON(t, "the hyperparameter", dig(askedOf(t, j, goodWiring()), "HyperParameters", test.parameter.name+".$"), strconv.Quote(test.parameter.path("$.texts")))
	}
}

func TestPathsOfParameters(t *testing.T) {
	for name, want := range map[string]string{
		"num_round": "$.num_round", "_x9": "$._x9", "batch-size": "$['batch-size']", "a.b": "$['a.b']", "9": "$['9']", "-": "$['-']",
	} {
		if got := (Parameter{name: name}).path("$"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// holds judges a rule of a Choice state for an input of numbers and texts; nil stands for what is missing.
func holds(t *testing.T, rule any, input map[string]any) bool {
	t.Helper()
	r, _ := rule.(map[string]any)
	each := func(rules any) (all []bool) {
		for _, inner := range rules.([]any) {
			all = append(all, holds(t, inner, input))
		}
		return all
	}
	value := input[fmt.Sprint(r["Variable"])]
	number, isNumber := value.(float64)
	text, isText := value.(string)
	for operator, operand := range r {
		switch operator {
		case "Not":
			return !holds(t, operand, input)
		case "And":
			return !slices.Contains(each(operand), false)
		case "Or":
			return slices.Contains(each(operand), true)
		case "IsPresent":
			return (value != nil) == operand
		case "IsNumeric":
			return isNumber == operand
		case "IsString":
			return isText == operand
		case "StringEquals":
			return isText && text == operand
		case "NumericGreaterThanEquals":
			return isNumber && number >= operand.(float64)
		case "NumericLessThanEquals":
			return isNumber && number <= operand.(float64)
		}
	}
	t.Fatalf("a rule that this test can't judge: %v", rule)
	return false
}

// Whole numbers that JSON does not hold exactly are no bounds.
func TestLargeBounds(t *testing.T) {
	for _, bound := range []int{1 << 53, 1<<53 + 1, math.MaxInt} {
		for _, p := range []Parameter{Integer("p", 1, bound), Integer("p", -bound, 1)} {
			if err := p.validate(); err == nil || !strings.Contains(err.Error(), "whole numbers between -9007199254740992 and 9007199254740992") {
				t.Errorf("%v: got %v", p, err)
			}
		}
	}
	if err := Integer("p", 1-1<<53, 1<<53-1).validate(); err != nil {
		t.Error(err)
	}
}
