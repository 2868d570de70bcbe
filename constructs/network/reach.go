package network

import (
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// ValidatePackages reports why packages of a CodeArtifact repository, by its ARN, can't be installed from inside the network.
func (n *Isolated) ValidatePackages(repository string) error {
	var l problem.List
	if !slices.Contains(n.Capabilities, Packages) {
		l.Add("Network.Capabilities", join(n.Capabilities, ", "), "Packages among them", "without it CodeArtifact can't be reached: add network.Packages")
	}
	if len(n.packageRepositories) > 0 && !contains(n.packageRepositories, repository) {
		l.Add("Network.PackageRepositories", n.packageRepositories, "the repository among them, "+repository, "the endpoints let nothing else through")
	}
	return l.Err()
}

// ValidateImage reports why images of an ECR repository, by its ARN, can't be pulled from inside the network.
func (n *Isolated) ValidateImage(repository string) error {
	account := strings.SplitN(repository, ":", 6)[4]
	if account == n.account || contains(n.imageRepositories, repository) {
		return nil
	}
	return problem.Problem{
		Field: "Network.ImageRepositories", Got: n.imageRepositories, Allowed: "the repository among them, " + repository,
		Fix: "it is of another account, and the endpoints let nothing else through",
	}
}

// contains compares ARNs without their partition, which one may name and the other leave to the deployment.
func contains(arns []string, arn string) bool {
	rest := func(arn string) string { return strings.SplitN(arn, ":", 3)[2] }
	return slices.ContainsFunc(arns, func(a string) bool { return rest(a) == rest(arn) })
}
