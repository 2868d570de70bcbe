package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// bounded finds roles under the boundary of a guard that are allowed what the boundary lets nobody do: their requests are denied
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).
func bounded(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, role := range a.of("AWS::IAM::Role") {
		boundary, known := a.target(role.stack, role.Properties["PermissionsBoundary"])
		guard, ours := a.made(boundary.stack, boundary.Path(), "/Default/Boundary")
		if !known || !ours {
			continue
		}
		lets := statements(boundary.Properties["PolicyDocument"])
		var lost []string
		for _, s := range a.granted(role) {
			for _, action := range cfn.List(s["Action"]) {
				if name := cfn.Show(action); s.allows() && !reaches(lets, name) && !slices.Contains(lost, name) {
					lost = append(lost, name)
				}
			}
		}
		if len(lost) == 0 {
			continue
		}
		all = append(all, assembly.Finding{
			Path: strings.TrimSuffix(role.Path(), "/Resource"),
			Description: fmt.Sprintf("the role is allowed %s, and the boundary of access.Guard %s, which protects it, lets nobody do that",
				strings.Join(lost, ", "), guard),
			Fix: "make the role outside of what the guard protects, or leave the permission out",
		})
	}
	return all
}

// reaches tells whether the statements of a boundary may let an action, or one of a pattern, be done.
func reaches(boundary []statement, action string) bool {
	return slices.ContainsFunc(boundary, func(b statement) bool {
		return b.allows() && (b["Action"] == nil || slices.ContainsFunc(cfn.List(b["Action"]), func(pattern any) bool {
			return overlap(action, cfn.Show(pattern))
		}))
	})
}

// overlap tells whether two patterns of actions may match the same action, by what stands before their first *.
func overlap(a, b string) bool {
	a, wildA := prefix(a)
	b, wildB := prefix(b)
	return a == b || wildA && strings.HasPrefix(b, a) || wildB && strings.HasPrefix(a, b)
}

func prefix(pattern string) (before string, wild bool) {
	before, _, wild = strings.Cut(strings.ToLower(pattern), "*")
	return before, wild
}
