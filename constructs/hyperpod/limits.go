package hyperpod

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// accelerated tells whether a type has GPUs or is one of Trainium; a token may be.
func (p *ClusterProps) accelerated(instanceType string) bool {
	t, _ := p.Environment.Limits.LookupInstanceType(instanceType)
	return t.GPUs > 0 || strings.HasPrefix(instanceType, "ml.trn") || token.Is(instanceType)
}

// podAddresses is how many addresses the first network interface of a node takes at most: its own and those of 49 pods.
const podAddresses = 50

// addresses is how many private addresses one machine takes. With Slurm that is one for each network interface: AWS gives 32 for
// ml.p5.48xlarge, which has as many EFA interfaces; for others it is derived, and no less than two. With EKS the first interface has
// those of the pods besides: AWS gives 81 for that type, 50 and one for each further interface; others are held to the same, though many
// have fewer pods (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html).
func (p *ClusterProps) addresses(instanceType string) int {
	t, _ := p.Environment.Limits.LookupInstanceType(instanceType)
	if p.EKS != nil {
		return podAddresses + max(0, t.EFAInterfaces-1)
	}
	return max(2, t.EFAInterfaces)
}

// PricePerMonth is what the machines cost in a month of 730 hours, in USD on demand in us-east-1 at the price of training, and whether
// it is known of all of them. Lustre, volumes and endpoints come besides.
func (p *ClusterProps) PricePerMonth() (usd float64, known bool) {
	known = true
	for _, g := range p.all() {
		t, _ := p.Environment.Limits.LookupInstanceType(g.InstanceType)
		hour, priced := t.PricePerHour()
		usd, known = usd+hour*catalog.HoursPerMonth*float64(g.Instances), known && priced
	}
	return usd, known
}

// Quotas are the quotas of Service Quotas that the cluster needs, each with the number: those of accelerated types are 0 in a new account
// as far as is known (unverified).
func (p *ClusterProps) Quotas() []string {
	count := map[string]int{}
	var types []string
	for _, g := range p.all() {
		if !slices.Contains(types, g.InstanceType) {
			types = append(types, g.InstanceType)
		}
		count[g.InstanceType] += g.Instances
	}
	var all []string
	for _, t := range types {
		all = append(all, fmt.Sprintf("%s for cluster usage: %d", t, count[t]))
	}
	return all
}

// validateLimits holds the cluster against the environment's limits, and its network.
func (p *ClusterProps) validateLimits() error {
	var l problem.List
	limits := p.Environment.Resolved().Limits
	field := func(i int, name string) string { return fmt.Sprintf("Groups[%d].%s", i, name) }
	barred := func(at, name string) {
		if !token.Is(name) && !slices.Contains(limits.InstanceTypes, name) {
			l.Add(at, name, "one of "+strings.Join(limits.InstanceTypes, ", "), "change the cluster, or the environment's Limits.InstanceTypes")
		}
	}
	groups := p.all()
	if p.EKS == nil {
		barred("ControllerType", groups[0].InstanceType)
	}
	if p.LoginType != "" {
		barred("LoginType", p.LoginType)
	}
	for i, g := range p.Groups {
		barred(field(i, "InstanceType"), g.InstanceType)
		if g.Instances > limits.InstancesPerJob {
			l.Add(field(i, "Instances"), g.Instances, fmt.Sprintf("at most %d, what a job may have", limits.InstancesPerJob),
				"change the cluster, or the environment's Limits.InstancesPerJob")
		}
	}
	machines, taken := 0, 0
	for _, g := range groups {
		machines, taken = machines+g.Instances, taken+g.Instances*p.addresses(g.InstanceType)
	}
	if l.Err() == nil && p.validatePlace() == nil {
		l.Include("Groups", p.Network.ValidateAddresses([]string{p.subnet()}, machines, taken))
	}
	if usd, _ := p.PricePerMonth(); usd > limits.MonthlyBudget { // where some prices are not known, the others are too much already
		l.Add("Groups", fmt.Sprintf("%.0f USD a month", usd), fmt.Sprintf("at most %g, the environment's budget", limits.MonthlyBudget),
			"a cluster costs whether it works or not: take fewer or cheaper machines, or raise the environment's Limits.MonthlyBudget")
	}
	return l.Err()
}
