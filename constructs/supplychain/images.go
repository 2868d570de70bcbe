package supplychain

import (
	"cmp"
	"fmt"
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// ImagesProps say which image goes through a chain. Name is required.
type ImagesProps struct {
	// Chain is its way to production. Zero: "ml", through dev, staging and prod.
	Chain Chain
	// Name is the image's: 2 to 40 lower-case letters, digits and single hyphens between them, a letter first. Its
	// repositories are CHAIN/image/NAME/STAGE. Required.
	Name string
	// Kept is how many images the first stage keeps, the newest. Zero: 50.
	Kept int
	// KeptPromoted is how many images each of the other stages keeps, the newest by their promotion. What runs has to
	// be among them: an endpoint pulls its image again when it replaces an instance. Zero: 500.
	KeptPromoted int
	// Key encrypts the images; its policy must let the account's roles use it through ECR and make grants for AWS's
	// resources, which is added to a key of the app
	// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html). It can never be changed:
	// another one replaces the repositories, which stands in the way of the update. Nil: a key is made.
	Key awskms.IKey
}

const (
	defaultKept         = 50
	defaultKeptPromoted = 500
)

var tagPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

// Validate reports every problem of the props.
func (p *ImagesProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Chain", p.Chain.Validate())
	l.Include("", validateImageName("Name", p.Name))
	if p.Kept < 0 {
		l.Add("Kept", p.Kept, fmt.Sprintf("1 or more, or 0 for %d", defaultKept), "")
	}
	if p.KeptPromoted < 0 {
		l.Add("KeptPromoted", p.KeptPromoted, fmt.Sprintf("1 or more, or 0 for %d", defaultKeptPromoted), "")
	}
	return l.Err()
}

// validateImageName checks the name of an image.
func validateImageName(field, name string) error {
	if isName(name, maxImage) {
		return nil
	}
	return problem.Problem{Field: field, Got: name, Allowed: nameOf(maxImage)}
}

// ImageRepository is an ECR repository.
type ImageRepository struct {
	// ARN and URI are its own: arn:aws:ecr:REGION:ACCOUNT:repository/NAME and
	// ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME. They may hold CDK tokens.
	ARN, URI string
	// Name is its name in the registry.
	Name string
}

// Images are the repositories of an image, one a stage.
type Images struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Repositories are those of the stages, by the stage's name.
	Repositories map[string]ImageRepository
	// Key encrypts the images.
	Key awskms.IKey

	chain Chain
	name  string
}

// ImageRepository is the one of an image and a stage, for stacks and stages that the chain is not part of. An empty
// account or region is that of the scope's stack. It panics with one message when the chain has no such stage.
func (c Chain) ImageRepository(scope constructs.Construct, image, stage, account, region string) ImageRepository {
	at := elsewhere("supplychain.Chain.ImageRepository", scope, account, region, validateImageName("image", image), c.validateStage(stage))
	return imageRepository(at, names.Image(c.resolved().Name, image, stage))
}

func imageRepository(at location.Location, name string) ImageRepository {
	return ImageRepository{
		Name: name, ARN: at.ARN("ecr", "repository/"+name), URI: registryHost(at) + "/" + name,
	}
}

// registryHost is the name of an account's registry.
func registryHost(at location.Location) string {
	return at.Account + ".dkr.ecr." + at.Region + "." + *awscdk.Aws_URL_SUFFIX()
}

// NewImages makes the repositories of an image and their key. Tags can't be moved, and all of it outlives its stack.
// What is pushed is scanned and signed where the registry is a [NewRegistry] of the chain. It panics with one message
// that holds every problem when scope, id or props are wrong.
func NewImages(scope constructs.Construct, id string, props *ImagesProps) *Images {
	return cdk.BuildTables("supplychain.Images", scope, id, props, func(p *ImagesProps) []string { return p.Chain.resolved().names() }, newImages)
}

func newImages(this constructs.Construct, _ string, props *ImagesProps) *Images {
	at := cdk.Location(this)
	i := &Images{Construct: this, Repositories: map[string]ImageRepository{}, Key: props.Key, chain: props.Chain.resolved(), name: props.Name}
	for _, s := range i.chain.Stages {
		i.Repositories[s.Name] = imageRepository(at, names.Image(i.chain.Name, props.Name, s.Name))
	}
	if i.Key == nil {
		i.Key = cdk.NewKey(this, "Key", imageKey(at))
	} else {
		cdk.LetUse(i.Key, imageKey(at).Needs()...)
	}
	cdk.ClaimOwn(this, "supplychain.Images", "Name", names.Images(i.chain.Name, props.Name), "set Name for one of them, or the Name of its Chain")
	cdk.Emit(this, cdk.PathOf(this), props.resources(i.chain, at, *i.Key.KeyArn()))
	return i
}

// resources are all of them but the key, which has that ARN.
func (p *ImagesProps) resources(chain Chain, at location.Location, keyARN string) cfn.Resources {
	r := cfn.Resources{}
	for n, s := range chain.Stages {
		kept := cmp.Or(p.KeptPromoted, defaultKeptPromoted)
		if n == 0 {
			kept = cmp.Or(p.Kept, defaultKept)
		}
		r[stageName(s)] = imageRepositoryResource(names.Image(chain.Name, p.Name, s.Name), keyARN, kept, imagePolicy(chain, at, n))
	}
	return r
}

func imageKey(at location.Location) key.Plan {
	return key.Plan{Description: "Images", At: at, Retain: true, Services: []string{"ecr"}}
}

// imagePolicy is the policy of the n-th stage's repository: other accounts pull from it, and nothing gets into a later
// stage but by promotion, whatever identity policies say.
func imagePolicy(chain Chain, at location.Location, n int) []policy.Statement {
	var all []policy.Statement
	if accounts := chain.Stages[n].Accounts; len(accounts) > 0 {
		pull := policy.Statement{Sid: "Pull", Effect: policy.Allow, Principal: accountPrincipals(at.Partition, accounts), Actions: pullActions}
		if chain.Organization != "" {
			pull.Conditions = policy.Conditions{"StringEquals": {"aws:PrincipalOrgID": chain.Organization}}
		}
		all = append(all, pull)
	}
	if n > 0 {
		all = append(all, but([]string{at.Role(chain.copyRole(at.Region))}, policy.Statement{
			Sid: "FilledByPromotion", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: imageFilling,
		}))
	}
	return append(all, protected(chain.keepers(at))...)
}

// imageFilling puts images into a repository: by pushing, from a public registry by a pull-through rule, and by
// replication.
var imageFilling = []string{"ecr:PutImage", "ecr:CompleteLayerUpload", "ecr:BatchImportUpstreamImage", "ecr:ReplicateImage"}

// protected lets only the keepers decide who gets into a repository and what leaves it; nobody is kept out where there
// are none.
func protected(keepers []string) []policy.Statement {
	if keepers == nil {
		return nil
	}
	return []policy.Statement{but(keepers, policy.Statement{
		Sid: "Protection", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{
			"ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:DeleteRepository", "ecr:BatchDeleteImage",
			"ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy",
		},
	})}
}
