package cdk

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// ends are what is looked for when the templates of an app are written.
var ends = map[constructs.IConstruct][]func([]assembly.Stack) []assembly.Finding{}

// AtEnd has the templates of the scope's app looked at when they are written, by a rule that knows what was made.
// Errors among its findings fail the synthesis.
func AtEnd(scope constructs.Construct, rule func([]assembly.Stack) []assembly.Finding) {
	root := scope.Node().Root()
	ends[root] = append(ends[root], rule)
}

// Warn says with the templates of the scope's app that something may not be as it is meant to be, unless it is after
// all.
func Warn(scope constructs.Construct, warning assembly.Finding, unless func() bool) {
	warning.Severity, warning.Path = "warning", PathOf(scope)
	AtEnd(scope, func([]assembly.Stack) []assembly.Finding {
		if unless() {
			return nil
		}
		return []assembly.Finding{warning}
	})
}

func found(app constructs.IConstruct, stacks []assembly.Stack) []assembly.Finding {
	var all []assembly.Finding
	for _, rule := range ends[app] {
		all = append(all, rule(stacks)...)
	}
	return all
}
