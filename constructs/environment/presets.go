package environment

import (
	"cmp"
	"slices"
	"time"
)

// defaultAddressRange is the network's range where none is given.
const defaultAddressRange = "10.0.0.0/16"

// preset is what a tier gives to fields that are left out.
func preset(t Tier) Environment {
	switch t {
	case Development:
		return Environment{
			AZs:              1,
			LogRetentionDays: 30,
			Limits: Limits{
				InstanceTypes:   []string{"ml.m5.large", "ml.m5.xlarge", "ml.g4dn.xlarge"},
				InstancesPerJob: 1,
				Runtime:         time.Hour,
				PricePerRun:     5,
				MonthlyBudget:   200,
			},
		}
	case Staging:
		return Environment{
			AZs:              2,
			LogRetentionDays: 90,
			Limits: Limits{
				InstanceTypes:   []string{"ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.g4dn.xlarge", "ml.g5.xlarge"},
				InstancesPerJob: 2,
				Runtime:         4 * time.Hour,
				PricePerRun:     50,
				MonthlyBudget:   1000,
			},
		}
	default:
		return Environment{
			AZs:              3,
			LogRetentionDays: 365,
			Limits: Limits{
				InstanceTypes: []string{"ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge",
					"ml.g4dn.xlarge", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.g5.12xlarge"},
				InstancesPerJob: 4,
				Runtime:         24 * time.Hour,
				PricePerRun:     500,
				MonthlyBudget:   5000,
			},
		}
	}
}

// Resolved is e with every zero field filled in from the preset of its tier. It shares no memory with e.
func (e Environment) Resolved() Environment {
	p := preset(e.Tier)
	e.AZs = cmp.Or(e.AZs, len(e.Zones), p.AZs)
	e.Zones = slices.Clone(e.Zones)
	e.AddressRange = cmp.Or(e.AddressRange, defaultAddressRange)
	e.LogRetentionDays = cmp.Or(e.LogRetentionDays, p.LogRetentionDays)
	e.Administrators = slices.Clone(e.Administrators)
	e.Limits.InstanceTypes = slices.Clone(e.Limits.InstanceTypes)
	if len(e.Limits.InstanceTypes) == 0 {
		e.Limits.InstanceTypes = p.Limits.InstanceTypes
	}
	e.Limits.DeclaredTypes = slices.Clone(e.Limits.DeclaredTypes)
	e.Limits.InstancesPerJob = cmp.Or(e.Limits.InstancesPerJob, p.Limits.InstancesPerJob)
	e.Limits.Runtime = cmp.Or(e.Limits.Runtime, p.Limits.Runtime)
	e.Limits.PricePerRun = cmp.Or(e.Limits.PricePerRun, p.Limits.PricePerRun)
	e.Limits.MonthlyBudget = cmp.Or(e.Limits.MonthlyBudget, p.Limits.MonthlyBudget)
	return e
}
