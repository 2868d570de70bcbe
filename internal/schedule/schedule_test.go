package schedule_test

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/schedule"
)

// Those with a source are AWS's own examples, of
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html.
func TestEventBridge(t *testing.T) {
	for expression, want := range map[string]string{
		"cron(0 10 * * ? *)":              "",
		"cron(15 12 * * ? *)":             "",
		"cron(0 18 ? * MON-FRI *)":        "",
		"cron(0 8 1 * ? *)":               "",
		"cron(0/15 * * * ? *)":            "",
		"cron(0/10 * ? * MON-FRI *)":      "",
		"cron(0/5 8-17 ? * MON-FRI *)":    "",
		"cron(0/30 20-2 ? * MON-FRI *)":   "",
		"cron(0 12 ? * 3#2 *)":            "",
		"cron(0 12 3W * ? *)":             "",
		"cron(0 12 L * ? *)":              "",
		"cron(0 12 ? * L *)":              "",
		"cron(0 12 ? * 6L 2026-2030)":     "",
		"cron(0 12 1-15 JAN,FEB,MAR ? *)": "",
		"cron(0  12 1/7 1-12/2 ? 2026)":   "",
		"rate(1 hour)":                    "",
		"rate(1 minute)":                  "",
		"rate(5 minutes)":                 "",
		"rate(7 days)":                    "",

		"cron(0 10 31 1-3 ? *)":                 "",
		"cron(0 10 29 2 ? *)":                   "",
		"cron(0 10 ? 2 MON 2025-2026)":          "",
		"cron(0 10 L 2 ? *)":                    "",
		"cron(0 10 30 2 ? *)":                   "no month of them has such a day",
		"cron(0 10 30-31 FEB ? *)":              "no month of them has such a day",
		"cron(0 10 31 4,JUN,SEP ? *)":           "no month of them has such a day",
		"cron(0 10 * * ? 2001)":                 "its years are over",
		"cron(0 10 * * ? 1970-1999,2025)":       "its years are over",
		"cron(* * * * *)":                       "it has 5 fields in the place of 6",
		"cron(0 10 * * ? * *)":                  "it has 7 fields",
		"cron(0 10 * * * *)":                    "one of day of month and day of week is ?",
		"cron(0 10 ? * ? *)":                    "one of day of month and day of week is ?",
		"cron(0 10 1 * MON *)":                  "one of day of month and day of week is ?",
		"cron(0 12 ? * 3#1,6#3 *)":              `day of week: "3#1"`,
		"cron(60 10 * * ? *)":                   `minutes: "60"`,
		"cron(0 24 * * ? *)":                    `hours: "24"`,
		"cron(0 10 0 * ? *)":                    `day of month: "0"`,
		"cron(0 10 32 * ? *)":                   `day of month: "32"`,
		"cron(0 10 * 13 ? *)":                   `month: "13"`,
		"cron(0 10 ? * 0 *)":                    `day of week: "0"`,
		"cron(0 10 ? * MON/2 *)":                `day of week: "MON/2"`,
		"cron(0 10 ? * Monday *)":               "or SUN to SAT",
		"cron(0 10 * * ? 1969)":                 `year: "1969"`,
		"cron(0 10 * * ? 2030-2026)":            `year: "2030-2026"`,
		"cron(0 10 ? ? MON *)":                  `month: "?"`,
		"cron(0/0 10 * * ? *)":                  `minutes: "0/0"`,
		"cron(0, 10 * * ? *)":                   `minutes: ""`,
		"cron(1- 10 * * ? *)":                   `minutes: "1-"`,
		"cron(-1 10 * * ? *)":                   `minutes: "-1"`,
		"cron(0 10 LW * ? *)":                   `day of month: "LW"`,
		"cron(0 10 99999999999999999999 * ? *)": "day of month",
		"cron()":                                "neither",
		"cron(a)":                               "it has 1 fields",
		"rate(1 hours)":                         "1 takes minute, hour or day",
		"rate(5 hour)":                          "1 takes minute, hour or day",
		"rate(1 days)":                          "1 takes minute, hour or day",
		"rate(0 days)":                          "neither",
		"rate(01 day)":                          "neither",
		"rate(-1 days)":                         "neither",
		"rate(1 week)":                          "neither",
		"rate(7 days)\n":                        "neither",
		"rate(2147483647 days)":                 "",
		"rate(2147483648 days)":                 "at most 2147483647",
		"rate(99999999999999999999 days)":       "at most 2147483647",
		"cron(0\n10 * * ? *)":                   "no other white space",
		"cron(0\t10 * * ? *)":                   "no other white space",
		"cron(0\u300010 * * ? *)":               "no other white space",
		"cron(0 18 ? * mon-fri *)":              "write names in capitals",
		"cron(0 18 ? jan MON *)":                "write names in capitals",
		"cron(0 18 1 l ? *)":                    `month: "l" is no value or range of 1 to 12 or JAN to DEC`,
		"Rate(7 days)":                          "neither",
		"0 10 * * ? *":                          "neither",
		"":                                      "neither",
		"cron(0 10 ? * " + strings.Repeat("MON,", 70) + "MON *)": "256 characters",
	} {
		got := schedule.EventBridge(expression)
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
}
