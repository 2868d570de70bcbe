package cdk

import (
	"fmt"
	"reflect"

	"github.com/aws/constructs-go/constructs/v10"

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

// visit compares where the objects among the props of a construct were made with where the construct is.
type visit struct {
	list  *problem.List
	place *place
	home  made.Home
	// from is the field whose object gave the construct its environment; empty: its own Environment did.
	from string
	// in is the field that gives the construct its network.
	in string
	// keyed tells that the props have a Key, which is used in the place of a bucket's own.
	keyed bool
	// unnamed tells that the construct has an Environment without a name.
	unnamed bool
	// incomplete tells that an object could not be made, and broken that one is not what a constructor made.
	incomplete, broken bool
}

// look compares everything in the props, a pointer to a struct.
func (v *visit) look(given any) {
	if e, has := environmentOf(given); has {
		v.ownEnvironment(e)
	}
	v.home.Team = teamOf(given)
	key := reflect.ValueOf(given).Elem().FieldByName("Key")
	v.keyed = key.IsValid() && key.Kind() == reflect.Interface && !key.IsNil()
	props.Objects(given, v.network)
	props.Objects(given, v.object)
	v.endpoints(given) // after what it has, which may have others
}

func (v *visit) object(field string, object any) {
	err := validateWrapper(field, object)
	if err == nil {
		err = validateEmbedded(field, object)
	}
	if err != nil {
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
	if token.Differ(home.At.Account, v.home.At.Account) {
		v.list.Add(field, problem.Phrase(got+", of account "+home.At.Account), "one of account "+v.home.At.Account+", which the stack is deployed to", "make one there")
		return
	}
	if token.Differ(home.At.Region, v.home.At.Region) {
		v.list.Add(field, problem.Phrase(got+", in "+home.At.Region), "one in "+v.home.At.Region+", which the stack is deployed to", "make one there")
		return
	}
	if v.team(field, got, home.Path) {
		return
	}
	if !v.environment(field, got, home, "") && !alone[home.Kind] && apart(v.home.Networks, home.Networks) {
		v.list.Add(field, problem.Phrase(fmt.Sprintf("%s, of network %s", got, home.Networks[0])), "one of network "+v.home.Networks[0]+", which "+v.in+" is",
			"make both with the same network, or give a bucket the Endpoints of both")
	}
}

// environment reports what is of another environment than the construct's, and whether it is. An object of Plinth gives
// its environment to a construct that has none.
func (v *visit) environment(field, got string, home made.Home, or string) (differs bool) {
	switch {
	case home.Environment == "" || foreign[v.home.Kind] == field:
	case v.unnamed:
		if !v.list.Has(environmentField) {
			v.list.Note(environmentField, nil, fmt.Sprintf("environment %q, which %s is of: %s", home.Environment, field, got), "give both the same Environment"+or)
		}
		return true
	case v.home.Environment == "":
		v.home.Environment, v.from = home.Environment, field
	case v.home.Environment != home.Environment:
		fix := "give both the same Environment"
		if v.from != "" {
			fix = v.from + " is of that one: take both of one environment"
		}
		v.list.Note(field, problem.Phrase(fmt.Sprintf("%s, of environment %q", got, home.Environment)),
			fmt.Sprintf("one of environment %q", v.home.Environment), fix+or)
		return true
	}
	return false
}

// team reports what a construct of another team's is or made, and whether it is.
func (v *visit) team(field, got, path string) (differs bool) {
	home, known := made.Team(v.home.App, path)
	if differs = known && token.Differ(home.Team, v.home.Team); differs {
		v.list.Note(field, problem.Phrase(fmt.Sprintf("%s, of team %q", got, home.Team)), fmt.Sprintf("one of team %q", v.home.Team),
			"teams touch their own only: give both the same Team")
	}
	return differs
}

// teamOf is the team among props, a pointer to a struct; empty: none.
func teamOf(given any) string {
	if field := reflect.ValueOf(given).Elem().FieldByName("Team"); field.IsValid() && field.Kind() == reflect.String {
		return field.String()
	}
	return ""
}

// shared is how environments share a resource on purpose.
const shared = "; if the environments are to share it, import it by its name, or write its ARN out"

// part reports a resource that a construct of Plinth in another environment, or of another team, made.
func (v *visit) part(field string, of constructs.Construct) bool {
	home, known := made.Around(placeOf(of).app, PathOf(of))
	got := "a part of " + home.Kind + " " + home.Path
	return known && (v.environment(field, got, home, shared) || v.team(field, got, home.Path))
}

// isZero tells whether an object is a zero value.
func isZero(object any) bool { return reflect.ValueOf(object).Elem().IsZero() }
