package assembly

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Outer is what a value of a nested stack is in the stacks that it is nested in, and the stack that it is then of: what
// a parameter stands for that a stack is given.
func Outer(stacks []Stack, s *Stack, value any) (*Stack, any) {
	for s.Nested != nil {
		reference, _ := value.(map[string]any)
		name, _ := reference["Ref"].(string)
		given, ok := s.Nested.Parameters[name]
		i := slices.IndexFunc(stacks, func(o Stack) bool { return o.Path == s.Nested.In })
		if !ok || i < 0 {
			break
		}
		s, value = &stacks[i], given
	}
	return s, value
}

// readNested reads the stacks that are nested in a stack, at any depth. The metadata of their constructs stands with
// the outermost one's.
func (s Stack) readNested(dir string, known metadata) ([]Stack, error) {
	var all []Stack
	for _, id := range s.Template.OfType("AWS::CloudFormation::Stack") {
		r := s.Template.Resources[id]
		file, err := templateOf(dir, r)
		if err != nil {
			return nil, err
		}
		if file == "" {
			continue // one that the app has a link to
		}
		given, _ := r.Properties["Parameters"].(map[string]any)
		n := Stack{
			Path:    strings.TrimSuffix(filepath.Dir(r.Path()), ".NestedStack"),
			Account: s.Account, Region: s.Region, Nested: &Nested{In: s.Path, ID: id, Outermost: s.Path, Parameters: given},
		}
		if s.Nested != nil {
			n.Nested.Outermost = s.Nested.Outermost
		}
		if err := n.readTemplate(filepath.Join(dir, file)); err != nil {
			return nil, err
		}
		n.take(known)
		nested, err := n.readNested(dir, known)
		if err != nil {
			return nil, err
		}
		all = append(append(all, n), nested...)
	}
	return all, nil
}

// templateOf is the file of the template of a nested stack, which is an asset: its URL ends in the asset's hash. It is
// empty where the assembly has no such asset.
func templateOf(dir string, nested Resource) (string, error) {
	url, err := json.Marshal(nested.Properties["TemplateURL"])
	if err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.assets.json"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		var assets struct {
			Files map[string]struct {
				Source struct{ Path string }
			}
		}
		if err := readJSON(file, &assets); err != nil {
			return "", err
		}
		for hash, asset := range assets.Files {
			if _, err := os.Stat(filepath.Join(dir, asset.Source.Path)); err == nil && strings.Contains(string(url), "/"+hash+".json") {
				return asset.Source.Path, nil
			}
		}
	}
	return "", nil
}
