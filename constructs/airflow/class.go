package airflow

import (
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
)

// Class is the size of an environment (https://docs.aws.amazon.com/mwaa/latest/userguide/environment-class.html).
type Class string

// The classes.
const (
	// Micro has one container for scheduler and worker, and one web server: it does not grow.
	Micro       Class = "mw1.micro"
	Small       Class = "mw1.small"
	Medium      Class = "mw1.medium"
	Large       Class = "mw1.large"
	XLarge      Class = "mw1.xlarge"
	DoubleLarge Class = "mw1.2xlarge"
)

// size is what a class holds.
type size struct {
	// dags is how many DAGs AWS gives as its capacity, and tasks how many a worker runs at once.
	dags, tasks int
}

var sizes = map[Class]size{
	Micro:       {dags: 25, tasks: 3},
	Small:       {dags: 50, tasks: 5},
	Medium:      {dags: 250, tasks: 10},
	Large:       {dags: 1000, tasks: 20},
	XLarge:      {dags: 2000, tasks: 40},
	DoubleLarge: {dags: 4000, tasks: 80},
}

// Classes lists all of them, the smallest first.
func Classes() []Class {
	return slices.SortedFunc(maps.Keys(sizes), func(a, b Class) int { return sizes[a].dags - sizes[b].dags })
}

// DAGs is how many DAGs an environment of the class takes, by AWS's own table.
func (c Class) DAGs() int { return sizes[c].dags }

// Tasks is how many tasks each worker runs at once. Waiting for a job takes none.
func (c Class) Tasks() int { return sizes[c].tasks }

// PricePerMonth is what an environment of the class costs in a month of 730 hours, in USD, and whether that is known. No price of
// MWAA is verified; workers besides the first and the storage of the database are billed besides.
func (c Class) PricePerMonth(region string) (usd float64, known bool) {
	hour, known := catalog.Price(catalog.AirflowHour(string(c)), region)
	return hour * catalog.HoursPerMonth, known
}

// workload is the class of a tier, and the most workers of it; 0: the class does not grow.
type workload struct {
	class   Class
	workers int
}

// workloadOf is what starts jobs and waits for them, which takes little.
func workloadOf(tier environment.Tier) workload {
	switch tier {
	case environment.Development:
		return workload{class: Micro}
	case environment.Staging:
		return workload{class: Small, workers: 2}
	default:
		return workload{class: Small, workers: 5}
	}
}
