package storage

import (
	"cmp"
	"fmt"

	"github.com/plinth-ml/plinth/constructs/catalog"
)

// Step is a part of the life of an object that nobody reads.
type Step struct {
	// FromDay is its age, in days, when the step begins.
	FromDay int
	// StorageClass is S3's name for where it is; "gone" when it has expired.
	StorageClass string
	// USDPerTB is what 1 TB (1,024 GB) costs there for a month, in USD.
	USDPerTB float64
}

// String says it in one line.
func (s Step) String() string {
	return fmt.Sprintf("from day %d: %s, %.2f USD", s.FromDay, s.StorageClass, s.USDPerTB)
}

// When Intelligent-Tiering moves what nobody reads, in days after it took it
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html).
const (
	infrequentDays = 30
	instantDays    = 90
)

// Steps are the steps in the life of 1 TB that nobody reads, with the price of each, in a region; known is false where the
// catalog lacks a price. Not in it: requests, old versions, replicas, and the 2.50 USD a month that Intelligent-Tiering
// takes to watch a million objects. The price of infrequent access is not verified. Props may be nil.
func (p *DataBucketProps) Steps(region string) (steps []Step, known bool) {
	if p == nil {
		p = &DataBucketProps{}
	}
	region = cmp.Or(region, p.Environment.Region)
	life := p.LifeCycle.resolved(p.Class, p.Environment)
	known = true
	add := func(day int, class string, item catalog.Item) {
		if life.ExpiryDays > 0 && day >= life.ExpiryDays {
			return
		}
		usd, ok := catalog.Price(item, region)
		known = known && ok
		steps = append(steps, Step{FromDay: day, StorageClass: class, USDPerTB: usd * gbPerTB})
	}
	add(0, "Standard", catalog.S3StandardGBMonth)
	if life.TieringDays > 0 {
		add(life.TieringDays, "Intelligent-Tiering, frequent access", catalog.S3TieringFrequentGBMonth)
		add(life.TieringDays+infrequentDays, "Intelligent-Tiering, infrequent access", catalog.S3TieringInfrequentGBMonth)
		add(life.TieringDays+instantDays, "Intelligent-Tiering, archive instant access", catalog.S3TieringInstantGBMonth)
	}
	if life.ExpiryDays > 0 {
		steps = append(steps, Step{FromDay: life.ExpiryDays, StorageClass: "gone"})
	}
	return steps, known
}

const gbPerTB = 1024
