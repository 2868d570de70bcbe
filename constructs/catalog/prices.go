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

// InterfaceEndpointHour is one interface endpoint in one zone for an hour. What flows through it is billed by the GB
// besides (https://aws.amazon.com/privatelink/pricing/).
const InterfaceEndpointHour Item = "interface_endpoint_hour"

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
