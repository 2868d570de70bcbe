package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// unassumable finds who may pass a role to a service that the role does not trust
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html). Where the role is of another app
// nothing is known.
func unassumable(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, p := range a.identityPolicies() {
		if _, ours := emitted(p.Path()); !ours {
			continue // IAM takes it, and whoever wrote it may mean to make such a role later
		}
		for _, s := range statements(p.Properties["PolicyDocument"]) {
			services := s.values("iam:PassedToService")
			if !s.allows() || !s.does("iam:PassRole") || len(services) == 0 {
				continue
			}
			for _, to := range cfn.List(s["Resource"]) {
				role, ok := a.target(p.stack, to)
				if !ok || role.Type != "AWS::IAM::Role" || slices.ContainsFunc(services, func(service any) bool { return trustsService(role, service) }) {
					continue
				}
				all = append(all, assembly.Finding{
					Path:        p.Path(),
					Description: fmt.Sprintf("this passes the role %s to %v, which the role does not trust", role.Path(), services[0]),
					Fix:         "give a role that the service assumes, such as one of access.NewExecutionRole for jobs, or let its trust policy name the service",
				})
			}
		}
	}
	return all
}

// trustsService tells whether a role may trust a service. Of a pattern, and of a principal that only the deployment
// knows, it can't be told.
func trustsService(role resource, service any) bool {
	name, known := service.(string)
	if !known || strings.ContainsAny(name, "*?") {
		return true
	}
	first := func(name string) string { return strings.SplitN(name, ".", 2)[0] } // states.eu-west-1.amazonaws.com is states.amazonaws.com
	for _, s := range statements(role.Properties["AssumeRolePolicyDocument"]) {
		if s.allows() && slices.ContainsFunc(s.principals("Service"), func(of any) bool {
			text, known := of.(string)
			return !known || text == "*" || first(text) == first(name)
		}) {
			return true
		}
	}
	return false
}
