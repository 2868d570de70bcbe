package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// endpoint is one VPC endpoint of a template.
type endpoint struct {
	service string
	gateway bool
	zones   int
	askedBy string
}

// endpointsOf reads the endpoints of a template.
func endpointsOf(t assembly.Template) []endpoint {
	var all []endpoint
	for _, id := range t.OfType("AWS::EC2::VPCEndpoint") {
		properties := t.Resources[id].Properties
		subnets, _ := properties["SubnetIds"].([]any)
		e := endpoint{gateway: properties["VpcEndpointType"] == "Gateway", zones: len(subnets)}
		list, _ := properties["Tags"].([]any)
		for _, item := range list {
			tag, _ := item.(map[string]any)
			switch tag["Key"] {
			case "Capabilities":
				e.askedBy = fmt.Sprint(tag["Value"])
			case "Name":
				name := fmt.Sprint(tag["Value"])
				e.service = name[strings.LastIndex(name, "/")+1:]
			}
		}
		all = append(all, e)
	}
	return all
}

// regionOf is the region whose prices are shown: the stack's, or us-east-1 where that is decided at deployment.
func regionOf(s assembly.Stack) string {
	if s.Region == "" {
		return "us-east-1"
	}
	return s.Region
}

// price is what endpoints cost in a month.
func price(endpoints []endpoint, region string) string {
	if len(endpoints) == 0 {
		return "-"
	}
	hour, known := catalog.Price(catalog.InterfaceEndpointHour, region)
	zones := 0
	for _, e := range endpoints {
		zones += e.zones
	}
	if !known && zones > 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.2f", hour*catalog.HoursPerMonth*float64(zones))
}

// writeEndpoints writes the endpoint plan of each stack that has one.
func writeEndpoints(w io.Writer, stacks []assembly.Stack) {
	for _, s := range stacks {
		endpoints, region := endpointsOf(s.Template), regionOf(s)
		if len(endpoints) == 0 {
			continue
		}
		fmt.Fprintf(w, "\nEndpoints of %s, at prices of %s:\n", s.Path, region)
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "  ENDPOINT\tZONES\tUSD/MONTH\tASKED BY")
		for _, e := range endpoints {
			zones := strconv.Itoa(e.zones)
			if e.gateway {
				zones = "all"
			}
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", e.service, zones, price([]endpoint{e}, region), e.askedBy)
		}
		_ = table.Flush() // what cannot be written to a terminal cannot be said there either
	}
}
