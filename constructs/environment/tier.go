package environment

import (
	"fmt"
	"slices"
)

// Tier is how much an environment matters. It decides every default.
type Tier int

// The tiers. The zero value is the strictest.
const (
	// Production holds what the business depends on: data is retained, stacks are protected.
	Production Tier = iota
	// Staging is a rehearsal of production: the same protections, smaller limits.
	Staging
	// Development is for trying things out: one zone, small limits, data goes away with its stack.
	Development
)

// String is the tier's name.
func (t Tier) String() string {
	switch t {
	case Production:
		return "Production"
	case Staging:
		return "Staging"
	case Development:
		return "Development"
	}
	return fmt.Sprintf("Tier(%d)", int(t))
}

// RetainsData tells whether data outlives its stack: everywhere but in Development.
func (t Tier) RetainsData() bool { return t != Development }

func (t Tier) valid() bool { return slices.Contains(tiers, t) }

var tiers = []Tier{Production, Staging, Development}
