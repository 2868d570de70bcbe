package properties

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"pgregory.net/rapid"

	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// drawnPackages are packages of a chain of 2 to 5 stages.
func drawnPackages(t *rapid.T) *supplychain.PackagesProps {
	accounts := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"222233334444", "333344445555", "444455556666"}), 0, 2, rapid.ID[string])
	p := &supplychain.PackagesProps{
		Connections: rapid.SliceOfDistinct(rapid.SampledFrom([]supplychain.Connection{
			supplychain.PyPI, supplychain.NPM, supplychain.MavenCentral, supplychain.MavenClojars, supplychain.NuGet, supplychain.CratesIO, supplychain.RubyGems,
		}), rapid.ID[supplychain.Connection]).Draw(t, "connections"),
		Internal: rapid.SliceOfDistinct(rapid.StringMatching(`/pypi//[a-z]{1,4}(-[a-z0-9]{1,3})?[~$]|/npm/[a-z]{1,4}/\*|/maven/[a-z]{1,4}\.[a-z]{1,4}~`),
			rapid.ID[string]).Draw(t, "internal"),
	}
	for i := range rapid.IntRange(2, 5).Draw(t, "stages") {
		p.Chain.Stages = append(p.Chain.Stages, supplychain.Stage{Name: fmt.Sprintf("stage-%d", i), Accounts: accounts.Draw(t, "accounts")})
	}
	if rapid.Bool().Draw(t, "administrators") {
		p.Chain.Administrators = []string{"arn:aws:iam::111122223333:role/Admin"}
	}
	return p
}

func restriction(r assembly.Resource, name string) []string {
	all, _ := r.Properties["OriginConfiguration"].(object)["Restrictions"].(object)[name].(object)
	var repositories []string
	list, _ := all["Repositories"].([]any)
	for _, each := range list {
		repositories = append(repositories, each.(string))
	}
	if (all["RestrictionMode"] == "BLOCK") != (len(repositories) == 0) {
		return []string{"everything"}
	}
	return repositories
}

// Whatever the chain: the team's own names never come from outside, outside names never into a repository but the one of their
// index, later stages have no way to the public, and each account gets its own stages only.
func TestEveryChainIsClosed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawnPackages(t)
		template := synthesized(t, "eu-west-1", func(stack awscdk.Stack) { supplychain.NewPackages(stack, "Packages", p) })
		for _, id := range template.OfType("AWS::CodeArtifact::PackageGroup") {
			r := template.Resources[id]
			pattern := r.Properties["Pattern"].(string)
			for _, repository := range restriction(r, "ExternalUpstream") {
				if !strings.HasPrefix(repository, "public-") || slices.Contains(p.Internal, pattern) {
					t.Fatalf("%s comes from outside into %s", pattern, repository)
				}
			}
			if slices.Contains(restriction(r, "Publish"), p.Chain.Stages[0].Name) != slices.Contains(p.Internal, pattern) {
				t.Fatalf("%s is published into the first stage, or the team's own is not", pattern)
			}
		}
		reads := map[string]string{}
		for _, id := range template.OfType("AWS::CodeArtifact::Repository") {
			properties := template.Resources[id].Properties
			name := properties["RepositoryName"].(string)
			if properties["Upstreams"] != nil && name != p.Chain.Stages[0].Name || (properties["ExternalConnections"] != nil) != strings.HasPrefix(name, "public-") {
				t.Fatalf("%s reaches the public: %v", name, properties)
			}
			reads[name] = asText(properties["PermissionsPolicyDocument"])
		}
		for _, s := range p.Chain.Stages {
			for _, account := range []string{"222233334444", "333344445555", "444455556666"} {
				if strings.Contains(reads[s.Name], account) != slices.Contains(s.Accounts, account) {
					t.Fatalf("%s of %v: %s", account, s, reads[s.Name])
				}
			}
		}
	})
}
