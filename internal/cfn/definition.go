package cfn

import "strings"

// Text is a text in which each name in ${} is a reference to the resource of that name.
func Text(text string, names ...string) any {
	parts := []any{text}
	for _, name := range names {
		var split []any
		for _, part := range parts {
			s, isText := part.(string)
			if !isText {
				split = append(split, part)
				continue
			}
			for i, piece := range strings.Split(s, "${"+name+"}") {
				if i > 0 {
					split = append(split, Ref(name))
				}
				split = append(split, piece)
			}
		}
		parts = split
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return Join(parts...)
}
