package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// viaOthers finds permissions to use a key that the key's policy refuses: it lets the account use the key through a
// service, such as S3, and whoever has the permissions may do nothing in that service
// (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service). Of whoever
// has policies of another app nothing is known.
func viaOthers(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, p := range a.identityPolicies() {
		for _, s := range statements(p.Properties["PolicyDocument"]) {
			if !s.encrypts() || len(s.values("kms:ViaService")) > 0 {
				continue
			}
			for _, to := range cfn.List(s["Resource"]) {
				key, ok := a.target(p.stack, to)
				if !ok || key.Type != "AWS::KMS::Key" {
					continue
				}
				services := a.through(key, p)
				if len(services) == 0 || !a.nowhere(p, services) {
					continue
				}
				all = append(all, assembly.Finding{
					Path: p.Path(),
					Description: fmt.Sprintf("this allows to use the key %s, whose policy lets it be used through %s only, where the role may do nothing",
						strings.TrimSuffix(key.Path(), "/Resource"), strings.Join(services, ", ")),
					Fix: "let the role use what the key encrypts, or add the role to the key's policy by Key.AddToResourcePolicy",
				})
			}
		}
	}
	return all
}

// encrypts tells whether a statement allows to encrypt or decrypt.
func (s statement) encrypts() bool {
	return s.allows() && (s.does("kms:Decrypt") || s.does("kms:Encrypt") || s.does("kms:GenerateDataKey"))
}

// nowhere tells whether the roles that a policy is attached to may do nothing in any of the services, by all of their
// policies.
func (a *app) nowhere(policy resource, services []string) bool {
	roles := cfn.List(policy.Properties["Roles"])
	for _, of := range roles {
		role, ok := a.target(policy.stack, of)
		if !ok || !a.ownPolicies(role) || slices.ContainsFunc(a.granted(role), func(s statement) bool {
			return s.allows() && slices.ContainsFunc(services, func(service string) bool { return s.uses(service + ":") })
		}) {
			return false
		}
	}
	return len(roles) > 0 && policy.Properties["Users"] == nil && policy.Properties["Groups"] == nil
}

// ownPolicies tells whether all managed policies of a role are the app's.
func (a *app) ownPolicies(role resource) bool {
	return !slices.ContainsFunc(cfn.List(role.Properties["ManagedPolicyArns"]), func(of any) bool {
		_, ok := a.target(role.stack, of)
		return !ok
	})
}

// granted are the statements of all policies of a role.
func (a *app) granted(role resource) []statement {
	var all []statement
	for _, p := range a.identityPolicies() {
		attached := slices.ContainsFunc(cfn.List(p.Properties["Roles"]), func(of any) bool {
			r, ok := a.target(p.stack, of)
			return ok && r.is(role)
		}) || slices.ContainsFunc(cfn.List(role.Properties["ManagedPolicyArns"]), func(of any) bool {
			managed, ok := a.target(role.stack, of)
			return ok && managed.is(p)
		})
		if attached {
			all = append(all, statements(p.Properties["PolicyDocument"])...)
		}
	}
	return all
}

// through are the services through which alone a key lets those use it that a policy is attached to; none: it lets them
// use it for anything, or its policy does not say.
func (a *app) through(key, policy resource) []string {
	var services []string
	for _, s := range statements(key.Properties["KeyPolicy"]) {
		if !s.allows() || !s.does("kms:Decrypt") || len(s.principals("AWS")) == 0 {
			continue
		}
		via := s.values("kms:ViaService")
		if len(via) == 0 && slices.ContainsFunc(s.principals("AWS"), func(p any) bool {
			who := cfn.Show(p)
			return who == "*" || strings.HasSuffix(who, ":root") || a.names(key, policy, p)
		}) {
			return nil
		}
		for _, v := range via {
			service, _, _ := strings.Cut(cfn.Show(v), ".")
			services = append(services, service)
		}
	}
	slices.Sort(services)
	return slices.Compact(services)
}
