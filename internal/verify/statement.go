package verify

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
)

// statement is one statement of a policy document.
type statement map[string]any

// statements are those of a document.
func statements(document any) []statement {
	var all []statement
	for _, s := range policy.Read(document) {
		all = append(all, s)
	}
	return all
}

func (s statement) allows() bool { return s["Effect"] == "Allow" }

// does tells whether it is about an action.
func (s statement) does(action string) bool {
	return slices.ContainsFunc(cfn.List(s["Action"]), func(a any) bool {
		pattern, _ := a.(string)
		prefix, wild := strings.CutSuffix(strings.ToLower(pattern), "*")
		action := strings.ToLower(action)
		return prefix == action || wild && strings.HasPrefix(action, prefix)
	})
}

// uses tells whether it is about an action that starts like that.
func (s statement) uses(prefix string) bool {
	return slices.ContainsFunc(cfn.List(s["Action"]), func(a any) bool {
		action, _ := a.(string)
		return action == "*" || strings.HasPrefix(strings.ToLower(action), prefix)
	})
}

// principals are those of a kind: "AWS" or "Service".
func (s statement) principals(kind string) []any {
	if s["Principal"] == "*" {
		return []any{"*"}
	}
	of, _ := s["Principal"].(map[string]any)
	return cfn.List(of[kind])
}

// values are those that a condition key is held to, by any operator.
func (s statement) values(key string) []any {
	conditions, _ := s["Condition"].(map[string]any)
	var all []any
	for _, operator := range slices.Sorted(maps.Keys(conditions)) {
		keys, _ := conditions[operator].(map[string]any)
		all = append(all, cfn.List(keys[key])...)
	}
	return all
}

// letsService tells whether statements let a service do all of the actions, under some condition or none, and none
// denies it to everything.
func letsService(all []statement, service string, actions ...string) bool {
	for _, action := range actions {
		about := func(s statement) bool {
			named := slices.Contains(s.principals("Service"), any(service)) || slices.Contains(s.principals("AWS"), any("*"))
			return named && s.does(action)
		}
		if !slices.ContainsFunc(all, func(s statement) bool { return s.allows() && about(s) }) ||
			slices.ContainsFunc(all, func(s statement) bool { return !s.allows() && s["Condition"] == nil && about(s) }) {
			return false
		}
	}
	return true
}
