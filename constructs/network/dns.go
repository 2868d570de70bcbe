package network

import (
	"slices"
	"strings"
)

// insideHosts are names of what stands in the VPC itself: the Lustre file systems that machines mount, and the API servers of EKS.
var insideHosts = map[Capability][]string{
	HyperPod:    {"*.fsx.REGION.amazonaws.com"},
	HyperPodEKS: {"*.fsx.REGION.amazonaws.com", "*.REGION.eks.amazonaws.com"},
}

// allowedDomains are the names that may be resolved: those of the planned endpoints, those inside the VPC and those that
// the network was given. DNS is a way out too: what is encoded in a name reaches whoever owns the domain.
func allowedDomains(plan EndpointPlan, region string, own []string) []string {
	domains := []string{"*.compute.internal", "*.ec2.internal"}
	for _, e := range plan {
		hosts := services[e.Service].hosts
		for _, c := range e.AskedBy {
			hosts = slices.Concat(hosts, insideHosts[c])
		}
		for _, host := range hosts {
			domains = append(domains, strings.ReplaceAll(host, "REGION", region))
		}
	}
	domains = append(domains, own...)
	slices.Sort(domains)
	return slices.Compact(domains)
}
