package network

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// Capability is something that the network makes possible without the internet.
type Capability string

// Training is what a SageMaker training job in the network needs: S3 for its data, and ECR for images that are pulled
// from inside the VPC.
const Training Capability = "Training"

// endpoints of each capability, by the service's name in com.amazonaws.REGION.NAME
// (https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html).
var endpoints = map[Capability][]string{
	Training: {"s3", "ecr.api", "ecr.dkr"},
}

// gateways are the services whose endpoint is a route instead of an address.
var gateways = []string{"s3"}

func validateCapabilities(capabilities []Capability) error {
	var l problem.List
	for i, c := range capabilities {
		if _, ok := endpoints[c]; !ok {
			l.Add(fmt.Sprintf("Capabilities[%d]", i), string(c), "one of "+strings.Join(names(), ", "), "")
		}
	}
	return l.Err()
}

func names() []string {
	var all []string
	for _, c := range slices.Sorted(maps.Keys(endpoints)) {
		all = append(all, string(c))
	}
	return all
}
