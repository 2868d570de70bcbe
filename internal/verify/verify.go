// Package verify finds in an assembly what can be deployed and does not do what it was written for. It is pure Go.
//
// What Plinth makes is known by the construct path of its resources: CONSTRUCT/Default/NAME.
package verify

import (
	"cmp"
	"slices"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// rule is one thing that is looked for.
type rule struct {
	name string
	find func(a *app) []assembly.Finding
}

// rules are all of them, each in a file of its own.
var rules = []rule{
	{"AccessRefused", refusedByBucket},
	{"AssumeRoleRefused", untrusted},
	{"BoundaryRefuses", bounded},
	{"Cycle", cycles},
	{"DataLost", unreadable},
	{"EndpointTwice", twice},
	{"GrantLost", lost},
	{"KeyRefused", locked},
	{"KeyUseRefused", viaOthers},
	{"LinkLost", unlinked},
	{"MessagesLost", unheard},
	{"NameTaken", taken},
	{"PassRefused", unassumable},
	{"ReplicaRefused", uncopied},
	{"SameStack", sameStack},
	{"SecondPolicy", second},
	{"TooLarge", tooLarge},
	{"UnreachableEndpoint", outOfReach},
}

// Names lists the rules.
func Names() []string {
	var names []string
	for _, r := range rules {
		names = append(names, r.name)
	}
	return names
}

// Check is what the rules find in the stacks of an assembly, by the path of what is wrong.
func Check(stacks []assembly.Stack) []assembly.Finding {
	a := newApp(stacks)
	var all []assembly.Finding
	for _, r := range rules {
		for _, f := range r.find(a) {
			f.Rule, f.Severity = r.name, "error"
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(x, y assembly.Finding) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Rule, y.Rule))
	})
	return all
}
