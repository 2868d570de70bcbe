// Package properties holds what is true of everything that Plinth makes, over generated input. It is a module of its
// own, so that nobody who imports Plinth inherits the generator.
package properties

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

// region is where a generated network goes; empty: decided at deployment.
var region = rapid.SampledFrom([]string{"", "us-east-1", "eu-west-1", "ap-south-1"})

// addressRange is any range of a size that networks take.
var addressRange = rapid.Custom(func(t *rapid.T) string {
	bits := rapid.IntRange(16, 25).Draw(t, "bits")
	base := rapid.SampledFrom([]string{"10.0.0.0", "10.128.0.0", "172.16.0.0", "172.31.0.0", "192.168.0.0", "100.64.0.0", "203.0.0.0"}).Draw(t, "base")
	return netip.PrefixFrom(netip.MustParseAddr(base), bits).String()
})

// props are the props of any network that is valid.
var props = rapid.Custom(func(t *rapid.T) *network.IsolatedProps {
	p := &network.IsolatedProps{
		Environment: environment.Environment{
			Tier:         rapid.SampledFrom([]environment.Tier{environment.Production, environment.Staging, environment.Development}).Draw(t, "tier"),
			AZs:          rapid.IntRange(1, 6).Draw(t, "zones"),
			AddressRange: addressRange.Draw(t, "range"),
			Limits: environment.Limits{
				InstanceTypes:   rapid.SliceOfN(rapid.SampledFrom(catalog.InstanceTypeNames()), 1, 4).Draw(t, "types"),
				InstancesPerJob: rapid.IntRange(1, 40).Draw(t, "instances"),
				PricePerRun:     1000, MonthlyBudget: 1000,
			},
		},
		Capabilities:  rapid.SliceOfDistinct(rapid.SampledFrom(network.Capabilities()), rapid.ID).Draw(t, "capabilities"),
		EndpointZones: rapid.IntRange(0, 6).Draw(t, "endpoint zones"),
		AWSBuckets:    rapid.SliceOfDistinct(rapid.SampledFrom([]network.AWSBucket{network.JumpStart, network.SampleData}), rapid.ID).Draw(t, "buckets"),
	}
	if rapid.Bool().Draw(t, "in an organization") {
		p.Organization = "o-a1b2c3d4e5"
	}
	if rapid.Bool().Draw(t, "on-premises") {
		p.TransitGateway, p.OnPremises = "tgw-0123456789abcdef0", []string{"10.64.0.0/16"}
	}
	return p
}).Filter(func(p *network.IsolatedProps) bool { return p.Validate() == nil })

// made is the template of a network.
func made(t *rapid.T, p *network.IsolatedProps, region string) assembly.Template {
	dir, err := os.MkdirTemp("", "network")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if r, known := catalog.LookupRegion(region); known { // which has fewer zones than the largest
		p.Environment.AZs, p.EndpointZones = min(p.Environment.AZs, r.Zones), min(p.EndpointZones, r.Zones)
	}
	err = synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		props := &awscdk.StackProps{}
		if region != "" {
			props.Env = &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region}
		}
		network.NewIsolated(awscdk.NewStack(app, jsii.String("Stack"), props), "Network", p)
	})
	if err != nil {
		t.Fatal(err)
	}
	var template assembly.Template
	text, err := os.ReadFile(filepath.Join(dir, "Stack.template.json"))
	if err == nil {
		err = json.Unmarshal(text, &template)
	}
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func TestNoNetworkReachesTheInternet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := props.Draw(t, "props")
		for id, r := range made(t, p, region.Draw(t, "region")).Resources {
			switch r.Type {
			case "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::EgressOnlyInternetGateway",
				"AWS::EC2::VPCGatewayAttachment", "AWS::EC2::VPCPeeringConnection", "AWS::EC2::CarrierGateway":
				t.Fatalf("%s is a %s", id, r.Type)
			}
			for _, cidr := range cidrs(r.Properties) {
				if !isGiven(p, cidr) && cidr != "127.0.0.1/32" {
					t.Fatalf("%s leads to %s", id, cidr)
				}
			}
			if r.Properties["MapPublicIpOnLaunch"] == true {
				t.Fatalf("%s gives out public addresses", id)
			}
			if r.Type == "AWS::EC2::SecurityGroup" && r.Properties["SecurityGroupEgress"] == nil {
				t.Fatalf("%s has no egress rule, so that EC2 adds one to anywhere", id)
			}
			if r.Type == "AWS::Route53Resolver::FirewallDomainList" && strings.Contains(id, "Allowed") &&
				slices.Contains(r.Properties["Domains"].([]any), any("*")) {
				t.Fatalf("%s lets every name be resolved", id)
			}
		}
	})
}

// isGiven tells whether a range is the network's own, or one that its props lead to.
func isGiven(p *network.IsolatedProps, cidr string) bool {
	r, err := netip.ParsePrefix(cidr)
	given := append([]string{p.Environment.Resolved().AddressRange, p.ExistingEndpointsRange}, p.OnPremises...)
	return err == nil && slices.ContainsFunc(given, func(text string) bool {
		outer, err := netip.ParsePrefix(text)
		return err == nil && outer.Bits() <= r.Bits() && outer.Contains(r.Addr())
	})
}

// cidrs are all address ranges in the properties of a resource.
func cidrs(v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if text, ok := value.(string); ok && strings.Contains(key, "Cidr") {
				all = append(all, text)
			}
			all = append(all, cidrs(value)...)
		}
	case []any:
		for _, item := range v {
			all = append(all, cidrs(item)...)
		}
	}
	return all
}

func TestEveryCapabilityHasItsEndpoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := props.Draw(t, "props")
		template := made(t, p, region.Draw(t, "region"))
		capabilities := p.Capabilities
		if len(capabilities) == 0 {
			capabilities = []network.Capability{network.Training}
		}
		services := map[string]int{}
		for _, id := range template.OfType("AWS::EC2::VPCEndpoint") {
			for _, item := range template.Resources[id].Properties["Tags"].([]any) {
				if tag := item.(map[string]any); tag["Key"] == "Name" {
					name := tag["Value"].(string)
					services[name[strings.LastIndex(name, "/")+1:]]++
				}
			}
		}
		for _, c := range capabilities {
			for _, e := range network.PlanEndpoints([]network.Capability{c}, 1) {
				if services[e.Service] != 1 {
					t.Fatalf("%s needs one endpoint of %s, and has %d", c, e.Service, services[e.Service])
				}
			}
		}
	})
}

// The simulator judges the policies of the complete network; this holds for those of every other.
func TestNoPolicyLetsAForeignerThrough(t *testing.T) {
	presigned := []string{"starport-layer-bucket/*", "assets-"}
	rapid.Check(t, func(t *rapid.T) {
		p := props.Draw(t, "props")
		template := made(t, p, region.Draw(t, "region"))
		for _, id := range template.OfType("AWS::EC2::VPCEndpoint") {
			document, ok := template.Resources[id].Properties["PolicyDocument"].(map[string]any)
			if !ok {
				if !strings.Contains(id, "Airflow") {
					t.Fatalf("%s has no policy", id)
				}
				continue
			}
			for _, item := range document["Statement"].([]any) {
				statement := item.(map[string]any)
				text, _ := json.Marshal(statement)
				condition, _ := statement["Condition"].(map[string]any)
				equals, _ := condition["StringEquals"].(map[string]any)
				held := equals["aws:PrincipalAccount"] != nil || equals["aws:PrincipalOrgID"] == "o-a1b2c3d4e5"
				named := statement["Action"] == "s3:GetObject" &&
					slices.ContainsFunc(presigned, func(s string) bool { return strings.Contains(string(text), s) })
				if !held && !named {
					t.Fatalf("%s lets anybody through: %s", id, text)
				}
				if p.Organization == "" && equals["aws:PrincipalOrgID"] != nil {
					t.Fatalf("%s names an organization that was not given: %s", id, text)
				}
			}
		}
	})
}

func TestSubnetsNeitherOverlapNorOverflow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := props.Draw(t, "props")
		template := made(t, p, "")
		whole := netip.MustParsePrefix(p.Environment.AddressRange)
		var subnets []netip.Prefix
		for _, id := range template.OfType("AWS::EC2::Subnet") {
			subnet := netip.MustParsePrefix(template.Resources[id].Properties["CidrBlock"].(string))
			for _, other := range subnets {
				if subnet.Overlaps(other) {
					t.Fatalf("%s overlaps %s", subnet, other)
				}
			}
			if !whole.Contains(subnet.Addr()) || subnet.Bits() <= whole.Bits() {
				t.Fatalf("%s is not inside %s", subnet, whole)
			}
			endpoints := len(network.PlanEndpoints(p.Capabilities, 1)) - 1 // one of them, or Training's, is S3's gateway
			if free := 1<<(32-subnet.Bits()) - 5; free < p.Environment.JobAddresses()+endpoints {
				t.Fatalf("%s has %d addresses for a job of %d and %d endpoints", subnet, free, p.Environment.JobAddresses(), endpoints)
			}
			subnets = append(subnets, subnet)
		}
		if len(subnets) != p.Environment.AZs {
			t.Fatalf("%d subnets in %d zones", len(subnets), p.Environment.AZs)
		}
	})
}

// A zone that is added later moves nothing.
func TestZonesAreStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := props.Draw(t, "props")
		p.Environment.AZs = rapid.IntRange(1, 5).Draw(t, "zones before")
		p.EndpointZones = 1
		more := *p
		more.Environment.AZs++
		before, after := made(t, p, ""), made(t, &more, "")
		for _, typ := range []string{"AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::KMS::Key", "AWS::Logs::LogGroup"} {
			for _, id := range before.OfType(typ) {
				old, _ := json.Marshal(before.Resources[id])
				if now, _ := json.Marshal(after.Resources[id]); string(now) != string(old) {
					t.Fatalf("%s was\n%s\nand is\n%s", id, old, now)
				}
			}
		}
	})
}
