package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/policy"
)

const unknown = "${Token[TOKEN.1]}"

// What each operator says of a key k with no value, one, or several.
func TestApplies(t *testing.T) {
	none := []string(nil)
	one := func(v string) []string { return []string{v} }
	ab := []string{"a", "b"}
	tests := []struct {
		operator string
		wanted   any
		values   []string
		want     policy.Answer
	}{
		{"Null", "true", none, policy.Yes}, {"Null", "true", one("a"), policy.No},
		{"Null", "false", none, policy.No}, {"Null", "false", one("a"), policy.Yes}, {"Null", "false", one(unknown), policy.Yes},

		{"StringEquals", "a", none, policy.No}, {"StringEquals", "a", one("a"), policy.Yes}, {"StringEquals", "a", one("A"), policy.No},
		{"StringEquals", ab, one("b"), policy.Yes}, {"StringEquals", ab, one("c"), policy.No}, {"StringEquals", "a*", one("ab"), policy.No},
		{"StringEquals", "a", one(unknown), policy.Unknown}, {"StringEquals", unknown, one(unknown), policy.Yes},
		{"StringEquals", unknown, one("a"), policy.Unknown}, {"StringEquals", []string{unknown, "a"}, one("a"), policy.Yes},

		{"StringNotEquals", "a", none, policy.Yes}, {"StringNotEquals", "a", one("a"), policy.No}, {"StringNotEquals", "a", one("b"), policy.Yes},
		{"StringNotEquals", ab, one("b"), policy.No}, {"StringNotEquals", "a", one(unknown), policy.Unknown},
		{"StringNotEquals", unknown, one(unknown), policy.No}, {"StringNotEquals", []string{unknown, "a"}, one("b"), policy.Unknown},

		{"StringNotLike", "a*", none, policy.Yes}, {"StringNotLike", "a*", one("abc"), policy.No}, {"StringNotLike", "a*", one("a"), policy.No}, {"StringNotLike", "a*", one("b"), policy.Yes},
		{"StringNotLike", "a?c", one("abc"), policy.No}, {"StringNotLike", "a?c", one("ac"), policy.Yes}, {"StringNotLike", "a.c", one("abc"), policy.Yes},
		{"StringNotLike", []string{"x", "a*"}, one("abc"), policy.No}, {"StringNotLike", "b*", one("abc"), policy.Yes}, {"StringNotLike", "*c", one("cb"), policy.Yes},
		{"StringNotLike", unknown + ":b*", one("a:bc"), policy.Unknown}, {"StringNotLike", unknown + ":b*", one("a:c"), policy.Yes},
		{"StringNotLike", "a*", one(unknown), policy.Unknown}, {"StringNotLike", unknown + "*", one(unknown + "*"), policy.No},
		{"StringNotLike", unknown, one("a"), policy.Unknown}, {"StringNotLike", unknown, one(unknown), policy.No},

		{"Bool", "true", none, policy.No}, {"Bool", "true", one("true"), policy.Yes}, {"Bool", "true", one("false"), policy.No},
		{"Bool", "false", one("false"), policy.Yes}, {"Bool", "true", one(unknown), policy.Unknown},
		{"BoolIfExists", "false", none, policy.Yes}, {"BoolIfExists", "false", one("false"), policy.Yes}, {"BoolIfExists", "false", one("true"), policy.No},

		{"NumericGreaterThan", "9", none, policy.No}, {"NumericGreaterThan", "9", one("10"), policy.Yes}, {"NumericGreaterThan", "9", one("9"), policy.No},
		{"NumericGreaterThan", "10", one("9"), policy.No}, {"NumericGreaterThan", "9", one("x"), policy.No}, {"NumericGreaterThan", "9", one(unknown), policy.Unknown},
		{"NumericGreaterThanIfExists", "9", none, policy.Yes}, {"NumericGreaterThanIfExists", "9", one("10"), policy.Yes},
		{"NumericGreaterThanIfExists", "9", one("9"), policy.No},

		{"ForAnyValue:StringEquals", "a", none, policy.No}, {"ForAnyValue:StringEquals", "a", ab, policy.Yes}, {"ForAnyValue:StringEquals", "c", ab, policy.No},
		{"ForAnyValue:StringEquals", "c", []string{"a", unknown}, policy.Unknown},
		{"ForAnyValue:StringNotEquals", "a", none, policy.No}, {"ForAnyValue:StringNotEquals", "a", one("a"), policy.No},
		{"ForAnyValue:StringNotEquals", "a", ab, policy.Yes}, {"ForAnyValue:StringNotEquals", ab, ab, policy.No},
		{"ForAnyValue:StringNotEquals", "a", []string{"a", unknown}, policy.Unknown}, {"ForAnyValue:StringNotEquals", "a", []string{"b", unknown}, policy.Yes},

		// The caller's team is red; nobody knows of a color.
		{"StringEquals", "${aws:PrincipalTag/Team}", one("red"), policy.Yes}, {"StringNotEquals", "${aws:PrincipalTag/Team}", one("blue"), policy.Yes},
		{"StringNotEquals", "${aws:PrincipalTag/Team}", one("red"), policy.No}, {"StringNotEquals", "${aws:PrincipalTag/Color}", one("red"), policy.Yes},
		{"StringEquals", "${aws:TagKeys}", one("a"), policy.No}, // of several values
		{"StringEquals", "${aws:PrincipalTag/Color}", one("${aws:PrincipalTag/Color}"), policy.No},
	}
	for _, test := range tests {
		s := policy.Statement{Effect: policy.Deny, Actions: []string{"a:B"}, Conditions: policy.Conditions{test.operator: {"k": test.wanted}}}
		got, err := s.Applies("a:B", policy.Context{"k": test.values, "aws:PrincipalTag/Team": {"red"}, "aws:TagKeys": {"a", "b"}}, policy.ByText)
		if err != nil || got != test.want {
			t.Errorf("%s %v of %q: %v, %v; want %v", test.operator, test.wanted, test.values, got, err, test.want)
		}
	}
}

// Every condition has to hold, and the action has to be named.
func TestAppliesToAllOrNothing(t *testing.T) {
	s := policy.Statement{Actions: []string{"a:B", "a:C"}, Conditions: policy.Conditions{
		"StringEquals": {"k": "1", "l": "2"}, "Null": {"m": "true"},
	}}
	tests := []struct {
		name    string
		action  string
		context policy.Context
		want    policy.Answer
	}{
		{"all", "a:C", policy.Context{"k": {"1"}, "l": {"2"}}, policy.Yes},
		{"another action", "a:D", policy.Context{"k": {"1"}, "l": {"2"}}, policy.No},
		{"another value", "a:C", policy.Context{"k": {"1"}, "l": {"3"}}, policy.No},
		{"another operator", "a:C", policy.Context{"k": {"1"}, "l": {"2"}, "m": {"x"}}, policy.No},
		{"one that is unknown", "a:C", policy.Context{"k": {"1"}, "l": {unknown}}, policy.Unknown},
		{"what is unknown besides what is wrong", "a:C", policy.Context{"k": {"2"}, "l": {unknown}}, policy.No},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := s.Applies(test.action, test.context, policy.ByText); err != nil || got != test.want {
				t.Errorf("%v, %v; want %v", got, err, test.want)
			}
		})
	}
	if got, err := (policy.Statement{Actions: []string{"a:B"}}).Applies("a:B", nil, policy.ByText); err != nil || got != policy.Yes {
		t.Errorf("without conditions: %v, %v", got, err)
	}
	if got := s.Keys(); !slices.Equal(got, []string{"k", "l", "m"}) {
		t.Errorf("keys %v", got)
	}
}

// Who knows what tokens stand for can tell them apart.
func TestTokensThatAreKnownToDiffer(t *testing.T) {
	s := policy.Statement{Actions: []string{"a:B"}, Conditions: policy.Conditions{"StringNotLike": {"k": []string{unknown, "a*"}}}}
	differ := func(a, _ string) policy.Answer {
		if a == unknown {
			t.Error("asked of a token that is there itself")
		}
		return policy.No
	}
	for value, want := range map[string]policy.Answer{"${Token[TOKEN.2]}": policy.Unknown, unknown: policy.No, "b": policy.Yes} {
		if got, err := s.Applies("a:B", policy.Context{"k": {value}}, differ); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", value, got, err, want)
		}
	}
}

// What is not evaluated is an error, and never taken to hold or not.
func TestWhatIsNotEvaluated(t *testing.T) {
	tests := []struct {
		operator string
		wanted   any
		values   []string
		want     string
	}{
		{"StringLike", "a", nil, "the condition StringLike on k: the operator is not evaluated"},
		{"ForAllValues:StringEquals", "a", nil, "not evaluated"}, {"ForAnyValue:StringEqualsIfExists", "a", nil, "not evaluated"},
		{"ArnLike", "a", []string{"a"}, "not evaluated"}, {"", "a", nil, "not evaluated"},
		{"StringEquals", []string{}, []string{"a"}, "no value is wanted"}, {"StringEquals", 3, []string{"3"}, "no value is wanted"},
		{"StringEquals", "a", []string{"a", "b"}, "the key has 2 values"},
	}
	for _, test := range tests {
		s := policy.Statement{Actions: []string{"a:B"}, Conditions: policy.Conditions{test.operator: {"k": test.wanted}}}
		if _, err := s.Applies("a:B", policy.Context{"k": test.values}, policy.ByText); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %v: error %v, want %q", test.operator, test.wanted, err, test.want)
		}
	}
}
