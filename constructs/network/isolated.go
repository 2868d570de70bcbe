package network

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Isolated is a VPC without internet.
type Isolated struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Vpc is the VPC, with one isolated subnet a zone. Jobs reach no endpoint that is added to it: see
	// [IsolatedProps.AdditionalEndpoints].
	Vpc awsec2.IVpc
	// SubnetIDs are the ids of the subnets that jobs run in: one a zone in a VPC that Plinth makes.
	SubnetIDs []string
	// JobSecurityGroup is the group of the training jobs: out to the endpoints and S3 by 443, nothing in, but for rules
	// that are added to it.
	JobSecurityGroup awsec2.ISecurityGroup
	// S3Endpoint is the id of the S3 endpoint, for the buckets that are to be reached through it alone; empty where it
	// stood already and [IsolatedProps.ExistingS3Endpoint] is left out.
	S3Endpoint string
	// LogKey encrypts the logs; other log groups of the account may use it too.
	LogKey awskms.IKey
	// Capabilities are what the network makes possible.
	Capabilities []Capability
	// Endpoints are the endpoints that they need, those included that stood already.
	Endpoints EndpointPlan

	account, region     string
	packageRepositories []string // the only ones let through; empty: all of the account
	imageRepositories   []string // those of other accounts that are let through

	peers []peer         // what the instances of a job may send each other
	free  map[string]int // addresses for jobs by subnet, where they are known

	zones map[string]string // of brought subnets, where they are known

	endpointGroup string   // empty: no interface endpoint stands here
	s3PrefixList  string   // of the region
	reach         []string // ranges that members may speak to by 443
}

const kind = "network.Isolated"

// NewIsolated makes a VPC without internet, its endpoints, security groups, DNS firewall and logs, or the missing parts
// of an existing one. The props may be nil. It panics with one message that holds every problem when scope, id or props
// are wrong.
func NewIsolated(scope constructs.Construct, id string, props *IsolatedProps) *Isolated {
	return cdk.Build(kind, scope, id, props, newIsolated)
}

func newIsolated(this constructs.Construct, _ string, props *IsolatedProps) *Isolated {
	p := *props
	p.complete()
	noteLookup(this, p.Vpc)
	at := cdk.Location(this)
	plan := newPlan(p)
	edge, s3PrefixList, err := lookUp(this, p, at)
	var l problem.List
	l.Include("", err)
	l.Include("", validateSubnets(p, plan, at.Region))
	cdk.Check(l.Err())
	n := &Isolated{Construct: this, S3Endpoint: p.ExistingS3Endpoint, LogKey: p.LogKey, Capabilities: slices.Clone(p.capabilities()), Endpoints: plan.endpoints,
		account: at.Account, region: at.Region, packageRepositories: p.PackageRepositories, imageRepositories: p.ImageRepositories,
		peers: plan.peers, free: map[string]int{}, zones: map[string]string{}, s3PrefixList: s3PrefixList, reach: plan.reach}
	if p.LogKey != nil {
		cdk.LetUse(p.LogKey, key.Logs(at, "*"))
	}
	if n.LogKey == nil && p.SharedWith != nil {
		n.LogKey = p.SharedWith.LogKey
	}
	if n.LogKey == nil {
		n.LogKey = cdk.NewLogKey(this, "LogKey", at, plan.retain)
	}
	b := &builder{plan: plan, perimeter: edge, name: cdk.PathOf(this), logKeyARN: *n.LogKey.KeyArn(), resources: cfn.Resources{}}
	switch {
	case p.SharedWith != nil:
		n.share(b, p)
	case p.Vpc != nil:
		n.adopt(b, p)
	default:
		n.build(b, p)
	}
	return n
}

// build makes everything.
func (n *Isolated) build(b *builder, p IsolatedProps) {
	b.ownVpc()
	b.jobGroup(n.s3PrefixList)
	b.ownEndpointGroup()
	b.endpoints()
	if p.TransitGateway != "" {
		b.transitGateway(p.TransitGateway)
	}
	b.dnsFirewall(allowedDomains(b.plan.endpoints, b.perimeter.at.Region,
		slices.Concat(p.AllowedDomains, p.additionalHosts(b.perimeter.at.Region))))
	b.flowLogs()
	b.emptyDefaultGroup()
	emitted := n.emit(b)
	var zones, routeTables []*string
	routes := emitted.Ref("Routes")
	for i := range b.plan.subnets {
		id := emitted.Ref(subnetName(i))
		n.SubnetIDs = append(n.SubnetIDs, id)
		n.free[id] = environment.FreeAddresses(b.plan.subnets[i]) - b.plan.interfaces()
		zones = append(zones, jsii.String(emitted.Att(subnetName(i), "AvailabilityZone")))
		routeTables = append(routeTables, &routes)
	}
	n.Vpc = awsec2.Vpc_FromVpcAttributes(n.Construct, jsii.String("Vpc"), &awsec2.VpcAttributes{
		VpcId:                       jsii.String(emitted.Ref("VPC")),
		VpcCidrBlock:                &b.plan.addressRange,
		AvailabilityZones:           &zones,
		IsolatedSubnetIds:           cdk.Strings(n.SubnetIDs),
		IsolatedSubnetRouteTableIds: &routeTables,
	})
}

// adopt makes what is missing in an existing VPC.
func (n *Isolated) adopt(b *builder, p IsolatedProps) {
	n.Vpc = p.Vpc
	b.vpc = *p.Vpc.VpcId()
	for _, s := range p.Subnets {
		id, routes := *s.SubnetId(), routesOf(s)
		n.SubnetIDs = append(n.SubnetIDs, id)
		if zone := zoneOf(s); zone != "" {
			n.zones[id] = zone
		}
		b.subnets = append(b.subnets, id)
		if addresses, err := netip.ParsePrefix(rangeOf(s)); err == nil {
			n.free[id] = environment.FreeAddresses(addresses) - b.plan.interfaces()
		}
		if routes != "" && !slices.Contains(b.routeTables, any(routes)) {
			b.routeTables = append(b.routeTables, routes)
		}
	}
	b.jobGroup(n.s3PrefixList)
	b.ownEndpointGroup()
	b.endpoints()
	n.emit(b)
}

// share makes the jobs' group in the network of another environment.
func (n *Isolated) share(b *builder, p IsolatedProps) {
	n.Vpc, n.SubnetIDs, n.S3Endpoint = p.SharedWith.Vpc, slices.Clone(p.SharedWith.SubnetIDs), p.SharedWith.S3Endpoint
	n.free, n.zones, n.endpointGroup = p.SharedWith.free, p.SharedWith.zones, p.SharedWith.endpointGroup
	b.vpc = *n.Vpc.VpcId()
	b.jobGroup(n.s3PrefixList)
	if p.SharedWith.endpointGroup != "" {
		b.sharedEndpointGroup(p.SharedWith.endpointGroup)
	}
	n.emit(b)
}

func (n *Isolated) emit(b *builder) cdk.Emitted {
	b.function()
	emitted := cdk.Emit(n.Construct, b.name, b.resources)
	if text := unchecked(b.plan, b.resources); text != "" {
		awscdk.Annotations_Of(n.Construct).AddInfo(&text)
	}
	n.JobSecurityGroup = awsec2.SecurityGroup_FromSecurityGroupId(n.Construct, jsii.String("JobSecurityGroup"),
		jsii.String(emitted.Att("Jobs", "GroupId")), &awsec2.SecurityGroupImportOptions{
			AllowAllOutbound: jsii.Bool(false), // or the CDK would leave out every rule to the outside
		})
	if _, own := b.resources[endpointName("s3")]; own {
		n.S3Endpoint = emitted.Ref(endpointName("s3"))
	}
	if _, own := b.resources["S3PrefixList"]; own {
		n.s3PrefixList = emitted.Att("S3PrefixList", "Id")
	}
	if _, own := b.resources["Endpoints"]; own {
		n.endpointGroup = emitted.Att("Endpoints", "GroupId")
	}
	return emitted
}

// lookUp asks the catalog for what depends on the region. Without an s3PrefixList it is to be looked up at deployment.
func lookUp(this constructs.Construct, p IsolatedProps, at location.Location) (edge perimeter, s3PrefixList string, err error) {
	var l problem.List
	edge = perimeter{at: at, additional: p.additionalNeeds(), organization: p.Organization, packages: p.PackageAssets, open: p.AWSBuckets,
		packageRepositories: p.PackageRepositories, imageRepositories: p.ImageRepositories,
		images: cdk.RegistryByRegion(this, at.Region, "XGBoostAccount")}
	if slices.Contains(p.capabilities(), HyperPodEKS) {
		edge.clusterImages = cdk.EKSImages(this, at)
	}
	if edge.packages == "" && slices.Contains(p.capabilities(), Packages) {
		account := cdk.ByRegion(this, at.Region, "CodeArtifactAccount")
		if account == "" {
			l.Add("PackageAssets", "", fmt.Sprintf("the bucket of CodeArtifact's assets in %s, which the catalog lacks", at.Region),
				fmt.Sprintf("find it with: aws codeartifact describe-domain --region %s --domain NAME --query domain.s3BucketArn; or leave out Packages", at.Region))
		}
		edge.packages = packageAssets(account, at.Region)
	}
	l.Include("Environment", validateInRegion(p, at.Region))
	region, _ := catalog.LookupRegion(at.Region)
	s3PrefixList = cmp.Or(p.S3PrefixList, region.S3PrefixList)
	if p.SharedWith != nil {
		s3PrefixList = cmp.Or(s3PrefixList, p.SharedWith.s3PrefixList)
	}
	return edge, s3PrefixList, l.Err()
}

// validateInRegion checks the environment of a VPC that is made in the region of its stack, which the environment may
// leave out.
func validateInRegion(p IsolatedProps, region string) error {
	if _, known := catalog.LookupRegion(region); !known || p.Vpc != nil || p.SharedWith != nil || p.Environment.Region != "" {
		return nil
	}
	p.Environment.Region = region
	return p.Environment.Validate()
}
