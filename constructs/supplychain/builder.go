package supplychain

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
)

//go:embed scripts/build.sh
var buildScript string

// SourceFile is the name of the zip file that is built, below [BuilderProps.Source].
const SourceFile = "source.zip"

// BuilderProps say what is built from what. All but Environment, FailsAt and Timeout are required.
type BuilderProps struct {
	// Environment decides how long logs are kept. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where the build runs, with the capabilities ImageBuild and Packages. Required.
	Network *network.Isolated
	// Packages is the repository that packages come from: that of the first stage. Required.
	Packages Repository
	// Images take what is built, in their first stage. Required.
	Images *Images
	// Registry scans and signs it: one of the chain of Images. Required.
	Registry *Registry
	// Base is the image that is built on, the argument BASE of the Dockerfile, with a tag that can't be moved or a
	// digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:DIGEST. Required.
	Base string
	// Tools is the image that the build runs in, in an ECR repository of your own: bash, Docker with buildx and
	// dockerd, iptables, AWS CLI 2 and syft, with a VOLUME at /var/lib/docker, without which Docker copies each layer
	// whole; docker:dind has both. CodeBuild runs no entry point of it: the build starts dockerd. Required.
	Tools string
	// Source holds source.zip: Dockerfile, requirements.txt with hashes, and what they need. Required.
	Source storage.Prefix
	// Records take the list of materials (sbom.cdx.json, CycloneDX) and build.json, below the image's digest. Required.
	Records storage.Prefix
	// FailsAt is the lowest severity that fails a build. Zero: High.
	FailsAt Severity
	// Timeout is when a build is stopped, in whole minutes, 5m to 8h: CodeBuild itself takes 36h, CloudFormation's
	// schema of a project 480 minutes. Zero: 1h.
	Timeout time.Duration
}

const (
	defaultTimeout = time.Hour
	minTimeout     = 5 * time.Minute
	maxTimeout     = 8 * time.Hour
)

// Validate reports every problem of the props.
func (p *BuilderProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	validateBuilding(&l, p.Network, p.Tools)
	validateImage(&l, "Base", p.Base)
	err := p.Packages.Validate()
	l.Include("Packages", err)
	if err == nil && p.Network != nil {
		l.Include("", p.Network.ValidatePackages(p.Packages.ARN))
	}
	if p.Images == nil {
		l.Add("Images", nil, "what takes the image", "make it with supplychain.NewImages")
	}
	if p.Registry == nil {
		l.Add("Registry", nil, "what scans and signs the image", "make it with supplychain.NewRegistry")
	} else if p.Images != nil {
		l.Include("", p.Registry.validateSigns(p.Images.chain))
	}
	l.Include("Source", p.Source.Validate())
	l.Include("Records", p.Records.ValidateWritten())
	l.Include("", p.FailsAt.validate())
	if p.Timeout != 0 && (p.Timeout < minTimeout || p.Timeout > maxTimeout || p.Timeout%time.Minute != 0) {
		l.Add("Timeout", p.Timeout, "whole minutes from 5m to 8h, or 0 for 1h", "CloudFormation takes no more of a project, though CodeBuild takes 36h")
	}
	return l.Err()
}

// Builder is a CodeBuild project that builds an image without the internet.
type Builder struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// ProjectName is the name to start a build by: aws codebuild start-build --project-name NAME.
	ProjectName string
	// Repository is where the image goes, tagged with the build's id.
	Repository ImageRepository
}

// NewBuilder makes a project that builds a Dockerfile on one base, from packages of one repository, whose lock file
// names every version and its hashes. The build pushes the image, keeps its list of materials, and fails on what
// scanning finds: what failed stays in the first stage, and can't be promoted. It starts when somebody starts it. It
// panics with one message that holds every problem when scope, id or props are wrong.
func NewBuilder(scope constructs.Construct, id string, props *BuilderProps) *Builder {
	return cdk.Build("supplychain.Builder", scope, id, props, newBuilder)
}

func newBuilder(this constructs.Construct, _ string, props *BuilderProps) *Builder {
	at := cdk.Location(this)
	var l problem.List
	l.Include("", validatePulled(props.Network, at, props.Base))
	l.Include("", validateReach(at, props.Packages))
	cdk.Check(l.Err())
	plan := props.plan(at)
	cdk.ClaimOwn(this, "supplychain.Builder", "Images", plan.name, "make one for each Images")
	plan.in(props.Network)
	r := plan.role()
	cdk.Check(r.Check())
	cdk.Emit(this, cdk.PathOf(this), plan.resources(""))
	return &Builder{Construct: this, ProjectName: plan.name, Repository: props.target()}
}

func (p *BuilderProps) target() ImageRepository {
	return p.Images.Repositories[p.Images.chain.Stages[0].Name]
}

// plan is the project of the props.
func (p *BuilderProps) plan(at location.Location) project {
	target := p.target()
	in, domain, repository := p.Packages.parts()
	e := p.Environment.Resolved()
	variables := scanVariables(strings.Join(p.FailsAt.andAbove(), " "))
	maps.Copy(variables, map[string]string{
		"DOMAIN": domain, "DOMAIN_OWNER": in.Account, "PACKAGES": repository, "BASE": p.Base, "TARGET": target.URI, "REPOSITORY": target.Name,
		"REGISTRIES": registries(p.Base, target.URI), "RECORDS": p.Records.URI(), "ATTEMPTS": "60", "IMAGE_FILE": imageFile,
	})
	return project{
		name: names.ImageProject(p.Images.chain.Name, p.Images.name), description: "Builds " + target.Name, at: at, script: scanScript + buildScript,
		tools: p.Tools, source: p.Source.Bucket.Name + "/" + p.Source.Path + SourceFile, timeout: cmp.Or(p.Timeout, defaultTimeout),
		logDays: e.LogRetentionDays, retain: e.Tier.RetainsData(), makesImage: true,
		variables: variables, statements: p.statements(target, at),
	}
}

// statements are what the build may do.
func (p *BuilderProps) statements(target ImageRepository, at location.Location) []policy.Statement {
	all := append(Statements(p.Packages), role.Pull([]string{repositoryOf(p.Base, at)})...)
	all = append(all, storage.Statements(p.Source.GrantRead(), p.Records.GrantWrite())...)
	all = append(all, findingsStatements([]string{target.ARN})...)
	// A source is looked up in its bucket, and may be read by its version
	// (https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html).
	source := p.Source.Bucket.ARN
	return append(all, policy.Statement{
		Effect: policy.Allow, Actions: []string{"s3:GetObjectVersion"}, Resources: []string{source + "/" + p.Source.Path + names.Any},
	}, policy.Statement{
		Effect: policy.Allow, Actions: []string{"s3:GetBucketAcl", "s3:GetBucketLocation"}, Resources: []string{source},
	}, policy.Statement{
		Effect: policy.Allow, Resources: []string{target.ARN},
		Actions: append(slices.Clone(pushActions), "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribeImageSigningStatus"),
	}, policy.Statement{
		// ECR signs what is pushed in the name of who pushes.
		Effect: policy.Allow, Actions: []string{"signer:SignPayload"}, Resources: []string{p.Registry.SigningProfile},
	})
}

// Severity is how grave a finding of a scan is.
type Severity int

// The severities. The zero one is High.
const (
	High Severity = iota
	Critical
	Medium
	Low
)

// severities are Inspector's names, gravest first.
var severities = []struct {
	severity Severity
	name     string
}{{Critical, "CRITICAL"}, {High, "HIGH"}, {Medium, "MEDIUM"}, {Low, "LOW"}}

func (s Severity) validate() error {
	if s < High || s > Low {
		return problem.Problem{Field: "FailsAt", Got: int(s), Allowed: "Critical, High, Medium or Low"}
	}
	return nil
}

// andAbove are the names of the severity and of those that are graver.
func (s Severity) andAbove() []string {
	var names []string
	for _, each := range severities {
		names = append(names, each.name)
		if each.severity == s {
			break
		}
	}
	return names
}
