package verify

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// cycles finds resources of a stack that wait for each other, which CloudFormation refuses. The CDK finds such stacks, and not
// such resources.
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
	for _, next := range slices.Compact(slices.Sorted(slices.Values(references([]any{r.Properties, map[string]any{"DependsOn": r.DependsOn}})))) {
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

// references are the logical ids, and whatever else is written as one, in a value.
func references(value any) []string {
	var all []string
	switch v := value.(type) {
	case []any:
		for _, part := range v {
			all = append(all, references(part)...)
		}
	case map[string]any:
		for key, part := range v {
			switch key {
			case "Ref", "DependsOn":
				all = append(all, texts(part)...)
			case "Fn::GetAtt":
				if parts := texts(part); len(parts) > 0 {
					id, _, _ := strings.Cut(parts[0], ".")
					all = append(all, id)
				}
			case "Fn::Sub":
				text, given := ofSub(part)
				all = append(all, references(inSub(text, given))...)
			}
			all = append(all, references(part)...)
		}
	}
	return all
}

// texts are the texts of a value that is one or a list.
func texts(value any) []string {
	var all []string
	for _, v := range list(value) {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}
