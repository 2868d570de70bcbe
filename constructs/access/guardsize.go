package access

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

// split deals the guard's statements out to policies within the limit.
func (g guard) split(limit int) ([][]policy.Statement, error) {
	documents, err := policy.Split(g.statements(), limit)
	if err != nil {
		largest := func(g guard) int {
			size := 0
			for _, s := range g.statements() {
				size = max(size, policy.Size(s))
			}
			return size
		}
		return nil, g.tooLarge("a policy", limit, largest)
	}
	return documents, nil
}

// tooLarge says which field of the props fills a document of the guard: the one without which it is smallest.
func (g guard) tooLarge(document string, limit int, size func(guard) int) error {
	keys, types, features := g, g, g
	keys.keys, types.types, types.local, features.features = g.keys[:1], g.types[:1], nil, nil
	var fills problem.Problem
	least := size(g)
	for _, f := range []struct {
		field   string
		got     any
		without guard
		fix     string
	}{
		{"Keys", len(g.keys), keys, "leave it empty for every key of the account, or make a guard for each part of them"},
		{"Environment.Limits.InstanceTypes", len(g.types), types, "allow fewer"},
		{"Features", g.features, features, "make a guard for each team's features"},
	} {
		if n := size(f.without); n < least {
			least = n
			fills = problem.Problem{Field: f.field, Got: f.got, Fix: f.fix,
				Allowed: fmt.Sprintf("fewer: %s would have %d characters, and AWS takes %d", document, size(g), limit)}
		}
	}
	return fills
}
