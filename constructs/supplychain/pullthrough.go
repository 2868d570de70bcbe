package supplychain

import (
	"fmt"
	"regexp"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// Upstream is a public registry that a pull-through cache takes images from
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html).
type Upstream string

// The upstreams.
const (
	ECRPublic  Upstream = "public.ecr.aws"
	Kubernetes Upstream = "registry.k8s.io"
	Quay       Upstream = "quay.io"
	DockerHub  Upstream = "registry-1.docker.io"
	GitHubCR   Upstream = "ghcr.io"
	GitLab     Upstream = "registry.gitlab.com"
	Chainguard Upstream = "cgr.dev"
)

// upstreams are ECR's names, and whether it logs in there.
var upstreams = map[Upstream]struct {
	name, prefix string
	login        bool
}{
	ECRPublic:  {name: "ecr-public", prefix: "ecr-public"},
	Kubernetes: {name: "k8s", prefix: "kubernetes"},
	Quay:       {name: "quay", prefix: "quay"},
	DockerHub:  {name: "docker-hub", prefix: "docker-hub", login: true},
	GitHubCR:   {name: "github-container-registry", prefix: "github", login: true},
	GitLab:     {name: "gitlab-container-registry", prefix: "gitlab", login: true},
	Chainguard: {name: "chainguard", prefix: "chainguard", login: true},
}

// PullThroughProps say which registry is cached. Upstream is required.
type PullThroughProps struct {
	// Chain gives the names: CHAIN/public/UPSTREAM/... Zero: "ml".
	Chain Chain
	// Upstream is the registry. Required.
	Upstream Upstream
	// Credential is the ARN of the secret by which ECR logs in to the upstream; its name starts with ecr-pullthroughcache/.
	// Required with DockerHub, GitHubCR, GitLab and Chainguard, and only with them.
	Credential string
}

// cachedDays is how long an image is kept.
const cachedDays = 90

var secretPattern = regexp.MustCompile(`:secret:ecr-pullthroughcache/`)

// Validate reports every problem of the props.
func (p *PullThroughProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Chain", p.Chain.Validate())
	u, known := upstreams[p.Upstream]
	switch {
	case !known:
		l.Add("Upstream", string(p.Upstream), "ECRPublic, Kubernetes, Quay, DockerHub, GitHubCR, GitLab or Chainguard",
			"caches of Azure, whose registries have addresses of their own, and of other ECR registries, which take a role, are not made here")
	case u.login && p.Credential == "":
		l.Add("Credential", "", "the ARN of a secret, whose name starts with ecr-pullthroughcache/", "this registry lets nobody in without")
	case !u.login && p.Credential != "":
		l.Add("Credential", p.Credential, "none: this registry knows no login", "")
	}
	if room := names.RoomFor(names.CacheRule, names.Cached("", u.prefix)).Most; known && len(p.Chain.resolved().Name) > room && !token.Is(p.Chain.Name) {
		l.Add("Chain.Name", p.Chain.Name, fmt.Sprintf("at most %d characters, since a prefix of ECR's caches has %d", room, names.Lookup(names.CacheRule).Max), "")
	}
	if p.Credential != "" {
		arn.Validate(&l, "Credential", []string{p.Credential}, "secretsmanager", ":secret:", "the ARN of a secret")
		text(&l, "Credential", p.Credential, secretPattern, "a secret whose name starts with ecr-pullthroughcache/: ECR reads no other")
	}
	return l.Err()
}

// PullThrough is a cache of a public registry.
type PullThrough struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Prefix starts the names of its repositories: CHAIN/public/UPSTREAM.
	Prefix string
}

// NewPullThrough makes a cache of a public registry: who pulls PREFIX/NAME:TAG for the first time makes ECR fetch it. That first
// time needs a way to the internet, or somebody outside the network; later ones don't. Images in it are kept for 90 days,
// their tags can be moved by the upstream, and nothing in it was looked at: it is for administrators to fill a
// mirror from, not for jobs. It panics with one message that holds every problem when scope, id or props are wrong.
func NewPullThrough(scope constructs.Construct, id string, props *PullThroughProps) *PullThrough {
	return cdk.Build("supplychain.PullThrough", scope, id, props, newPullThrough)
}

func newPullThrough(this constructs.Construct, _ string, props *PullThroughProps) *PullThrough {
	u := upstreams[props.Upstream]
	prefix := names.Cached(props.Chain.resolved().Name, u.prefix)
	cdk.ClaimOwn(this, "supplychain.PullThrough", "Upstream", prefix, "make one for each Upstream, or set the Name of one Chain")
	rule := cfn.Properties{"EcrRepositoryPrefix": prefix, "UpstreamRegistryUrl": string(props.Upstream), "UpstreamRegistry": u.name}
	if props.Credential != "" {
		rule["CredentialArn"] = props.Credential
	}
	cdk.Emit(this, cdk.PathOf(this), cfn.Resources{
		"Rule": {Type: "AWS::ECR::PullThroughCacheRule", Properties: rule},
		"Template": {Type: "AWS::ECR::RepositoryCreationTemplate", Properties: cfn.Properties{
			"Prefix": prefix, "AppliedFor": []string{"PULL_THROUGH_CACHE"}, "ImageTagMutability": "MUTABLE", // which the refresh needs
			"LifecyclePolicy": keepDays(cachedDays),
		}},
	})
	return &PullThrough{Construct: this, Prefix: prefix}
}
