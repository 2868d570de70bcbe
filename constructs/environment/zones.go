package environment

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// zonePattern is the code of an Availability Zone: that of its region and a letter. Local Zones have longer ones
// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html).
var zonePattern = regexp.MustCompile(`^[a-z]+(-[a-z]+)+-[0-9]+[a-z]$`)

// validateZones checks how many Availability Zones there are, and which.
func (e Environment) validateZones() error {
	var l problem.List
	region, known := catalog.LookupRegion(e.Region)
	switch {
	case e.AZs < 1 || e.AZs > maxAZs:
		l.Add("AZs", e.AZs, fmt.Sprintf("1 to %d", maxAZs), "the address range is cut into eight blocks, and no region has more zones")
	case known && e.AZs > region.Zones:
		l.Add("AZs", e.AZs, fmt.Sprintf("at most %d, the Availability Zones of %s", region.Zones, e.Region), "")
	case len(e.Zones) > 0 && e.AZs != len(e.Zones):
		l.Add("AZs", e.AZs, fmt.Sprintf("%d, one for each of Zones", len(e.Zones)), "leave it out: it follows from Zones")
	}
	for i, zone := range e.Zones {
		field := fmt.Sprintf("Zones[%d]", i)
		switch {
		case slices.Contains(e.Zones[:i], zone):
			l.Add(field, zone, "each zone once", "")
		case token.Is(zone):
		case !zonePattern.MatchString(zone):
			l.Add(field, zone, "the code of an Availability Zone: the region's and a letter, such as eu-west-1b", "")
		case known && zone[:len(zone)-1] != e.Region:
			l.Add(field, zone, "a zone of "+e.Region, "")
		}
	}
	return l.Err()
}
