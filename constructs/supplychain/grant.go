package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// RepositoryVariable is the environment variable by which SageMaker's training toolkit finds the repository that it
// installs a requirements.txt from (https://github.com/aws/sagemaker-training-toolkit).
const RepositoryVariable = "CA_REPOSITORY_ARN"

// GrantPull lets a role install packages of the repository, and gives the environment variables that its jobs need.
// from is the network that it does so from: it has to have the capability Packages, which brings both endpoints, their
// policies and the bucket of assets. A nil network is not looked at. It panics with one message when role, repository
// or network are wrong.
//
// The repository of another account has to name the role's account in its stage too: see [Stage].
func (r Repository) GrantPull(role awsiam.IRole, from *network.Isolated) map[string]string {
	cdk.Do("supplychain.Repository.GrantPull", nil, func() {
		if cdk.StandsIn(r.ARN) {
			return // of packages whose own problems are reported
		}
		g := cdk.Grant{To: role, Name: "Pull-" + r.Name(), Description: "Installs packages of " + r.Name()}
		var l problem.List
		l.Include("", g.Validate())
		err := r.Validate()
		l.Include("Repository", err)
		if err == nil && from != nil {
			l.Include("", from.ValidatePackages(r.ARN))
		} else if err == nil && !props.IsNil(role) {
			l.Include("", validateReach(cdk.Location(role.Stack()), r))
		}
		cdk.Check(l.Err())
		g.Attach(Statements(r)...)
	})
	return map[string]string{RepositoryVariable: r.ARN}
}

// GrantPublish lets a role of the account publish the team's own packages, those that Internal holds for, to the
// chain's first stage, and nothing else. It panics with one message when the role is wrong or there are no packages of
// the team's own.
func (p *Packages) GrantPublish(role awsiam.IRole) {
	cdk.Do("supplychain.Packages.GrantPublish", p, func() {
		first := p.Repositories[p.chain.Stages[0].Name]
		at, _, name := first.parts()
		g := cdk.Grant{To: role, Account: at.Account, Name: "Publish-" + name, Description: "Publishes the team's own packages of " + name}
		var l problem.List
		l.Include("", g.Validate())
		if !props.IsNil(role) {
			l.Include("", validateReach(cdk.Location(role.Stack()), first))
		}
		if len(p.internal) == 0 {
			l.Add("Internal", nil, "patterns of the team's own packages", "set PackagesProps.Internal: nothing else can be published")
		}
		cdk.Check(l.Err())
		g.Attach(publish(first, p.internal)...)
	})
}

// publish are the statements of who publishes: uploading asks for the endpoint, and reads what is there.
func publish(to Repository, internal []pattern) []policy.Statement {
	var packages []string
	for _, i := range internal {
		packages = append(packages, to.packages(i.arnPath()))
	}
	return append(Statements(to), policy.Statement{
		Effect: policy.Allow, Actions: []string{"codeartifact:PublishPackageVersion", "codeartifact:PutPackageMetadata"}, Resources: packages,
		Why: "every package of the team's own names",
	})
}

// validateReach refuses a repository of another region: the endpoints of a network reach CodeArtifact in their own
// only.
func validateReach(at location.Location, r Repository) error {
	in, _, _ := r.parts()
	if token.Is(at.Region) || token.Is(in.Region) || at.Region == in.Region {
		return nil
	}
	return problem.Problem{
		Field: "Repository", Got: "one in " + in.Region, Allowed: "one in " + at.Region + ", where its packages are pulled",
		Fix: "deploy a chain to " + at.Region + ": endpoints reach their own region only",
	}
}
