package network

import (
	"slices"
	"strings"
)

// allowedDomains are the names that may be resolved: those of the planned endpoints, those inside the VPC and those that
// the network was given. DNS is a way out too: what is encoded in a name reaches whoever owns the domain.
func allowedDomains(plan EndpointPlan, region string, own []string) []string {
	domains := []string{"*.compute.internal", "*.ec2.internal"}
	for _, e := range plan {
		for _, host := range services[e.Service].hosts {
			domains = append(domains, strings.ReplaceAll(host, "REGION", region))
		}
	}
	domains = append(domains, own...)
	slices.Sort(domains)
	return slices.Compact(domains)
}
