package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/plinth-ml/plinth/internal/token"
)

// Answer tells whether something is so.
type Answer int

// The answers, in this order: all of several are the least of them, and any of them is the most.
const (
	No      Answer = iota
	Unknown        // a token decides, which nobody knows before the deployment
	Yes
)

func (a Answer) not() Answer { return Yes - a }

// Context is what the condition keys of a request hold. A key that has no value is missing.
type Context map[string][]string

// Equality compares two texts that are not the same, and that may hold tokens. No: they stand for different texts.
type Equality func(a, b string) Answer

// ByText knows nothing of tokens: one may stand for any text.
func ByText(a, b string) Answer {
	if token.Is(a) || token.Is(b) {
		return Unknown
	}
	return No
}

// Applies tells whether the statement is about a request: its action is one of those named, and its conditions hold. It
// evaluates the operators that Plinth's own denies use, and gives an error for any other
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
func (s Statement) Applies(action string, c Context, differ Equality) (Answer, error) {
	if !slices.Contains(s.Actions, action) {
		return No, nil
	}
	all := Yes
	for operator, keys := range s.Conditions {
		for key, wanted := range keys {
			a, err := holds(operator, c[key], listOf(wanted), c, differ)
			if err != nil {
				return No, fmt.Errorf("the condition %s on %s: %w", operator, key, err)
			}
			all = min(all, a)
		}
	}
	return all, nil
}

// Keys are the condition keys that decide on the statement.
func (s Statement) Keys() []string {
	var all []string
	for _, keys := range s.Conditions {
		for key := range keys {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func listOf(wanted any) []string {
	if text, ok := wanted.(string); ok {
		return []string{text}
	}
	all, _ := wanted.([]string)
	return all
}

// comparison is an operator: how a value is compared with each that is wanted, and whether none of them has to match.
type comparison struct {
	compare func(value, wanted string, differ Equality) Answer
	negated bool
}

var comparisons = map[string]comparison{
	"StringEquals":       {equal, false},
	"StringNotEquals":    {equal, true},
	"StringNotLike":      {like, true},
	"Bool":               {equal, false},
	"NumericGreaterThan": {greater, false},
}

// The parts of an operator's name that are not the comparison.
const (
	anyValue = "ForAnyValue:"
	ifExists = "IfExists"
	null     = "Null"
)

// holds tells whether the values of a key meet a condition. What a missing key means depends on the operator alone.
func holds(operator string, values, wanted []string, c Context, differ Equality) (Answer, error) {
	if len(wanted) == 0 {
		return No, errors.New("no value is wanted")
	}
	if operator == null {
		return answer(strconv.FormatBool(len(values) == 0) == wanted[0]), nil
	}
	name, several := strings.CutPrefix(operator, anyValue)
	name, optional := strings.CutSuffix(name, ifExists)
	o, known := comparisons[name]
	switch {
	case !known || several && optional:
		return No, errors.New("the operator is not evaluated")
	case len(values) == 0 && several:
		return No, nil
	case len(values) == 0:
		return answer(optional || o.negated), nil
	case len(values) > 1 && !several:
		return No, fmt.Errorf("the key has %d values", len(values))
	}
	some := No
	for _, v := range values {
		some = max(some, o.meets(v, wanted, c, differ))
	}
	return some, nil
}

func answer(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// meets tells whether one value is as wanted. What tells tokens apart is asked only where the texts don't decide.
func (o comparison) meets(value string, wanted []string, c Context, differ Equality) Answer {
	matched := o.matches(value, wanted, c, ByText)
	if matched == Unknown {
		matched = o.matches(value, wanted, c, differ)
	}
	if o.negated {
		return matched.not()
	}
	return matched
}

// matches tells whether a value is one of those wanted.
func (o comparison) matches(value string, wanted []string, c Context, differ Equality) Answer {
	matched := No
	for _, w := range wanted {
		if text, there := fillIn(w, c); there {
			matched = max(matched, o.compare(value, text, differ))
		}
	}
	return matched
}

var variable = regexp.MustCompile(`\$\{(aws:[^}]+)\}`)

// fillIn puts the values of condition keys in the place of policy variables. A text with the variable of a missing key
// matches nothing
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
func fillIn(text string, c Context) (filled string, there bool) {
	there = true
	filled = variable.ReplaceAllStringFunc(text, func(v string) string {
		values := c[variable.FindStringSubmatch(v)[1]]
		if len(values) != 1 {
			there = false
			return v
		}
		return values[0]
	})
	return filled, there
}

func equal(value, wanted string, differ Equality) Answer {
	if value == wanted {
		return Yes
	}
	return differ(value, wanted)
}

// like matches wildcards. A token in the pattern may be any text.
func like(value, pattern string, differ Equality) Answer {
	if value == pattern || !strings.ContainsAny(token.Pattern.ReplaceAllString(pattern, ""), "*?") {
		return equal(value, pattern, differ)
	}
	if token.Is(value) {
		return Unknown
	}
	var parts []string
	for _, fixed := range token.Pattern.Split(pattern, -1) {
		parts = append(parts, strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(fixed)))
	}
	switch matches, _ := regexp.MatchString("(?s)^"+strings.Join(parts, ".*")+"$", value); {
	case !matches:
		return No
	case token.Is(pattern):
		return Unknown
	}
	return Yes
}

// greater compares numbers. What is none matches nothing.
func greater(value, wanted string, _ Equality) Answer {
	if token.Is(value) || token.Is(wanted) {
		return Unknown
	}
	a, err := strconv.ParseFloat(value, 64)
	b, err2 := strconv.ParseFloat(wanted, 64)
	return answer(err == nil && err2 == nil && a > b)
}
