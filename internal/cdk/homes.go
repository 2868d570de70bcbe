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
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

const networkKind = "network.Isolated"

// foreign are the fields whose objects may be of another environment, by kind.
var foreign = map[string]string{
	networkKind: "SharedWith", // which is what it is for
}

// alone are the kinds of objects that work in a network of their own, whatever uses them: a DAG may start a workflow that
// runs elsewhere.
var alone = map[string]bool{networkKind: true, "training.Workflow": true, "training.Request": true}

// visit compares where the objects among the props of a construct were made with where the construct is.
type visit struct {
	list  *problem.List
	place *place
	home  made.Home
	// from is the field whose object gave the construct its environment; empty: its own Environment did.
	from string
	// in is the field that gives the construct its network.
	in string
	// incomplete tells that an object could not be made, and broken that one is not what a constructor made.
	incomplete, broken bool
}

// look compares everything in the props, a pointer to a struct.
func (v *visit) look(given any) {
	if e, has := environmentOf(given); has {
		v.ownEnvironment(e)
	}
	props.Objects(given, v.network)
	props.Objects(given, v.object)
	v.endpoints(given) // after what it has, which may have others
}

// network notes a network that the construct works in.
func (v *visit) network(field string, object any) {
	if home, known := made.Of(object); known && home.Kind == networkKind && foreign[v.home.Kind] != field {
		v.home.Networks, v.in = append(v.home.Networks, home.Path), field
	}
}

// ownEnvironment compares the construct's environment with its stack.
func (v *visit) ownEnvironment(e environment.Environment) {
	if !token.Is(e.Name) {
		v.home.Environment = e.Name
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
		case differ(f.want, f.is):
			v.list.Add(field, f.want, f.is+", the "+f.what+" of the stack, or empty", "change StackProps.Env of the stack, or leave the field empty")
		case differ(f.want, f.said.value):
			v.list.Add(field, f.want, f.said.value+", which "+f.said.by+" has in this stack", "a stack is in one "+f.what+": set it in StackProps.Env, and leave the field empty")
		case f.said.value == "" && !token.Is(f.want):
			*f.said = said{f.want, v.home.Path}
		}
	}
	v.home.At = v.place.known()
}

// endpoints notes the networks of the endpoints through which alone the construct is reached. Those of a bucket that lets
// roles in from outside, or through an endpoint that the app does not make, say nothing of its networks.
func (v *visit) endpoints(given any) {
	var networks []string
	known := true
	props.Texts(given, func(field, text string) {
		switch {
		case strings.HasPrefix(field, "Endpoints["):
			home, is := made.Home{}, false
			if r := referenceOf(text); r.resource != nil {
				home, is = made.Around(placeOf(r.resource).app, PathOf(r.resource))
			}
			networks, known = append(networks, home.Path), known && is && home.Kind == networkKind
		case strings.HasPrefix(field, "OutsideRoles["):
			known = false
		}
	})
	if known {
		v.home.Networks = append(v.home.Networks, networks...)
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
	if v.list.Has(field) { // as what a grant reads and writes, which has no field of its own
		return
	}
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
	if v.holdsOtherStage(field, object) {
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
	if !v.environment(field, got, home, "") && !alone[home.Kind] && apart(v.home.Networks, home.Networks) {
		v.list.Add(field, problem.Phrase(fmt.Sprintf("%s, of network %s", got, home.Networks[0])), "one of network "+v.home.Networks[0]+", which "+v.in+" is",
			"make both with the same network, or give a bucket the Endpoints of both")
	}
}

// apart tells whether no network is in both lists. An empty list stands for all.
func apart(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(path string) bool { return slices.Contains(b, path) })
}

// environment reports what is of another environment than the construct's, and whether it is. An object of Plinth gives
// its environment to a construct that has none.
func (v *visit) environment(field, got string, home made.Home, or string) (differs bool) {
	switch {
	case home.Environment == "" || foreign[v.home.Kind] == field:
	case v.home.Environment == "":
		v.home.Environment, v.from = home.Environment, field
	case v.home.Environment != home.Environment:
		fix := "give both the same Environment"
		if v.from != "" {
			fix = v.from + " is of that one: take both of one environment"
		}
		v.list.Add(field, problem.Phrase(fmt.Sprintf("%s, of environment %q", got, home.Environment)),
			fmt.Sprintf("one of environment %q", v.home.Environment), fix+or)
		return true
	}
	return false
}

// shared is how environments share a resource on purpose.
const shared = "; if the environments are to share it, import it by its name, or write its ARN out"

// part reports a resource that a construct of Plinth in another environment made.
func (v *visit) part(field string, of constructs.Construct) bool {
	home, known := made.Around(placeOf(of).app, PathOf(of))
	return known && v.environment(field, "a part of "+home.Kind+" "+home.Path, home, shared)
}

// resource reports an object of the CDK that stands for a resource elsewhere. IAM knows no regions.
func (v *visit) resource(field string, r resource) {
	if key, ok := r.(awskms.IKey); ok && isAlias(key) {
		v.list.Add(field, problem.Phrase("an alias of a key"), "the key itself",
			"policies compare the ARN of the key: import it by awskms.Key_FromKeyArn, or by Key_FromLookup with its alias")
		return
	}
	if named := arnOf(r); strings.ContainsAny(named, "*?") {
		v.list.Add(field, named, "the ARN of one resource, without * and ?", "policies would let in whatever it matches")
		return
	}
	if v.ofOtherStage(field, arnOf(r)) || v.imports(field, r) {
		return
	}
	if c, ok := r.(constructs.Construct); ok && v.part(field, c) {
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
		v.list.Add(field, problem.Phrase("one of account "+*env.Account), "one of account "+v.home.At.Account+", which the stack is deployed to",
			"the policies that Plinth writes let in what is of the account only: make or import one there")
	}
}

// imports reports what is imported by an ARN or a name that refers to a part of a construct of another environment.
func (v *visit) imports(field string, r resource) bool {
	named := arnOf(r)
	if bucket, ok := r.(awss3.IBucket); ok {
		named = *bucket.BucketName()
	}
	return slices.ContainsFunc(token.Pattern.FindAllString(named, -1), func(t string) bool {
		to := referenceOf(t).target
		return to != nil && v.part(field, to)
	})
}

// arnOf is the ARN of a resource that policies name by it; empty for other resources, whose ids the CDK checks.
func arnOf(r resource) string {
	switch r := r.(type) {
	case awskms.IKey:
		return *r.KeyArn()
	case awsiam.IRole:
		return *r.RoleArn()
	}
	return ""
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

// texts reports text that looks like a token and is none that the CDK gave, and a token of another environment.
func (v *visit) texts(given any) {
	props.Texts(given, func(field, text string) {
		for _, t := range token.Pattern.FindAllString(text, -1) {
			if !recognized[t] {
				recognized[t] = isToken(t)
			}
			if v.list.Has(field) {
				continue
			}
			if !recognized[t] {
				v.list.Note(field, text, "a token that the CDK gave, or text without "+token.Start, "")
			} else if r := referenceOf(t); !v.ofOtherStage(field, t) && r.resource != nil {
				v.part(field, r.resource)
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
