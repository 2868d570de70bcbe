package network

import (
	_ "embed"
	"slices"
	"strings"
)

// hostsCSV has, for each service, the names that clients ask for: checks/models/hosts.py writes it.
//
//go:embed hosts.csv
var hostsCSV string

// clientHosts are the names of hostsCSV, by service, in which REGION stands for the region.
var clientHosts = func() map[string][]string {
	all := map[string][]string{}
	_, lines, _ := strings.Cut(hostsCSV, "\n")
	for line := range strings.Lines(lines) {
		service, host, _ := strings.Cut(strings.TrimSpace(line), ",")
		all[service] = append(all[service], host)
	}
	return all
}()

// insideHosts are names of what stands in the VPC itself: file systems that jobs and machines mount, the web server and
// the database of MWAA (https://docs.aws.amazon.com/mwaa/latest/userguide/vpc-vpe-access.html; its workers ask the web
// server, and the names of its database are derived from its images), and the API servers of EKS.
var insideHosts = map[Capability][]string{
	Training:    {"*.efs.REGION.amazonaws.com", lustreHosts},
	Airflow:     {"*.REGION.airflow.amazonaws.com", "*.REGION.rds.amazonaws.com", "*.REGION.vpce.amazonaws.com"},
	HyperPod:    {lustreHosts},
	HyperPodEKS: {lustreHosts, "*.REGION.eks.amazonaws.com"},
}

const lustreHosts = "*.fsx.REGION.amazonaws.com"

// allowedDomains are the names that may be resolved: those of the planned endpoints, those inside the VPC and those
// that the network was given. DNS is a way out too: what is encoded in a name reaches whoever owns the domain.
func allowedDomains(plan EndpointPlan, region string, own []string) []string {
	domains := []string{"*.compute.internal", "*.ec2.internal"}
	for _, e := range plan {
		hosts := slices.Concat(clientHosts[e.Service], services[e.Service].hosts)
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
