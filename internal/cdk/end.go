package cdk

import (
	"errors"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/problem"
)

// ends are what is checked when the templates of an app are written.
var ends = map[constructs.IConstruct][]func([]assembly.Stack) error{}

// AtEnd has the templates of the scope's app checked when they are written: see [End].
func AtEnd(scope constructs.Construct, check func([]assembly.Stack) error) {
	root := scope.Node().Root()
	ends[root] = append(ends[root], check)
}

// A Warning is a problem that an app may have: one that is not finished, or a part of one.
type Warning struct{ Problem error }

// Error is the problem's.
func (w Warning) Error() string { return w.Problem.Error() }

// End checks the templates of an app. It gives every problem, and apart from them those that are warnings.
func End(app constructs.IConstruct, stacks []assembly.Stack) (err, warnings error) {
	var all, mild []error
	for _, check := range ends[app] {
		for _, found := range problem.All(check(stacks)) {
			if w := (Warning{}); errors.As(found, &w) {
				mild = append(mild, w.Problem)
			} else {
				all = append(all, found)
			}
		}
	}
	return errors.Join(all...), errors.Join(mild...)
}
