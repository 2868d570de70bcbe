package cdk

import (
	"regexp"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// commercial are the regions of the partition aws: those of GovCloud, China and the sovereign clouds have other names
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
var commercial = regexp.MustCompile(`^[a-z]{2}-[a-z]+-[0-9]+$`)

// partition refuses stacks of other partitions, once for each stack.
func (v *visit) partition() {
	region := v.place.at.Region
	if token.Is(region) || commercial.MatchString(region) && region[:3] != "cn-" {
		return
	}
	if v.place.refused && fault.Collecting() {
		v.incomplete = true
		return
	}
	v.place.refused = true
	v.list.Include("", problem.Problem{
		Field: "scope", Got: problem.Phrase("a stack in " + region), Allowed: "a stack in a commercial region, such as eu-west-1",
		Fix: "the accounts, host names and services of GovCloud, China and other partitions of AWS are not in Plinth's tables",
	})
}
