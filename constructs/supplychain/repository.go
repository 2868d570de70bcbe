package supplychain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Repository is a CodeArtifact repository, by its ARN: arn:aws:codeartifact:REGION:ACCOUNT:repository/DOMAIN/NAME.
// Account and region may be CDK tokens.
type Repository struct{ ARN string }

// Repository is the one of a stage, for stacks and stages that the chain is not part of. An empty account or region is
// that of the scope's stack. It panics with one message when the chain has no such stage.
func (c Chain) Repository(scope constructs.Construct, stage, account, region string) Repository {
	return c.resolved().repository(elsewhere("supplychain.Chain.Repository", scope, account, region, c.validateStage(stage)), stage)
}

// validateStage reports a stage that the chain has not.
func (c Chain) validateStage(stage string) error {
	names := c.resolved().names()
	if slices.Contains(names, stage) {
		return nil
	}
	return problem.Problem{Field: "stage", Got: stage, Allowed: "one of " + strings.Join(names, ", ")}
}

// elsewhere is the location of a scope, but for an account and a region that are given. The other arguments of the
// function that asks have those problems.
func elsewhere(kind string, scope constructs.Construct, account, region string, others ...error) location.Location {
	given := environment.Environment{Account: account, Region: region}
	var l problem.List
	for _, err := range problem.All(given.Validate()) {
		var p problem.Problem
		if errors.As(err, &p) {
			l.Add(strings.ToLower(p.Field), p.Got, p.Allowed, p.Fix)
		}
	}
	at := cdk.Where(kind, scope, append(others, l.Err())...)
	if account != "" {
		at.Account = account
	}
	if region != "" {
		at.Region = region
	}
	return at
}

func (c Chain) repository(at location.Location, name string) Repository {
	return Repository{at.ARN("codeartifact", "repository/"+c.Name+"/"+name)}
}

var repositoryPattern = regexp.MustCompile(`^arn:[^:]+:codeartifact:[^:]+:[^:]+:repository/[a-z][a-z0-9-]+/[A-Za-z0-9][A-Za-z0-9._-]+$`)

// Validate reports an ARN that is none of a repository.
func (r Repository) Validate() error {
	var l problem.List
	if !repositoryPattern.MatchString(token.Pattern.ReplaceAllString(r.ARN, "token")) {
		l.Add("ARN", r.ARN, "the ARN of a CodeArtifact repository, arn:aws:codeartifact:REGION:ACCOUNT:repository/DOMAIN/NAME",
			"take it from Packages.Repository or Chain.Repository")
	}
	return l.Err()
}

// parts are what the ARN of a repository, or a pattern of some, is made of; empty for what is neither.
func (r Repository) parts() (at location.Location, domain, name string) {
	p, ok := arn.Split(r.ARN)
	if !ok {
		return location.Location{}, "", ""
	}
	path := strings.Split(p[5], "/")
	if len(path) != 3 {
		return location.Location{}, "", ""
	}
	return location.Location{Partition: p[1], Region: p[3], Account: p[4]}, path[1], path[2]
}

// Name is its name in the domain: that of the stage.
func (r Repository) Name() string {
	_, _, name := r.parts()
	return name
}

// Domain is the domain that it is in: its name, and the account and region that it is of. They may be CDK tokens.
func (r Repository) Domain() (name, account, region string) {
	at, name, _ := r.parts()
	return name, at.Account, at.Region
}

func (r Repository) domainARN() string {
	at, domain, _ := r.parts()
	return at.ARN("codeartifact", "domain/"+domain)
}

// packages is the ARN of packages in it. CodeArtifact lets a wildcard match within one segment only:
// format/namespace/name.
func (r Repository) packages(path string) string {
	at, domain, name := r.parts()
	return at.ARN("codeartifact", "package/"+domain+"/"+name+"/"+path)
}

// everyPackage is the ARN of all packages in it.
func (r Repository) everyPackage() string { return r.packages("*/*/*") }

// Statements let a role install packages of the repositories: a token of their domains, and reading them
// (https://docs.aws.amazon.com/codeartifact/latest/ug/using-python-packages-in-codebuild.html). Reading knows no single
// package. It panics with one message that holds every problem when a repository is wrong.
func Statements(repositories ...Repository) []policy.Statement {
	if len(repositories) == 0 {
		return nil
	}
	var l problem.List
	for i, r := range repositories {
		l.Include(fmt.Sprintf("Repositories[%d]", i), r.Validate())
	}
	fault.Check("supplychain.Statements", l.Err())
	var domains, all []string
	for _, r := range repositories {
		domains, all = append(domains, r.domainARN()), append(all, r.ARN)
	}
	return append(logIn(domains), policy.Statement{
		Effect: policy.Allow, Actions: []string{"codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"}, Resources: all,
	})
}

// logIn lets a role get a token of the domains.
func logIn(domains []string) []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"codeartifact:GetAuthorizationToken"}, Resources: domains,
	}, {
		Effect: policy.Allow, Actions: []string{"sts:GetServiceBearerToken"}, Resources: []string{"*"}, Why: "a bearer token knows no resource",
		Conditions: policy.Conditions{"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}},
	}}
}
