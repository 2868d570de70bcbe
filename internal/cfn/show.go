package cfn

import "strings"

// Show is a value of a template, as JSON has it, as one text for people: what is known at deployment only is its name
// between < and >.
func Show(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, part := range v {
			b.WriteString(Show(part))
		}
		return b.String()
	case map[string]any:
		if join, ok := v["Fn::Join"].([]any); ok {
			return Show(join[1])
		}
		if name, ok := v["Ref"].(string); ok {
			return "<" + name + ">"
		}
		if names, ok := v["Fn::GetAtt"].([]any); ok {
			return "<" + Show(names[0]) + ">"
		}
		for _, part := range []string{"Fn::Select", "Fn::Split"} { // of what stands last
			if of, ok := v[part].([]any); ok && len(of) == 2 {
				return Show(of[1])
			}
		}
	}
	return "<?>"
}
