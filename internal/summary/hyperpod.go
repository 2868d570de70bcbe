package main

import (
	"fmt"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// hyperpodPrice is what the machines of a stack's HyperPod clusters cost in a month, on demand in us-east-1, the only region whose
// prices are known.
func hyperpodPrice(s assembly.Stack) string {
	clusters := s.Template.OfType("AWS::SageMaker::Cluster")
	if len(clusters) == 0 {
		return "-"
	}
	sum := 0.0
	for _, id := range clusters {
		groups, _ := s.Template.Resources[id].Properties["InstanceGroups"].([]any)
		for _, g := range groups {
			group, _ := g.(map[string]any)
			name, _ := group["InstanceType"].(string)
			count, _ := group["InstanceCount"].(float64)
			t, _ := catalog.LookupInstanceType(name)
			hour, known := t.PricePerHour()
			if !known {
				return "unknown"
			}
			sum += hour * count * catalog.HoursPerMonth
		}
	}
	return fmt.Sprintf("%.2f", sum)
}
