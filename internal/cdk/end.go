package cdk

import (
	"errors"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// ends are what is checked when the templates of an app are written.
var ends = map[constructs.IConstruct][]func([]assembly.Stack) error{}

// AtEnd has the templates of the scope's app checked when they are written: see [End].
func AtEnd(scope constructs.Construct, check func([]assembly.Stack) error) {
	root := scope.Node().Root()
	ends[root] = append(ends[root], check)
}

// End checks the templates of an app, and gives every problem.
func End(app constructs.IConstruct, stacks []assembly.Stack) error {
	var all []error
	for _, check := range ends[app] {
		all = append(all, check(stacks))
	}
	return errors.Join(all...)
}
