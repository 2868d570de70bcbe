package training

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Parameter is a hyperparameter that each execution must give in its input: Integer, Number or OneOf. The state machine
// refuses an execution whose input lacks it, is out of bounds, or holds anything else, before anything is spent.
type Parameter struct {
	name     string
	whole    bool
	min, max float64
	allowed  []string
}

// Integer is a whole number from min to max, both included, whose absolute values are less than 2 to the power of 53.
func Integer(name string, minimum, maximum int) Parameter {
	return Parameter{name: name, whole: true, min: float64(minimum), max: float64(maximum)}
}

// Number is a number from min to max, both included.
func Number(name string, minimum, maximum float64) Parameter {
	return Parameter{name: name, min: minimum, max: maximum}
}

// OneOf is one of the given texts.
func OneOf(name string, allowed ...string) Parameter {
	return Parameter{name: name, allowed: append([]string{}, allowed...)} // never nil, which means a number
}

// String says what the parameter takes: "num_round, a whole number from 1 to 1000".
func (p Parameter) String() string {
	switch {
	case p.allowed != nil:
		return fmt.Sprintf("%s, one of %s", p.name, strings.Join(p.allowed, ", "))
	case p.whole:
		return fmt.Sprintf("%s, a whole number from %s to %s", p.name, plain(p.min), plain(p.max))
	default:
		return fmt.Sprintf("%s, a number from %s to %s", p.name, plain(p.min), plain(p.max))
	}
}

// plain writes a bound without an exponent: 1000000 instead of 1e+06.
func plain(bound float64) string { return strconv.FormatFloat(bound, 'f', -1, 64) }

var (
	// parameterPattern is what an execution's input can name, and a path in brackets can hold.
	parameterPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,256}$`)
	// dottedPattern is what a path can name after a dot.
	dottedPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// textsField is where a state machine keeps the parameters as texts, beside those that were given.
const textsField = "texts"

// path is where a state machine finds a parameter below a path
// (https://states-language.net/spec.html#ref-paths).
func (p Parameter) path(below string) string {
	if dottedPattern.MatchString(p.name) {
		return below + "." + p.name
	}
	return below + "['" + p.name + "']"
}

// exact is what whole numbers of JSON are smaller than to be held exactly
// (https://www.rfc-editor.org/rfc/rfc8259#section-6).
const exact = 1 << 53

func (p Parameter) validate() error {
	var l problem.List
	if !parameterPattern.MatchString(p.name) || p.name == textsField {
		l.Add("name", p.name, "1 to 256 letters, digits, underscores, hyphens and dots, and not "+textsField, "the state machine finds it by a path in the input, and keeps its own in "+textsField)
	}
	for _, bound := range []float64{p.min, p.max} {
		if math.IsInf(bound, 0) || math.IsNaN(bound) {
			l.Add("bounds", bound, "finite numbers", "a state machine can hold no other")
		} else if p.whole && math.Abs(bound) >= exact {
			l.Add("bounds", plain(bound), fmt.Sprintf("whole numbers between -%d and %[1]d", exact), "JSON holds larger ones only nearly")
		}
	}
	if p.allowed == nil && p.min > p.max {
		l.Add("min", p.min, fmt.Sprintf("at most max, %g", p.max), "")
	}
	if p.allowed != nil && len(p.allowed) == 0 {
		l.Add("allowed", nil, "at least one text", "")
	}
	for i, text := range p.allowed {
		field := fmt.Sprintf("allowed[%d]", i)
		model.HyperParameterValue.Check(&l, field, text)
		if slices.Index(p.allowed, text) < i {
			l.Add(field, text, "each text once", "")
		}
	}
	return l.Err()
}
