package schedule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxExpression is how long an expression may be
// (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html).
const maxExpression = 256

// eventBridge are the fields of a rule's cron expression
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html). Names are in capitals, as AWS
// writes them.
var eventBridge = []field{
	{name: "minutes", max: 59, steps: true},
	{name: "hours", max: 23, steps: true},
	{name: "day of month", min: 1, max: 31, steps: true, special: func(f field, entry string) bool {
		day, weekday := strings.CutSuffix(entry, "W")
		_, ok := f.value(day)
		return entry == "L" || weekday && ok
	}},
	{name: "month", min: 1, max: 12, names: months, first: 1, steps: true},
	{name: "day of week", min: 1, max: 7, names: days, first: 1, special: func(f field, entry string) bool {
		day, last := strings.CutSuffix(entry, "L")
		_, ok := f.value(day)
		return last && (ok || day == "")
	}},
	{name: "year", min: 1970, max: 2199, steps: true, forward: true},
}

// longestRate is the largest number that every kind of integer holds.
const longestRate = "2147483647"

// Where fields stand.
const dayOfMonth, month, dayOfWeek, year = 2, 3, 4, 5

// firstYear is the first year that a schedule can be for: those before were over when this package was written. It is not the
// year of the clock, by which an app would be valid in one year only.
const firstYear = 2026

var (
	cronPattern = regexp.MustCompile(`^cron\(([^()]+)\)$`)
	ratePattern = regexp.MustCompile(`^rate\(([1-9][0-9]*) (minute|hour|day)(s?)\)$`)
	// nthDay is a weekday of a month: the second Tuesday.
	nthDay = regexp.MustCompile(`^([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)#[1-5]$`)
)

// EventBridge says what is wrong with the schedule of an EventBridge rule; empty: nothing.
func EventBridge(expression string) string {
	if len(expression) > maxExpression {
		return fmt.Sprintf("it has more than %d characters", maxExpression)
	}
	if rate := ratePattern.FindStringSubmatch(expression); rate != nil {
		return wrongRate(rate[1], rate[3] == "s")
	}
	cron := cronPattern.FindStringSubmatch(expression)
	if cron == nil {
		return "it is neither rate(NUMBER UNIT) nor cron(FIELDS)"
	}
	return wrongCron(cron[1])
}

// wrongRate says what is wrong with a rate of a number and a unit.
func wrongRate(number string, plural bool) string {
	switch {
	case (number == "1") == plural:
		return "1 takes minute, hour or day, and more than 1 takes minutes, hours or days"
	case len(number) > len(longestRate) || len(number) == len(longestRate) && number > longestRate:
		return "AWS names no largest number: take at most " + longestRate
	}
	return ""
}

// wrongCron says what is wrong with the fields of a cron expression.
func wrongCron(expression string) string {
	if other := strings.IndexFunc(expression, func(r rune) bool { return r != ' ' && unicode.IsSpace(r) }); other >= 0 {
		return "spaces are between its fields, and no other white space"
	}
	texts := strings.Fields(expression)
	if len(texts) != len(eventBridge) {
		return fields(eventBridge, texts)
	}
	if (texts[dayOfMonth] == "?") == (texts[dayOfWeek] == "?") {
		return "one of day of month and day of week is ?, and the other is not"
	}
	checked := slices.Clone(texts)
	for _, i := range []int{dayOfMonth, dayOfWeek} {
		if checked[i] == "?" || i == dayOfWeek && nthDay.MatchString(checked[i]) {
			checked[i] = "*" // which it may be
		}
	}
	if wrong := fields(eventBridge, checked); wrong != "" {
		if capitals := strings.ToUpper(expression); capitals != expression && wrongCron(capitals) == "" {
			return wrong + ": write names in capitals"
		}
		return wrong
	}
	return tooLate(texts)
}

// tooLate says why a schedule never comes; empty: it does.
func tooLate(texts []string) string {
	years, known := eventBridge[year].values(texts[year])
	switch {
	case never(texts[dayOfMonth], texts[month]):
		return "no month of them has such a day"
	case known && !slices.ContainsFunc(years, func(y int) bool { return y >= firstYear }):
		return "its years are over"
	}
	return ""
}
