package verify

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// cycles finds resources of a stack that wait for each other, which CloudFormation refuses. The CDK finds such stacks,
// and not such resources.
func cycles(a *app) []assembly.Finding {
	var all []assembly.Finding
	for i := range a.stacks {
		c := circle{of: a.stacks[i].Template, done: map[string]bool{}}
		for _, id := range slices.Sorted(maps.Keys(c.of.Resources)) {
			for _, cycle := range c.through(id, nil) {
				all = append(all, assembly.Finding{
					Path:        c.of.Resources[cycle[0]].Path(),
					Description: "each of these waits for the next, and the last for the first: " + strings.Join(c.paths(cycle), ", "),
					Fix:         "take one of the references away, or put one of them into another stack",
				})
			}
		}
	}
	return all
}

// circle looks for cycles in one template.
type circle struct {
	of   assembly.Template
	done map[string]bool
}

// through are the cycles that a path through a resource, which came by these, closes for the first time.
func (c circle) through(id string, by []string) [][]string {
	if i := slices.Index(by, id); i >= 0 {
		return [][]string{slices.Clone(by[i:])}
	}
	r, known := c.of.Resources[id]
	if !known || c.done[id] {
		return nil
	}
	var all [][]string
	for _, next := range slices.Compact(slices.Sorted(slices.Values(r.References()))) {
		all = append(all, c.through(next, append(by, id))...)
	}
	c.done[id] = true
	return all
}

// paths are the construct paths of resources, or their logical ids.
func (c circle) paths(ids []string) []string {
	var all []string
	for _, id := range ids {
		if path := c.of.Resources[id].Path(); path != "" {
			id = path
		}
		all = append(all, id)
	}
	return all
}
