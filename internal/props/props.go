// Package props looks at what a constructor is given as far as Go can tell: nil where something has to be, zero values
// of types that only a constructor makes, text that only looks like a CDK token. It finds all of it by reflection, so
// that a new field needs no code. It is pure Go.
package props

import (
	"fmt"
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

// clean replaces what can't be used by nil or the zero value, and notes it. It changes copies only.
func clean(v reflect.Value, path string, l *problem.List) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() && v.Elem().Kind() == reflect.Pointer && v.Elem().IsNil() {
			l.Note(path, problem.Phrase("a nil "+v.Elem().Type().String()), "nil or a value: an interface that holds a nil pointer is neither",
				"leave the field out, or set the pointer")
			v.SetZero()
		}
	case reflect.Pointer:
		cleanPointer(v, path, l)
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				clean(v.Field(i), join(path, field.Name), l)
			}
		}
	case reflect.Slice:
		cleanSlice(v, path, l)
	case reflect.Map:
		cleanMap(v, path, l)
	case reflect.String:
		if wrong := text(v.String()); wrong != "" {
			l.Note(path, v.String(), wrong, "")
			v.SetZero()
		}
	}
}

func cleanPointer(v reflect.Value, path string, l *problem.List) {
	if v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return
	}
	if !made.Is(v.Type()) {
		copied := reflect.New(v.Type().Elem())
		copied.Elem().Set(v.Elem())
		clean(copied.Elem(), path, l)
		v.Set(copied)
		return
	}
	switch {
	case made.Failed(v.Interface()):
		l.Skip(path) // its own problems are reported
	case v.Elem().IsZero():
		p := made.Problem(path, v.Type())
		l.Note(path, p.Got, p.Allowed, p.Fix)
	default:
		return
	}
	v.SetZero()
}

func cleanSlice(v reflect.Value, path string, l *problem.List) {
	if v.Len() == 0 {
		return
	}
	copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(copied, v)
	for i := range copied.Len() {
		e, at := copied.Index(i), fmt.Sprintf("%s[%d]", path, i)
		if nillable(e.Kind()) && e.IsNil() {
			l.Note(at, nil, "a value of "+strings.TrimPrefix(e.Type().String(), "*"), "leave the entry out")
		} else {
			clean(e, at, l)
		}
	}
	v.Set(copied)
}

func cleanMap(v reflect.Value, path string, l *problem.List) {
	if v.Len() == 0 {
		return
	}
	copied := reflect.MakeMapWithSize(v.Type(), v.Len())
	for _, key := range v.MapKeys() {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		at := fmt.Sprintf("%s[%q]", path, fmt.Sprint(key.Interface()))
		clean(value, at, l)
		if key.Kind() == reflect.String {
			if wrong := text(key.String()); wrong != "" {
				l.Note(at, key.String(), wrong, "")
			}
		}
		copied.SetMapIndex(key, value)
	}
	v.Set(copied)
}

// text says what is wrong with a text that no field takes; empty: nothing.
func text(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "text in UTF-8"
	case token.Is(s) && strings.Count(s, token.Start) != len(token.Pattern.FindAllString(s, -1)):
		return "a token that the CDK gave, or text without " + token.Start
	}
	return ""
}

// Objects calls visit for every object in the props that a constructor of Plinth or of the CDK made, with its path.
func Objects(given any, visit func(path string, object any)) {
	walk(reflect.ValueOf(given), "", visit)
}

func walk(v reflect.Value, path string, visit func(path string, object any)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() && v.Type().NumMethod() > 0 && v.Elem().Kind() == reflect.Pointer && !v.Elem().IsNil() {
			visit(path, v.Interface())
		}
	case reflect.Pointer:
		switch {
		case v.IsNil():
		case made.Is(v.Type()):
			visit(path, v.Interface())
		default:
			walk(v.Elem(), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				walk(v.Field(i), join(path, field.Name), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
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
