package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// viaOthers finds permissions to use a key that the key's policy refuses: it lets in nobody who has them, or it lets the
// account use the key through a service, such as S3, and whoever has the permissions may do nothing in that service
// (https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html,
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service). Of whoever
// has policies of another app nothing is known.
func viaOthers(a *app) []assembly.Finding {
	var all []assembly.Finding
	keys := a.keysOfOurs()
	for _, p := range a.identity {
		_, ours := emitted(p.Path())
		told := map[string]bool{}
		for _, s := range statements(p.Properties["PolicyDocument"]) {
			for _, to := range cfn.List(s["Resource"]) {
				key, ok := a.target(p.stack, to)
				if !ok || !s.encrypts() || key.Type != "AWS::KMS::Key" || told[key.Path()] {
					continue
				}
				description, fix := a.refused(p, key, s, ours || keys[key.Path()])
				if description == "" {
					continue
				}
				told[key.Path()] = true
				all = append(all, assembly.Finding{Path: p.Path(), Description: description, Fix: fix})
			}
		}
	}
	return all
}

// refused says why the policy of a key refuses what a statement of an identity policy allows; empty: it does not. Of a
// key that neither Plinth made nor uses nothing is said but that a service is needed.
func (a *app) refused(p, key resource, s statement, ours bool) (description, fix string) {
	services, open := a.through(key, p)
	name := strings.TrimSuffix(key.Path(), "/Resource")
	switch {
	case open || len(a.holders(p)) == 0:
	case len(services) == 0 && ours:
		return fmt.Sprintf("this allows to use the key %s, whose policy lets in neither the role nor its account", name),
			"allow kms:Decrypt and kms:GenerateDataKey to the account, arn:aws:iam::ACCOUNT:root, in the key's policy, or give another key"
	case len(services) > 0 && len(s.values("kms:ViaService")) == 0 && a.nowhere(p, services):
		return fmt.Sprintf("this allows to use the key %s, whose policy lets it be used through %s only, where the role may do nothing",
			name, strings.Join(services, ", ")), "let the role use what the key encrypts, or add the role to the key's policy by Key.AddToResourcePolicy"
	}
	return "", ""
}

// keysOfOurs are the paths of the keys of the app that Plinth's resources name.
func (a *app) keysOfOurs() map[string]bool {
	all := map[string]bool{}
	for _, u := range keyUses {
		for _, r := range a.of(u.typ) {
			_, ours := emitted(r.Path())
			for _, named := range inside(r.Properties, strings.Split(u.property, ".")...) {
				if key, known := a.target(r.stack, named); ours && known {
					all[key.Path()] = true
				}
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
	return !slices.ContainsFunc(a.holders(policy), func(role resource) bool {
		return !a.ownPolicies(role) || slices.ContainsFunc(a.granted(role), func(s statement) bool {
			return s.allows() && slices.ContainsFunc(services, func(service string) bool { return s.uses(service + ":") })
		})
	})
}

// holders are the roles that a policy is attached to; none where it is attached to anything else too, or to a role of
// another app.
func (a *app) holders(policy resource) []resource {
	if policy.Properties["Users"] != nil || policy.Properties["Groups"] != nil {
		return nil
	}
	var all []resource
	for _, of := range cfn.List(policy.Properties["Roles"]) {
		role, ok := a.target(policy.stack, of)
		if !ok {
			return nil
		}
		all = append(all, role)
	}
	return append(all, a.heldBy[place{policy.stack, policy.id}]...)
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
	for _, p := range a.identity {
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

// through are the services through which alone a key lets those use it that a policy is attached to; open: it lets them
// use it for anything, or its policy does not say.
func (a *app) through(key, policy resource) (services []string, open bool) {
	for _, s := range statements(key.Properties["KeyPolicy"]) {
		if !s.allows() || !s.does("kms:Decrypt") || len(s.principals("AWS")) == 0 {
			continue
		}
		via := s.values("kms:ViaService")
		if len(via) == 0 && slices.ContainsFunc(s.principals("AWS"), func(p any) bool { return a.letsIn(key, policy, p) }) {
			return nil, true
		}
		for _, v := range via {
			service, _, _ := strings.Cut(cfn.Show(v), ".")
			services = append(services, service)
		}
	}
	slices.Sort(services)
	return slices.Compact(services), false
}

// letsIn tells whether a principal of a key's policy may be one of those that a policy is attached to: an account, one of
// the roles, or one that only the deployment knows.
func (a *app) letsIn(key, policy resource, principal any) bool {
	if to, known := a.target(key.stack, principal); known {
		return slices.ContainsFunc(a.holders(policy), to.is)
	}
	who := cfn.Show(principal)
	one := strings.Contains(who, ":role/") || strings.Contains(who, ":user/")
	return !one || slices.ContainsFunc(a.holders(policy), func(role resource) bool {
		name, named := role.Properties["RoleName"]
		return named && strings.HasSuffix(who, "/"+cfn.Show(name))
	})
}
