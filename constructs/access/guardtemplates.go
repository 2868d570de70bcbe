package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
)

// validateTemplates reports a guard that nothing is under, and roles that it should protect and that have another
// boundary after all, whoever gave it. Of a guard that is not in the templates nothing is known.
func (g *Guard) validateTemplates(stacks []assembly.Stack) error {
	path := cdk.Path(g.Construct, "")
	own, boundary, policies := guardIn(stacks, path)
	if boundary == "" {
		return nil
	}
	var l problem.List
	if !refersTo(own, append(policies, boundary)) {
		l.Add("Guard", "a guard that nothing is under", "one that holds somebody",
			"give it to workflows, pipelines or launchers, call its Protect, or attach its Policies or Boundary to roles")
	}
	l.Include("", unprotected(stacks, g.scopes, boundary))
	if l.Err() == nil {
		return nil
	}
	return &fault.Fault{Kind: "access.Guard", Path: path, At: g.at, Err: l.Err()}
}

// guardIn finds the template of a guard and the logical ids of its policies, by its construct path.
func guardIn(stacks []assembly.Stack, path string) (own assembly.Template, boundary string, policies []string) {
	for _, s := range stacks {
		for _, id := range s.Template.OfType("AWS::IAM::ManagedPolicy") {
			switch name, ok := strings.CutPrefix(s.Template.Resources[id].Path(), path+"/Default/"); {
			case ok && name == boundaryName:
				own, boundary = s.Template, id
			case ok:
				policies = append(policies, id)
			}
		}
	}
	return own, boundary, policies
}

// refersTo tells whether something in a template refers to one of these ids: a resource, or an output for others.
func refersTo(t assembly.Template, ids []string) bool {
	parts := []any{t.Outputs}
	for _, r := range t.Resources {
		parts = append(parts, r.Properties)
	}
	text := rendered(parts)
	refers := func(id string) bool { return strings.Contains(text, fmt.Sprintf(`{"Ref":%q}`, id)) }
	return slices.ContainsFunc(ids, refers)
}

// unprotected reports the roles and users below the scopes that have another boundary. What another stack exports is
// named after the id that it exports.
func unprotected(stacks []assembly.Stack, scopes []string, boundary string) error {
	var l problem.List
	for _, s := range stacks {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			if r.Type != "AWS::IAM::Role" && r.Type != "AWS::IAM::User" {
				continue
			}
			path := r.Path()
			protected := path != "" && slices.ContainsFunc(scopes, func(scope string) bool { return in(path, scope) })
			if has := r.Properties["PermissionsBoundary"]; protected && !strings.Contains(rendered(has), boundary) {
				l.Add(strings.TrimSuffix(path, "/Resource"), "the boundary "+rendered(has), "the guard's, which protects it",
					"leave out what gives it another: an aspect, such as iam.PermissionsBoundary, or an override")
			}
		}
	}
	return l.Err()
}

// rendered is a part of a template as text.
func rendered(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was read as JSON
	}
	return string(text)
}
