package supplychain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/principal"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Chain is the way of packages and images to production: stages in their order. What the public offers comes into the
// first; the others hold only what was promoted from the one before.
type Chain struct {
	// Name is the CodeArtifact domain's, and starts the names of image repositories, projects and roles: 2 to 24
	// lower-case letters, digits and single hyphens between them, a letter first. It becomes a part of a public DNS
	// name, so that nothing confidential goes into it
	// (https://docs.aws.amazon.com/codeartifact/latest/ug/domain-create.html). Empty: "ml".
	Name string
	// Stages are in the order of promotion, those whose names say production (prod, production, prd) last; one alone
	// takes packages and images, and promotes nothing. Empty: dev, staging and prod, all of the account that the chain
	// is deployed to.
	Stages []Stage
	// Organization is the id of the AWS organization that the accounts of stages have to be in, such as "o-a1b2c3d4e5".
	// Empty: not looked at.
	Organization string
	// Administrators are the ARNs of roles and users of the account that may, besides a deployment, change policies,
	// connections and origin controls, and withdraw what was promoted; they too can't publish past a promotion. A * may
	// stand for a part of a name of at least 3 other letters, as in
	// role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*. Empty: identity policies alone say who may.
	Administrators []string
}

// Stage is one stage of a chain.
type Stage struct {
	// Name is that of its repositories, usually of an environment: 2 to 20 lower-case letters, digits and single
	// hyphens between them, a letter first. Required.
	Name string
	// Accounts are those, of 12 digits, whose roles may pull from the stage. Those of the chain's own account may
	// wherever their identity policies say so. Empty: no other account.
	Accounts []string
}

const defaultName = "ml"

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	orgPattern     = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
)

// How long the names of chains, stages and images are at most.
const (
	maxChain = 24
	maxStage = 20
	maxImage = 40
)

// isName tells whether a chain, a stage or an image can have that name.
func isName(s string, longest int) bool {
	return len(s) >= 2 && len(s) <= longest && s[0] >= 'a' && names.IsPart(s)
}

// nameOf says what isName takes.
func nameOf(longest int) string {
	return fmt.Sprintf("2 to %d lower-case letters, digits and single hyphens between them, a letter first", longest)
}

// Validate reports every problem of the chain.
func (c Chain) Validate() error {
	var l problem.List
	c = c.resolved()
	if !token.Is(c.Name) && !isName(c.Name, maxChain) {
		l.Add("Name", c.Name, nameOf(maxChain), "")
	}
	text(&l, "Organization", c.Organization, orgPattern, "the id of an organization, o- and 10 to 32 letters and digits")
	l.Include("", principal.Validate("Administrators", "", c.Administrators))
	seen := map[string]bool{}
	for i, s := range c.Stages {
		at := fmt.Sprintf("Stages[%d]", i)
		switch {
		case !isName(s.Name, maxStage) || strings.HasPrefix(s.Name+"-", names.PublicRepositories):
			l.Add(at+".Name", s.Name, nameOf(maxStage)+`, and none that starts with "public"`, "")
		case seen[s.Name]:
			l.Add(at+".Name", s.Name, "a name that no other stage has", "")
		}
		seen[s.Name] = true
		if i > 0 && !isProduction(s.Name) && isProduction(c.Stages[i-1].Name) {
			l.Add(at+".Name", s.Name, "stages of production last, as "+c.Stages[i-1].Name+" is by its name", "what comes after would get only what production had already")
		}
		for j, a := range s.Accounts {
			text(&l, fmt.Sprintf("%s.Accounts[%d]", at, j), a, accountPattern, "an account, 12 digits")
		}
	}
	return l.Err()
}

// isProduction tells whether a stage is one of production by its name: "prod", or "prod-eu".
func isProduction(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "-"), func(part string) bool { return part == "prod" || part == "production" || part == "prd" })
}

func text(l *problem.List, field, value string, pattern *regexp.Regexp, allowed string) {
	if value != "" && !token.Is(value) && !pattern.MatchString(value) {
		l.Add(field, value, allowed, "")
	}
}

// resolved is the chain with its zero fields filled in.
func (c Chain) resolved() Chain {
	if c.Name == "" {
		c.Name = defaultName
	}
	if len(c.Stages) == 0 {
		c.Stages = []Stage{{Name: "dev"}, {Name: "staging"}, {Name: "prod"}}
	}
	return c
}

// String tells its stages: "dev -> staging -> prod".
func (c Chain) String() string { return strings.Join(c.resolved().names(), " -> ") }

// names are those of the stages.
func (c Chain) names() []string {
	all := make([]string, len(c.Stages))
	for i, s := range c.Stages {
		all[i] = s.Name
	}
	return all
}

// promoted are the stages that nothing gets into but by promotion.
func (c Chain) promoted() []Stage { return c.Stages[1:] }

// before is the stage that a promotion to that one comes from.
func (c Chain) before(i int) Stage { return c.Stages[i-1] }

// accounts are those of all stages, each once.
func (c Chain) accounts() []string {
	var all []string
	seen := map[string]bool{}
	for _, s := range c.Stages {
		for _, a := range s.Accounts {
			if !seen[a] {
				all, seen[a] = append(all, a), true
			}
		}
	}
	return all
}

// The roles of a promotion have names, so that the policies of what they promote into can let them in before they are
// there.

// PromotionRole is the ARN of the role by which a promotion in the scope's stack reads and writes records: it comes
// from Step Functions, so that a bucket which lets objects be reached by its network's endpoints only has to name it in
// OutsideRoles.
func (c Chain) PromotionRole(scope constructs.Construct) string {
	at := cdk.Where("supplychain.Chain.PromotionRole", scope)
	return at.Role(c.resolved().promotionRole(at.Region))
}

// promotionRole is the name of the role that copies packages.
func (c Chain) promotionRole(region string) string { return c.role(region, "promotion") }

// copyRole is the name of the role that copies images.
func (c Chain) copyRole(region string) string { return c.role(region, "copy") }

// mirrorRole is the name of the role that copies images of others.
func (c Chain) mirrorRole(region string) string { return c.role(region, "mirror") }

func (c Chain) role(region, purpose string) string {
	return names.Role(region, names.Join(c.Name, purpose))
}

// keepers are who may change the protection of the chain: its administrators and deployments, by whatever qualifier the
// account was bootstrapped with; nobody is kept out where no administrators are named.
func (c Chain) keepers(at location.Location) []string {
	if len(c.Administrators) == 0 {
		return nil
	}
	deployment := at.Role("cdk-*-cfn-exec-role-" + at.Account + "-" + at.Region)
	return append([]string{deployment}, c.Administrators...)
}
