package schedule

import (
	"regexp"
	"slices"
	"strings"
)

// airflow are the fields of a cron expression as croniter reads it, which Airflow does
// (https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html,
// https://github.com/pallets-eco/croniter). A test holds them against croniter itself.
var airflow = []field{
	{name: "minute", max: 59, steps: true},
	{name: "hour", max: 23, steps: true},
	{name: "day of month", min: 1, max: 31, steps: true, special: func(_ field, entry string) bool { return entry == "L" }},
	{name: "month", min: 1, max: 12, names: months, first: 1, steps: true},
	{name: "day of week", max: 7, names: days, steps: true, special: func(_ field, entry string) bool { return weekdayOfMonth.MatchString(entry) }},
}

// weekdayOfMonth is the last Friday, or the second.
var weekdayOfMonth = regexp.MustCompile(`^(L[0-7]|([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5])$`)

// longest are how many days months have.
var longest = []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// Airflow says what is wrong with a cron expression of Airflow; empty: nothing.
func Airflow(expression string) string {
	texts := strings.Fields(strings.ToUpper(expression))
	for i, f := range texts {
		if f == "?" && (i == dayOfMonth || i == dayOfWeek) {
			texts[i] = "*" // which it is to croniter
		}
	}
	if wrong := fields(airflow, texts); wrong != "" {
		return wrong
	}
	week := strings.Split(texts[dayOfWeek], ",")
	nth := 0
	for _, entry := range week {
		if weekdayOfMonth.MatchString(entry) {
			nth++
		}
	}
	switch {
	case nth > 0 && nth < len(week):
		return "day of week: weekdays of a month and others don't go together"
	case never(texts[dayOfMonth], texts[month]):
		return "no month of them has such a day"
	}
	return ""
}

// never tells whether no month has any of the days: February 30. What is not made of values, ranges and steps may have
// one.
func never(days, months string) bool {
	ofMonth, known := airflow[month].values(months)
	ofDay, all := airflow[dayOfMonth].values(days)
	return known && all && !slices.ContainsFunc(ofMonth, func(m int) bool {
		return slices.ContainsFunc(ofDay, func(d int) bool { return d <= longest[m-1] })
	})
}
