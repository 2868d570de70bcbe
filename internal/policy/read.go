package policy

import "github.com/plinth-ml/plinth/internal/cfn"

// Read returns the statements of a document as templates have it.
func Read(document any) []map[string]any {
	d, _ := document.(map[string]any)
	var all []map[string]any
	for _, s := range cfn.List(d["Statement"]) {
		if s, ok := s.(map[string]any); ok {
			all = append(all, s)
		}
	}
	return all
}
