package supplychain

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/image"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
)

//go:embed scripts/copy.sh
var copyScript string

// MirrorProps say which images of others are kept. Images is required, and with one that is copied Network and Tools.
type MirrorProps struct {
	// Chain gives the names: CHAIN/mirror/NAME. Zero: "ml".
	Chain Chain
	// Images are the ones that are kept. Required.
	Images []Mirrored
	// Environment decides how long logs are kept. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where copying runs, with the capability ImageBuild. Required where an image has From.
	Network *network.Isolated
	// Tools is the image that copying runs in: see [BuilderProps]. Required where an image has From.
	Tools string
	// Kept is how many images each repository keeps, the newest. What is built on or runs has to be among them. Zero: 500.
	Kept int
	// Key encrypts the images; its policy must let the account's roles use it through ECR and make grants for AWS's
	// resources, which is added to a key of the app. It can never be changed: another one replaces the repositories,
	// which stands in the way of the update. Nil: a key is made.
	Key awskms.IKey
}

// Mirrored is an image of others, in a repository of the team's own.
type Mirrored struct {
	// Name is its repository's, below CHAIN/mirror/: 2 to 40 lower-case letters, digits and single hyphens between
	// them, a letter first. Required.
	Name string
	// Tag is the one that it gets, which can't be moved later: letters, digits, . _ and -. Required with From.
	Tag string
	// From is an image in an ECR registry of the region, by its digest, such as one of AWS's Deep Learning Containers
	// (https://aws.github.io/deep-learning-containers): ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:DIGEST. Public
	// registries can't be reached without the internet. Empty: an administrator pushes to the repository.
	From string
}

// Validate reports every problem of the props.
func (p *MirrorProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Chain", p.Chain.Validate())
	l.Include("Environment", p.Environment.Validate())
	if p.Kept < 0 {
		l.Add("Kept", p.Kept, fmt.Sprintf("1 or more, or 0 for %d", defaultKeptPromoted), "")
	}
	if len(p.Images) == 0 {
		l.Add("Images", nil, "at least one image", "")
	}
	seen := map[string]bool{}
	for i, m := range p.Images {
		at := fmt.Sprintf("Images[%d].", i)
		if !isName(m.Name, maxImage) {
			l.Add(at+"Name", m.Name, nameOf(maxImage), "")
		} else if seen[m.Name] {
			l.Add(at+"Name", m.Name, "a name that no other image has", "")
		}
		seen[m.Name] = true
		if m.From == "" {
			continue
		}
		if r, ok := image.Parse(m.From); !ok || r.Digest == "" {
			l.Add(at+"From", m.From, "an image in an ECR registry by its digest, ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:DIGEST",
				"an image of a public registry is pushed by an administrator, from outside: leave From empty")
		}
		if !tagPattern.MatchString(m.Tag) || m.Tag == "latest" {
			l.Add(at+"Tag", m.Tag, `1 to 128 letters, digits, ., _ and -, and not "latest"`, "")
		}
	}
	if len(p.copied()) > 0 {
		validateBuilding(&l, p.Network, p.Tools)
	}
	return l.Err()
}

// copied are the images that are copied.
func (p *MirrorProps) copied() []Mirrored {
	return slices.DeleteFunc(slices.Clone(p.Images), func(m Mirrored) bool { return m.From == "" })
}

// Mirror is a set of images of others.
type Mirror struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Repositories are those of the images, by name.
	Repositories map[string]ImageRepository
	// ProjectName is the CodeBuild project that copies what is not there yet: aws codebuild start-build --project-name
	// NAME. Empty: nothing is copied.
	ProjectName string
}

// MirrorRepository is the repository of a mirrored image, for whoever names it before the mirror is made.
func (c Chain) MirrorRepository(scope constructs.Construct, name string) ImageRepository {
	return imageRepository(cdk.Where("supplychain.Chain.MirrorRepository", scope, validateImageName("name", name)), names.Mirrored(c.resolved().Name, name))
}

// NewMirror makes a repository for each image, and a project that copies those of AWS's own registries without the
// internet. It panics with one message that holds every problem when scope, id or props are wrong.
func NewMirror(scope constructs.Construct, id string, props *MirrorProps) *Mirror {
	return cdk.BuildTables("supplychain.Mirror", scope, id, props, (*MirrorProps).names, newMirror)
}

// names are those of the images.
func (p *MirrorProps) names() []string {
	var all []string
	for _, i := range p.Images {
		all = append(all, i.Name)
	}
	return all
}

func newMirror(this constructs.Construct, _ string, props *MirrorProps) *Mirror {
	at := cdk.Location(this)
	chain := props.Chain.resolved()
	m := &Mirror{Construct: this, Repositories: map[string]ImageRepository{}}
	for n, i := range props.Images {
		cdk.ClaimOwn(this, "supplychain.Mirror", fmt.Sprintf("Images[%d].Name", n), names.Mirrored(chain.Name, i.Name), "leave it out of one of them")
		m.Repositories[i.Name] = imageRepository(at, names.Mirrored(chain.Name, i.Name))
	}
	resources := props.repositories(chain, at)
	if copied := props.copied(); len(copied) > 0 {
		cdk.ClaimOwn(this, "supplychain.Mirror that copies", "Chain", chain.Name, "copy all images of a Chain by one Mirror")
		var sources []string
		for _, c := range copied {
			sources = append(sources, c.From)
		}
		cdk.Check(validatePulled(props.Network, at, sources...))
		plan := props.plan(chain, at, m.Repositories)
		plan.in(props.Network)
		cdk.Check(plan.role().Check())
		for name, r := range plan.resources("") {
			resources[name] = r
		}
		m.ProjectName = plan.name
	}
	cdk.Emit(this, cdk.PathOf(this), resources)
	return m
}

func (p *MirrorProps) repositories(chain Chain, at location.Location) cfn.Resources {
	r := cfn.Resources{}
	var keyARN any
	if p.Key != nil {
		cdk.LetUse(p.Key, imageKey(at).Needs()...)
		keyARN = *p.Key.KeyArn()
	} else {
		r["Key"] = imageKey(at).Resource()
		keyARN = cfn.Att("Key", "Arn")
	}
	for _, m := range p.Images {
		r["Image"+resourceName(m.Name)] = imageRepositoryResource(names.Mirrored(chain.Name, m.Name), keyARN, cmp.Or(p.Kept, defaultKeptPromoted), mirrorPolicy(chain, at))
	}
	return r
}

// mirrorPolicy lets only the keepers and the mirror's own project fill it, where keepers are named: builds and
// promotions run in an image of the mirror.
func mirrorPolicy(chain Chain, at location.Location) []policy.Statement {
	keepers := chain.keepers(at)
	if keepers == nil {
		return nil
	}
	filled := but(append([]string{at.Role(chain.mirrorRole(at.Region))}, keepers...), policy.Statement{
		Sid: "FilledByTheMirror", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: imageFilling,
	})
	return append([]policy.Statement{filled}, protected(keepers)...)
}

// plan is the project that copies.
func (p *MirrorProps) plan(chain Chain, at location.Location, repositories map[string]ImageRepository) project {
	var lines, sources, from, to []string
	for _, m := range p.copied() {
		target := repositories[m.Name]
		lines = append(lines, m.From+" "+target.URI+":"+m.Tag)
		sources = append(sources, m.From, target.URI)
		from, to = append(from, repositoryOf(m.From, at)), append(to, target.ARN)
	}
	e := p.Environment.Resolved()
	return project{
		name: names.Project(chain.Name, "mirror"), description: "Copies images of others into the mirror of " + chain.Name, at: at, script: copyScript, roleName: chain.mirrorRole(at.Region),
		tools: p.Tools, timeout: defaultTimeout, logDays: e.LogRetentionDays, retain: e.Tier.RetainsData(),
		variables:  map[string]string{"COPIES": strings.Join(lines, "\n"), "REGISTRIES": registries(sources...)},
		statements: copyStatements(from, to),
	}
}

// copyStatements let images be copied from repositories to others.
func copyStatements(from, to []string) []policy.Statement {
	return append(role.Pull(from), policy.Statement{
		Effect: policy.Allow, Actions: append(slices.Clone(pushActions), "ecr:BatchGetImage", "ecr:DescribeImages"), Resources: to,
	})
}
