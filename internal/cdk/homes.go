package cdk

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// foreign are the fields whose objects may be of another environment, by kind.
var foreign = map[string]string{
	"network.Isolated": "SharedWith", // which is what it is for
}

// visit compares where the objects among the props of a construct were made with where the construct is.
type visit struct {
	list *problem.List
	home made.Home
	// from is the field whose object gave the construct its environment; empty: its own Environment did.
	from string
	// incomplete tells that an object could not be made.
	incomplete bool
}

// look compares everything in the props, a pointer to a struct.
func (v *visit) look(given any) {
	if field := reflect.ValueOf(given).Elem().FieldByName("Environment"); field.IsValid() {
		if e, ok := field.Interface().(environment.Environment); ok {
			v.ownEnvironment(e)
		}
	}
	props.Objects(given, v.object)
}

// ownEnvironment compares the construct's environment with its stack.
func (v *visit) ownEnvironment(e environment.Environment) {
	if !token.Is(e.Name) {
		v.home.Environment = e.Name
	}
	for _, f := range []struct{ field, want, is, what string }{
		{"Environment.Region", e.Region, v.home.At.Region, "region"},
		{"Environment.Account", e.Account, v.home.At.Account, "account"},
	} {
		if differ(f.want, f.is) && !v.list.Has(f.field) {
			v.list.Add(f.field, f.want, f.is+", the "+f.what+" of the stack, or empty", "change StackProps.Env of the stack, or leave the field empty")
		}
	}
}

// resource is every object of the CDK that stands for a resource.
type resource interface {
	Env() *interfaces.ResourceEnvironment
}

func (v *visit) object(field string, object any) {
	home, known := made.Of(object)
	switch r, isResource := object.(resource); {
	case made.Failed(object):
		v.incomplete = true
	case known:
		v.compare(field, home)
	case v.list.Has(field): // which says it already
	case made.Is(reflect.TypeOf(object)):
		v.list.Include("", made.Problem(field, reflect.TypeOf(object)))
	case isResource:
		v.resource(field, r)
	}
}

// compare reports an object of Plinth that was made elsewhere.
func (v *visit) compare(field string, home made.Home) {
	got := fmt.Sprintf("%s %s", home.Kind, home.Path)
	if differ(home.At.Account, v.home.At.Account) {
		v.list.Add(field, problem.Phrase(got+", of account "+home.At.Account), "one of account "+v.home.At.Account+", which the stack is deployed to", "make one there")
		return
	}
	if differ(home.At.Region, v.home.At.Region) {
		v.list.Add(field, problem.Phrase(got+", in "+home.At.Region), "one in "+v.home.At.Region+", which the stack is deployed to", "make one there")
		return
	}
	switch {
	case home.Environment == "" || foreign[v.home.Kind] == field:
	case v.home.Environment == "":
		v.home.Environment, v.from = home.Environment, field
	case v.home.Environment != home.Environment:
		fix := "give both the same Environment"
		if v.from != "" {
			fix = v.from + " is of that one: take both of one environment"
		}
		v.list.Add(field, problem.Phrase(fmt.Sprintf("%s, of environment %q", got, home.Environment)), fmt.Sprintf("one of environment %q", v.home.Environment), fix)
	}
}

// resource reports an object of the CDK that stands for a resource elsewhere. IAM knows no regions.
func (v *visit) resource(field string, r resource) {
	env := r.Env()
	switch r.(type) {
	case awsiam.IRole, awsiam.IUser, awsiam.IManagedPolicy:
	default:
		if differ(*env.Region, v.home.At.Region) {
			v.list.Add(field, problem.Phrase("one in "+*env.Region), "one in "+v.home.At.Region+", which the stack is deployed to", "make or import one there")
		}
	}
	if differ(*env.Account, v.home.At.Account) {
		v.list.Add(field, problem.Phrase("one of account "+*env.Account), "one of account "+v.home.At.Account+", which the stack is deployed to", "make or import one there")
	}
}

// differ tells whether two names are known and not the same.
func differ(a, b string) bool {
	return a != "" && b != "" && a != b && !token.Is(a) && !token.Is(b)
}
