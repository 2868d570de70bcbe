package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// untrusted finds who is allowed to assume a role of Plinth's that does not trust it.
func untrusted(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, p := range a.identity {
		for _, s := range statements(p.Properties["PolicyDocument"]) {
			if !s.allows() || !s.does("sts:AssumeRole") {
				continue
			}
			for _, to := range cfn.List(s["Resource"]) {
				role, ok := a.target(p.stack, to)
				construct, ours := emitted(role.Path())
				if !ok || !ours || role.Type != "AWS::IAM::Role" || a.trusts(role, p) {
					continue
				}
				all = append(all, assembly.Finding{
					Path: p.Path(),
					Description: fmt.Sprintf("this allows to assume the role of %s, which does not trust whom the policy is for: "+
						"Role.GrantAssumeRole does not change who is trusted", construct),
					Fix: "name it in the TrustedBy of the role; a role without that field is for a service and nobody else",
				})
			}
		}
	}
	return all
}

// readIdentityPolicies gives the policies that are attached to roles, users and groups; those that stand in a role as if they
// stood beside it.
func (a *app) readIdentityPolicies() []resource {
	all := a.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
	for _, r := range a.of("AWS::IAM::Role") {
		for _, inline := range cfn.List(r.Properties["Policies"]) {
			p := r
			p.Properties = map[string]any{"Roles": []any{map[string]any{"Ref": r.id}}}
			if i, ok := inline.(map[string]any); ok {
				p.Properties["PolicyDocument"] = i["PolicyDocument"]
			}
			all = append(all, p)
		}
	}
	return all
}

// trusts tells whether a role may trust those that a policy is attached to. Of users and groups it can't be told.
func (a *app) trusts(role, policy resource) bool {
	if policy.Properties["Users"] != nil || policy.Properties["Groups"] != nil {
		return true
	}
	for _, s := range statements(role.Properties["AssumeRolePolicyDocument"]) {
		for _, principal := range s.principals("AWS") {
			who, held := cfn.Show(principal), s.values("aws:PrincipalArn")
			account := who == "*" || strings.HasSuffix(who, ":root")
			if account && len(held) == 0 || !account && a.names(role, policy, principal) {
				return true
			}
			if slices.ContainsFunc(held, func(value any) bool { return a.names(role, policy, value) }) {
				return true
			}
		}
	}
	return false
}

// names tells whether a value in a role is the ARN of one of the roles that a policy is attached to.
func (a *app) names(role, policy resource, value any) bool {
	named, known := a.target(role.stack, value)
	return slices.ContainsFunc(cfn.List(policy.Properties["Roles"]), func(of any) bool {
		attached, ok := a.target(policy.stack, of)
		return ok && known && attached.is(named) || !ok && strings.HasSuffix(cfn.Show(value), "/"+cfn.Show(of))
	})
}
