package cdk

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
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
	// incomplete tells that an object could not be made, and broken that one is not what a constructor made.
	incomplete, broken bool
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
	wrong := fieldsOf(e.Validate()) // which are reported as they are
	for _, f := range []struct{ field, want, is, what string }{
		{"Environment.Region", e.Region, v.home.At.Region, "region"},
		{"Environment.Account", e.Account, v.home.At.Account, "account"},
	} {
		if differ(f.want, f.is) && !slices.Contains(wrong, strings.TrimPrefix(f.field, "Environment.")) {
			v.list.Add(f.field, f.want, f.is+", the "+f.what+" of the stack, or empty", "change StackProps.Env of the stack, or leave the field empty")
		}
	}
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

// resource is every object of the CDK that stands for a resource.
type resource interface {
	Env() *interfaces.ResourceEnvironment
}

func (v *visit) object(field string, object any) {
	if err := validateWrapper(field, object); err != nil {
		v.broken = true
		v.list.Include("", err)
		return
	}
	home, known := made.Of(object)
	switch r, isResource := object.(resource); {
	case made.Failed(object):
		v.incomplete = true
	case known:
		v.compare(field, object, home)
	case made.Is(reflect.TypeOf(object)) && isZero(object): // which Validate reports
	case made.Is(reflect.TypeOf(object)):
		v.broken = true
		v.list.Include("", made.Problem(field, reflect.TypeOf(object)))
	case isResource:
		v.resource(field, r)
	}
}

// compare reports an object of Plinth that was made elsewhere.
func (v *visit) compare(field string, object any, home made.Home) {
	got := fmt.Sprintf("%s %s", home.Kind, home.Path)
	if changed := made.Changed(object); changed != "" {
		v.broken = true
		v.list.Add(field, problem.Phrase(got+", whose "+changed+" is not what its constructor made it"), "one as its constructor made it",
			"leave its fields as they are, and change the props that it is made with")
		return
	}
	if home.App != nil && home.App != v.home.App {
		v.list.Add(field, problem.Phrase(got+", of another app"), "one of this app", "make both in one app")
		return
	}
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
	if key, ok := r.(awskms.IKey); ok && isAlias(key) {
		v.list.Add(field, problem.Phrase("an alias of a key"), "the key itself",
			"policies compare the ARN of the key: import it by awskms.Key_FromKeyArn, or by Key_FromLookup with its alias")
		return
	}
	env := r.Env()
	if *env.Account == dummyAccount && v.home.At.Account != dummyAccount {
		return // of a look-up that the CLI has yet to do
	}
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

// dummyAccount is the account in the values that the CDK makes up for a look-up whose answer it does not have yet, as in
// awsiam.Role_FromLookup.
const dummyAccount = "123456789012"

// isAlias tells whether a key is given by an alias.
func isAlias(key awskms.IKey) bool {
	if _, ok := key.(awskms.IAlias); ok {
		return true
	}
	return strings.Contains(*key.KeyArn(), ":alias/")
}

// validateWrapper reports a struct of the user's that can't stand for what it embeds.
func validateWrapper(field string, object any) error {
	v := reflect.ValueOf(object)
	if v.Kind() != reflect.Pointer {
		return problem.Problem{Field: field, Got: problem.Phrase("a " + v.Type().String() + " by value"), Allowed: "a value that the CDK or Plinth made",
			Fix: "give what is in it"}
	}
	if v = v.Elem(); v.Kind() != reflect.Struct || strings.HasPrefix(v.Type().PkgPath(), "github.com/aws/") {
		return nil
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous && f.Type.Kind() == reflect.Interface && v.Field(i).IsNil() {
			return problem.Problem{Field: field, Got: problem.Phrase("a " + v.Type().String() + " with nothing in it"),
				Allowed: "a value that the CDK or Plinth made", Fix: "set its " + f.Name + ", or give that"}
		}
	}
	return nil
}

// isZero tells whether an object is a zero value.
func isZero(object any) bool { return reflect.ValueOf(object).Elem().IsZero() }

// differ tells whether two names are known and not the same.
func differ(a, b string) bool {
	return a != "" && b != "" && a != b && !token.Is(a) && !token.Is(b)
}

// recognized are tokens that the CDK knows.
var recognized = map[string]bool{}

// texts reports text that looks like a token and is none that the CDK gave.
func (v *visit) texts(given any) {
	props.Texts(given, func(field, text string) {
		for _, t := range token.Pattern.FindAllString(text, -1) {
			if !recognized[t] {
				recognized[t] = isToken(t)
			}
			if !recognized[t] && !v.list.Has(field) {
				v.list.Add(field, text, "a token that the CDK gave, or text without "+token.Start, "")
			}
		}
	})
}

// isToken asks the CDK, which throws where it does not know the token.
func isToken(text string) (is bool) {
	defer func() { is = recover() == nil }()
	awscdk.Tokenization_ReverseString(&text)
	return true
}
