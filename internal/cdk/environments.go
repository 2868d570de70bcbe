package cdk

import (
	"fmt"
	"reflect"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/location"
)

const environmentField = "Environment"

// given is an environment with all its fields, and where it was given.
type given struct {
	app    any
	at     location.Location
	fields string
}

// wrongEnvironments are those whose problems are reported, and in which fault.
var wrongEnvironments = map[given]*fault.Fault{}

// environmentOf is the environment among props, a pointer to a struct.
func environmentOf(props any) (e environment.Environment, has bool) {
	if field := reflect.ValueOf(props).Elem().FieldByName(environmentField); field.IsValid() {
		e, has = field.Interface().(environment.Environment)
	}
	return e, has
}

// once keeps what is wrong with an environment from being reported for each construct that is given it: the fault of the
// first, f, names the others. Call validated when the props have been validated.
func (v *visit) once(props any, f *fault.Fault) (validated func()) {
	e, has := environmentOf(props)
	if !has || !fault.Collecting() {
		return func() {}
	}
	g := given{v.place.app, v.place.at, fmt.Sprintf("%+v", e)}
	if first := wrongEnvironments[g]; first != nil {
		first.Others = append(first.Others, fault.Where(f.Kind, f.Path, fault.Caller()))
		v.incomplete = true
		v.list.Skip(environmentField)
		return func() {}
	}
	return func() {
		if v.list.HasBelow(environmentField) {
			wrongEnvironments[g] = f
		}
	}
}
