package supplychain

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Packages is a CodeArtifact domain and its repositories, one a stage.
type Packages struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Repositories are those of the stages, by the stage's name. A stage that is not there gives the zero Repository,
	// from which a job installs nothing: ask [Packages.Repository].
	Repositories map[string]Repository
	// Key encrypts the packages.
	Key awskms.IKey

	chain    Chain
	internal []pattern
	formats  []format // those that packages come in
}

// Repository is the one of a stage. It panics with one message when the chain has no such stage.
func (p *Packages) Repository(stage string) Repository {
	return Repository{cdk.Text("supplychain.Packages.Repository", p, func() string {
		cdk.Check(p.chain.validateStage(stage))
		return p.Repositories[stage].ARN
	})}
}

// NewPackages makes a domain, its key, a repository for each stage and each public index, and package groups. All of it
// outlives its stack. The props may be nil. It panics with one message that holds every problem when scope, id or props
// are wrong, or when CodeArtifact does not exist in the region.
func NewPackages(scope constructs.Construct, id string, props *PackagesProps) *Packages {
	return cdk.BuildTables("supplychain.Packages", scope, id, props, func(p *PackagesProps) []string { return p.Chain.resolved().names() }, newPackages)
}

func newPackages(this constructs.Construct, _ string, props *PackagesProps) *Packages {
	at := cdk.Location(this)
	cdk.Check(validateRegion(this, at))
	p := &Packages{Construct: this, Repositories: map[string]Repository{}, Key: props.Key, chain: props.Chain.resolved()}
	p.internal, _ = parsePatterns("", props.Internal) // whose errors Validate has found
	p.formats = props.formats(p.internal)
	for _, s := range p.chain.Stages {
		p.Repositories[s.Name] = p.chain.repository(at, s.Name)
	}
	plan := key.Plan{Description: "Packages", At: at, Retain: true, Services: []string{"codeartifact"}}
	if p.Key == nil {
		p.Key = cdk.NewKey(this, "Key", plan)
	} else {
		cdk.LetUse(p.Key, plan.Needs()...)
	}
	cdk.ClaimOwn(this, "supplychain.Packages", "Chain.Name", p.chain.Name, "set the Name of one Chain")
	cdk.Emit(this, cdk.PathOf(this), props.resources(p.chain, at, *p.Key.KeyArn()))
	return p
}

// validateRegion refuses a region without CodeArtifact.
func validateRegion(scope constructs.Construct, at location.Location) error {
	if token.Is(at.Region) || cdk.ByRegion(scope, at.Region, "CodeArtifactAccount") != "" {
		return nil
	}
	return problem.Problem{
		Field: "scope", Got: "a stack in " + at.Region, Allowed: "a region that has CodeArtifact, such as us-east-1 or eu-west-1: the catalog knows none there",
		Fix: "put the chain into a stack in another region; jobs pull through endpoints of the chain's region",
	}
}

// resources are all of them but the key, which has that ARN.
func (p *PackagesProps) resources(chain Chain, at location.Location, keyARN string) cfn.Resources {
	policies := packagePolicies{chain: chain, at: at}
	r := cfn.Resources{}
	r["Domain"] = cfn.Resource{Type: "AWS::CodeArtifact::Domain", Properties: cfn.Properties{
		"DomainName": chain.Name, "EncryptionKey": keyARN, "PermissionsPolicyDocument": policy.Document(policies.domain()...),
	}}.Stateful(true)
	var names, upstreams []string
	add := func(resource, name, description string, more cfn.Properties, after ...string) {
		properties := cfn.Properties{"DomainName": cfn.Att("Domain", "Name"), "RepositoryName": name, "Description": description}
		for k, v := range more {
			properties[k] = v
		}
		r[resource] = cfn.Resource{Type: "AWS::CodeArtifact::Repository", Properties: properties, DependsOn: after}.Stateful(true)
		names = append(names, resource)
	}
	var public []string
	for _, c := range p.connections() {
		resource := resourceName(c.repository())
		add(resource, c.repository(), "What was fetched from "+connectionPrefix+string(c)+"; nobody reads it here",
			cfn.Properties{
				"ExternalConnections":       []string{connectionPrefix + string(c)},
				"PermissionsPolicyDocument": policy.Document(policies.public(c.repository())...),
			})
		public, upstreams = append(public, resource), append(upstreams, c.repository())
	}
	for i, s := range chain.Stages {
		more := cfn.Properties{}
		if document := policies.repository(s); document != nil {
			more["PermissionsPolicyDocument"] = policy.Document(document...)
		}
		if i == 0 {
			more["Upstreams"] = upstreams
			add(stageName(s), s.Name, "Takes new versions from the public indexes", more, public...)
			continue
		}
		add(stageName(s), s.Name, "Holds what was promoted from "+chain.before(i).Name, more)
	}
	for _, g := range p.groups(chain) {
		r["Group"+resourceName(g.pattern)] = g.resource(names)
	}
	return r
}

// stageName is the name of the resource of a stage.
func stageName(s Stage) string { return "Stage" + resourceName(s.Name) }
