package schedule

import (
	"regexp"
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
	week := strings.Split(texts[4], ",")
	nth := 0
	for _, entry := range week {
		if weekdayOfMonth.MatchString(entry) {
			nth++
		}
	}
	switch {
	case nth > 0 && nth < len(week):
		return "day of week: weekdays of a month and others don't go together"
	case never(texts[2], texts[3]):
		return "no month of them has such a day"
	}
	return ""
}

// never tells whether single days are in none of single months: February 30.
func never(day, month string) bool {
	for m := range strings.SplitSeq(month, ",") {
		of, known := airflow[3].value(m)
		if !known {
			return false
		}
		for d := range strings.SplitSeq(day, ",") {
			if n, known := whole(d); !known || n <= longest[of-1] {
				return false
			}
		}
	}
	return true
}
