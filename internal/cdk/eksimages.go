package cdk

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/location"
)

// EKSImages are the ARNs of the ECR repositories of AWS that nodes of EKS pull from: those of EKS's add-ons, such as
// the one that gives pods their addresses, and that of HyperPod's health agent. A region that the catalog knows no
// account of has fewer.
func EKSImages(scope constructs.Construct, at location.Location) []string {
	var all []string
	for _, of := range []struct{ column, repository string }{
		{"EKSAccount", "*"}, // EKS names its registries, and not the repositories in them
		{"HyperPodAgentAccount", "hyperpod-health-monitoring-agent"},
	} {
		if account := RegistryByRegion(scope, at.Region, of.column); account != "" {
			all = append(all, location.Location{Partition: at.Partition, Region: at.Region, Account: account}.ARN("ecr", "repository/"+of.repository))
		}
	}
	return all
}
