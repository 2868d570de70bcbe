package cdk

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
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

// once keeps what is wrong with an environment from being reported for each construct that is given it: the fault of
// the first, f, names the others. Call validated when the props have been validated.
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

// ownEnvironment compares the construct's environment with its stack.
func (v *visit) ownEnvironment(e environment.Environment) {
	if !token.Is(e.Name) {
		v.home.Environment, v.unnamed = e.Name, e.Name == ""
	}
	wrong := fieldsOf(e.Validate()) // which are reported as they are
	for _, f := range []struct {
		field, want, is string
		said            *said
		what            string
	}{
		{"Region", e.Region, v.place.at.Region, &v.place.region, "region"},
		{"Account", e.Account, v.place.at.Account, &v.place.account, "account"},
	} {
		field := "Environment." + f.field
		switch {
		case slices.Contains(wrong, f.field):
		case token.Differ(f.want, f.is):
			v.list.Add(field, f.want, f.is+", the "+f.what+" of the stack, or empty", "change StackProps.Env of the stack, or leave the field empty")
		case token.Differ(f.want, f.said.value):
			v.list.Add(field, f.want, f.said.value+", which "+f.said.by+" has in this stack", "a stack is in one "+f.what+": set it in StackProps.Env, and leave the field empty")
		case f.said.value == "" && !token.Is(f.want):
			*f.said = said{f.want, v.home.Path}
		}
	}
	v.home.At = v.place.known()
}

// fieldsOf are the fields of the problems of an error.
func fieldsOf(err error) []string {
	var fields []string
	for _, e := range problem.All(err) {
		var p problem.Problem
		if errors.As(e, &p) {
			fields = append(fields, p.Field)
		}
	}
	return fields
}
