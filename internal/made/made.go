// Package made remembers what the constructors of Plinth made, and where: so that a constructor can tell an object that
// another one made from a zero value, and one of its own environment, account and region from one of another. It is
// pure Go.
package made

import (
	"reflect"
	"strings"
	"sync"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Home is where an object was made.
type Home struct {
	// Kind is the constructor's: "network.Isolated".
	Kind string
	// Path is its construct path.
	Path string
	// At is the partition, region and account of its stack. Fields may be CDK tokens.
	At location.Location
	// Environment is the name of its environment; empty: none.
	Environment string
}

var registry = struct {
	sync.Mutex
	homes  map[any]Home
	failed map[any]bool
}{homes: map[any]Home{}, failed: map[any]bool{}}

// Record notes that a constructor made the object, a pointer to a struct. The first note of an object stands.
func Record(object any, home Home) {
	registry.Lock()
	defer registry.Unlock()
	if _, known := registry.homes[key(object)]; !known {
		registry.homes[key(object)] = home
	}
}

// Of returns where an object was made; false where no constructor made it.
func Of(object any) (Home, bool) {
	registry.Lock()
	defer registry.Unlock()
	home, known := registry.homes[key(object)]
	return home, known
}

// Fail notes an object that a constructor returned in the place of one that it could not make.
func Fail(object any) {
	registry.Lock()
	defer registry.Unlock()
	registry.failed[key(object)] = true
}

// Failed tells whether the object stands for one that could not be made.
func Failed(object any) bool {
	registry.Lock()
	defer registry.Unlock()
	return registry.failed[key(object)]
}

// ConstructField is the field that every type of object has: the scope of its parts.
const ConstructField = "Construct"

// Is tells whether a type is that of a constructor's results: a pointer to a struct with a Construct.
func Is(t reflect.Type) bool {
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return false
	}
	field, has := t.Elem().FieldByName(ConstructField)
	return has && field.Type.Kind() == reflect.Interface && field.Type.Name() == ConstructField
}

// constructors name what makes objects of a type, where that is not New and the type's name.
var constructors = map[string]string{
	"access.Person":      "access.NewLauncher, access.NewOperator, access.NewBreakGlass or access.NewVisitor",
	"storage.FileSystem": "storage.NewLustre or storage.NewEFS",
}

// Problem is that of an object that no constructor made, by its type.
func Problem(field string, t reflect.Type) problem.Problem {
	name := t.Elem().String()
	by, special := constructors[name]
	if !special {
		by = strings.Replace(name, ".", ".New", 1)
	}
	return problem.Problem{
		Field: field, Got: problem.Phrase("a value of " + name + " that no constructor made"), Allowed: "one of " + by,
	}
}

// key is what an object is known by: its construct, so that a copy is known too, or the object itself.
func key(object any) any {
	v := reflect.ValueOf(object)
	if Is(v.Type()) && !v.IsNil() {
		construct := v.Elem().FieldByName(ConstructField)
		if !construct.IsNil() && construct.Elem().Kind() == reflect.Pointer {
			return construct.Interface()
		}
	}
	return object
}
