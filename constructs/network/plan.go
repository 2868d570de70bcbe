package network

import (
	"net/netip"
	"slices"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
)

// plan is every decision about a network, before anything is built.
type plan struct {
	addressRange string
	subnets      []netip.Prefix
	endpoints    []endpoint
	peers        []peer
	flowLogDays  int
	retain       bool
}

// endpoint is one VPC endpoint.
type endpoint struct {
	service string
	gateway bool
	policy  map[string]any
}

// peer is what the instances of one job may send each other.
type peer struct {
	what, protocol string
	port           *float64 // nil: the protocol has none
	accepted       []cdk.Accepted
}

// peers are what the largest allowed job needs. Jobs encrypt what their instances send each other, with IPsec
// (https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html); EFA is no protocol of IP and needs everything.
func peers(limits environment.Limits) []peer {
	if limits.InstancesPerJob == 1 {
		return nil
	}
	for _, name := range limits.InstanceTypes {
		if t, _ := catalog.LookupInstanceType(name); t.EFAInterfaces > 0 {
			return []peer{{what: "EFA", protocol: "-1", accepted: cdk.AcceptInPacks("EC2RestrictedCommonPorts",
				"EFA is no protocol of IP and needs every protocol; the only source is the group itself, the instances of a job")}}
		}
	}
	ike := 500.0
	return []peer{{what: "IKE", protocol: "udp", port: &ike}, {what: "ESP", protocol: "50"}}
}

// newPlan decides. The environment is resolved and valid, s3PrefixList and the registry account come from the catalog.
func newPlan(e environment.Environment, capabilities []Capability, at location.Location, xgboostAccount string) plan {
	p := plan{
		addressRange: e.AddressRange,
		subnets:      e.SubnetRanges(),
		peers:        peers(e.Limits),
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
