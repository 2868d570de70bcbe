package supplychain

import (
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
)

// The policy of the domain is asked for each request in it, that of a repository besides for those to the repository; an
// explicit deny in either wins (https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html). What they allow is
// for other accounts; who of the account may do what, its identity policies say. Denies stand in the domain's, which holds for
// repositories that are made later too, but for that of reading what was fetched: no document says whether a request to a
// repository asks for permission on its upstreams, and a repository's policy is asked for requests to itself alone
// (https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html).

// What is done with packages.
var (
	// publishing makes versions, and filling copies them too.
	publishing = []string{"codeartifact:PublishPackageVersion", "codeartifact:PutPackageMetadata"}
	filling    = append([]string{"codeartifact:CopyPackageVersions"}, publishing...)
	// reading gets at versions: by package managers, and one file at a time.
	reading = []string{"codeartifact:ReadFromRepository", "codeartifact:GetPackageVersionAsset", "codeartifact:GetPackageVersionReadme"}
	// withdraw changes or takes away versions that are there.
	withdraw = []string{
		"codeartifact:UpdatePackageVersionsStatus", "codeartifact:DisposePackageVersions", "codeartifact:DeletePackageVersions", "codeartifact:DeletePackage",
	}
	// protect decides who gets in and where packages come from.
	protect = []string{
		"codeartifact:PutDomainPermissionsPolicy", "codeartifact:DeleteDomainPermissionsPolicy", "codeartifact:DeleteDomain",
		"codeartifact:CreateRepository", "codeartifact:UpdateRepository", "codeartifact:DeleteRepository",
		"codeartifact:PutRepositoryPermissionsPolicy", "codeartifact:DeleteRepositoryPermissionsPolicy",
		"codeartifact:AssociateExternalConnection", "codeartifact:DisassociateExternalConnection", "codeartifact:AssociateWithDownstreamRepository",
		"codeartifact:CreatePackageGroup", "codeartifact:UpdatePackageGroup", "codeartifact:DeletePackageGroup",
		"codeartifact:UpdatePackageGroupOriginConfiguration", "codeartifact:PutPackageOriginConfiguration",
	}
)

// packagePolicies are the policies of a chain's domain and repositories.
type packagePolicies struct {
	chain Chain
	at    location.Location
}

// domain is the domain's policy.
func (p packagePolicies) domain() []policy.Statement {
	var all []policy.Statement
	if accounts := p.chain.accounts(); len(accounts) > 0 {
		all = append(all, p.allow("Tokens", accounts, "codeartifact:GetAuthorizationToken"))
	}
	var promoted, packages []string
	for _, s := range p.chain.promoted() {
		r := p.chain.repository(p.at, s.Name)
		promoted, packages = append(promoted, r.ARN), append(packages, r.everyPackage())
	}
	public := p.chain.repository(p.at, names.PublicRepositories+names.Any)
	all = append(all, policy.Statement{
		Sid: "PublicAsItIs", Effect: policy.Deny, Principal: policy.AnyPrincipal,
		Actions: filling, Resources: []string{public.ARN, public.everyPackage()},
	})
	keepers := p.chain.keepers(p.at)
	if len(promoted) > 0 {
		all = append(all, policy.Statement{
			Sid: "NothingPublished", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: publishing, Resources: packages,
		}, but([]string{p.at.Role(p.chain.promotionRole(p.at.Region))}, policy.Statement{
			Sid: "FilledByPromotion", Effect: policy.Deny, Principal: policy.AnyPrincipal,
			Actions: []string{"codeartifact:CopyPackageVersions"}, Resources: append(promoted, packages...),
		}))
		if keepers != nil {
			all = append(all, but(keepers, policy.Statement{
				Sid: "WithdrawnByAdministrators", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: withdraw, Resources: packages,
			}))
		}
	}
	if keepers != nil {
		all = append(all, but(keepers, policy.Statement{
			Sid: "Protection", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: protect, Resources: []string{"*"},
		}))
	}
	return all
}

// public is the policy of a repository that fetches from a public index. The first stage fetches through it what its
// callers ask for; nobody reads what has not come through the first stage.
func (p packagePolicies) public(name string) []policy.Statement {
	r := p.chain.repository(p.at, name)
	return []policy.Statement{{
		Sid: "PublicByNobody", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: reading, Resources: []string{r.ARN, r.everyPackage()},
	}}
}

// repository is the policy of a stage's repository; nil where no other account reads from it.
func (p packagePolicies) repository(s Stage) []policy.Statement {
	if len(s.Accounts) == 0 {
		return nil
	}
	return []policy.Statement{p.allow("Read", s.Accounts, "codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository")}
}

// allow lets other accounts in: whoever their identity policies allow. In these policies "*" is the domain or repository itself.
func (p packagePolicies) allow(sid string, accounts []string, actions ...string) policy.Statement {
	s := policy.Statement{
		Sid: sid, Effect: policy.Allow, Principal: accountPrincipals(p.at.Partition, accounts), Actions: actions,
		Resources: []string{"*"}, Why: "in the policy of a domain or repository: itself",
	}
	if p.chain.Organization != "" {
		s.Conditions = policy.Conditions{"StringEquals": {"aws:PrincipalOrgID": p.chain.Organization}}
	}
	return s
}

func accountPrincipals(partition string, accounts []string) policy.Principal {
	var all []string
	for _, a := range accounts {
		all = append(all, "arn:"+partition+":iam::"+a+":root")
	}
	return policy.Principal{"AWS": all}
}

// but leaves principals out of a deny.
func but(principals []string, deny policy.Statement) policy.Statement {
	deny.Conditions = policy.Conditions{"ArnNotLike": {"aws:PrincipalArn": principals}}
	return deny
}
