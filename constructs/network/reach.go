package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// ValidatePackages reports why packages of a CodeArtifact repository, by its ARN, can't be installed from inside the
// network. Of a nil network it reports nothing.
func (n *Isolated) ValidatePackages(repository string) error {
	if n == nil {
		return nil
	}
	var l problem.List
	if !slices.Contains(n.Capabilities, Packages) {
		l.Add("Network.Capabilities", join(n.Capabilities, ", "), "Packages among them", "without it CodeArtifact can't be reached: add network.Packages")
	}
	var region, account string // unknown of what only the deployment knows
	if parts, ok := arn.Split(repository); ok {
		region, account = parts[3], parts[4]
	}
	switch {
	case token.Differ(region, n.region):
		l.Include("", n.otherRegion(repository, region))
	case len(n.packageRepositories) > 0 && !contains(n.packageRepositories, repository):
		l.Add("Network.PackageRepositories", n.packageRepositories, "the repository among them, "+repository, "the endpoints let nothing else through")
	case len(n.packageRepositories) == 0 && token.Differ(account, n.account):
		l.Add("Network.PackageRepositories", n.packageRepositories, "the repository among them, "+repository,
			"it is of another account, and the endpoints let nothing else through")
	}
	return l.Err()
}

// otherRegion is the problem of a repository in another region, which no endpoint leads to.
func (n *Isolated) otherRegion(repository, region string) error {
	return problem.Problem{
		Field: "Network", Got: problem.Phrase("one in " + n.region), Allowed: "one in " + region + ", where " + repository + " is",
		Fix: "endpoints lead to their own region only: take a repository there",
	}
}

// ValidateImage reports why images of an ECR repository, by its ARN, can't be pulled from inside the network. Of a nil
// network it reports no more than a text that is no such ARN.
func (n *Isolated) ValidateImage(repository string) error {
	parts, ok := arn.Split(repository)
	if !ok {
		return problem.Problem{Field: "repository", Got: repository, Allowed: "the ARN of an ECR repository, arn:aws:ecr:REGION:ACCOUNT:repository/NAME"}
	}
	if n != nil && token.Differ(parts[3], n.region) {
		return n.otherRegion(repository, parts[3])
	}
	if n == nil || !token.Differ(parts[4], n.account) || contains(n.imageRepositories, repository) {
		return nil
	}
	return problem.Problem{
		Field: "Network.ImageRepositories", Got: n.imageRepositories, Allowed: "the repository among them, " + repository,
		Fix: "it is of another account, and the endpoints let nothing else through",
	}
}

// S3Endpoints is a list of S3Endpoint, as buckets take it. It panics with one message where that stood already and its
// id is not known: an empty list would open a bucket to every network.
func (n *Isolated) S3Endpoints() []string {
	return []string{cdk.Text("network.Isolated.S3Endpoints", n, func() string {
		if n.S3Endpoint == "" {
			cdk.Check(problem.Problem{
				Field: "S3Endpoint", Allowed: "the id of the S3 endpoint, which stood already",
				Fix: "give it to this network, or to the one that it is SharedWith, as IsolatedProps.ExistingS3Endpoint",
			})
		}
		return n.S3Endpoint
	})}
}

// OneInEachZone are the SubnetIDs for what takes one subnet of a zone: without those whose zone is that of one before,
// as far as the app knows their zones.
func (n *Isolated) OneInEachZone() []string {
	if n == nil {
		return nil
	}
	var ids, zones []string
	for _, id := range n.SubnetIDs {
		zone, known := n.zones[id]
		if known && slices.Contains(zones, zone) {
			continue
		}
		ids, zones = append(ids, id), append(zones, zone)
	}
	return ids
}

// ValidateZone reports a zone, counted from 0, that the network has no subnet in. Of a nil network, and of one that has
// none, only negative ones are reported.
func (n *Isolated) ValidateZone(zone int) error {
	subnets := 0
	if n != nil {
		subnets = len(n.SubnetIDs)
	}
	if zone >= 0 && (subnets == 0 || zone < subnets) {
		return nil
	}
	p := problem.Problem{Field: "Zone", Got: zone, Allowed: "0 or more"}
	switch {
	case subnets == 1:
		p.Allowed, p.Fix = "0, as the network has 1 subnet", "leave it out, or give the network's Environment more AZs"
	case subnets > 1:
		p.Allowed, p.Fix = fmt.Sprintf("0 to %d, as the network has %d subnets", subnets-1, subnets), "zones count from 0"
	}
	return p
}

// ValidateInstances reports why the instances of a job can't run together in subnets of the network: how many, how many
// addresses they take, and whether any of them has EFA. Instances of one job speak to each other, and stand in one
// subnet (https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html). Of a nil network it reports nothing.
func (n *Isolated) ValidateInstances(subnets []string, instances, addresses int, efa bool) error {
	if n == nil {
		return nil
	}
	const give = "give network.NewIsolated the environment of the job, "
	lets := func(what string) bool {
		return slices.ContainsFunc(n.peers, func(p peer) bool { return p.what == what })
	}
	var l problem.List
	switch {
	case instances > 1 && !lets(peerEFA) && !lets(peerIKE):
		l.Add("", instances, "1 instance in this network: its security group lets none speak to another", give+"whose Limits.InstancesPerJob is 2 or more")
	case instances > 1 && efa && !lets(peerEFA):
		l.Add("", instances, "1 instance with EFA in this network: its security group does not let everything through to itself",
			give+"whose Limits.InstanceTypes has a type with EFA")
	}
	l.Include("", n.ValidateAddresses(subnets, instances, addresses))
	return l.Err()
}

// ValidateAddresses reports that so many instances, which take so many addresses together, don't fit into each of the
// subnets. Of a subnet whose range is not known at synth nothing is said, nor of addresses that something else than
// this network's endpoints takes, nor of a nil network.
func (n *Isolated) ValidateAddresses(subnets []string, instances, addresses int) error {
	if n == nil {
		return nil
	}
	for _, id := range subnets {
		if free, known := n.free[id]; known && addresses > free {
			return problem.Problem{
				Got: instances, Allowed: fmt.Sprintf("as many as the %d addresses of each subnet hold", free),
				Fix: fmt.Sprintf("they take %d: take fewer, or a larger Environment.AddressRange; of a Vpc of your own, larger Subnets", addresses),
			}
		}
	}
	return nil
}

// contains compares ARNs without their partition, which one may name and the other leave to the deployment.
func contains(arns []string, arn string) bool {
	rest := func(arn string) string {
		parts := strings.SplitN(arn, ":", 3)
		return parts[len(parts)-1]
	}
	return slices.ContainsFunc(arns, func(a string) bool { return rest(a) == rest(arn) })
}
