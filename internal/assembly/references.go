package assembly

import (
	"strings"

	"github.com/plinth-ml/plinth/internal/cfn"
)

// References returns the logical ids that a resource refers to or waits for, and names of parameters and pseudo
// parameters.
func (r Resource) References() []string {
	return ReferencesIn([]any{r.Properties, map[string]any{"DependsOn": r.DependsOn}})
}

// ReferencesIn returns the logical ids that a value refers to, and names of parameters and pseudo parameters.
func ReferencesIn(value any) []string {
	var all []string
	switch v := value.(type) {
	case []any:
		for _, part := range v {
			all = append(all, ReferencesIn(part)...)
		}
	case map[string]any:
		for key, part := range v {
			switch key {
			case "Ref", "DependsOn":
				all = append(all, texts(part)...)
			case "Fn::GetAtt":
				if parts := texts(part); len(parts) > 0 {
					id, _, _ := strings.Cut(parts[0], ".")
					all = append(all, id)
				}
			case "Fn::Sub":
				all = append(all, ReferencesIn(InSub(part))...)
			}
			all = append(all, ReferencesIn(part)...)
		}
	}
	return all
}

// texts are the texts of a value that is one or a list.
func texts(value any) []string {
	var all []string
	for _, v := range cfn.List(value) {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// ofSub are the text of Fn::Sub and the values that are given there.
func ofSub(value any) (text string, given map[string]any) {
	for _, part := range cfn.List(value) {
		switch part := part.(type) {
		case string:
			text = part
		case map[string]any:
			given = part
		}
	}
	return text, given
}

// InSub returns the parts of the argument of Fn::Sub: texts, references, and values that are given there
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html).
func InSub(argument any) []any {
	text, given := ofSub(argument)
	var parts []any
	for {
		before, rest, found := strings.Cut(text, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(parts, text)
		}
		parts, text = append(parts, before), after
		value, has := given[name]
		literal, isLiteral := strings.CutPrefix(name, "!")
		resource, attribute, isAttribute := strings.Cut(name, ".")
		switch {
		case has:
			parts = append(parts, value)
		case isLiteral:
			parts = append(parts, "${"+literal+"}")
		case isAttribute:
			parts = append(parts, map[string]any{"Fn::GetAtt": []any{resource, attribute}})
		default:
			parts = append(parts, map[string]any{"Ref": name})
		}
	}
}
