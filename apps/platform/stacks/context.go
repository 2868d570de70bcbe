package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/problem"
)

// contextPrefix starts the context keys that the app reads: plinth:dev:account, plinth:dev:region and so on.
const contextPrefix = "plinth:"

// withContext fills in what the context gives: accounts, regions, administrators. A key that starts like one of the app's
// and means nothing is an error: it is most likely misspelt.
func withContext(app awscdk.App, environments []environment.Environment) ([]environment.Environment, error) {
	all, ok := app.Node().GetAllContext(nil).(map[string]any)
	if !ok {
		return environments, nil
	}
	return applyContext(all, environments)
}

func applyContext(context map[string]any, environments []environment.Environment) ([]environment.Environment, error) {
	environments = slices.Clone(environments)
	set := map[string]func(text string){}
	for i := range environments {
		e := &environments[i]
		set[contextPrefix+e.Name+":account"] = func(text string) { e.Account = text }
		set[contextPrefix+e.Name+":region"] = func(text string) { e.Region = text }
		set[contextPrefix+e.Name+":administrators"] = func(text string) { e.Administrators = strings.Split(text, ",") }
	}
	allowed := "one of " + strings.Join(slices.Sorted(maps.Keys(set)), ", ")
	var l problem.List
	for _, key := range slices.Sorted(maps.Keys(context)) {
		if !strings.HasPrefix(key, contextPrefix) {
			continue
		}
		apply, known := set[key]
		value, isText := context[key].(string)
		switch {
		case !known:
			l.Add("context "+key, context[key], "a key that is "+allowed, "")
		case !isText:
			l.Add("context "+key, fmt.Sprintf("%v, a %T", context[key], context[key]), "a text; several ARNs in one, with commas between", "put it in quotes in cdk.json")
		default:
			apply(value)
		}
	}
	return environments, l.Err()
}
