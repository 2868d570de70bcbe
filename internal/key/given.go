package key

import (
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
)

// Lacks are the indexes of the statements that a given key's policy needs and does not have. Both are documents as
// templates have them. A statement is there if another one allows as much, or more.
func Lacks(document, needed any) []int {
	have := policy.Read(document)
	var all []int
	for i, n := range policy.Read(needed) {
		if !slices.ContainsFunc(have, func(s map[string]any) bool { return covers(s, n) }) {
			all = append(all, i)
		}
	}
	return all
}

// covers tells whether a statement allows all that the other one does.
func covers(s, needed map[string]any) bool {
	within := func(a, b any) bool {
		return slices.ContainsFunc(cfn.List(b), func(pattern any) bool {
			return matches(strings.ToLower(cfn.Show(pattern)), strings.ToLower(cfn.Show(a)))
		})
	}
	all := func(a, b any) bool {
		return !slices.ContainsFunc(cfn.List(a), func(one any) bool { return !within(one, b) })
	}
	ofKey := s["NotResource"] == nil && (s["Resource"] == nil || slices.Contains(cfn.List(s["Resource"]), any("*")))
	return s["Effect"] == "Allow" && ofKey && s["NotAction"] == nil && s["NotPrincipal"] == nil &&
		all(needed["Action"], s["Action"]) && isFor(needed["Principal"], s["Principal"]) && holdsLess(s["Condition"], needed["Condition"])
}

// matches tells whether an action or a value of a condition is one of those of a pattern that ends with a * or has
// none.
func matches(pattern, text string) bool {
	prefix, wild := strings.CutSuffix(pattern, "*")
	return pattern == text || wild && strings.HasPrefix(text, prefix)
}

// partition is where an ARN says it.
var partition = regexp.MustCompile(`^arn:(<[^>]*>|[^:]*):`)

// isFor tells whether all of the principals are among others, or those are everybody.
func isFor(needed, among any) bool {
	if among == "*" {
		return true
	}
	whom, _ := needed.(map[string]any)
	has, _ := among.(map[string]any)
	for kind, who := range whom {
		for _, one := range cfn.List(who) {
			if !slices.ContainsFunc(cfn.List(has[kind]), func(other any) bool {
				name := partition.ReplaceAllString(cfn.Show(other), "")
				return other == "*" || name == partition.ReplaceAllString(cfn.Show(one), "")
			}) {
				return false
			}
		}
	}
	return len(whom) > 0
}

// holdsLess tells whether whatever meets the needed conditions meets the others too: each of those is among the needed
// ones, with the same values or more.
func holdsLess(conditions, needed any) bool {
	less, _ := conditions.(map[string]any)
	more, _ := needed.(map[string]any)
	for operator, keys := range less {
		keys, _ := keys.(map[string]any)
		others, _ := more[operator].(map[string]any)
		for key, values := range keys {
			wanted := cfn.List(others[key])
			if len(wanted) == 0 || slices.ContainsFunc(wanted, func(v any) bool {
				return !slices.ContainsFunc(cfn.List(values), func(other any) bool { return cfn.Show(other) == cfn.Show(v) || isLike(operator, other, v) })
			}) {
				return false
			}
		}
	}
	return true
}

// isLike tells whether an operator takes the text for one that matches the pattern.
func isLike(operator string, pattern, text any) bool {
	return strings.HasSuffix(operator, "Like") && matches(cfn.Show(pattern), cfn.Show(text))
}
