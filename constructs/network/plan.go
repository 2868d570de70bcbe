package network

import (
	"net/netip"
	"slices"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/role"
)

// plan is every decision about a network, before anything is built.
type plan struct {
	addressRange string
	subnets      []netip.Prefix
	zones        []string // of the subnets; empty: the first that AWS lists
	// endpoints are all that the capabilities need; those in existing stand already.
	endpoints EndpointPlan
	existing  []string
	peers     []peer
	// reach are the ranges that jobs may speak to by 443: endpoints elsewhere and on-premises ranges.
	reach   []string
	logDays int
	retain  bool
}

// newPlan decides. The props are valid.
func newPlan(p IsolatedProps) plan {
	e := p.Environment.Resolved()
	decided := plan{
		addressRange: e.AddressRange,
		subnets:      e.SubnetRanges(),
		zones:        e.Zones,
		endpoints:    planEndpoints(p.capabilities(), p.additionalNeeds(), p.endpointZones()),
		existing:     p.ExistingEndpoints,
		peers:        peers(e.Limits, p.capabilities()),
		logDays:      e.LogRetentionDays,
		retain:       e.Tier.RetainsData(),
	}
	if p.ExistingEndpointsRange != "" && (len(p.ExistingEndpoints) == 0 || decided.usesExisting()) {
		decided.reach = append(decided.reach, p.ExistingEndpointsRange)
	}
	decided.reach = append(decided.reach, p.OnPremises...)
	return decided
}

// missing are the endpoints that are to be made.
func (p plan) missing() EndpointPlan {
	return slices.DeleteFunc(slices.Clone(p.endpoints), func(e Endpoint) bool { return slices.Contains(p.existing, e.Service) })
}

// usesExisting tells whether anything needs an interface endpoint that stands already.
func (p plan) usesExisting() bool {
	return slices.ContainsFunc(p.endpoints, func(e Endpoint) bool { return !e.Gateway && slices.Contains(p.existing, e.Service) })
}

// interfaces is how many interface endpoints are made, each of which takes an address in the subnets that it stands in.
func (p plan) interfaces() int {
	n := 0
	for _, e := range p.missing() {
		if !e.Gateway {
			n++
		}
	}
	return n
}

// peer is what the members of the jobs' group may send each other.
type peer struct {
	what, protocol string
	from, to       *float64 // nil: the protocol has no ports
	accepted       []role.Accepted
}

// What lets the instances of one job speak to each other.
const (
	peerEFA = "EFA"
	peerIKE = "IKE"
)

// peers are what the largest allowed job and Studio need. Jobs encrypt what their instances send each other, with IPsec
// (https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html); EFA is no protocol of IP and needs everything.
func peers(limits environment.Limits, capabilities []Capability) []peer {
	if limits.InstancesPerJob > 1 && slices.ContainsFunc(limits.InstanceTypes, func(name string) bool {
		t, _ := limits.LookupInstanceType(name)
		return t.EFAInterfaces > 0
	}) {
		return []peer{{what: peerEFA, protocol: "-1", accepted: role.AcceptInPacks("EC2RestrictedCommonPorts",
			"EFA is no protocol of IP and needs every protocol; the only source is the group itself, the instances of a job")}}
	}
	var all []peer
	if limits.InstancesPerJob > 1 {
		all = append(all, peer{what: peerIKE, protocol: "udp", from: port(500), to: port(500)}, peer{what: "ESP", protocol: "50"})
	}
	if slices.Contains(capabilities, Studio) {
		// Home folders, and the apps of a domain among themselves
		// (https://docs.aws.amazon.com/sagemaker/latest/dg/studio-notebooks-and-internet-access.html).
		all = append(all, peer{what: "NFS", protocol: "tcp", from: port(2049), to: port(2049)},
			peer{what: "Apps", protocol: "tcp", from: port(8192), to: port(65535)})
	}
	return all
}

func port(n float64) *float64 { return &n }
