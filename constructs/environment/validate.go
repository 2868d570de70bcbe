package environment

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/cidr"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// maxRuntime is SageMaker's own limit
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html).
const maxRuntime = 28 * 24 * time.Hour

// logRetentionDays are the periods that CloudWatch Logs takes
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
var logRetentionDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	tagPattern     = regexp.MustCompile(`^[\pL\pZ\pN_.:/=+\-@]{1,255}$`)
)

// Validate reports every problem of e, after its zero fields took their presets. An empty Name is allowed here and an
// error in a set.
func (e Environment) Validate() error {
	if e.Tier.valid() {
		return e.validate()
	}
	var l problem.List
	l.Add("Tier", e.Tier, "Production, Staging or Development", "")
	l.Include("", e.whateverTier())
	return l.Err()
}

// whateverTier reports what is wrong of an environment in every tier.
func (e Environment) whateverTier() error {
	said := map[string]int{}
	var shared problem.List
	for _, e.Tier = range tiers {
		for _, err := range problem.All(e.validate()) {
			if said[err.Error()]++; said[err.Error()] == len(tiers) {
				shared.Include("", err)
			}
		}
	}
	return shared.Err()
}

// validate checks an environment of a known tier.
func (e Environment) validate() error {
	var l problem.List
	if e.Name != "" && !token.Is(e.Name) && !names.IsEnvironment(e.Name) {
		l.Add("Name", e.Name, names.EnvironmentAllowed, "")
	}
	e = e.Resolved()
	if e.Account != "" && !token.Is(e.Account) && !accountPattern.MatchString(e.Account) {
		l.Add("Account", e.Account, "12 digits, or empty for the account that is deployed to", "")
	}
	if e.Region != "" && !token.Is(e.Region) {
		if _, ok := catalog.LookupRegion(e.Region); !ok {
			l.Add("Region", e.Region, "one of "+strings.Join(catalog.RegionNames(), ", "), "")
		}
	}
	l.Include("", e.validateZones())
	if !slices.Contains(logRetentionDays, e.LogRetentionDays) {
		l.Add("LogRetentionDays", e.LogRetentionDays, problem.OneOf(logRetentionDays), "")
	}
	l.Include("", e.validateAdministrators())
	l.Include("", tag("Owner", e.Owner))
	l.Include("", tag("CostCenter", e.CostCenter))
	l.Include("Limits", e.Limits.validate())
	l.Include("", e.validateAddresses())
	return l.Err()
}

// validate checks limits whose zero fields took their presets.
func (m Limits) validate() error {
	var l problem.List
	cheapest := math.Inf(1)
	l.Include("", m.validateDeclared())
	for i, name := range m.InstanceTypes {
		t, ok := m.LookupInstanceType(name)
		field := fmt.Sprintf("InstanceTypes[%d]", i)
		switch {
		case token.Is(name):
			l.Add(field, name, "a value known at synth, not a token", "jobs are held against it at synth: name each type")
		case !ok:
			l.Add(field, name, "a SageMaker training type of the catalog, such as ml.m5.xlarge, or of DeclaredTypes", similar(name))
		}
		if usd, known := t.PricePerHour(); known {
			cheapest = min(cheapest, usd)
		}
	}
	if m.InstancesPerJob < 1 {
		l.Add("InstancesPerJob", m.InstancesPerJob, "1 or more", "")
	}
	if m.Runtime < time.Second || m.Runtime > maxRuntime || m.Runtime%time.Second != 0 {
		l.Add("Runtime", m.Runtime, "whole seconds, from 1s to 672h (28 days)", "")
	}
	l.Include("", amount("PricePerRun", m.PricePerRun))
	l.Include("", amount("MonthlyBudget", m.MonthlyBudget))
	if m.PricePerRun > 0 && m.MonthlyBudget > 0 && m.PricePerRun > m.MonthlyBudget {
		l.Add("PricePerRun", m.PricePerRun, fmt.Sprintf("at most MonthlyBudget, %g", m.MonthlyBudget),
			"lower the one or raise the other: a single run may not spend more than the month")
	}
	if m.PricePerRun > 0 && cheapest > m.PricePerRun && !math.IsInf(cheapest, 1) {
		l.Add("PricePerRun", m.PricePerRun, fmt.Sprintf("at least %g, an hour of the cheapest of InstanceTypes", cheapest),
			"raise it, or allow a cheaper type: as it is no useful run can start")
	}
	return l.Err()
}

// validateDeclared checks the types that are declared.
func (m Limits) validateDeclared() error {
	var l problem.List
	for i, t := range m.DeclaredTypes {
		field := fmt.Sprintf("DeclaredTypes[%d]", i)
		l.Include(field, t.Validate())
		if slices.ContainsFunc(m.DeclaredTypes[:i], func(other catalog.InstanceType) bool { return other.Name == t.Name }) {
			l.Add(field+".Name", t.Name, "each type once", "")
		}
	}
	return l.Err()
}

// tag checks the value of a tag that an app puts on every resource: of ECR, CodeBuild and Route 53 Resolver they have
// one character less than elsewhere, and some services keep what starts with aws: for AWS
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecr-repository-tag.html,
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Tag.html).
func tag(field, value string) error {
	if value == "" || token.Is(value) || tagPattern.MatchString(value) && !strings.HasPrefix(strings.ToLower(value), "aws:") {
		return nil
	}
	return problem.Problem{Field: field, Got: value, Allowed: "up to 255 letters, digits, spaces and _.:/=+-@, and no aws: first, as tags of all services take"}
}

func amount(field string, usd float64) error {
	if usd > 0 && !math.IsInf(usd, 0) {
		return nil
	}
	return problem.Problem{Field: field, Got: usd, Allowed: "a positive amount in USD, or 0 for the tier's"}
}

// validateAddresses checks the range and that the largest job fits into each subnet.
func (e Environment) validateAddresses() error {
	var l problem.List
	if token.Is(e.AddressRange) {
		return nil
	}
	whole, ok := cidr.Parse(e.AddressRange)
	switch {
	case !ok:
		l.Add("AddressRange", e.AddressRange, cidr.Allowed, "")
		return l.Err()
	case whole.Bits() < minRangeBits || whole.Bits() > maxRangeBits:
		l.Add("AddressRange", e.AddressRange, fmt.Sprintf("a range of /%d, the largest that a VPC has, to /%d: an eighth of it is the smallest subnet, a /%d",
			minRangeBits, maxRangeBits, cidr.Smallest), "")
		return l.Err()
	}
	if need, have := e.JobAddresses(), SubnetCapacity(whole.Bits()); need > have {
		least := ""
		if e.Limits.InstancesPerJob > maxCounted {
			least = "more than "
		}
		l.Add("AddressRange", e.AddressRange, fmt.Sprintf("a range whose subnets hold the %s%d addresses of the largest allowed job", least, need),
			fmt.Sprintf("each of its subnets holds %d: %s, or lower Limits.InstancesPerJob", have, SmallestRange(need)))
	}
	return l.Err()
}

// SmallestRange tells which range a network needs so that each of its subnets holds that many addresses.
func SmallestRange(addresses int) string {
	for bits := maxRangeBits; bits >= minRangeBits; bits-- {
		if SubnetCapacity(bits) >= addresses {
			return fmt.Sprintf("take at least a /%d", bits)
		}
	}
	return fmt.Sprintf("even a /%d holds only %d", minRangeBits, SubnetCapacity(minRangeBits))
}

// similar names the types of the same family, for whoever mistyped a size.
func similar(name string) string {
	family, _, _ := strings.Cut(strings.TrimPrefix(name, "ml."), ".")
	var names []string
	for _, n := range catalog.InstanceTypeNames() {
		if strings.HasPrefix(n, "ml."+family+".") {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return "declare a type that SageMaker has and the catalog lacks in DeclaredTypes"
	}
	return "of that family the catalog has " + strings.Join(names, ", ")
}
