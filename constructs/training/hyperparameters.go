package training

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
)

// maxHyperParameters is how many CreateTrainingJob takes
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html).
const maxHyperParameters = 100

// validateHyperParameters checks those that are fixed, sorted by name, and the parameters. The length of a token is not
// known.
func (j Job) validateHyperParameters() error {
	var l problem.List
	own, _ := j.Distribution.hyperParameters(j)
	if n := len(j.HyperParameters) + len(j.Parameters) + len(own) + len(j.Code.hyperParameters()); n > maxHyperParameters {
		l.Add("HyperParameters", n, fmt.Sprintf("at most %d together with Parameters and those of Distribution and Code", maxHyperParameters), "")
	}
	if n := utf8.RuneCountInString(own[modelParameters]); n > model.HyperParameterValue.Max {
		l.Add("Distribution", n, fmt.Sprintf("parameters of at most %d characters as JSON", model.HyperParameterValue.Max), "")
	}
	l.Include("", j.validateShared())
	for _, name := range slices.Sorted(maps.Keys(j.HyperParameters)) {
		field, value := fmt.Sprintf("HyperParameters[%q]", name), j.HyperParameters[name]
		if strings.HasSuffix(name, ".$") {
			l.Add(field, name, "a name that does not end in .$", "the state machine would take the value for a path into its input")
		}
		model.HyperParameterName.Check(&l, field, name)
		model.HyperParameterValue.Check(&l, field, value)
	}
	seen := map[string]bool{}
	for i, p := range j.Parameters {
		field := fmt.Sprintf("Parameters[%d]", i)
		l.Include(field, p.validate())
		if _, fixed := j.HyperParameters[p.name]; fixed || seen[p.name] {
			l.Add(field, p.name, "a name that is neither in HyperParameters nor given twice", "")
		}
		seen[p.name] = true
	}
	return l.Err()
}
