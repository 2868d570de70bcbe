package constructs_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/made"
	given "github.com/plinth-ml/plinth/internal/props"
)

// Every field of a construct with a Team refuses what a construct of another team made: an object, a role in it, or its
// ARN.
func TestPartsOfOtherTeams(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		there := constructs.NewConstruct(stack, jsii.String("Blue"))
		home := func(path, team string) made.Home {
			return made.Home{Kind: "test", Path: path, App: stack.Node().Root(), Environment: "dev", Team: team}
		}
		made.Record(&struct{ Construct constructs.Construct }{there}, home("Stack/Blue", "blue"))
		inner := constructs.NewConstruct(there, jsii.String("Inner"))
		made.Record(&struct{ Construct constructs.Construct }{inner}, home("Stack/Blue/Inner", ""))
		role := awsiam.NewRole(inner, jsii.String("Role"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
		valid, known, tried := validProps(stack), map[reflect.Type]any{}, 0
		for _, props := range valid {
			given.Objects(props(), func(_ string, object any) { known[reflect.TypeOf(object)] = object })
		}
		for name, c := range constructors {
			if !reflect.ValueOf(c.makeProps()).Elem().FieldByName("Team").IsValid() {
				continue
			}
			look := func(t reflect.Type) bool {
				return made.Is(t) || t == reflect.TypeFor[awsiam.IRole]() || t.Kind() == reflect.String
			}
			for _, l := range leavesOf(c, look) {
				var value reflect.Value
				switch {
				case l.typ.Kind() == reflect.String && l.field != "Workflows[0]":
					continue
				case l.typ.Kind() == reflect.String:
					value = reflect.ValueOf(*role.RoleArn())
				case made.Is(l.typ):
					value = reflect.New(l.typ.Elem())
					if like := known[l.typ]; like != nil {
						value.Elem().Set(reflect.ValueOf(like).Elem())
					}
					id := fmt.Sprint("Object", next())
					value.Elem().FieldByName(made.ConstructField).Set(reflect.ValueOf(constructs.NewConstruct(inner, &id)))
					made.Record(value.Interface(), home("Stack/Blue/Inner/"+id, ""))
				default:
					value = reflect.ValueOf(role)
				}
				for team, want := range map[string]bool{"red": true, "blue": false} {
					if !want && made.Is(l.typ) {
						continue // an object that is not whole is taken by nothing
					}
					tried++
					props := valid[name]()
					reflect.ValueOf(props).Elem().FieldByName("Team").SetString(team)
					l.get(reflect.ValueOf(props).Elem()).Set(value)
					before := len(unwrapped(faults))
					c.make(stack, fmt.Sprint("X", next()), props)
					if told(faults, before, l.field, `of team "blue"; allowed: one of team "red"`) != want {
						t.Errorf("%s takes as %s, for team %s: %v", name, l.field, team, unwrapped(faults)[before:])
					}
				}
			}
		}
		if tried == 0 {
			t.Error("no field is looked at")
		}
		t.Logf("%d fields", tried)
	})
}
