package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// findings are a guard that nobody is under, and roles that it should protect and that have another boundary after all,
// whoever gave it. Of a guard that is not in the templates nothing is known.
func (g *Guard) findings(stacks []assembly.Stack) []assembly.Finding {
	path := cdk.Path(g.Construct, "")
	own, boundary, policies := guardIn(stacks, path)
	if boundary == "" {
		return nil
	}
	unprotected := g.unprotected(stacks, boundary)
	all := slices.Concat(unprotected, g.transformed(stacks), g.madeElsewhere(stacks), g.half(stacks, policies))
	for _, scope := range g.scopes {
		if !hasPrincipals(stacks, scope) {
			all = append(all, assembly.Finding{
				Rule: cdk.GuardRule, Severity: "warning", Path: path, Description: fmt.Sprintf("the guard (%s) protects %s, which has no roles and users", g.at, named(scope)),
				Fix: "protect what they are made in",
			})
		}
	}
	if len(unprotected) == 0 && !refersTo(own, append(policies, boundary)) {
		all = append(all, assembly.Finding{
			Rule: cdk.GuardRule, Severity: "warning", Path: path, Description: fmt.Sprintf("the guard (%s) holds nobody", g.at),
			Fix: "give it to workflows, pipelines and launchers, call its Protect, or attach its Policies or Boundary to roles",
		})
	}
	return all
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
	return slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(text, fmt.Sprintf(`{"Ref":%q}`, id)) })
}

// unprotected finds the roles and users below the guard's scopes that have another boundary. What another stack exports
// is named after the id that it exports.
func (g *Guard) unprotected(stacks []assembly.Stack, boundary string) []assembly.Finding {
	var all []assembly.Finding
	for _, s := range stacks {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			if !g.protects(r.Path()) || !isPrincipal(r) {
				continue
			}
			if _, has := assembly.Outer(stacks, &s, r.Properties["PermissionsBoundary"]); !strings.Contains(rendered(has), boundary) {
				fix := "leave out what gives it another: an aspect, such as iam.PermissionsBoundary, or an override"
				if has == nil {
					fix = "leave out what takes it away, an aspect or an override; a role that an aspect makes comes too late"
				}
				all = append(all, assembly.Finding{
					Rule: cdk.GuardRule, Severity: "error", Path: strings.TrimSuffix(r.Path(), "/Resource"),
					Description: fmt.Sprintf("has %s in the place of that of the guard %s (%s), which protects it",
						shown(has), cdk.Path(g.Construct, ""), g.at),
					Fix: fix,
				})
			}
		}
	}
	return all
}

// shown is a boundary for a message.
func shown(boundary any) string {
	if boundary == nil {
		return "no boundary"
	}
	return "the boundary " + cfn.Show(boundary)
}

// half finds who has some of the guard's policies and not all: each denies a part of what the guard denies.
func (g *Guard) half(stacks []assembly.Stack, policies []string) []assembly.Finding {
	var all []assembly.Finding
	for _, s := range stacks {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			attached, n := rendered(r.Properties["ManagedPolicyArns"]), 0
			for _, p := range policies {
				if strings.Contains(attached, p) {
					n++
				}
			}
			if n > 0 && n < len(policies) {
				all = append(all, assembly.Finding{
					Rule: cdk.GuardRule, Severity: "error", Path: strings.TrimSuffix(r.Path(), "/Resource"),
					Description: fmt.Sprintf("has %d of the %d policies of the guard %s (%s), each of which denies a part of what it denies",
						n, len(policies), cdk.Path(g.Construct, ""), g.at),
					Fix: "attach all of its Policies",
				})
			}
		}
	}
	return all
}

func isPrincipal(r assembly.Resource) bool {
	return r.Type == "AWS::IAM::Role" || r.Type == "AWS::IAM::User"
}

// hasPrincipals tells whether roles or users are made below a scope.
func hasPrincipals(stacks []assembly.Stack, scope string) bool {
	for _, s := range stacks {
		for _, r := range s.Template.Resources {
			if isPrincipal(r) && in(r.Path(), scope) {
				return true
			}
		}
	}
	return false
}

// rendered is a part of a template as text.
func rendered(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was read as JSON
	}
	return string(text)
}
