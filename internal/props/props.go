// Package props looks at what a constructor is given as far as Go can tell: nil where something has to be, zero values
// of types that only a constructor makes, text that only looks like a CDK token. It finds all of it by reflection, so
// that a new field needs no code. It is pure Go.
package props

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Of returns a copy of the props without what nobody can use, and a list that holds the problems of that: so Validate
// can look at the rest. For nil it returns zero props. Nothing more is added to the list about a field that it names.
func Of[P any](given *P) (p *P, l problem.List) {
	p = new(P)
	if given != nil {
		*p = *given
	}
	clean(reflect.ValueOf(p).Elem(), "", &l)
	return p, l
}

// clean replaces what can't be used by nil or the zero value, and notes it. It changes copies only. What a value holds in
// fields that are not exported is noted at the value.
func clean(v reflect.Value, path string, l *problem.List) {
	switch v.Kind() {
	case reflect.Interface:
		if v.CanInterface() && !v.IsNil() && IsNil(v.Interface()) {
			note(v, path, l, problem.Problem{
				Got:     problem.Phrase("a nil " + v.Elem().Type().String()),
				Allowed: "nil or a value: an interface that holds a nil pointer is neither", Fix: "leave the field out, or set the pointer",
			})
		}
	case reflect.Pointer:
		cleanPointer(v, path, l)
	case reflect.Struct:
		cleanStruct(v, path, l)
	case reflect.Slice:
		cleanSlice(v, path, l)
	case reflect.Map:
		cleanMap(v, path, l)
	case reflect.Float64, reflect.Int, reflect.Int64:
		cleanNumber(v, path, l)
	case reflect.String:
		if wrong := text(v.String()); wrong != "" {
			l.Note(path, v.String(), wrong, "")
			if v.CanSet() {
				v.SetString(token.Unusable)
			}
		}
	}
}

func cleanStruct(v reflect.Value, path string, l *problem.List) {
	for i := range v.NumField() {
		at, looked := fieldPath(v.Type(), i, path)
		if !looked {
			continue
		}
		clean(v.Field(i), at, l)
		if f := v.Type().Field(i); f.IsExported() && !repeating[v.Type().String()+"."+f.Name] {
			noteRepeated(v.Field(i), at, l)
		}
	}
}

const knownNumber = "a number that is known at synth"

func cleanNumber(v reflect.Value, path string, l *problem.List) {
	switch {
	case v.CanFloat() && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)):
		note(v, path, l, problem.Problem{Got: v.Float(), Allowed: "a finite number"})
	case v.CanSet() && v.CanFloat() && token.IsNumber(v.Float()):
		note(v, path, l, problem.Problem{Got: problem.Phrase("a token"), Allowed: knownNumber})
	case v.CanSet() && v.CanInt() && token.IsWhole(v.Int()):
		note(v, path, l, problem.Problem{Got: v.Interface(), Allowed: knownNumber, Fix: "Go makes this of every token of a number"})
	}
}

// fieldPath returns the path of the i-th field of a struct, and whether to look at the field. An unexported field has the
// path of its struct, and is looked at only in types of this module.
func fieldPath(t reflect.Type, i int, path string) (at string, looked bool) {
	if field := t.Field(i); field.IsExported() {
		return join(path, field.Name), true
	}
	return path, ours(t)
}

// note adds a problem of the value, and takes the value out.
func note(v reflect.Value, path string, l *problem.List, p problem.Problem) {
	l.Note(path, p.Got, p.Allowed, p.Fix)
	if v.CanSet() {
		v.SetZero()
	}
}

// ours tells whether a type is one of this module's, or of its tests.
func ours(t reflect.Type) bool { return strings.HasPrefix(t.PkgPath(), "github.com/plinth-ml/plinth/") }

func cleanPointer(v reflect.Value, path string, l *problem.List) {
	if v.IsNil() || v.Elem().Kind() != reflect.Struct || !ours(v.Type().Elem()) {
		return
	}
	if !made.Is(v.Type()) {
		copied := reflect.New(v.Type().Elem())
		if v.CanSet() {
			copied.Elem().Set(v.Elem())
			v.Set(copied)
		}
		clean(v.Elem(), path, l)
		return
	}
	switch object := reflect.NewAt(v.Type().Elem(), v.UnsafePointer()); { // which an unexported field gives out too
	case made.Failed(object.Interface()):
		l.Skip(path) // its own problems are reported
		if v.CanSet() {
			v.SetZero()
		}
	case v.Elem().IsZero():
		note(v, path, l, made.Problem(path, v.Type()))
	}
}

func cleanSlice(v reflect.Value, path string, l *problem.List) {
	if v.CanSet() && v.Len() > 0 {
		copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(copied, v)
		v.Set(copied)
	}
	for i := range v.Len() {
		e, at := v.Index(i), fmt.Sprintf("%s[%d]", path, i)
		if nillable(e.Kind()) && e.IsNil() && e.Type().NumMethod() > 0 {
			l.Note(at, nil, "a value of "+strings.TrimPrefix(e.Type().String(), "*"), "leave the entry out")
		} else {
			clean(e, at, l)
		}
	}
}

// repeating are lists in which the same may stand twice: the words of commands. All others are sets, as AWS's own models have most of
// theirs (uniqueItems), or have an order in which a second time means nothing.
var repeating = map[string]bool{
	"training.Job.EntryPoint": true, "training.Job.Arguments": true, "training.Processing.Command": true, "training.Processing.Arguments": true,
}

// noteRepeated notes what is in a list twice. What has a Name is told apart by that.
func noteRepeated(v reflect.Value, path string, l *problem.List) {
	if v.Kind() != reflect.Slice {
		return
	}
	for i := range v.Len() {
		e := v.Index(i)
		if e.IsZero() || e.Kind() == reflect.Struct && e.FieldByName("Name").IsValid() || !e.Comparable() && problem.ContainsItself(e.Interface()) {
			continue
		}
		for j := range i {
			if same(v.Index(j), e) {
				l.Note(fmt.Sprintf("%s[%d]", path, i), problem.Phrase(fmt.Sprintf("the same as %s[%d]", path, j)), "each entry once", "leave it out")
				break
			}
		}
	}
}

// same tells whether two entries of a list are the same, and so are what they hold. Of an object there is one only.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Slice:
		equal := a.Len() == b.Len()
		for i := 0; equal && i < a.Len(); i++ {
			equal = same(a.Index(i), b.Index(i))
		}
		return equal
	case reflect.Map:
		return sameMap(a, b)
	case reflect.Struct:
		equal := true
		for i := range a.NumField() {
			equal = equal && same(a.Field(i), b.Field(i))
		}
		return equal
	case reflect.Interface:
		if a.IsNil() || b.IsNil() || a.Elem().Type() != b.Elem().Type() {
			return a.IsNil() && b.IsNil()
		}
		return same(a.Elem(), b.Elem())
	}
	return a.Comparable() && a.Equal(b)
}

func sameMap(a, b reflect.Value) bool {
	equal := a.Len() == b.Len()
	for _, key := range a.MapKeys() {
		equal = equal && b.MapIndex(key).IsValid() && same(a.MapIndex(key), b.MapIndex(key))
	}
	return equal
}

// cleanMap looks at a map, whose values no field has objects in.
func cleanMap(v reflect.Value, path string, l *problem.List) {
	for _, key := range v.MapKeys() {
		for _, part := range []reflect.Value{key, v.MapIndex(key)} {
			if part.Kind() == reflect.String {
				if wrong := text(part.String()); wrong != "" {
					l.Note(fmt.Sprintf("%s[%q]", path, key), part.String(), wrong, "")
				}
			}
		}
	}
}

// listStart starts the one text of a list that is a token.
const listStart = "#{Token["

// text says what is wrong with a text that no field takes; empty: nothing.
func text(s string) string {
	switch {
	case strings.Contains(s, listStart):
		return "text: a list that only the deployment knows is not possible here"
	case !utf8.ValidString(s):
		return "text in UTF-8"
	case token.Is(s) && strings.Count(s, token.Start) != len(token.Pattern.FindAllString(s, -1)):
		return "a token that the CDK gave, or text without " + token.Start
	}
	return ""
}

// Objects calls visit for every object in the props that a constructor of Plinth or of the CDK made, with its path.
func Objects(given any, visit func(path string, object any)) {
	walker{object: visit, text: func(string, string) {}}.walk(reflect.ValueOf(given), "")
}

// Texts calls visit for every text in the props, with its path.
func Texts(given any, visit func(path, text string)) {
	walker{object: func(string, any) {}, text: visit}.walk(reflect.ValueOf(given), "")
}

// walker goes through props.
type walker struct {
	object func(path string, object any)
	text   func(path, text string)
}

func (w walker) walk(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		w.text(path, v.String())
	case reflect.Map:
		for _, key := range v.MapKeys() {
			w.walk(v.MapIndex(key), fmt.Sprintf("%s[%q]", path, key))
		}
	case reflect.Interface:
		if v.CanInterface() && v.Type().NumMethod() > 0 && !IsNil(v.Interface()) {
			w.object(path, v.Interface())
		}
	case reflect.Pointer:
		w.pointer(v, path)
	case reflect.Struct:
		for i := range v.NumField() {
			if at, looked := fieldPath(v.Type(), i, path); looked {
				w.walk(v.Field(i), at)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	}
}

func (w walker) pointer(v reflect.Value, path string) {
	switch {
	case v.IsNil() || !ours(v.Type().Elem()):
	case made.Is(v.Type()):
		w.object(path, reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Interface())
	default:
		w.walk(v.Elem(), path)
	}
}

// IsNil tells whether an interface holds nothing, or a nil pointer.
func IsNil(v any) bool {
	return v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil()
}

func nillable(k reflect.Kind) bool { return k == reflect.Pointer || k == reflect.Interface }

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
