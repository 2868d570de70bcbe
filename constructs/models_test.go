package constructs_test

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

//go:embed testdata/limits.csv
var limitsCSV string

//go:embed testdata/models.txt
var modelsText string

// limit is what AWS's model says of one member: the length of a text, the size of a list or map, or the range of a number.
type limit struct {
	kind     string
	min, max *float64
	pattern  *regexp.Regexp
	unique   bool
}

// models are AWS's, by type of resource or by service and operation, and the limits of each by path. A list's members
// are below [], a map's keys below {key} and its values below {}.
type models map[string]map[string][]limit

// readModels reads the table that checks/models/limits.py writes, and counts the patterns that Go cannot read.
func readModels(t *testing.T) (all models, unread int) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(limitsCSV)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all = models{}
	for _, model := range strings.Fields(strings.ReplaceAll(modelsText, " ", "+")) {
		all[strings.ReplaceAll(model, "+", " ")] = map[string][]limit{}
	}
	for _, line := range lines[1:] {
		model, path := line[0], line[1]
		m := limit{kind: line[2], min: number(line[3]), max: number(line[4]), unique: line[6] != ""}
		if line[5] != "" {
			if m.pattern, err = regexp.Compile(patternInGo(line[5], strings.HasPrefix(model, "AWS::"))); err != nil {
				unread++
			}
		}
		all[model][path] = append(all[model][path], m)
	}
	return all, unread
}

func number(s string) *float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &n
}

// unicode is a character by its number, as Java and JavaScript write it.
var unicode = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// patternInGo is a pattern in Go's syntax. That of a schema may match a part of a text; that of an operation matches all of it,
// as Java does, whose dot is no end of a line.
func patternInGo(pattern string, schema bool) string {
	pattern = strings.ReplaceAll(unicode.ReplaceAllString(pattern, `\x{$1}`), `\Z`, `\z`)
	if schema {
		return pattern
	}
	const dot = `[^\n\r\x{85}\x{2028}\x{2029}]`
	var b strings.Builder
	inSet := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			b.WriteString(pattern[i : i+2])
			i++
		case c == '.' && !inSet:
			b.WriteString(dot)
		default:
			inSet = c == '[' || inSet && c != ']'
			b.WriteByte(c)
		}
	}
	return `^(?:` + strings.TrimSuffix(strings.TrimPrefix(b.String(), "^"), "$") + `)$`
}

// unknown stands in a text for what only the deployment knows, aWord for it where a pattern is matched, and the name of a
// bucket, of which none is shorter, where characters are counted.
const (
	unknown  = "\uE000"
	aWord    = "abcdefgh"
	shortest = "abc"
)

// wrong is what the model has against a value: one line each, with the path.
func (m models) wrong(t *testing.T, model string, value any) []string {
	limits, known := m[model]
	if !known {
		t.Errorf("put %q into testdata/models.txt and run checks/models/limits.py", model)
		m[model] = nil
	}
	var all []string
	walkValue(value, "", func(path string, v any) {
		if of := limits[path]; len(of) > 0 {
			all = append(all, anyOf(of, path, v)...)
		}
	})
	return all
}

// sums are lists below a path that have so many entries together at most, which models say in their documentation
// alone.
var sums = map[string]struct {
	path []string
	most int
}{
	// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ParameterRanges.html
	"sagemaker CreateHyperParameterTuningJob": {[]string{"HyperParameterTuningJobConfig", "ParameterRanges"}, 30},
}

// tooMany is what a sum is that a request goes beyond.
func tooMany(model string, value any) []string {
	sum, known := sums[model]
	if !known {
		return nil
	}
	for _, name := range sum.path {
		value = inside(value, name)
	}
	lists, _ := value.(map[string]any)
	n := 0
	for _, list := range lists {
		entries, _ := list.([]any)
		n += len(entries)
	}
	if n <= sum.most {
		return nil
	}
	return []string{fmt.Sprintf("%s: %d entries together", strings.Join(sum.path, "."), n)}
}

// anyOf is nothing when one of the limits is kept, since a schema may say several in the place of one.
func anyOf(limits []limit, path string, v any) []string {
	var first []string
	for _, l := range limits {
		broken := l.broken(v)
		if broken == "" {
			return nil
		}
		first = append(first, path+": "+broken)
	}
	return first[:1]
}

func (l limit) broken(v any) string {
	size := func(n int, of string) string {
		if !l.holds(float64(n)) {
			return fmt.Sprintf("%d %s", n, of)
		}
		return ""
	}
	switch v := v.(type) {
	case string:
		if l.kind != "text" || v == unknown {
			return ""
		}
		text := strings.ReplaceAll(v, unknown, aWord)
		if l.pattern != nil && !strings.HasPrefix(v, unknown) && !l.pattern.MatchString(text) {
			return fmt.Sprintf("%.80q is not %.120s", text, l.pattern)
		}
		return size(utf8.RuneCountInString(strings.ReplaceAll(v, unknown, shortest)), "characters")
	case float64:
		if l.kind == "number" && !l.holds(v) {
			return fmt.Sprintf("%g", v)
		}
	case map[string]any:
		if l.kind == "map" {
			return size(len(v), "members")
		}
	case []any:
		if l.kind != "list" {
			return ""
		}
		if l.unique {
			for i := range v {
				if slices.ContainsFunc(v[:i], func(other any) bool {
					return reflect.DeepEqual(v[i], other) && !strings.Contains(fmt.Sprint(other), unknown)
				}) {
					return fmt.Sprintf("%.80v twice", v[i])
				}
			}
		}
		return size(len(v), "entries")
	}
	return ""
}

func (l limit) holds(n float64) bool {
	return (l.min == nil || n >= *l.min) && (l.max == nil || n <= *l.max)
}

// walkValue calls visit with every part of a value, as the paths of models name it: what is in an object both as a
// member and as an entry of a map.
func walkValue(v any, path string, visit func(path string, v any)) {
	visit(path, v)
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walkValue(e, path+"[]", visit)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if strings.HasSuffix(key, ".$") {
				continue // a path into an execution's input
			}
			visit(path+"{key}", key)
			walkValue(v[key], path+"{}", visit)
			walkValue(v[key], strings.TrimPrefix(path+"."+key, "."), visit)
		}
	}
}

// plainly is a value of a template with unknown in the place of what only the deployment knows.
func plainly(v any) any {
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = plainly(v[i])
		}
		return all
	case map[string]any:
		if len(v) == 1 {
			for key, of := range v {
				if key == "Ref" || strings.HasPrefix(key, "Fn::") {
					return knownText(key, of)
				}
			}
		}
		all := map[string]any{}
		for key, e := range v {
			all[key] = plainly(e)
		}
		return all
	}
	return v
}

func knownText(key string, of any) any {
	known := map[any]string{"AWS::Partition": "aws", "AWS::Region": region, "AWS::AccountId": account, "AWS::URLSuffix": "amazonaws.com"}
	parts, _ := of.([]any)
	switch {
	case key == "Ref" && known[of] != "":
		return known[of]
	case key == "Fn::Join" && len(parts) == 2:
		separator, _ := parts[0].(string)
		list, isList := plainly(parts[1]).([]any)
		if !isList {
			return unknown
		}
		texts := make([]string, len(list))
		for i, e := range list {
			texts[i] = fmt.Sprint(e)
		}
		return strings.Join(texts, separator)
	}
	return unknown
}
