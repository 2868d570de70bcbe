package network

import (
	"net/netip"
	"slices"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/location"
)

// plan is every decision about a network, before anything is built.
type plan struct {
	addressRange string
	subnets      []netip.Prefix
	endpoints    []endpoint
	flowLogDays  int
	retain       bool
}

// endpoint is one VPC endpoint.
type endpoint struct {
	service string
	gateway bool
	policy  map[string]any
}

// newPlan decides. The environment is resolved and valid, s3PrefixList and the registry account come from the catalog.
func newPlan(e environment.Environment, capabilities []Capability, at location.Location, xgboostAccount string) plan {
	p := plan{
		addressRange: e.AddressRange,
		subnets:      e.SubnetRanges(),
		flowLogDays:  e.LogRetentionDays,
		retain:       e.Tier.RetainsData(),
	}
	for _, service := range services(capabilities) {
		p.endpoints = append(p.endpoints, endpoint{
			service: service,
			gateway: slices.Contains(gateways, service),
			policy:  endpointPolicy(service, at, xgboostAccount),
		})
	}
	return p
}

// services is the union of what the capabilities need, sorted.
func services(capabilities []Capability) []string {
	var all []string
	for _, c := range capabilities {
		all = append(all, endpoints[c]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
