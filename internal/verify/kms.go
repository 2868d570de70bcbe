package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// viaOthers finds permissions to use a key that the key's policy refuses: it lets the account use the key through a
// service, such as S3, and the permissions are not for that service
// (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service).
func viaOthers(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, p := range a.identityPolicies() {
		granted := statements(p.Properties["PolicyDocument"])
		for _, s := range granted {
			if !s.allows() || !s.uses("kms:") || len(s.values("kms:ViaService")) > 0 {
				continue
			}
			for _, to := range list(s["Resource"]) {
				key, ok := a.target(p.stack, to)
				if !ok || key.Type != "AWS::KMS::Key" {
					continue
				}
				services := a.through(key, p)
				if len(services) == 0 || slices.ContainsFunc(granted, func(s statement) bool {
					return s.allows() && slices.ContainsFunc(services, func(service string) bool { return s.uses(service + ":") })
				}) {
					continue
				}
				all = append(all, assembly.Finding{
					Path: p.Path(),
					Description: fmt.Sprintf("this allows to use the key %s, whose policy lets it be used through %s only, and allows nothing there",
						strings.TrimSuffix(key.Path(), "/Resource"), strings.Join(services, ", ")),
					Fix: "let the role use what the key encrypts, or add the role to the key's policy by Key.AddToResourcePolicy",
				})
			}
		}
	}
	return all
}

// through are the services through which alone a key lets those use it that a policy is attached to; none: it lets them use it
// for anything, or its policy does not say.
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
