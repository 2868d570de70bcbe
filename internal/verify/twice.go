package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// twice finds endpoints of services for which a network puts an endpoint into the same VPC, one that Plinth did not
// make or that of another network: AWS takes neither a second one with the same private names nor a second route to the
// same service (https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html,
// https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html).
func twice(a *app) []assembly.Finding {
	var all []assembly.Finding
	endpoints := a.of("AWS::EC2::VPCEndpoint")
	for _, own := range endpoints {
		network, ours := emitted(own.Path())
		service := serviceOf(own.Properties["ServiceName"])
		for _, e := range endpoints {
			if _, also := emitted(e.Path()); ours && !also && serviceOf(e.Properties["ServiceName"]) == service && a.collide(own, e) {
				all = append(all, assembly.Finding{
					Path:        e.Path(),
					Description: fmt.Sprintf("network.Isolated %s makes an endpoint of %s in the same VPC, and AWS takes one", network, service),
					Fix:         fmt.Sprintf("leave it out, or give the network ExistingEndpoints: []string{%q}", service),
				})
			}
		}
	}
	return append(all, a.together(endpoints)...)
}

// together finds networks that put endpoints of the same services into one VPC. What a second network puts into the VPC
// that a first one made is out of reach, and no finding here.
func (a *app) together(endpoints []resource) []assembly.Finding {
	type pair struct{ first, second string }
	services := map[pair][]string{}
	for i, x := range endpoints {
		first, ours := emitted(x.Path())
		vpc, _ := a.target(x.stack, x.Properties["VpcId"])
		if _, isolated := a.made(vpc.stack, vpc.Path(), "/Default/VPC"); !ours || isolated || x.Properties["VpcId"] == standInVPC {
			continue
		}
		service := serviceOf(x.Properties["ServiceName"])
		for _, y := range endpoints[i+1:] {
			second, also := emitted(y.Path())
			if also && first != second && serviceOf(y.Properties["ServiceName"]) == service && a.collide(x, y) {
				services[pair{first, second}] = append(services[pair{first, second}], service)
			}
		}
	}
	var all []assembly.Finding
	for of, both := range services {
		slices.Sort(both)
		all = append(all, assembly.Finding{
			Path: of.second,
			Description: fmt.Sprintf("network.Isolated %s and network.Isolated %s both make endpoints of %s in one VPC, and AWS takes one of each",
				of.first, of.second, strings.Join(both, ", ")),
			Fix: "give one of them SharedWith, which is the other, in the place of Vpc, or ExistingEndpoints that name these",
		})
	}
	return all
}

// standInVPC is the id of every VPC that the CLI has yet to look up
// (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc.ts).
const standInVPC = "vpc-12345"

// collide tells whether two endpoints of one service are in one VPC, and in each other's way there.
func (a *app) collide(x, y resource) bool {
	private := x.Properties["PrivateDnsEnabled"] == true && y.Properties["PrivateDnsEnabled"] == true
	routes := slices.ContainsFunc(cfn.List(x.Properties["RouteTableIds"]), func(r any) bool {
		return slices.ContainsFunc(cfn.List(y.Properties["RouteTableIds"]), func(other any) bool { return a.same(x.stack, r, y.stack, other) })
	})
	return (private || routes) && a.same(x.stack, x.Properties["VpcId"], y.stack, y.Properties["VpcId"])
}

// same tells whether two values of stacks are one: the same text, or references to the same resource.
func (a *app) same(s *assembly.Stack, v any, t *assembly.Stack, w any) bool {
	if text, ok := v.(string); ok {
		return w == text
	}
	x, known := a.target(s, v)
	y, ok := a.target(t, w)
	return known && ok && x.is(y)
}
