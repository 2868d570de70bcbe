package access

import (
	"slices"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// Plan is the guard of the props in a network of those subnets and that group, without the CDK.
func (p *GuardProps) Plan(subnets []string, group string) Guard {
	g := p.plan(location.Location{Partition: "aws", Region: "us-east-1", Account: "111122223333"})
	if group != "" {
		g.subnets, g.groups = subnets, []string{group}
	}
	return Guard{guard: g}
}

// Statements are all denies of the guard.
func (g *Guard) Statements() []policy.Statement { return g.statements() }

// Denies are the statements that deny a request.
func (g *Guard) Denies(r JobRequest) ([]string, error) {
	all, err := g.breaks(r, policy.ByText)
	var sids []string
	for _, b := range all {
		sids = append(sids, b.sid)
	}
	return sids, err
}

// Forget takes a condition key out of what is known of an action, until it is restored.
func Forget(action, key string) (restore func()) {
	was := forms[action]
	forms[action] = form{field: was.field, places: slices.DeleteFunc(slices.Clone(was.places), func(p place) bool { return p.key == key })}
	return func() { forms[action] = was }
}
