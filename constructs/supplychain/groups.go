package supplychain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/cfn"
)

// group is a package group: where versions of its packages may come from, as the repositories they may come into.
type group struct {
	pattern, description string
	// whole: it is the group of a whole format.
	whole bool
	// publish are the repositories that versions may be published or promoted to, external those that may fetch them from a
	// public index, internal those that may fetch them from an upstream. Empty: none.
	publish, external, internal []string
}

// groups are those of all formats. Each says everything: a group that restricts anything turns the protection off that
// CodeArtifact gives to single packages by itself
// (https://docs.aws.amazon.com/codeartifact/latest/ug/package-origin-controls.html). The group of everything, /*, is not
// CloudFormation's to make, so that each format has its own. Whether a copied version counts as published or as from an
// upstream AWS does not say: the stages that are promoted to are in both lists.
func (p *PackagesProps) groups(chain Chain) []group {
	stages := chain.names()
	var all []group
	for _, f := range formats {
		g := group{whole: true, pattern: "/" + f.name + "/*", description: "Blocked: not one of the chain's formats"}
		for _, c := range p.connections() {
			if slices.Contains(f.connections, c) {
				g.description = "Public packages: fetched into the first stage, promoted to the others"
				g.publish, g.internal = stages[1:], stages
				g.external = append(g.external, c.repository())
			}
		}
		all = append(all, g)
	}
	for _, pattern := range p.Internal {
		all = append(all, group{
			pattern: pattern, description: "The team's own packages: never from a public index",
			publish: stages, internal: stages[1:],
		})
	}
	for _, pattern := range p.Blocked {
		all = append(all, group{pattern: pattern, description: "Blocked for everybody"})
	}
	return all
}

// resource is the group in CloudFormation's form. Its lists name repositories, which have to be there before. The groups of formats
// stay with the domain; one of a pattern goes when the pattern is taken out of the props.
func (g group) resource(repositories []string) cfn.Resource {
	restriction := func(repositories []string) cfn.Properties {
		if len(repositories) == 0 {
			return cfn.Properties{"RestrictionMode": "BLOCK"}
		}
		return cfn.Properties{"RestrictionMode": "ALLOW_SPECIFIC_REPOSITORIES", "Repositories": repositories}
	}
	group := cfn.Resource{
		Type: "AWS::CodeArtifact::PackageGroup",
		Properties: cfn.Properties{
			"DomainName": cfn.Att("Domain", "Name"), "Pattern": g.pattern, "Description": g.description,
			"OriginConfiguration": cfn.Properties{"Restrictions": cfn.Properties{
				"Publish":          restriction(g.publish),
				"ExternalUpstream": restriction(g.external),
				"InternalUpstream": restriction(g.internal),
			}},
		},
		DependsOn: repositories,
	}
	return group.Stateful(g.whole)
}

// resourceName is a name of CloudFormation's for a text: its letters and digits, and all else in hexadecimal.
func resourceName(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "x%x", r)
		}
	}
	return b.String()
}
