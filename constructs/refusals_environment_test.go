package constructs_test

import (
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
)

// inEnvironment is what is said of an environment of Development.
func inEnvironment(change func(*environment.Environment)) said {
	e := environment.Environment{Tier: environment.Development}
	change(&e)
	return said{err: e.Validate()}
}

func withLimits(l environment.Limits) said {
	return inEnvironment(func(e *environment.Environment) { e.Limits = l })
}

func inRange(r string) said {
	return inEnvironment(func(e *environment.Environment) { e.AddressRange = r })
}

func declared(change func(*catalog.InstanceType)) said {
	t := catalog.InstanceType{Name: "ml.p7.48xlarge", VCPU: 1, MemoryGiB: 1}
	change(&t)
	return withLimits(environment.Limits{DeclaredTypes: []catalog.InstanceType{t}})
}

func inSet(names ...string) said {
	var all []environment.Environment
	for i, name := range names {
		all = append(all, environment.Environment{Name: name, AddressRange: []string{"10.0.0.0/16", "10.1.0.0/16"}[i]})
	}
	return said{err: environment.ValidateSet(all)}
}

const (
	vpcSizes       = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
	subnetSizes    = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
	inNames        = "ours: it is a part of names, which two hyphens keep apart (docs/design.md)"
	zonesOfRegions = "https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html"
	facts          = "ours: prices, addresses and keys are decided by it"
)

var refusalsOfEnvironments = []refusal{
	{"catalog Name", "as SageMaker names types", facts, declared(func(t *catalog.InstanceType) { t.Name = "p7" }), declared(func(t *catalog.InstanceType) { t.Name = "ml.c7i-flex.large" }), ""},
	{"catalog VCPU", "1 or more", facts, declared(func(t *catalog.InstanceType) { t.VCPU = 0 }), declared(func(t *catalog.InstanceType) { t.VCPU = 1 }), ""},
	{"catalog MemoryGiB", "a positive number", facts, declared(func(t *catalog.InstanceType) { t.MemoryGiB = 0 }), declared(func(t *catalog.InstanceType) { t.MemoryGiB = 0.5 }), ""},
	{"catalog (Validate)", "0 or more", facts, declared(func(t *catalog.InstanceType) { t.GPUs = -1 }).at("GPUs"), declared(func(t *catalog.InstanceType) { t.GPUs = 0 }).at("GPUs"), ""},
	{"catalog USDPerHour", "a price, or 0", facts, declared(func(t *catalog.InstanceType) { t.USDPerHour = -1 }), declared(func(t *catalog.InstanceType) { t.USDPerHour = 0 }), ""},

	{"environment Name", "1 to 20 lower-case letters, digits and single hyphens", inNames, inEnvironment(func(e *environment.Environment) { e.Name = "Dev" }),
		inEnvironment(func(e *environment.Environment) { e.Name = "a23456789-123456789x" }), ""},
	{"environment Name", "one name for each", "ours: their resources would have the same names", inSet("dev", "dev"), inSet("dev", "prod"), ""},
	{"environment Tier", "one of three", "ours: presets are those of a tier", inEnvironment(func(e *environment.Environment) { e.Tier = 9 }), inEnvironment(func(e *environment.Environment) { e.Tier = environment.Staging }), ""},
	{"environment Account", "12 digits", "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html", inEnvironment(func(e *environment.Environment) { e.Account = "12345678901" }),
		inEnvironment(func(e *environment.Environment) { e.Account = "000000000001" }), ""},
	{"environment Region", "a region of the commercial partition", "ours: accounts and prefix lists of others are not in the catalog", inEnvironment(func(e *environment.Environment) { e.Region = "us-east-9" }),
		inEnvironment(func(e *environment.Environment) { e.Region = "mx-central-1" }), ""},
	{"environment AZs", "at most as many as the region has", zonesOfRegions, inEnvironment(func(e *environment.Environment) { e.Region, e.AZs = "eu-west-1", 4 }),
		inEnvironment(func(e *environment.Environment) { e.Region, e.AZs = "eu-west-1", 3 }), ""},
	{"environment AZs", "one for each of Zones", "ours: one of the two is wrong", inEnvironment(func(e *environment.Environment) { e.AZs, e.Zones = 2, []string{"eu-west-1a"} }),
		inEnvironment(func(e *environment.Environment) { e.AZs, e.Zones = 1, []string{"eu-west-1a"} }), ""},
	{"environment (validateZones)", "a code, once", zonesOfRegions, inEnvironment(func(e *environment.Environment) { e.Zones = []string{"euw1-az1"} }).at("Zones"),
		inEnvironment(func(e *environment.Environment) { e.Zones = []string{"eu-west-1c"} }).at("Zones"), ""},
	{"environment AZs", "1 to 6", "ours: the range is cut into eight blocks, and no region has more zones", inEnvironment(func(e *environment.Environment) { e.AZs = 7 }),
		inEnvironment(func(e *environment.Environment) { e.AZs = 6 }), ""},
	{"environment AddressRange", "an IPv4 range without host bits", vpcSizes, inRange("10.0.0.1/16"), inRange("10.0.0.0/16"), ""},
	{"environment AddressRange", "addresses that hosts have", vpcSizes, inRange("224.0.0.0/16"), inRange("100.64.0.0/16"), ""},
	{"environment AddressRange", "public ranges too", vpcSizes, inRange("127.0.0.0/16"), inRange("203.0.0.0/16"), ""},
	{"environment AddressRange", "at most a /16", vpcSizes, inRange("10.0.0.0/15"), inRange("10.0.0.0/16"), ""},
	{"environment AddressRange", "subnets, an eighth of it each, of a /28 or more", subnetSizes, inRange("10.0.0.0/26"), inRange("10.0.0.0/25"), ""},
	{"environment AddressRange", "room for the largest job", "https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html",
		inEnvironment(func(e *environment.Environment) { e.AddressRange, e.Limits.InstancesPerJob = "10.0.0.0/24", 14 }),
		inEnvironment(func(e *environment.Environment) { e.AddressRange, e.Limits.InstancesPerJob = "10.0.0.0/24", 13 }), ""},
	{"environment LogRetentionDays", "one of CloudWatch's periods", "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
		inEnvironment(func(e *environment.Environment) { e.LogRetentionDays = 3654 }), inEnvironment(func(e *environment.Environment) { e.LogRetentionDays = 3653 }), ""},
	{"environment (tag)", "up to 255 characters that tags of all services take", "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Tag.html",
		inEnvironment(func(e *environment.Environment) { e.Owner = strings.Repeat("é", 256) }).at("Owner"), inEnvironment(func(e *environment.Environment) { e.Owner = strings.Repeat("é", 255) }).at("Owner"), ""},
	{"environment (tag)", "no aws: first", "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-taskdefinition-tag.html",
		inEnvironment(func(e *environment.Environment) { e.Owner = "AWS:me" }).at("Owner"), inEnvironment(func(e *environment.Environment) { e.Owner = "me:aws:" }).at("Owner"), ""},
	{"environment (validate)", "a type of the catalog or a declared one", facts, withLimits(environment.Limits{InstanceTypes: []string{"ml.p9.xlarge"}}).at("InstanceTypes"),
		withLimits(environment.Limits{InstanceTypes: []string{"ml.m5.large"}}).at("InstanceTypes"), ""},
	{"environment InstancesPerJob", "1 or more", "ours: no job would be allowed", withLimits(environment.Limits{InstancesPerJob: -1}), withLimits(environment.Limits{InstancesPerJob: 1}), ""},
	{"environment Runtime", "1 s to 28 days", "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html",
		withLimits(environment.Limits{Runtime: 28*24*time.Hour + time.Second}), withLimits(environment.Limits{Runtime: 28 * 24 * time.Hour}), ""},
	{"environment (amount)", "a positive amount", "ours: it is what a run or a month may cost", withLimits(environment.Limits{MonthlyBudget: -1}).at("MonthlyBudget"),
		withLimits(environment.Limits{MonthlyBudget: 10}).at("MonthlyBudget"), ""},
	{"environment PricePerRun", "at most the month's budget", "ours: a run may not spend more than the month", withLimits(environment.Limits{PricePerRun: 11, MonthlyBudget: 10}),
		withLimits(environment.Limits{PricePerRun: 10, MonthlyBudget: 10}), ""},
	{"environment PricePerRun", "at least an hour of the cheapest type", "ours: no useful run could start", withLimits(environment.Limits{PricePerRun: 0.1}), withLimits(environment.Limits{PricePerRun: 0.115}), ""},
	{"environment Environments", "at least one", "ours: there is nothing to check", inSet(), inSet("dev"), ""},
}

// inNetwork is what is said of a network of Development.
func inNetwork(change func(*network.IsolatedProps)) said {
	p := &network.IsolatedProps{Environment: environment.Environment{Tier: environment.Development}}
	change(p)
	return said{err: p.Validate()}
}

func onPremises(r string) said {
	return inNetwork(func(p *network.IsolatedProps) { p.TransitGateway, p.OnPremises = "tgw-0123456789abcdef0", []string{r} }).at("OnPremises")
}

func existingS3(id string) said {
	return inNetwork(func(p *network.IsolatedProps) { p.ExistingEndpoints, p.ExistingS3Endpoint = []string{"s3"}, id })
}

func hubAt(r string) said {
	return inNetwork(func(p *network.IsolatedProps) {
		p.TransitGateway, p.ExistingEndpoints, p.ExistingEndpointsRange = "tgw-0123456789abcdef0", []string{"sts"}, r
	}).at("ExistingEndpointsRange")
}

func additional(e network.AdditionalEndpoint) said {
	return inNetwork(func(p *network.IsolatedProps) { p.AdditionalEndpoints = []network.AdditionalEndpoint{e} })
}

const (
	repositoryARN = "arn:aws:codeartifact:us-east-1:111122223333:repository/ml/dev"
	internet      = "ours: a larger range would hold much of the internet"
)

var refusalsOfNetworks = []refusal{
	in(`reach_test.go TestWhatIsOutOfReach: Network: got one in us-east-1; allowed: one in eu-west-1`, "network Network", "one in the region of the repository", "ours: its endpoints lead to their own region only"),
	{"network (validateRange)", "a private range of at most a /8", internet, onPremises("8.0.0.0/8"), onPremises("172.16.0.0/12"), ""},
	{"network (validateRange)", "100.64.0.0/10 too", vpcSizes, onPremises("100.0.0.0/9"), onPremises("100.64.0.0/10"), ""},
	{"network (validateRange)", "a range that a VPC has, private or not", vpcSizes, onPremises("203.0.0.0/15"), onPremises("203.0.0.0/16"), ""},
	{"network (validateRange)", "the same of endpoints", vpcSizes, hubAt("0.0.0.0/0"), hubAt("100.64.0.0/16"), ""},
	{"network (validateRange)", "outside the network's own", "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html", onPremises("10.0.4.0/24"), onPremises("10.1.4.0/24"), ""},
	{"network AddressRange", "known at synth", "ours: subnets are cut from it at synth", inNetwork(func(p *network.IsolatedProps) { p.Environment.AddressRange = "${Token[TOKEN.7]}" }),
		inNetwork(func(p *network.IsolatedProps) { p.Environment.AddressRange = "10.0.0.0/16" }), ""},
	{"network AddressRange", "room for the largest job and the endpoints", "https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html",
		inNetwork(func(p *network.IsolatedProps) {
			p.Environment.AddressRange, p.Environment.Limits.InstancesPerJob = "10.0.0.0/24", 13
			p.Capabilities = []network.Capability{network.Training, network.Packages}
		}),
		inNetwork(func(p *network.IsolatedProps) {
			p.Environment.AddressRange, p.Environment.Limits.InstancesPerJob = "10.0.0.0/24", 11
			p.Capabilities = []network.Capability{network.Training, network.Packages}
		}), ""},
	{"network EndpointZones", "at most the zones of the network", "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
		inNetwork(func(p *network.IsolatedProps) { p.EndpointZones = 2 }), inNetwork(func(p *network.IsolatedProps) { p.EndpointZones = 1 }), ""},
	{"network Capabilities", "one that is known", "ours: a table turns each into endpoints", inNetwork(func(p *network.IsolatedProps) { p.Capabilities = []network.Capability{"Telnet"} }),
		inNetwork(func(p *network.IsolatedProps) { p.Capabilities = []network.Capability{network.Studio} }), ""},
	{"network AWSBuckets", "JumpStart or SampleData", "ours: other buckets of AWS are not known", inNetwork(func(p *network.IsolatedProps) { p.AWSBuckets = []network.AWSBucket{"all"} }),
		inNetwork(func(p *network.IsolatedProps) { p.AWSBuckets = []network.AWSBucket{network.JumpStart} }), ""},
	{"network Organization", "o- and 10 to 32 letters and digits", "https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html",
		inNetwork(func(p *network.IsolatedProps) { p.Organization = "o-123456789" }), inNetwork(func(p *network.IsolatedProps) { p.Organization = "o-1234567890" }), ""},
	{"network TransitGateway", "tgw- and 8 to 17 hexadecimal digits", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html",
		inNetwork(func(p *network.IsolatedProps) { p.TransitGateway = "tgw-1234567" }), inNetwork(func(p *network.IsolatedProps) { p.TransitGateway = "tgw-12345678" }), ""},
	{"network TransitGateway", "one where something is elsewhere", "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html",
		inNetwork(func(p *network.IsolatedProps) { p.OnPremises = []string{"10.9.0.0/16"} }), onPremises("10.9.0.0/16").at("TransitGateway"), ""},
	{"network S3PrefixList", "pl- and 8 to 17 hexadecimal digits", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html",
		inNetwork(func(p *network.IsolatedProps) { p.S3PrefixList = "pl-1234567" }), inNetwork(func(p *network.IsolatedProps) { p.S3PrefixList = "pl-12345678" }), ""},
	{"network AllowedDomains", "two labels or more", "ours: * and *.com would open DNS to everybody", inNetwork(func(p *network.IsolatedProps) { p.AllowedDomains = []string{"*.com"} }),
		inNetwork(func(p *network.IsolatedProps) { p.AllowedDomains = []string{"*.corp.example"} }), ""},
	{"network AllowedDomains", "at most 255 characters", "https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallDomains.html",
		inNetwork(func(p *network.IsolatedProps) { p.AllowedDomains = []string{strings.Repeat("abc.", 63) + "abcd"} }),
		inNetwork(func(p *network.IsolatedProps) { p.AllowedDomains = []string{strings.Repeat("abc.", 63) + "abc"} }), ""},
	{"network PackageRepositories", "the ARN of a CodeArtifact repository", "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeartifact.html",
		inNetwork(func(p *network.IsolatedProps) {
			p.Capabilities, p.PackageRepositories = []network.Capability{network.Packages}, []string{"ml/dev"}
		}),
		inNetwork(func(p *network.IsolatedProps) {
			p.Capabilities, p.PackageRepositories = []network.Capability{network.Packages}, []string{repositoryARN}
		}), ""},
	{"network PackageRepositories", "none without Packages", "ours: no endpoint leads there", inNetwork(func(p *network.IsolatedProps) { p.PackageRepositories = []string{repositoryARN} }), none, ""},
	{"network ImageRepositories", "the ARN of an ECR repository", "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html",
		inNetwork(func(p *network.IsolatedProps) { p.ImageRepositories = []string{"base"} }),
		inNetwork(func(p *network.IsolatedProps) {
			p.ImageRepositories = []string{"arn:aws:ecr:us-east-1:111122223333:repository/base"}
		}), ""},
	{"network ExistingEndpoints", "a service that Plinth knows or an additional one", "ours: it is left out of what is made", inNetwork(func(p *network.IsolatedProps) { p.ExistingEndpoints = []string{"s4"} }), hubAt("10.9.0.0/16").at("ExistingEndpoints"), ""},
	{"network ExistingS3Endpoint", "vpce- and 8 to 17 hexadecimal digits", ids, existingS3("vpce-1234567"), existingS3("vpce-12345678"), ""},
	{"network ExistingS3Endpoint", "none where one is made", "ours: one of the two is meant", inNetwork(func(p *network.IsolatedProps) { p.ExistingS3Endpoint = "vpce-12345678" }), none, ""},
	in(`brought_test.go TestTheS3EndpointThatStoodAlready: S3Endpoint: got nothing; allowed: the id`, "network S3Endpoint", "one whose id is known", "ours: a bucket would be open to every network"),
	{"network ExistingEndpointsRange", "a range where there are existing endpoints", "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html", hubAt(""), hubAt("10.9.0.0/16"), ""},
	{"network Service", "one that interface endpoints reach", "ours: the security group does not know DynamoDB's prefix list", additional(network.AdditionalEndpoint{Service: "dynamodb", Actions: []string{"dynamodb:GetItem"}}),
		additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:GetTable"}, Hosts: []string{"glue.REGION.amazonaws.com"}}), ""},
	{"network Actions", "what the policy lets through", "ours: an endpoint without a policy lets everything through", additional(network.AdditionalEndpoint{Service: "glue", Hosts: []string{"glue.REGION.amazonaws.com"}}),
		additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:Get*"}, Hosts: []string{"glue.REGION.amazonaws.com"}}), ""},
	{"network Resources", "SERVICE:RESOURCE", "ours: partition, region and account are the network's", additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:GetTable"}, Resources: []string{"arn:aws:glue:x"}}),
		additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:GetTable"}, Resources: []string{"glue:table/*"}}), ""},
	{"network Resources", "no token in the place of SERVICE", "ours: an ARN in its value would be cut", additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:GetTable"}, Resources: []string{"${Token[TOKEN.1]}"}}),
		additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:GetTable"}, Resources: []string{"glue:${Token[TOKEN.1]}"}}), ""},
	{"network (validate)", "the names of actions", "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html", additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"GetTable"}}).at("Actions"),
		additional(network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:GetTable"}}).at("Actions"), ""},
	in(`brought_test.go TestWrongThingsBrought: allowed: one with EnableDnsSupport and EnableDnsHostnames`, "network Vpc", "one with DNS, where endpoints are made", "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"),
	in(`brought_test.go TestWrongThingsBrought: Subnets: got nothing`, "network Subnets", "with a Vpc, or neither", "ours: subnets are those of a VPC"),
	in(`brought_test.go TestWrongThingsBrought: allowed: a subnet without a route to an internet gateway`, "network (validateSubnet)", "private subnets", "https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html"),
	in(`brought_test.go TestWrongThingsBrought: without a route table; allowed: a subnet whose route table the app knows`, "network (validateSubnets)", "subnets with a route table", "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"),
	in(`brought_test.go TestWrongThingsBrought: allowed: none with SharedWith`, "network (validateShared)", "nothing that the other network decides", "ours: a shared network is one network"),
	in(`reach_test.go TestInstancesThatCannotRunTogether: its security group lets none speak to another`, "network (ValidateInstances)", "room and a way for the instances", "https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html"),
	in(`brought_test.go TestWrongThingsBrought: Subnets: got 17; allowed: at most 16`, "network Subnets", "at most 16", "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html"),
	in(`brought_test.go TestWrongThingsBrought: Vpc: got one of tenancy dedicated`, "network Vpc", "default tenancy", "https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html"),
	in(`brought_test.go TestWrongThingsBrought: allowed: a subnet in eu-west-1`, "network (validatePlaces)", "each subnet once, in the network's region", "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html"),
	{"network Zone", "a zone of the network", "ours: there is no subnet in others", said{err: (&network.Isolated{SubnetIDs: []string{"a", "b"}}).ValidateZone(2)}, said{err: (&network.Isolated{SubnetIDs: []string{"a", "b"}}).ValidateZone(1)}, ""},
	{"network repository", "the ARN of an ECR repository", "ours: it is compared with ImageRepositories", said{err: (&network.Isolated{}).ValidateImage("base")}, said{err: (&network.Isolated{}).ValidateImage("arn:aws:ecr:us-east-1:111122223333:repository/base")}, ""},
	in(`brought_test.go TestARegionThatTheCatalogLacks: PackageAssets: got`, "network PackageAssets", "a region that the catalog has, or the bucket", "ours: the bucket of CodeArtifact's assets has to be named"),
}
