// Package cdk is what every construct does with the CDK: check its arguments, learn where it is deployed to, look up
// what depends on the region.
package cdk

import (
	"fmt"
	"reflect"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
)

// New makes the construct that a construct of Plinth builds its parts in, after checking scope, id and props. It panics
// with a [fault.Fault] that holds every problem.
func New(kind string, scope constructs.Construct, id string, props error) constructs.Construct {
	Check(kind, scope, id, props)
	return constructs.NewConstruct(scope, &id)
}

// Check panics with a [fault.Fault] when scope, id or props are wrong.
func Check(kind string, scope constructs.Construct, id string, props error) {
	var l problem.List
	missing := isNil(scope)
	if missing {
		l.Add("scope", nil, "a construct, such as the stack", "")
	}
	if id == "" {
		l.Add("id", id, "a name that is unique in its scope", "")
	}
	l.Include("", props)
	if err := l.Err(); err != nil {
		f := &fault.Fault{Kind: kind, At: fault.Caller(), Err: err}
		if !missing {
			f.Path = Path(scope, id)
		}
		panic(f)
	}
}

// isNil sees a nil interface and an interface that holds a nil pointer.
func isNil(scope constructs.Construct) bool {
	if scope == nil {
		return true
	}
	v := reflect.ValueOf(scope)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Path is the path that a construct of that id has, or would have, below scope.
func Path(scope constructs.Construct, id string) string {
	path := pathOf(scope)
	switch {
	case path == "":
		return id
	case id == "":
		return path
	}
	return fmt.Sprintf("%s/%s", path, id)
}

// Strings is a list in the CDK's form.
func Strings(values []string) *[]*string { return jsii.Strings(values...) }
