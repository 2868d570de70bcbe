// Package problem collects all that is wrong with a value, so that a user hears it at once.
package problem

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/token"
)

// Problem is one thing that is wrong with one field.
type Problem struct {
	// Field is where, as the user wrote it: "Limits.Runtime".
	Field string
	// Got is the value found there.
	Got any
	// Allowed says which values are.
	Allowed string
	// Fix says what to do, where Allowed does not say it already.
	Fix string
}

// Phrase is a value found that is described in words instead of being shown.
type Phrase string

// Error says it in one line.
func (p Problem) Error() string {
	var b strings.Builder
	field := key.ReplaceAllStringFunc(p.Field, func(quoted string) string { return `["` + short(quoted[2:len(quoted)-2]) + `"]` })
	allowed := p.Allowed
	if text, is := p.Got.(string); is && token.IsOne(text) && !strings.Contains(allowed, "token") && !strings.Contains(allowed, "known at synth") {
		allowed = "a value known at synth, not a token: " + allowed
	}
	fmt.Fprintf(&b, "%s: got %s; allowed: %s", field, show(p.Got), allowed)
	if p.Fix != "" {
		fmt.Fprintf(&b, "; %s", p.Fix)
	}
	return b.String()
}

// key is one of a map in the name of a field, as %q writes it.
var key = regexp.MustCompile(`\["(?:[^"\\]|\\.)*"\]`)

// longest is how many letters of a text are shown: there is room for an ARN.
const longest = 200

// short is the beginning of a text that is too long to be shown, and its length.
func short(text string) string {
	if all := []rune(text); len(all) > longest {
		return fmt.Sprintf("%s... (%d letters)", string(all[:longest/2]), len(all))
	}
	return text
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		if shown := short(v); shown != v {
			start, length, _ := strings.Cut(shown, "... (")
			return fmt.Sprintf("%q... (%s", start, length)
		}
		return fmt.Sprintf("%q", v)
	case error, fmt.Stringer:
		return fmt.Sprint(v)
	}
	if ContainsItself(v) {
		return fmt.Sprintf("a %v that contains itself", reflect.TypeOf(v).Kind())
	}
	if isAddress(reflect.ValueOf(v)) {
		return fmt.Sprintf("a value of type %T", v)
	}
	return short(fmt.Sprint(v))
}

// ContainsItself tells of a value whether a map or slice in it has itself among its values, or lies deeper than anybody
// writes.
func ContainsItself(v any) bool { return nested(reflect.ValueOf(v), 0) }

// deepest is how many maps, slices and structs lie inside each other at most.
const deepest = 100

func nested(v reflect.Value, depth int) bool {
	if depth > deepest {
		return true
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return !v.IsNil() && nested(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if nested(v.Index(i), depth+1) {
				return true
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if nested(v.MapIndex(k), depth+1) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if nested(v.Field(i), depth+1) {
				return true
			}
		}
	}
	return false
}

// isAddress tells whether a value would be shown as an address in memory, or has one in it.
func isAddress(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Func, reflect.Chan, reflect.Pointer, reflect.UnsafePointer:
		return true
	case reflect.Interface:
		return !v.IsNil() && isAddress(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if isAddress(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if isAddress(key) || isAddress(v.MapIndex(key)) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if isAddress(v.Field(i)) {
				return true
			}
		}
	}
	return false
}

// List is every problem of one value. The zero List is empty and ready to use.
type List struct {
	all     []error
	skipped map[string]bool
}

// Add adds a problem, unless its field, or one that it is a part of, is skipped.
func (l *List) Add(field string, got any, allowed, fix string) {
	l.add(Problem{Field: field, Got: got, Allowed: allowed, Fix: fix})
}

func (l *List) add(p Problem) {
	for skipped := range l.skipped {
		if isBelow(p.Field, skipped) {
			return
		}
	}
	l.all = append(l.all, p)
}

// Has tells whether a problem of the field is in the list.
func (l *List) Has(field string) bool {
	return slices.ContainsFunc(l.all, func(e error) bool {
		var p Problem
		return errors.As(e, &p) && p.Field == field
	})
}

// HasBelow tells whether a problem of the field or of a part of it is in the list.
func (l *List) HasBelow(field string) bool {
	return slices.ContainsFunc(l.all, func(e error) bool {
		var p Problem
		return errors.As(e, &p) && isBelow(p.Field, field)
	})
}

// isBelow tells whether a field is another one or a part of it.
func isBelow(field, whole string) bool {
	rest, ok := strings.CutPrefix(field, whole)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Skip makes the list leave out what is said of the field and its parts from now on.
func (l *List) Skip(field string) {
	if l.skipped == nil {
		l.skipped = map[string]bool{}
	}
	l.skipped[field] = true
}

// IsSkipped tells whether the list leaves out what is said of the field.
func (l *List) IsSkipped(field string) bool { return l.skipped[field] }

// Skips tells whether the list leaves anything out.
func (l *List) Skips() bool { return len(l.skipped) > 0 }

// Note adds a problem and skips its field, for a value that is then judged as if the field were left out.
func (l *List) Note(field string, got any, allowed, fix string) {
	l.Add(field, got, allowed, fix)
	l.Skip(field)
}

// Include adds the problems of a part of the value, whose fields stand below prefix.
func (l *List) Include(prefix string, err error) {
	for _, e := range All(err) {
		var p Problem
		if errors.As(e, &p) {
			p.Field = join(prefix, p.Field)
			l.add(p)
			continue
		}
		l.all = append(l.all, e)
	}
}

func join(prefix, field string) string {
	switch {
	case prefix == "":
		return field
	case field == "" || strings.HasPrefix(field, "["):
		return prefix + field
	default:
		return prefix + "." + field
	}
}

// Err is nil when nothing is wrong.
func (l *List) Err() error {
	if len(l.all) == 0 {
		return nil
	}
	return joined(l.all)
}

// joined is like the error of errors.Join, with a bullet before each line.
type joined []error

func (j joined) Unwrap() []error { return j }

func (j joined) Error() string {
	lines := make([]string, len(j))
	for i, e := range j {
		lines[i] = "  - " + e.Error()
	}
	return strings.Join(lines, "\n")
}

// Count says how many problems an error has: "1 problem", "2 problems".
func Count(err error) string {
	return Plural(len(All(err)), "problem")
}

// OneOf says that one of a few values is allowed: "one of 1, 3, 5".
func OneOf[T any](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
	}
	return "one of " + strings.Join(texts, ", ")
}

// Plural is a number of things, by the word for one: "1 zone", "2 zones".
func Plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// All takes an error apart into its problems; a nil one has none.
func All(err error) []error {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()
	}
	return []error{err}
}
