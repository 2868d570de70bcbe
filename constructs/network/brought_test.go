package network_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// existing is a VPC as another team may have made it.
func existing(stack awscdk.Stack, kind awsec2.SubnetType) awsec2.Vpc {
	return awsec2.NewVpc(stack, jsii.String("Existing"), &awsec2.VpcProps{
		NatGateways: jsii.Number(0),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("jobs"), SubnetType: kind},
		},
	})
}

// twice is an imported VPC with two subnets in one zone, and a third in another.
func twice(stack awscdk.Stack) awsec2.IVpc {
	return awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1a", "eu-west-1b"),
		IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcdef1", "subnet-0123456789abcdef2", "subnet-0123456789abcdef3"), IsolatedSubnetRouteTableIds: jsii.Strings("rtb-1", "rtb-2", "rtb-3"),
	})
}

// A VPC of the app has DNS, or is refused, whether it is made by the CDK's own class or imported from its resource.
func TestDNSOfAVpc(t *testing.T) {
	imported := func(props *awsec2.CfnVPCProps) func(awscdk.Stack) awsec2.IVpc {
		return func(stack awscdk.Stack) awsec2.IVpc {
			props.CidrBlock = jsii.String("10.0.0.0/16")
			made := awsec2.NewCfnVPC(stack, jsii.String("Made"), props)
			return awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), &awsec2.VpcAttributes{
				VpcId: made.Ref(), AvailabilityZones: jsii.Strings("eu-west-1a"),
				IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcdef1"), IsolatedSubnetRouteTableIds: jsii.Strings("rtb-1"),
			})
		}
	}
	own := func(hostnames bool) func(awscdk.Stack) awsec2.IVpc {
		return func(stack awscdk.Stack) awsec2.IVpc {
			return awsec2.NewVpc(stack, jsii.String("Existing"), &awsec2.VpcProps{
				NatGateways: jsii.Number(0), EnableDnsSupport: jsii.Bool(true), EnableDnsHostnames: &hostnames,
				SubnetConfiguration: &[]*awsec2.SubnetConfiguration{{Name: jsii.String("jobs"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}},
			})
		}
	}
	for name, test := range map[string]struct {
		vpc func(awscdk.Stack) awsec2.IVpc
		has bool
	}{
		"its own":           {own(true), true},
		"without names":     {own(false), false},
		"a resource":        {imported(&awsec2.CfnVPCProps{EnableDnsHostnames: true}), true},
		"nothing said":      {imported(&awsec2.CfnVPCProps{}), false},
		"names without DNS": {imported(&awsec2.CfnVPCProps{EnableDnsHostnames: true, EnableDnsSupport: false}), false},
		"with both":         {imported(&awsec2.CfnVPCProps{EnableDnsHostnames: true, EnableDnsSupport: true}), true},
		"not made here":     {twice, true},
	} {
		t.Run(name, func(t *testing.T) {
			build := func(stack awscdk.Stack) {
				vpc := test.vpc(stack)
				network.NewIsolated(stack, "Network", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(), EndpointZones: 1})
			}
			if test.has {
				synthtest.Template(t, "eu-west-1", build)
			} else if got := synthtest.Error(t, "eu-west-1", build).Error(); !strings.Contains(got, "Vpc: got one without DNS; allowed: one with EnableDnsSupport and EnableDnsHostnames") {
				t.Errorf("got %v", got)
			}
		})
	}
}

// What takes one subnet of a zone gets the first of each, as far as the app knows the zones; and so in a network that
// is shared.
func TestOneInEachZone(t *testing.T) {
	synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		vpc := twice(stack)
		brought := network.NewIsolated(stack, "Network", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(), EndpointZones: 1})
		shared := network.NewIsolated(stack, "Shared", &network.IsolatedProps{SharedWith: brought})
		for _, n := range []*network.Isolated{brought, shared} {
			if got := strings.Join(n.OneInEachZone(), " "); got != "subnet-0123456789abcdef1 subnet-0123456789abcdef3" {
				t.Errorf("got %s", got)
			}
		}
	})
	synthtest.Template(t, "", func(stack awscdk.Stack) { // whose zones are tokens
		vpc := awsec2.NewVpc(stack, jsii.String("Existing"), &awsec2.VpcProps{MaxAzs: jsii.Number(2), NatGateways: jsii.Number(0), SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("a"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED}, {Name: jsii.String("b"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED},
		}})
		n := network.NewIsolated(stack, "Network", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(), EndpointZones: 1})
		if all, one := len(n.SubnetIDs), len(n.OneInEachZone()); all != 4 || one != 2 {
			t.Errorf("%d of %d subnets", one, all)
		}
	})
}

// Subnets of one zone are taken where no endpoint is put into both.
func TestSubnetsOfOneZone(t *testing.T) {
	for name, change := range map[string]func(p *network.IsolatedProps){
		"endpoints in the first": func(p *network.IsolatedProps) { p.EndpointZones = 1 },
		"endpoints that stand": func(p *network.IsolatedProps) {
			p.ExistingEndpoints, p.ExistingEndpointsRange = []string{"ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "sagemaker.api", "sts"}, "10.0.0.0/16"
		},
	} {
		synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
			vpc := twice(stack)
			p := &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets()}
			change(p)
			if network.NewIsolated(stack, "Network", p).S3Endpoint == "" {
				t.Errorf("%s: no network", name)
			}
		})
	}
}

// inZones are props with an imported subnet in each of the zones; a zone without a name is one that the app does not
// know.
func inZones(stack awscdk.Stack, zones ...string) *network.IsolatedProps {
	p := &network.IsolatedProps{EndpointZones: 1, Vpc: awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("eu-west-1a"),
	})}
	for i, zone := range zones {
		attributes := &awsec2.SubnetAttributes{SubnetId: jsii.String(fmt.Sprintf("subnet-%017d", i)), RouteTableId: jsii.String(fmt.Sprint("rtb-", i))}
		if zone != "" {
			attributes.AvailabilityZone = &zone
		}
		p.Subnets = append(p.Subnets, awsec2.Subnet_FromSubnetAttributes(stack, jsii.String(fmt.Sprint("Subnet", i)), attributes))
	}
	return p
}

// Sixteen subnets are taken, and so are zones that the CDK makes up before it has looked the VPC up, and Local Zones.
func TestSubnetsThatAJobTakes(t *testing.T) {
	for _, zones := range [][]string{make([]string, 16), {"dummy1a", "dummy1b"}, {"eu-west-1a", "eu-west-1-ham-1a"}} {
		synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
			if n := network.NewIsolated(stack, "Network", inZones(stack, zones...)); len(n.SubnetIDs) != len(zones) {
				t.Errorf("%v: subnets %v", zones, n.SubnetIDs)
			}
		})
	}
}

// endpoints are the services whose endpoints stand in a template.
func endpoints(t *testing.T, template assembly.Template) string {
	t.Helper()
	var all []string
	for _, id := range template.OfType("AWS::EC2::VPCEndpoint") {
		all = append(all, strings.TrimPrefix(template.Resources[id].Path(), "Stack/Network/Default/"))
	}
	return strings.Join(all, " ")
}

func TestAnExistingVpcGetsWhatIsMissing(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		vpc := existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED)
		network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Capabilities: []network.Capability{network.Training, network.LaunchJobs},
			Vpc:          vpc, Subnets: *vpc.IsolatedSubnets(),
			ExistingEndpoints: []string{"sts"}, ExistingEndpointsRange: "10.0.0.0/16",
		})
	})
	if got, want := endpoints(t, template), "EndpointEcrApi EndpointEcrDkr EndpointLogs EndpointS3 EndpointSagemakerApi"; got != want {
		t.Errorf("endpoints %s, want %s", got, want)
	}
	if vpcs := template.OfType("AWS::EC2::VPC"); len(vpcs) != 1 {
		t.Errorf("VPCs %v, want the existing one only", vpcs)
	}
	for _, typ := range []string{"AWS::EC2::FlowLog", "AWS::Route53Resolver::FirewallRuleGroupAssociation", "Custom::EmptySecurityGroup"} {
		if ids := template.OfType(typ); len(ids) > 0 {
			t.Errorf("%v change an existing VPC", ids)
		}
	}
	for _, id := range template.OfType("AWS::EC2::VPCEndpoint") {
		if r := template.Resources[id]; r.Properties["VpcEndpointType"] == "Gateway" {
			if tables := r.Properties["RouteTableIds"].([]any); len(tables) != 2 {
				t.Errorf("S3 is in %d route tables, want those of both subnets", len(tables))
			}
		}
	}
}

func TestAHubsEndpointsAreReachedThroughTheTransitGateway(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Capabilities:      []network.Capability{network.Training, network.LaunchJobs},
			ExistingEndpoints: []string{"ecr.api", "ecr.dkr", "sts", "logs", "sagemaker.api"}, ExistingEndpointsRange: "172.16.0.0/16",
			TransitGateway: "tgw-0123456789abcdef0", OnPremises: []string{"192.168.0.0/16"},
		})
	})
	if got := endpoints(t, template); got != "EndpointS3" {
		t.Errorf("endpoints %s, want S3's gateway only, which no hub can share", got)
	}
	routes := template.OfType("AWS::EC2::Route")
	if len(routes) != 2 {
		t.Fatalf("routes %v, want one to the hub and one on-premises", routes)
	}
	for _, id := range routes {
		if r := template.Resources[id].Properties; r["TransitGatewayId"] != "tgw-0123456789abcdef0" {
			t.Errorf("%s does not lead to the transit gateway: %v", id, r)
		}
	}
	text, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"CidrIp":"172.16.0.0/16"`, `"CidrIp":"192.168.0.0/16"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the jobs' security group lacks %s", want)
		}
	}
}

func TestASharedNetworkCostsNothing(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		dev := network.NewIsolated(stack, "Dev", nil)
		test := network.NewIsolated(stack, "Network", &network.IsolatedProps{SharedWith: dev})
		if len(test.SubnetIDs) != 3 {
			t.Errorf("subnets %v, want those of the other", test.SubnetIDs)
		}
	})
	for _, id := range append(template.OfType("AWS::EC2::VPCEndpoint"), template.OfType("AWS::KMS::Key")...) {
		if strings.Contains(template.Resources[id].Path(), "Stack/Network") {
			t.Errorf("%s is not shared", id)
		}
	}
	groups := 0
	for _, id := range template.OfType("AWS::EC2::SecurityGroup") {
		if strings.Contains(template.Resources[id].Path(), "Stack/Network") {
			groups++
		}
	}
	if groups != 1 {
		t.Errorf("%d security groups, want the jobs' own", groups)
	}
}

// A bucket gets the id of an S3 endpoint that stood already, and none is open to every network for want of it.
func TestTheS3EndpointThatStoodAlready(t *testing.T) {
	const known = "vpce-0123456789abcdef0"
	for _, id := range []string{known, ""} {
		err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
			vpc := existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED)
			n := network.NewIsolated(stack, "Network", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(),
				ExistingEndpoints: []string{"s3"}, ExistingS3Endpoint: id})
			shared := network.NewIsolated(stack, "Shared", &network.IsolatedProps{SharedWith: n})
			if ids := shared.S3Endpoints(); id == known && (len(ids) != 1 || ids[0] != known || n.S3Endpoint != known) {
				t.Errorf("got %v", ids)
			}
			storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{
				Endpoints: n.S3Endpoints(), OutsideRoles: []string{"arn:aws:iam::111122223333:role/Uploader"},
			})
		})
		switch {
		case id == known && err != nil:
			t.Error(err)
		case id == "" && (err == nil || strings.Count(err.Error(), "S3Endpoint: got nothing; allowed: the id") != 2 || strings.Count(err.Error(), "got") != 2):
			t.Errorf("got %v", err)
		}
	}
}

// The range of endpoints elsewhere is opened only for one that something needs.
func TestEndpointsElsewhereThatNothingNeeds(t *testing.T) {
	for service, opened := range map[string]bool{"logs": false, "ecr.api": true} {
		template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
			network.NewIsolated(stack, "Network", &network.IsolatedProps{
				ExistingEndpoints: []string{"s3", service}, ExistingEndpointsRange: "172.16.0.0/16", TransitGateway: "tgw-0123456789abcdef0",
			})
		})
		if got := strings.Contains(fmt.Sprint(template.Resources), "172.16.0.0/16"); got != opened {
			t.Errorf("%s: opened %t", service, got)
		}
	}
}

// A VPC that the CLI has to look up first fails nothing: the CLI learns of it by a synthesis.
func TestAVpcThatIsNotLookedUpYet(t *testing.T) {
	dir := t.TempDir()
	err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}})
		vpc := awsec2.Vpc_FromLookup(stack, jsii.String("Existing"), &awsec2.VpcLookupOptions{VpcId: jsii.String("vpc-0123456789abcdef0")})
		network.NewIsolated(stack, "Isolated", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(), EndpointZones: 3})
		network.NewIsolated(stack, "Private", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.PrivateSubnets()})
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "Stack.metadata.json"))
	if n := strings.Count(string(text), "run cdk synth with credentials"); err != nil || n != 2 {
		t.Errorf("told %d times: %v", n, err)
	}
}

// What cannot be seen at synth is said there.
func TestWhatIsNotCheckedIsSaid(t *testing.T) {
	dir := t.TempDir()
	err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		vpc := existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED)
		network.NewIsolated(stack, "Network", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(),
			ExistingEndpoints: []string{"ecr.api"}, ExistingEndpointsRange: "10.0.0.0/16"})
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "Stack.metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Not checked", "default security group of the existing VPC", "ecr.api"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the stack's messages lack %q", want)
		}
	}
}

func TestWrongThingsBrought(t *testing.T) {
	tests := []struct {
		name  string
		props func(stack awscdk.Stack) *network.IsolatedProps
		want  string
	}{
		{"VPC without subnets", func(stack awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{Vpc: existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED)}
		}, "Subnets: got nothing; allowed: the private subnets of Vpc that jobs run in; such as *vpc.IsolatedSubnets()"},
		{"public subnets", func(stack awscdk.Stack) *network.IsolatedProps {
			vpc := existing(stack, awsec2.SubnetType_PUBLIC)
			return &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.PublicSubnets()}
		}, "Subnets[0]: got Stack/Existing/jobsSubnet1/Subnet; allowed: a subnet without a route to an internet gateway"},
		{"transit gateway of a VPC", func(stack awscdk.Stack) *network.IsolatedProps {
			vpc := existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED)
			return &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(), TransitGateway: "tgw-0123456789abcdef0"}
		}, "TransitGateway: got \"tgw-0123456789abcdef0\"; allowed: none with Vpc"},
		{"ids that are none", func(stack awscdk.Stack) *network.IsolatedProps {
			vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), &awsec2.VpcAttributes{
				VpcId: jsii.String("my-vpc"), AvailabilityZones: jsii.Strings("eu-west-1a"),
				IsolatedSubnetIds: jsii.Strings("my-subnet"), IsolatedSubnetRouteTableIds: jsii.Strings("rtb-1"),
			})
			return &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets()}
		}, "Vpc: got \"my-vpc\"; allowed: the id of a VPC, vpc- and 8 to 17 hexadecimal digits\n  - Subnets[0]: got \"my-subnet\"; allowed: the id of a subnet"},
		{"unknown service", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{ExistingEndpoints: []string{"s4"}}
		}, `ExistingEndpoints[0]: got "s4"; allowed: one of airflow.api`},
		{"the whole name of a service", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{ExistingEndpoints: []string{"com.amazonaws.eu-west-1.s3"}}
		}, `leave out com.amazonaws.eu-west-1.: "s3"`},
		{"an S3 endpoint that is made", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{ExistingS3Endpoint: "vpce-0123456789abcdef0"}
		}, `ExistingS3Endpoint: got "vpce-0123456789abcdef0"; allowed: none without "s3" among ExistingEndpoints`},
		{"endpoints nowhere", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{ExistingEndpoints: []string{"sts"}}
		}, "ExistingEndpointsRange: got \"\""},
		{"hub without a way", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{ExistingEndpoints: []string{"sts"}, ExistingEndpointsRange: "172.16.0.0/16"}
		}, "TransitGateway: got \"\""},
		{"public range", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{TransitGateway: "tgw-0123456789abcdef0", OnPremises: []string{"8.0.0.0/8"}}
		}, "OnPremises[0]: got \"8.0.0.0/8\"; allowed: an IPv4 range"},
		{"multicast", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{TransitGateway: "tgw-0123456789abcdef0", OnPremises: []string{"224.0.0.0/24"}}
		}, "OnPremises[0]: got \"224.0.0.0/24\""},
		{"everything", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{TransitGateway: "tgw-0123456789abcdef0", OnPremises: []string{"0.0.0.0/0"}}
		}, "OnPremises[0]: got \"0.0.0.0/0\""},
		{"own range", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{TransitGateway: "tgw-0123456789abcdef0", OnPremises: []string{"10.0.4.0/24"}}
		}, "a range outside the network's own, 10.0.0.0/16"},
		{"transit gateway's id", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{TransitGateway: "gw-1"}
		}, "TransitGateway: got \"gw-1\""},
		{"organization's id", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{Organization: "acme"}
		}, "Organization: got \"acme\""},
		{"prefix list's id", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{S3PrefixList: "s3"}
		}, "S3PrefixList: got \"s3\""},
		{"bucket of AWS", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{AWSBuckets: []network.AWSBucket{"everything"}}
		}, "AWSBuckets[0]: got \"everything\"; allowed: JumpStart or SampleData"},
		{"every domain", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{AllowedDomains: []string{"*", "*.com"}}
		}, "AllowedDomains[1]: got \"*.com\""},
		{"too many zones of endpoints", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{EndpointZones: 4}
		}, "EndpointZones: got 4; allowed: 1 to the 3 zones"},
		{"no room for the endpoints", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{
				Capabilities: network.Capabilities(),
				Environment: environment.Environment{AddressRange: "10.0.0.0/24", Limits: environment.Limits{
					InstanceTypes: []string{"ml.m5.large"}, InstancesPerJob: 8}},
			}
		}, "hold 40 addresses: 16 of the largest job, 24 of endpoints; each of its subnets holds 27: take at least a /23"},
		{"a subnet that was imported without its route table", func(stack awscdk.Stack) *network.IsolatedProps {
			vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), &awsec2.VpcAttributes{
				VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("eu-west-1a"),
			})
			return &network.IsolatedProps{Vpc: vpc, Subnets: []awsec2.ISubnet{
				awsec2.Subnet_FromSubnetId(stack, jsii.String("Subnet"), jsii.String("subnet-0123456789abcdef0")),
			}}
		}, "Subnets[0]: got subnet-0123456789abcdef0, without a route table; allowed: a subnet whose route table the app knows"},
		{"two subnets of a zone", func(stack awscdk.Stack) *network.IsolatedProps {
			vpc := twice(stack)
			return &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets()}
		}, "Subnets[1]: got subnet-0123456789abcdef2, in eu-west-1a as Subnets[0] is; allowed: one subnet a zone, where interface endpoints stand"},
		{"a subnet twice, imported with other zones", func(stack awscdk.Stack) *network.IsolatedProps {
			p := inZones(stack, "eu-west-1a", "eu-west-1b")
			p.Subnets[1] = awsec2.Subnet_FromSubnetAttributes(stack, jsii.String("Again"), &awsec2.SubnetAttributes{
				SubnetId: p.Subnets[0].SubnetId(), AvailabilityZone: jsii.String("eu-west-1b"), RouteTableId: jsii.String("rtb-1"),
			})
			return p
		}, "Subnets[1]: got subnet-00000000000000000, as Subnets[0]; allowed: each subnet once"},
		{"a zone of another region", func(stack awscdk.Stack) *network.IsolatedProps { return inZones(stack, "eu-west-1a", "us-west-2a") },
			"Subnets[1]: got subnet-00000000000000001, in us-west-2a; allowed: a subnet in eu-west-1, where the network is"},
		{"a Local Zone of another region", func(stack awscdk.Stack) *network.IsolatedProps { return inZones(stack, "us-west-2-lax-1a") },
			"Subnets[0]: got subnet-00000000000000000, in us-west-2-lax-1a; allowed: a subnet in eu-west-1"},
		{"more subnets than a job takes", func(stack awscdk.Stack) *network.IsolatedProps { return inZones(stack, make([]string, 17)...) },
			"Subnets: got 17; allowed: at most 16, which a job takes"},
		{"a VPC of dedicated tenancy", func(stack awscdk.Stack) *network.IsolatedProps {
			vpc := awsec2.NewVpc(stack, jsii.String("Existing"), &awsec2.VpcProps{DefaultInstanceTenancy: awsec2.DefaultInstanceTenancy_DEDICATED})
			return &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.PrivateSubnets()}
		}, "Vpc: got one of tenancy dedicated; allowed: one of tenancy default"},
		{"a subnet of another VPC", func(stack awscdk.Stack) *network.IsolatedProps {
			other := awsec2.NewVpc(stack, jsii.String("Other"), nil)
			return &network.IsolatedProps{Vpc: existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED), Subnets: *other.PrivateSubnets()}
		}, "Subnets[0]: got Stack/Other/PrivateSubnet1/Subnet, of Stack/Other/Resource; allowed: a subnet of Vpc, Stack/Existing/Resource"},
		{"a VPC without DNS", func(stack awscdk.Stack) *network.IsolatedProps {
			vpc := awsec2.NewVpc(stack, jsii.String("Existing"), &awsec2.VpcProps{EnableDnsHostnames: jsii.Bool(false)})
			return &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.PrivateSubnets()}
		}, "Vpc: got one without DNS; allowed: one with EnableDnsSupport and EnableDnsHostnames"},
		{"a repository that is a token", func(awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{Capabilities: []network.Capability{network.Packages}, PackageRepositories: []string{
				*awscdk.Fn_ImportValue(jsii.String("Repository")),
			}}
		}, "allowed: an ARN whose domain and name are known at synth"},
		{"shared and brought", func(stack awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{SharedWith: network.NewIsolated(stack, "Dev", nil), TransitGateway: "tgw-0123456789abcdef0",
				Capabilities: []network.Capability{network.Studio}}
		}, "TransitGateway: got \"a value\"; allowed: none with SharedWith"},
		{"shared without the capability", func(stack awscdk.Stack) *network.IsolatedProps {
			return &network.IsolatedProps{SharedWith: network.NewIsolated(stack, "Dev", nil), Capabilities: []network.Capability{network.Studio}}
		}, "Capabilities[0]: got \"Studio\"; allowed: those of SharedWith: Training"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) { network.NewIsolated(stack, "Network", test.props(stack)) })
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error lacks %q:\n%v", test.want, err)
			}
		})
	}
}

// What differs by region, is not in the catalog and can't be looked up is asked for.
func TestARegionThatTheCatalogLacks(t *testing.T) {
	err := synthtest.Error(t, "af-south-1", func(stack awscdk.Stack) {
		network.NewIsolated(stack, "Network", &network.IsolatedProps{Capabilities: []network.Capability{network.Packages}})
	})
	if want := "PackageAssets: got \"\""; !strings.Contains(err.Error(), want) {
		t.Errorf("error lacks %q:\n%v", want, err)
	}
	synthtest.Template(t, "af-south-1", func(stack awscdk.Stack) {
		network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Capabilities: []network.Capability{network.Packages}, PackageAssets: "assets-111122223333-af-south-1",
		})
	})
}

func TestThePlanTellsWhatItCostsAndWhy(t *testing.T) {
	plan := network.PlanEndpoints([]network.Capability{network.Training, network.LaunchJobs}, 2)
	table := plan.Table("us-east-1")
	for _, want := range []string{"sts            interface  2      14.60      LaunchJobs", "s3             gateway    all    0.00       LaunchJobs Training",
		"6 endpoints                      73.00"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if _, known := plan.PricePerMonth("eu-west-1"); known || !strings.Contains(plan.Table("eu-west-1"), "unknown") {
		t.Error("a price that no source gives is not unknown")
	}
}
