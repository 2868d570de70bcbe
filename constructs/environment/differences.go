package environment

import (
	"fmt"
	"reflect"
)

// Difference is one field in which two environments differ.
type Difference struct {
	// Field is its name: "Limits.Runtime".
	Field string
	// A and B are the values of the two.
	A, B any
}

// String says it in one line: "Limits.Runtime: 1h0m0s, 24h0m0s".
func (d Difference) String() string { return fmt.Sprintf("%s: %v, %v", d.Field, d.A, d.B) }

// Differences lists the fields in which a and b differ once their presets are filled in, in the order of the fields.
func Differences(a, b Environment) []Difference {
	return differences("", reflect.ValueOf(a.Resolved()), reflect.ValueOf(b.Resolved()))
}

func differences(prefix string, a, b reflect.Value) []Difference {
	var all []Difference
	for i := range a.NumField() {
		field := prefix + a.Type().Field(i).Name
		switch fa, fb := a.Field(i), b.Field(i); {
		case fa.Kind() == reflect.Struct:
			all = append(all, differences(field+".", fa, fb)...)
		case !reflect.DeepEqual(fa.Interface(), fb.Interface()):
			all = append(all, Difference{Field: field, A: fa.Interface(), B: fb.Interface()})
		}
	}
	return all
}
