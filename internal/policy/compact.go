package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// Compact merges statements that differ in their actions only, or in their resources only, until none do, and drops what is
// said twice. The order is that of first mention; what the document decides does not change.
func Compact(statements []Statement) []Statement {
	all := make([]Statement, len(statements))
	for i, s := range statements {
		s.Actions, s.Resources, s.References = distinct(s.Actions), distinct(s.Resources), distinctReferences(s.References)
		all[i] = s
	}
	for merged := true; merged; {
		all, merged = mergeOnce(all)
	}
	return all
}

// mergeOnce merges the first two statements that can be.
func mergeOnce(all []Statement) ([]Statement, bool) {
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			a, b := all[i], all[j]
			if key(a.Effect, a.Principal, a.Conditions) != key(b.Effect, b.Principal, b.Conditions) {
				continue
			}
			sameActions := sameSet(a.Actions, b.Actions)
			sameResources := sameSet(a.Resources, b.Resources) && sameSet(keys(a.References), keys(b.References))
			if !sameActions && !sameResources {
				continue
			}
			a.Actions = distinct(slices.Concat(a.Actions, b.Actions))
			a.Resources = distinct(slices.Concat(a.Resources, b.Resources))
			a.References = distinctReferences(slices.Concat(a.References, b.References))
			a.Why = strings.Join(distinct(slices.DeleteFunc([]string{a.Why, b.Why}, func(s string) bool { return s == "" })), "; ")
			all[i] = a
			return slices.Delete(all, j, j+1), true
		}
	}
	return all, false
}

// key is a text that is the same for what means the same.
func key(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func keys(references []any) []string {
	all := make([]string, len(references))
	for i, r := range references {
		all[i] = key(r)
	}
	return all
}

func distinct(all []string) []string {
	var once []string
	for _, s := range all {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

func distinctReferences(all []any) []any {
	var once []any
	var seen []string
	for _, r := range all {
		if k := key(r); !slices.Contains(seen, k) {
			seen, once = append(seen, k), append(once, r)
		}
	}
	return once
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
