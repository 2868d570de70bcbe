package cdk

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// ends are what is looked for when the templates of an app are written.
var ends = map[constructs.IConstruct][]func([]assembly.Stack) []assembly.Finding{}

// AtEnd has the templates of the scope's app looked at when they are written, by a rule that knows what was made. Errors
// among its findings fail the synthesis; [Warnings] gives the others.
func AtEnd(scope constructs.Construct, rule func([]assembly.Stack) []assembly.Finding) {
	root := scope.Node().Root()
	ends[root] = append(ends[root], rule)
}

// Warnings are what is found in the templates of an app that may be as it is meant to be.
func Warnings(app constructs.IConstruct, stacks []assembly.Stack) []assembly.Finding {
	return found(app, stacks, true)
}

func found(app constructs.IConstruct, stacks []assembly.Stack, warnings bool) []assembly.Finding {
	var all []assembly.Finding
	for _, rule := range ends[app] {
		for _, f := range rule(stacks) {
			if f.Warning() == warnings {
				all = append(all, f)
			}
		}
	}
	return all
}
