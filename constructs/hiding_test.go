package constructs_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// alone are the fields, of all constructors or one, that others can't be judged without: why.
var alone = map[string]string{
	"airflow.NewEnvironment Class":        "it decides how many DAGs there may be",
	"storage.NewDataBucket Endpoints[0]":  "without Endpoints nobody is outside",
	"AdditionalEndpoints[0].Service":      "the same odd value is then a service that stands already",
	"Environment.Tier":                    "the tier decides what the other fields are held to",
	"Environment.Limits.InstanceTypes[0]": "the same odd value in another field is then a type that the limits allow",
}

// One wrong field does not hide another one's problems.
func TestNoProblemHidesAnother(t *testing.T) {
	pairs := 0
	for name, c := range constructors {
		props := reflect.TypeOf(c.props).Elem()
		base := fieldsOf(validate(reflect.New(props).Interface()))
		type wrong struct {
			use
			problems []string
		}
		var all []wrong
		for _, u := range uses(props, "", func(p reflect.Value) reflect.Value { return p }, 5) {
			if u.wrong || len(all) > 0 && all[len(all)-1].field == u.field {
				continue
			}
			p := reflect.New(props)
			u.set(p.Elem())
			problems := slices.DeleteFunc(fieldsOf(validate(p.Interface())), func(f string) bool { return slices.Contains(base, f) })
			if slices.Contains(problems, u.field) {
				all = append(all, wrong{u, []string{u.field}})
			}
		}
		for i, a := range all {
			for _, b := range all[:i] {
				if top(a.field) == top(b.field) || needed(name, a.field) || needed(name, b.field) {
					continue
				}
				pairs++
				p := reflect.New(props)
				a.set(p.Elem())
				b.set(p.Elem())
				got := fieldsOf(validate(p.Interface()))
				for _, want := range slices.Concat(a.problems, b.problems) {
					if !slices.Contains(got, want) {
						t.Errorf("%s with %s %s and %s %s: no problem of %s among %q", name, a.field, a.value, b.field, b.value, want, got)
					}
				}
			}
		}
	}
	t.Logf("%d pairs", pairs)
}

func needed(constructor, field string) bool {
	return alone[field] != "" || alone[constructor+" "+field] != ""
}

// top is the first part of a field's path.
func top(field string) string {
	name, _, _ := strings.Cut(field, ".")
	name, _, _ = strings.Cut(name, "[")
	return name
}
