package network

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"

	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/cidr"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// validateBrought checks what the user brings, as far as it can be seen before deployment.
func (p *IsolatedProps) validateBrought() error {
	var l problem.List
	if (p.Vpc == nil) != (len(p.Subnets) == 0) {
		if p.Vpc == nil {
			l.Add("Vpc", nil, "the VPC of Subnets", "give both or neither")
		} else {
			l.Add("Subnets", nil, "the private subnets of Vpc that jobs run in", "such as *vpc.IsolatedSubnets(), if it has any")
		}
	}
	if p.Vpc != nil && p.TransitGateway != "" {
		l.Add("TransitGateway", p.TransitGateway, "none with Vpc", "leave it out: the routes of an existing VPC are its owner's")
	}
	if p.SharedWith != nil {
		l.Include("", p.validateShared())
	}
	l.Include("", p.validateExisting())
	for i, r := range p.OnPremises {
		l.Include("", p.validateRange(fmt.Sprintf("OnPremises[%d]", i), r, false))
	}
	if elsewhere := len(p.OnPremises) > 0 || p.ExistingEndpointsRange != ""; elsewhere && p.Vpc == nil && p.TransitGateway == "" {
		l.Add("TransitGateway", "", "the id of the transit gateway that leads there",
			"without it a made VPC has no route to ExistingEndpointsRange and OnPremises")
	}
	return l.Err()
}

// validateExisting checks the endpoints that stand already, and where.
func (p *IsolatedProps) validateExisting() error {
	var l problem.List
	interfaces := false
	for i, s := range p.ExistingEndpoints {
		known, ok := services[s]
		if !ok && !slices.ContainsFunc(p.AdditionalEndpoints, func(e AdditionalEndpoint) bool { return e.Service == s }) {
			l.Add(fmt.Sprintf("ExistingEndpoints[%d]", i), s, "one of "+strings.Join(slices.Sorted(maps.Keys(services)), ", "), shortName(s))
		}
		interfaces = interfaces || !known.gateway
	}
	if p.ExistingS3Endpoint != "" && !slices.Contains(p.ExistingEndpoints, "s3") {
		l.Add("ExistingS3Endpoint", p.ExistingS3Endpoint, `none without "s3" among ExistingEndpoints`, "add it there, or leave this out: an S3 endpoint is made")
	}
	if interfaces && p.ExistingEndpointsRange == "" {
		l.Add("ExistingEndpointsRange", "", "the address range in which the existing interface endpoints stand",
			"without it the jobs' security group would keep them from it")
	}
	l.Include("", p.validateRange("ExistingEndpointsRange", p.ExistingEndpointsRange, p.Vpc != nil))
	return l.Err()
}

// shortName says how the name of an endpoint's service, com.amazonaws.REGION.SERVICE, is written here; empty for other
// texts.
func shortName(service string) string {
	parts := strings.SplitN(service, ".", 4)
	if len(parts) != 4 || parts[0] != "com" || parts[1] != "amazonaws" {
		return ""
	}
	return fmt.Sprintf("leave out com.amazonaws.%s.: %q", parts[2], parts[3])
}

// validateRange checks a range that jobs may speak to: one of a network elsewhere, and outside the VPC unless it is the
// VPC's own.
func (p *IsolatedProps) validateRange(field, text string, own bool) error {
	if text == "" || token.Is(text) {
		return nil
	}
	var l problem.List
	r, ok := cidr.Parse(text)
	if !ok || !cidr.IsElsewhere(r) {
		l.Add(field, text, cidr.ElsewhereAllowed, "a larger one would let jobs speak to much of the internet")
		return l.Err()
	}
	whole, err := netip.ParsePrefix(p.Environment.Resolved().AddressRange)
	if !own && p.Vpc == nil && err == nil && whole.Overlaps(r) {
		l.Add(field, text, fmt.Sprintf("a range outside the network's own, %s", whole), "")
	}
	return l.Err()
}

// validateShared checks that the other network can do what is asked of this one.
func (p *IsolatedProps) validateShared() error {
	var l problem.List
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"Vpc", p.Vpc != nil}, {"ExistingEndpoints", len(p.ExistingEndpoints) > 0},
		{"AdditionalEndpoints", len(p.AdditionalEndpoints) > 0},
		{"TransitGateway", p.TransitGateway != ""}, {"OnPremises", len(p.OnPremises) > 0},
	} {
		if f.given {
			l.Add(f.name, "a value", "none with SharedWith", "leave it out: the other network has it or has it not")
		}
	}
	for i, c := range p.capabilities() {
		if _, known := needs[c]; known && !slices.Contains(p.SharedWith.Capabilities, c) {
			l.Add(fmt.Sprintf("Capabilities[%d]", i), string(c), "those of SharedWith: "+join(p.SharedWith.Capabilities, ", "),
				"add it to the other network")
		}
	}
	return l.Err()
}

// rangeOf is the address range of a subnet. It is empty for one that was imported without it, for which the CDK throws.
func rangeOf(s awsec2.ISubnet) (addresses string) {
	defer func() {
		if recover() != nil {
			addresses = ""
		}
	}()
	return *s.Ipv4CidrBlock()
}

// routesOf is the id of a subnet's route table. It is empty for one that was imported without it.
func routesOf(s awsec2.ISubnet) (id string) {
	defer func() {
		if recover() != nil {
			id = ""
		}
	}()
	return *s.RouteTable().RouteTableId()
}

// zoneOf is the zone of a subnet. It is empty where the app does not know it, for which the CDK throws. One that the
// deployment decides is a token: the same token is the same zone, and another one may be by chance.
func zoneOf(s awsec2.ISubnet) (zone string) {
	defer func() {
		if recover() != nil {
			zone = ""
		}
	}()
	return *s.AvailabilityZone()
}

// zoneNamed is a zone for a message.
func zoneNamed(zone string) string {
	if token.Is(zone) {
		return "the same zone"
	}
	return zone
}

// validateDNS refuses a VPC of the app in which the names of interface endpoints do not resolve
// (https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html). Of one that the app does not
// make nothing is known. CloudFormation switches support on and host names off where a template says nothing
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html).
func validateDNS(vpc awsec2.IVpc) error {
	var l problem.List
	made, ok := cdk.ResourceOf(*vpc.VpcId()).(awsec2.CfnVPC)
	if ok && (made.EnableDnsSupport() == false || made.EnableDnsHostnames() == false || made.EnableDnsHostnames() == nil) {
		l.Add("Vpc", problem.Phrase("one without DNS"), "one with EnableDnsSupport and EnableDnsHostnames",
			"the names of AWS's services would lead past the endpoints: set both in VpcProps")
	}
	return l.Err()
}

// validateTenancy refuses a VPC of the app whose instances stand on hardware of their own, in which SageMaker starts none
// (https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html). Of one that the app does not
// make nothing is known.
func validateTenancy(vpc awsec2.IVpc) error {
	made, ok := cdk.ResourceOf(*vpc.VpcId()).(awsec2.CfnVPC)
	if !ok || made.InstanceTenancy() == nil || *made.InstanceTenancy() == defaultTenancy || token.Is(*made.InstanceTenancy()) {
		return nil
	}
	return problem.Problem{
		Field: "Vpc", Got: problem.Phrase("one of tenancy " + *made.InstanceTenancy()), Allowed: "one of tenancy " + defaultTenancy,
		Fix: "SageMaker starts no job in another: leave DefaultInstanceTenancy out of VpcProps",
	}
}

const defaultTenancy = "default"

// zonePattern is the name of a zone that starts with that of its region, as those of Availability Zones and of Local
// Zones do. Those that the CDK makes up before it has looked a VPC up do not.
var zonePattern = regexp.MustCompile(`^([a-z]+(?:-[a-z]+)+-[0-9]+)(?:[a-z]|-[a-z]+-[0-9]+[a-z])$`)

// validatePlaces refuses more subnets than a job takes, one that is given twice, and one in a zone of another region.
func validatePlaces(subnets []awsec2.ISubnet, region string) error {
	var l problem.List
	if n := len(subnets); n > maxSubnets {
		l.Add("Subnets", n, fmt.Sprintf("at most %d, which a job takes", maxSubnets), "leave out those that jobs need not run in")
	}
	given := map[string]string{}
	for i, s := range subnets {
		field, id := fmt.Sprintf("Subnets[%d]", i), *s.SubnetId()
		if other, twice := given[id]; twice {
			l.Add(field, problem.Phrase(cdk.Describe(id)+", as "+other), "each subnet once", "leave it out")
		} else {
			given[id] = field
		}
		if zone := zonePattern.FindStringSubmatch(zoneOf(s)); zone != nil && token.Differ(zone[1], region) {
			l.Add(field, problem.Phrase(cdk.Describe(id)+", in "+zone[0]), "a subnet in "+region+", where the network is", "")
		}
	}
	return l.Err()
}

// maxSubnets is how many a job takes
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html).
const maxSubnets = 16

// validateSubnet checks one existing subnet of a VPC, whose public subnets have these ids.
func validateSubnet(vpc awsec2.IVpc, field string, s awsec2.ISubnet, public []string) error {
	var l problem.List
	id := *s.SubnetId()
	if !awaitsLookup(vpc) {
		arn.ValidateID(&l, field, id, "subnet", "a subnet", "")
	}
	if slices.Contains(public, id) {
		l.Add(field, problem.Phrase(cdk.Describe(id)), "a subnet without a route to an internet gateway", "Vpc lists it among its public subnets: take its isolated ones")
	}
	if made, ok := s.Node().DefaultChild().(awsec2.CfnSubnet); ok && cdk.Different(*made.VpcId(), *vpc.VpcId()) {
		l.Add(field, problem.Phrase(cdk.Describe(id)+", of "+cdk.Describe(*made.VpcId())), "a subnet of Vpc, "+cdk.Describe(*vpc.VpcId()), "")
	}
	return l.Err()
}

// validateSubnets refuses the subnets that the VPC itself calls public, those of another VPC, two of a zone where
// interface endpoints are to stand, of which AWS takes one
// (https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html), and those whose route table is
// not known where the S3 endpoint has to be put into it.
func validateSubnets(p IsolatedProps, decided plan, region string) error {
	if p.Vpc == nil {
		return nil
	}
	var public []string
	for _, s := range *p.Vpc.PublicSubnets() {
		public = append(public, *s.SubnetId())
	}
	gateway := slices.ContainsFunc(decided.missing(), func(e Endpoint) bool { return e.Gateway })
	interfaces := slices.ContainsFunc(decided.missing(), func(e Endpoint) bool { return !e.Gateway })
	inZone := map[string]string{}
	var l problem.List
	if !awaitsLookup(p.Vpc) {
		arn.ValidateID(&l, "Vpc", *p.Vpc.VpcId(), "vpc", "a VPC", "")
	}
	l.Include("", validateTenancy(p.Vpc))
	l.Include("", validatePlaces(p.Subnets, region))
	if interfaces {
		l.Include("", validateDNS(p.Vpc))
	}
	for i, s := range p.Subnets {
		field, id := fmt.Sprintf("Subnets[%d]", i), *s.SubnetId()
		l.Include("", validateSubnet(p.Vpc, field, s, public))
		if zone := zoneOf(s); interfaces && zone != "" {
			if other, taken := inZone[zone]; taken && i < p.endpointZones() {
				l.Add(field, problem.Phrase(cdk.Describe(id)+", in "+zoneNamed(zone)+" as "+other+" is"), "one subnet a zone, where interface endpoints stand",
					"AWS puts an endpoint into one subnet of a zone: leave it out, or set EndpointZones and give the subnets of other zones first")
			}
			inZone[zone] = field
		}
		if gateway && routesOf(s) == "" {
			l.Add(field, problem.Phrase(cdk.Describe(id)+", without a route table"), "a subnet whose route table the app knows: the S3 endpoint is put into it",
				"import the subnet by awsec2.Subnet_FromSubnetAttributes with RouteTableId, or Vpc with IsolatedSubnetRouteTableIds; "+
					`or name "s3" in ExistingEndpoints if it stands already`)
		}
	}
	return l.Err()
}

// unchecked says what synthesis cannot see of what was brought; empty when nothing was.
func unchecked(p plan, made cfn.Resources) string {
	var all []string
	if _, own := made["VPC"]; !own {
		all = append(all, "routes to the internet, flow logs, DNS firewall and default security group of the existing VPC")
	}
	if len(p.existing) > 0 {
		all = append(all, "policies of the existing endpoints, and whether their names resolve in the jobs' subnets: "+strings.Join(p.existing, ", "))
	}
	if len(all) == 0 {
		return ""
	}
	return "Not checked: " + strings.Join(all, "; ")
}
