package environment

import (
	"fmt"
	"net/netip"

	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// ValidateSet reports every problem of each environment and what only shows in all together: a missing or repeated
// name, and address ranges that overlap, since such networks can never be connected. Fields are named by environment:
// "dev.Region", or "[1].Name" where the name is missing.
func ValidateSet(environments []Environment) error {
	var l problem.List
	if len(environments) == 0 {
		l.Add("Environments", nil, "at least one environment", "")
	}
	first := map[string]int{}
	for i, e := range environments {
		where := label(i, e)
		if e.Name == "" {
			l.Add(where+".Name", "", names.EnvironmentAllowed, "")
		} else if j, ok := first[e.Name]; ok {
			l.Add(where+".Name", e.Name, "a name that no other environment has",
				fmt.Sprintf("environments %d and %d share it: rename one", j, i))
		} else {
			first[e.Name] = i
		}
		l.Include(where, e.Validate())
		for j, other := range environments[:i] {
			if overlap(e, other) {
				l.Add(where+".AddressRange", e.Resolved().AddressRange,
					fmt.Sprintf("a range that does not overlap %s's %s", label(j, other), other.Resolved().AddressRange), "")
			}
		}
	}
	return l.Err()
}

func label(i int, e Environment) string {
	if e.Name == "" || token.Is(e.Name) {
		return fmt.Sprintf("[%d]", i)
	}
	return e.Name
}

func overlap(a, b Environment) bool {
	pa, errA := netip.ParsePrefix(a.Resolved().AddressRange)
	pb, errB := netip.ParsePrefix(b.Resolved().AddressRange)
	return errA == nil && errB == nil && pa.Overlaps(pb)
}
