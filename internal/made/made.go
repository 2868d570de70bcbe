// Package made remembers what the constructors of Plinth made, and where: so that a constructor can tell an object that
// another one made from a zero value, and one of its own environment, account and region from one of another. It is
// pure Go.
package made

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
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
	// Caller is the file and line in the user's code that made it; empty: not known.
	Caller string
	// At is the partition, region and account of its stack. Fields may be CDK tokens.
	At location.Location
	// Environment is the name of its environment; empty: none.
	Environment string
	// Team is that of its props; empty: none.
	Team string
	// App is the root of its construct tree.
	App any
	// Networks are the paths of the networks that it works in; empty: in any.
	Networks []string
}

// entry is what is known of an object: where it was made, and its exported fields as they were then.
type entry struct {
	home   Home
	typ    reflect.Type
	fields map[string]any
	// object is what the constructor returned.
	object any
}

var registry = struct {
	sync.Mutex
	homes map[any]entry
	// paths are the homes of an app's objects by their paths.
	paths  map[any]map[string]Home
	failed map[any]bool
}{homes: map[any]entry{}, paths: map[any]map[string]Home{}, failed: map[any]bool{}}

// Record notes that a constructor made the object, a pointer to a struct. The first note of an object stands.
func Record(object any, home Home) {
	registry.Lock()
	defer registry.Unlock()
	if _, known := registry.homes[key(object)]; !known {
		registry.homes[key(object)] = entry{home, reflect.TypeOf(object), exported(object), object}
		if registry.paths[home.App] == nil {
			registry.paths[home.App] = map[string]Home{}
		}
		registry.paths[home.App][home.Path] = home
	}
}

// Around returns the home of the object that the construct of an app with this path is a part of; false where it is a
// part of none.
func Around(app any, path string) (Home, bool) {
	registry.Lock()
	defer registry.Unlock()
	for {
		if home, known := registry.paths[app][path]; known {
			return home, true
		}
		end := strings.LastIndexByte(path, '/')
		if end < 0 {
			return Home{}, false
		}
		path = path[:end]
	}
}

// Ending returns the homes of what was made at a path that ends in these ids, whatever the app.
func Ending(ids string) []Home {
	registry.Lock()
	defer registry.Unlock()
	var all []Home
	for _, paths := range registry.paths {
		for path, home := range paths {
			if path == ids || strings.HasSuffix(path, "/"+ids) {
				all = append(all, home)
			}
		}
	}
	return all
}

// Team returns the team of the nearest object with one that the construct of an app with this path is a part of, and
// that object's home; false where there is none.
func Team(app any, path string) (Home, bool) {
	for home, known := Around(app, path); known; home, known = Around(app, path) {
		if home.Team != "" {
			return home, true
		}
		path = home.Path[:max(0, strings.LastIndexByte(home.Path, '/'))]
		if path == "" {
			break
		}
	}
	return Home{}, false
}

// Within returns the homes of what was made in the scope of an app with this path, by their paths.
func Within(app any, scope string) []Home {
	registry.Lock()
	defer registry.Unlock()
	var all []Home
	for _, path := range slices.Sorted(maps.Keys(registry.paths[app])) {
		if scope == "" || path == scope || strings.HasPrefix(path, scope+"/") {
			all = append(all, registry.paths[app][path])
		}
	}
	return all
}

// Of returns where an object was made; false where no constructor made it.
func Of(object any) (Home, bool) {
	registry.Lock()
	defer registry.Unlock()
	e, known := registry.homes[key(object)]
	return e.home, known && e.typ == reflect.TypeOf(object)
}

// An Object is what a constructor made: where, and its exported fields.
type Object struct {
	Home   Home
	Fields map[string]any
}

// Objects returns what was made in an app, by paths.
func Objects(app any) []Object {
	registry.Lock()
	defer registry.Unlock()
	var all []Object
	for _, e := range registry.homes {
		if e.home.App == app {
			all = append(all, Object{e.home, e.fields})
		}
	}
	slices.SortFunc(all, func(x, y Object) int { return strings.Compare(x.Home.Path, y.Home.Path) })
	return all
}

// Accept takes the fields of an object as they are now for those that its constructor gave it: for tests.
func Accept(object any) {
	registry.Lock()
	defer registry.Unlock()
	e := registry.homes[key(object)]
	e.fields = exported(object)
	registry.homes[key(object)] = e
}

// Changed is an exported field that has another value than when the object was made; empty: none has. Of one that was
// put together from the exported fields of what a constructor made, it is what the others hold.
func Changed(object any) string {
	registry.Lock()
	e := registry.homes[key(object)]
	before := e.fields
	registry.Unlock()
	if e.object != nil && e.object != object && lacksHidden(object, e.object) {
		return "inner state"
	}
	now := exported(object)
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if !same(reflect.ValueOf(before[name]), reflect.ValueOf(now[name])) {
			return name
		}
	}
	return ""
}

// lacksHidden tells whether an object has nothing in a field that is not exported, in which the other one has
// something.
func lacksHidden(object, other any) bool {
	x, y := reflect.ValueOf(object).Elem(), reflect.ValueOf(other).Elem()
	for i := range x.NumField() {
		if !x.Type().Field(i).IsExported() && x.Field(i).IsZero() && !y.Field(i).IsZero() {
			return true
		}
	}
	return false
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

// constructors name what makes objects of a type, or what a field of the type takes, where that is not New and the
// type's name.
var constructors = map[string]string{
	"access.Person":       "access.NewLauncher, access.NewOperator, access.NewBreakGlass or access.NewVisitor",
	"training.ModelGroup": "training.NewModelGroup or training.NewExistingModelGroup",
	"storage.FileSystem":  "storage.NewLustre or storage.NewEFS", "Lustre": "storage.NewLustre",
}

// Problem is that of an object that no constructor made, by its type.
func Problem(field string, t reflect.Type) problem.Problem {
	name := t.Elem().String()
	by := cmp.Or(constructors[field], constructors[name], strings.Replace(name, ".", ".New", 1))
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
