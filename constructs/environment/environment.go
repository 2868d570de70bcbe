package environment

import (
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
)

// Environment is one deployment of everything. Its zero fields take the preset of its tier: see [Environment.Resolved].
// String fields may be CDK tokens, where their comment does not say otherwise; what a token stands for is not
// validated.
type Environment struct {
	// Name tells environments apart and starts the names of what must be named, with two hyphens after it: 1 to 20
	// lower-case letters, digits and single hyphens between them, a letter first, and not "none", which stands there
	// where Name is empty. Required in a set.
	Name string
	// Tier decides the defaults. Zero is Production.
	Tier Tier
	// Account is the AWS account, 12 digits. Empty: the account that the stack is deployed to.
	Account string
	// Region is the AWS region, such as "eu-west-1". Empty: the region that the stack is deployed to.
	Region string
	// AZs is the number of Availability Zones that jobs may run in, 1 to 6 and not more than the region has. Zero: one
	// for each of Zones, else the tier's. An account may see fewer zones than its region has, as newer ones do in
	// us-west-1: the deployment then fails on Fn::Select
	// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html).
	AZs int
	// Zones are the codes of those Availability Zones, such as "eu-west-1b", of a network that is made: for where the
	// first of an account's zones lacks an instance type or a VPC endpoint. Choose them before the first deployment:
	// subnets in other zones need another AddressRange too, since they are made before those that stand go
	// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnet.html). Empty: the
	// first that the account sees.
	Zones []string
	// AddressRange is the network's IPv4 range in CIDR notation, /16 to /25, private or not; AWS recommends private
	// ones, and not 172.17.0.0/16, which some of its services use
	// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html). A network that is made takes a value
	// known at synth, not a token. Empty: 10.0.0.0/16.
	AddressRange string
	// Limits bound what jobs may use and cost.
	Limits Limits
	// LogRetentionDays is how long logs are kept, in days: one of the values that CloudWatch Logs takes. Zero: the
	// tier's.
	LogRetentionDays int
	// RuntimeInstalls lets jobs install packages when they start. Their containers then have credentials, and reach the
	// endpoints of the network; without it they have neither. Off: packages come in the image.
	RuntimeInstalls bool
	// Administrators are the ARNs of the roles and users of administration and break-glass, of this account: they reach data
	// from outside the network, and are the only ones besides a deployment that may change how it is protected. A * may
	// stand for a part of a name of at least 3 other letters, as in role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*.
	// Empty: nobody reaches data from outside, and identity policies alone say who may change its protection.
	Administrators []string
	// Owner is the team that answers for the environment; it becomes the tag Owner: at most 255 characters that tags of
	// all services take, and no aws: first. Empty: no tag.
	Owner string
	// CostCenter is who pays; it becomes the tag CostCenter, as long and of the same characters. Empty: no tag.
	CostCenter string
}

// Limits bound what the jobs of an environment may use and cost. Zero fields take the preset of the tier.
type Limits struct {
	// InstanceTypes are the types that a job may use, such as "ml.m5.xlarge": values known at synth, not tokens, since
	// they decide there which jobs are refused, how many addresses a job takes and what its instances may send each
	// other. Empty: the tier's.
	InstanceTypes []string
	// DeclaredTypes are types that the catalog lacks, with what checks need to know of them; one that the catalog has
	// is replaced by what is said here. A type is allowed only where InstanceTypes names it. Empty: the catalog's only.
	DeclaredTypes []catalog.InstanceType
	// InstancesPerJob is the largest number of instances of one job. Zero: the tier's.
	InstancesPerJob int
	// Runtime is the longest that one job may run, in whole seconds, at most 28 days (SageMaker's own limit). Zero: the
	// tier's.
	Runtime time.Duration
	// PricePerRun is the most that one run of a job may cost, in USD at on-demand prices. Zero: the tier's.
	PricePerRun float64
	// MonthlyBudget is what the environment may spend in a month, in USD. Zero: the tier's.
	MonthlyBudget float64
}

// Tags are the cost allocation tags of everything in the environment.
func (e Environment) Tags() map[string]string {
	tags := map[string]string{}
	for key, value := range map[string]string{"Environment": e.Name, "Owner": e.Owner, "CostCenter": e.CostCenter} {
		if value != "" {
			tags[key] = value
		}
	}
	return tags
}

// LookupInstanceType finds a type by its name, in DeclaredTypes and else in the catalog, and tells whether it is there.
func (m Limits) LookupInstanceType(name string) (catalog.InstanceType, bool) {
	for _, t := range m.DeclaredTypes {
		if t.Name == name {
			return t, true
		}
	}
	return catalog.LookupInstanceType(name)
}
