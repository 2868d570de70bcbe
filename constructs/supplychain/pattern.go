package supplychain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// Patterns of package groups have the form /FORMAT/NAMESPACE/NAME, the namespace empty where a format has none, and end in
// $ (this name), ~ (names that start with this and a word's end) or * (everything below; after a slash only):
// "/pypi//acme~", "/npm/acme/*", "/maven/com.acme~"
// (https://docs.aws.amazon.com/codeartifact/latest/ug/package-group-definition-syntax-matching-behavior.html).
const patternAllowed = `/FORMAT/NAMESPACE/NAME that ends in $, ~ or /*, such as "/pypi//acme~", "/npm/acme/*" or "/pypi//reqeusts$"`

const maxPattern = 520

var (
	patternSyntax = regexp.MustCompile(`^/([a-z]+)/([^/*~$\s]*)(?:(~)|/(\*)|/([^/*~$\s]+)([$~]))$`)
	normalized    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// pattern is one taken apart.
type pattern struct{ text, format, namespace, name, kind string }

// parsePattern takes a pattern apart, or says what is wrong with it.
func parsePattern(field, s string) (pattern, error) {
	var l problem.List
	m := patternSyntax.FindStringSubmatch(s)
	if m == nil || len(s) > maxPattern {
		l.Add(field, s, patternAllowed, "")
		return pattern{}, l.Err()
	}
	p := pattern{text: s, format: m[1], namespace: m[2], name: m[5], kind: m[3] + m[4] + m[6]}
	f, known := lookupFormat(p.format)
	switch {
	case !known:
		l.Add(field, s, "a format of CodeArtifact: "+formatNames(), "")
	case f.namespaced && p.namespace == "":
		l.Add(field, s, "a namespace, as in /"+p.format+"/NAMESPACE/*", "the pattern would hold for everything of the format")
	case !f.namespaced && (p.namespace != "" || p.name == ""):
		l.Add(field, s, fmt.Sprintf("no namespace and a name, as in /%s//NAME~: the format has no namespaces", p.format), "")
	case p.format == "pypi" && !normalized.MatchString(p.name):
		l.Add(field, s, "a Python name as it is normalized: lower-case letters, digits and single hyphens", "write - for _ and .")
	}
	return p, l.Err()
}

func formatNames() string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

// parsePatterns takes those of a field apart; each stands once.
func parsePatterns(field string, all []string) ([]pattern, error) {
	var l problem.List
	var parsed []pattern
	seen := map[string]bool{}
	for i, s := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		p, err := parsePattern(at, s)
		l.Include("", err)
		if seen[s] {
			l.Add(at, s, "each pattern once", "")
		}
		seen[s] = true
		parsed = append(parsed, p)
	}
	return parsed, l.Err()
}

// arnPath is the end of the ARN of the packages that the pattern holds for, and perhaps of more: the name of "~" ends at a
// word's end, which an ARN can't say.
func (p pattern) arnPath() string {
	switch {
	case p.kind == "$":
		return p.format + "/" + p.namespace + "/" + p.name
	case p.name == "" && p.kind == "~":
		return p.format + "/" + p.namespace + "*/*"
	default:
		return p.format + "/" + p.namespace + "/" + p.name + "*"
	}
}
