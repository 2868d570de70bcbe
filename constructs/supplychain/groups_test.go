package supplychain

import (
	"slices"
	"strings"
	"testing"
)

func groupsOf(p PackagesProps) map[string]group {
	all := map[string]group{}
	for _, g := range p.groups(p.Chain.resolved()) {
		all[g.pattern] = g
	}
	return all
}

// A group that restricts anything turns the service's own protection off: so each format has one, and each says all.
func TestEveryFormatHasAGroup(t *testing.T) {
	all := groupsOf(PackagesProps{Connections: []Connection{PyPI, MavenCentral, MavenClojars}, Internal: []string{"/pypi//acme~"}, Blocked: []string{"/pypi//reqeusts$"}})
	for _, f := range formats {
		g, ok := all["/"+f.name+"/*"]
		if !ok {
			t.Errorf("%s has no group", f.name)
			continue
		}
		var external []string
		switch f.name {
		case "pypi":
			external = []string{"public-pypi"}
		case "maven":
			external = []string{"public-maven-central", "public-maven-clojars"}
		default:
			if len(g.publish)+len(g.external)+len(g.internal) > 0 {
				t.Errorf("%s is open: %+v", f.name, g)
			}
			continue
		}
		// Never published into the first stage, where a public name could be taken.
		if !slices.Equal(g.external, external) || !slices.Equal(g.publish, []string{"staging", "prod"}) || !slices.Equal(g.internal, []string{"dev", "staging", "prod"}) {
			t.Errorf("%s: %+v", f.name, g)
		}
	}
	if own := all["/pypi//acme~"]; len(own.external) > 0 || !slices.Contains(own.publish, "dev") || slices.Contains(own.internal, "dev") {
		t.Errorf("the team's own: %+v", own)
	}
	if blocked := all["/pypi//reqeusts$"]; len(blocked.publish)+len(blocked.external)+len(blocked.internal) > 0 {
		t.Errorf("blocked: %+v", blocked)
	}
}

// An empty list of a group blocks; it never means everybody.
func TestNothingIsNotEverything(t *testing.T) {
	r := group{pattern: "/npm/*"}.resource(nil)
	text := short(t, r.Properties["OriginConfiguration"])
	if n := strings.Count(text, `"RestrictionMode":"BLOCK"`); n != 3 || strings.Contains(text, "Repositories") {
		t.Errorf("got %s", text)
	}
}

// Different patterns have different resources, and the same ones the same.
func TestNamesOfResources(t *testing.T) {
	seen := map[string]string{}
	for _, s := range []string{"/npm/ab/c$", "/npm/a/bc$", "/npm/a-b/c$", "/npm/a.b/c$", "/pypi//ab$", "/pypi//ab~"} {
		name := resourceName(s)
		if other, taken := seen[name]; taken {
			t.Errorf("%s and %s are both %s", s, other, name)
		}
		seen[name] = s
		if strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789", r) }) {
			t.Errorf("%s is no name of CloudFormation's", name)
		}
	}
}
