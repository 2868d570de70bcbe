// Package schedule reads the expressions by which services start something again and again: those of EventBridge and those
// of Airflow. It is pure Go.
package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// field is one field of a cron expression.
type field struct {
	name     string
	min, max int
	// names stand for the values from first on.
	names []string
	first int
	// steps tells that a step may follow a value, a range or the star.
	steps bool
	// forward tells that a range may not end before it begins.
	forward bool
	// special is whether an entry is one that only this field has. Nil: there is none.
	special func(f field, entry string) bool
}

var (
	months = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	days   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// wrong says what the field takes in the place of its text, or nothing.
func (f field) wrong(text string) string {
	for entry := range strings.SplitSeq(text, ",") {
		if !f.takes(entry) && (f.special == nil || !f.special(f, entry)) {
			return fmt.Sprintf("%s: %q is no value or range of %d to %d%s", f.name, entry, f.min, f.max, f.more())
		}
	}
	return ""
}

func (f field) more() string {
	if f.names == nil {
		return ""
	}
	return fmt.Sprintf(" or %s to %s", f.names[0], f.names[len(f.names)-1])
}

// takes tells whether an entry is a star, a value or a range, with or without a step.
func (f field) takes(entry string) bool {
	base, step, stepped := strings.Cut(entry, "/")
	if n, ok := whole(step); stepped && (!f.steps || !ok || n < 1) {
		return false
	}
	if base == "*" {
		return true
	}
	from, to, ranged := strings.Cut(base, "-")
	first, ok := f.value(from)
	if !ranged || !ok {
		return ok
	}
	last, ok := f.value(to)
	return ok && (!f.forward || first <= last)
}

// value is a number of the field's, or what a name stands for.
func (f field) value(text string) (int, bool) {
	if i := slices.Index(f.names, text); i >= 0 {
		return f.first + i, true
	}
	n, ok := whole(text)
	return n, ok && n >= f.min && n <= f.max
}

// values are what a text stands for to croniter, and whether that is all that it stands for. A value with a step is the
// range from there to the last, and a range from a value to itself is that of all.
func (f field) values(text string) (all []int, known bool) {
	for entry := range strings.SplitSeq(text, ",") {
		if !f.takes(entry) {
			return nil, false
		}
		base, step, stepped := strings.Cut(entry, "/")
		by := 1
		if stepped {
			by, _ = whole(step)
		}
		from, to, ranged := strings.Cut(base, "-")
		first, last := f.min, f.max
		if base != "*" {
			first, _ = f.value(from)
			switch {
			case ranged:
				last, _ = f.value(to)
			case !stepped:
				last = first
			}
		}
		switch {
		case last < first: // around the end
			last += f.max - f.min + 1
		case last == first && (ranged || stepped):
			first, last = f.min, f.max
		}
		for n := first; n <= last; n += by {
			all = append(all, f.min+(n-f.min)%(f.max-f.min+1))
		}
	}
	return all, true
}

// whole is a number of digits only.
func whole(text string) (int, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// fields holds the texts of a cron expression against its fields.
func fields(all []field, texts []string) string {
	if len(texts) != len(all) {
		var names []string
		for _, f := range all {
			names = append(names, f.name)
		}
		return fmt.Sprintf("it has %d fields in the place of %d: %s", len(texts), len(all), strings.Join(names, ", "))
	}
	for i, f := range all {
		if wrong := f.wrong(texts[i]); wrong != "" {
			return wrong
		}
	}
	return ""
}
