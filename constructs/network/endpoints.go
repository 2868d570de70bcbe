package network

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/plinth-ml/plinth/constructs/catalog"
)

// EndpointPlan is the VPC endpoints that a set of capabilities needs, by service.
type EndpointPlan []Endpoint

// Endpoint is one VPC endpoint.
type Endpoint struct {
	// Service is its name: "ecr.api".
	Service string
	// Gateway tells that it is a route, in every zone and free, rather than an address.
	Gateway bool
	// Zones is the number of zones that an interface endpoint stands in.
	Zones int
	// AskedBy are the capabilities that need it, sorted; AdditionalEndpoints, if that names it, is among them.
	AskedBy []Capability
}

// PlanEndpoints is the union of what the capabilities need, with interface endpoints in that many zones. Unknown
// capabilities need nothing.
func PlanEndpoints(capabilities []Capability, zones int) EndpointPlan {
	return planEndpoints(capabilities, nil, zones)
}

// planEndpoints does the same with what is asked for by hand besides.
func planEndpoints(capabilities []Capability, additional []need, zones int) EndpointPlan {
	askedBy := map[string][]Capability{}
	for _, n := range additional {
		askedBy[n.service] = []Capability{byHand}
	}
	for _, c := range slices.Compact(slices.Sorted(slices.Values(capabilities))) {
		for _, n := range needs[c] {
			if !slices.Contains(askedBy[n.service], c) {
				askedBy[n.service] = append(askedBy[n.service], c)
			}
		}
	}
	var plan EndpointPlan
	for name, capabilities := range askedBy {
		slices.Sort(capabilities)
		e := Endpoint{Service: name, Gateway: services[name].gateway, AskedBy: capabilities}
		if !e.Gateway {
			e.Zones = zones
		}
		plan = append(plan, e)
	}
	slices.SortFunc(plan, func(a, b Endpoint) int { return strings.Compare(a.Service, b.Service) })
	return plan
}

// PricePerMonth is what the endpoint costs in a month of 730 hours, in USD, and whether that is known for the region.
// What flows through it is billed besides.
func (e Endpoint) PricePerMonth(region string) (usd float64, known bool) {
	if e.Gateway {
		return 0, true
	}
	hour, known := catalog.Price(catalog.InterfaceEndpointHour, region)
	return hour * catalog.HoursPerMonth * float64(e.Zones), known
}

// PricePerMonth is what all of them cost, and whether that is known.
func (p EndpointPlan) PricePerMonth(region string) (usd float64, known bool) {
	known = true
	for _, e := range p {
		price, ok := e.PricePerMonth(region)
		usd, known = usd+price, known && ok
	}
	return usd, known
}

// Table is the plan for people: an endpoint a line, what it costs in the region and who asked for it.
func (p EndpointPlan) Table(region string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENDPOINT\tTYPE\tZONES\tUSD/MONTH\tASKED BY")
	for _, e := range p {
		kind, zones := "interface", strconv.Itoa(e.Zones)
		if e.Gateway {
			kind, zones = "gateway", "all"
		}
		usd, known := e.PricePerMonth(region)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.Service, kind, zones, dollars(usd, known), join(e.AskedBy, " "))
	}
	usd, known := p.PricePerMonth(region)
	fmt.Fprintf(w, "%d endpoints\t\t\t%s\t\n", len(p), dollars(usd, known))
	_ = w.Flush() // to memory
	return b.String()
}

func dollars(usd float64, known bool) string {
	if !known {
		return "unknown"
	}
	return fmt.Sprintf("%.2f", usd)
}
