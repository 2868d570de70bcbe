package network

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// IsolatedProps say what an isolated network is for. All fields may be left out.
type IsolatedProps struct {
	// Environment decides the address range, the zones, the largest job that must fit and how long logs are kept. Its
	// AddressRange is a value known at synth, not a token, unless Vpc or SharedWith is given. Zero: the preset of
	// Production.
	Environment environment.Environment
	// Capabilities are what the network makes possible. Empty: Training.
	Capabilities []Capability
	// EndpointZones is the number of zones that each interface endpoint stands in and is billed for. Jobs in the other
	// zones reach it too, across zones. Zero: 1 in Development, all elsewhere.
	EndpointZones int
	// Organization is the id of the AWS organization, such as "o-a1b2c3d4e5", whose callers and resources the endpoints
	// let through. Empty: the account's only.
	Organization string
	// AdditionalEndpoints are VPC endpoints besides those of the capabilities: their policies, the security groups and
	// the DNS firewall follow. Empty: none.
	AdditionalEndpoints []AdditionalEndpoint
	// AWSBuckets are buckets of AWS that jobs may read. Empty: those only that the capabilities need.
	AWSBuckets []AWSBucket
	// PackageRepositories are the ARNs of the CodeArtifact repositories that may be read, in this region, of this
	// account or another one such as that of the tools: nothing else gets through the endpoints, whatever a role may
	// read. Empty: every repository of the account.
	PackageRepositories []string
	// ImageRepositories are the ARNs of ECR repositories of other accounts, in this region, that images may be pulled
	// from inside the network: by builds, machines of HyperPod and apps of Studio. The image of a job SageMaker pulls
	// itself, by the job's role
	// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrainingImageConfig.html). Empty: those of the
	// account, and AWS's own XGBoost.
	ImageRepositories []string
	// AllowedDomains are names of at most 255 characters that may be resolved besides those of the endpoints, such as
	// "*.corp.example". A name below which anybody can have one, such as "*.co.uk", "*.github.io" or "*.cloudfront.net",
	// opens DNS, by which data gets out, to everybody, and is not refused: https://publicsuffix.org lists such names.
	// Empty: none.
	AllowedDomains []string
	// S3PrefixList is the id of the managed prefix list com.amazonaws.REGION.s3. Empty: from the catalog, or that of
	// SharedWith; a function looks it up at deployment where neither has it.
	S3PrefixList string
	// PackageAssets is the bucket of CodeArtifact's assets, needed with Packages. Empty: from the catalog; a region
	// that the catalog lacks is then an error.
	PackageAssets string
	// LogKey encrypts the logs; its policy must let CloudWatch Logs use it, which is added to a key of the app. Nil: a
	// key is made.
	LogKey awskms.IKey

	// Vpc is an existing VPC, of default tenancy. Missing endpoints and the jobs' security group are made in it; its flow logs, its DNS
	// firewall and its default security group are left as they are. One of Vpc_FromLookup is known once the CLI has
	// looked it up, with credentials of the account: until then, and under go run without its cdk.context.json, a
	// stand-in is in the template, of which a note tells. Nil: a VPC is made.
	Vpc awsec2.IVpc
	// Subnets are the private subnets of Vpc that jobs run in, with their route tables, at most 16. Required with Vpc.
	Subnets []awsec2.ISubnet
	// ExistingEndpoints are services, such as "sts", whose endpoints stand already, in Vpc or in a hub VPC; their
	// policies and private names are not looked at. What no capability needs changes nothing. Empty: all are made.
	ExistingEndpoints []string
	// ExistingS3Endpoint is the id of the S3 endpoint that stands already, vpce- and 8 to 17 hexadecimal digits, with
	// "s3" among ExistingEndpoints. Empty: it is not known, and S3Endpoint and [Isolated.S3Endpoints] do not give it.
	ExistingS3Endpoint string
	// ExistingEndpointsRange is the address range in which those interface endpoints stand. Required with
	// ExistingEndpoints, unless they are gateways only.
	ExistingEndpointsRange string
	// TransitGateway is the id of a transit gateway to attach a made VPC to, for OnPremises and for a hub's endpoints.
	// Empty: none.
	TransitGateway string
	// OnPremises are the IPv4 ranges of your own network that jobs may speak to by 443, through the transit gateway or
	// the routes of Vpc: of /8 to /32 where they are private or of 100.64.0.0/10, else of /16 to /32. Empty: none.
	OnPremises []string
	// SharedWith is the network of another environment of the same account and region: jobs run in its subnets and use
	// its endpoints, under a security group of their own. It costs nothing, and keeps environments apart by security
	// group and policies only. Nil: not shared.
	SharedWith *Isolated
}

// capabilities are those asked for, or Training.
func (p IsolatedProps) capabilities() []Capability {
	if len(p.Capabilities) == 0 {
		return []Capability{Training}
	}
	return p.Capabilities
}

// zones is the number of subnets.
func (p IsolatedProps) zones() int {
	if p.Vpc != nil {
		return len(p.Subnets)
	}
	return p.Environment.Resolved().AZs
}

// endpointZones is the number of zones of each interface endpoint.
func (p IsolatedProps) endpointZones() int {
	switch {
	case p.EndpointZones != 0:
		return p.EndpointZones
	case p.Environment.Tier == environment.Development:
		return min(1, p.zones())
	}
	return p.zones()
}

var (
	organizationPattern = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	domainPattern       = regexp.MustCompile(`^(\*\.)?([A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{1,63}$`)
	bucketPattern       = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
)

// maxDomain is the longest name of a firewall's list
// (https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallDomains.html).
const maxDomain = 255

// isDomain tells whether a firewall's list takes a name, in which REGION may stand for any region.
func isDomain(name string) bool {
	return domainPattern.MatchString(name) && len(strings.ReplaceAll(name, "REGION", "ap-southeast-1")) <= maxDomain
}

// Validate reports every problem of the props.
func (p *IsolatedProps) Validate() error {
	p, l := props.Of(p)
	p.complete()
	environmentErr := p.Environment.Validate()
	l.Include("Environment", environmentErr)
	l.Include("", validateCapabilities(p.Capabilities))
	l.Include("", validateBuckets(p.AWSBuckets))
	arn.Validate(&l, "PackageRepositories", p.PackageRepositories, "codeartifact", ":repository/",
		"the ARN of a CodeArtifact repository, arn:aws:codeartifact:REGION:ACCOUNT:repository/DOMAIN/NAME")
	for i, r := range p.PackageRepositories {
		if token.Is(r) && !strings.Contains(token.Pattern.ReplaceAllString(r, ""), ":repository/") {
			l.Add(fmt.Sprintf("PackageRepositories[%d]", i), r, "an ARN whose domain and name are known at synth; account and region may be tokens",
				"take it from supplychain.Packages.Repository or Chain.Repository, or write it out: the ARN of its domain is made from it")
		}
	}
	arn.Validate(&l, "ImageRepositories", p.ImageRepositories, "ecr", ":repository/", "the ARN of an ECR repository, arn:aws:ecr:REGION:ACCOUNT:repository/NAME")
	if len(p.PackageRepositories) > 0 && !slices.Contains(p.capabilities(), Packages) {
		l.Add("PackageRepositories", p.PackageRepositories, "none without the capability Packages", "add Packages to Capabilities, or leave them out")
	}
	text(&l, "Organization", p.Organization, organizationPattern, "the id of an organization, o- and 10 to 32 letters and digits")
	l.Include("", p.validateIDs())
	text(&l, "PackageAssets", p.PackageAssets, bucketPattern, "the name of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit first and last")
	for i, d := range p.AllowedDomains {
		if !token.Is(d) && !isDomain(d) {
			l.Add(fmt.Sprintf("AllowedDomains[%d]", i), d,
				`a domain name of at most 255 characters and two labels or more, each of 1 to 63 letters, digits and hyphens, without a dot at the end, `+
					`such as "git.corp.example" or "*.corp.example": "*" and "*.com" would open DNS to everybody`, "")
		}
	}
	l.Include("", p.validateAdditional())
	l.Include("", p.validateBrought())
	if r := p.Environment.AddressRange; token.Is(r) && p.Vpc == nil && p.SharedWith == nil {
		l.Add("Environment.AddressRange", r, "a value known at synth, not a token",
			"the subnets are cut from it at synth: write it out, or bring a Vpc")
	}
	if zones := p.zones(); p.EndpointZones < 0 || p.EndpointZones > max(zones, 1) {
		l.Add("EndpointZones", p.EndpointZones, endpointZonesAllowed(zones), "")
	} else if environmentErr == nil {
		l.Include("", p.validateSizes())
	}
	return l.Err()
}

// validateIDs checks the ids of what stands already.
func (p *IsolatedProps) validateIDs() error {
	var l problem.List
	if p.TransitGateway != "" {
		arn.ValidateID(&l, "TransitGateway", p.TransitGateway, "tgw", "a transit gateway", "")
	}
	if p.S3PrefixList != "" {
		arn.ValidateID(&l, "S3PrefixList", p.S3PrefixList, "pl", "a prefix list", "")
	}
	if p.ExistingS3Endpoint != "" {
		arn.ValidateID(&l, "ExistingS3Endpoint", p.ExistingS3Endpoint, "vpce", "a VPC endpoint of S3", "")
	}
	return l.Err()
}

func text(l *problem.List, field, value string, pattern interface{ MatchString(string) bool }, allowed string) {
	if value != "" && !token.Is(value) && !pattern.MatchString(value) {
		l.Add(field, value, allowed, "")
	}
}

// validateSizes checks that each subnet holds the largest job besides its endpoints.
func (p *IsolatedProps) validateSizes() error {
	var l problem.List
	whole, err := netip.ParsePrefix(p.Environment.Resolved().AddressRange)
	if p.Vpc != nil || p.SharedWith != nil || err != nil {
		return l.Err()
	}
	job, endpoints := p.Environment.JobAddresses(), newPlan(*p).interfaces()
	if have := environment.SubnetCapacity(whole.Bits()); job+endpoints > have {
		l.Add("Environment.AddressRange", whole, fmt.Sprintf("a range whose subnets hold %d addresses: %d of the largest job, %d of endpoints",
			job+endpoints, job, endpoints), fmt.Sprintf("each of its subnets holds %d: %s", have, environment.SmallestRange(job+endpoints)))
	}
	return l.Err()
}

// endpointZonesAllowed says which EndpointZones a network of so many zones takes.
func endpointZonesAllowed(zones int) string {
	if zones <= 1 {
		return "1, as the network has one zone, or 0"
	}
	return fmt.Sprintf("1 to the %d zones of the network, or 0 for the tier's", zones)
}
