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

// withContext fills in the accounts and regions that the context gives. A key that starts like one of the app's and
// means nothing is an error: it is most likely misspelt.
func withContext(app awscdk.App, environments []environment.Environment) ([]environment.Environment, error) {
	all, ok := app.Node().GetAllContext(nil).(map[string]any)
	if !ok {
		return environments, nil
	}
	return applyContext(all, environments)
}

func applyContext(context map[string]any, environments []environment.Environment) ([]environment.Environment, error) {
	environments = slices.Clone(environments)
	fields := map[string]*string{}
	for i := range environments {
		e := &environments[i]
		fields[contextPrefix+e.Name+":account"] = &e.Account
		fields[contextPrefix+e.Name+":region"] = &e.Region
	}
	allowed := "one of " + strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
	var l problem.List
	for _, key := range slices.Sorted(maps.Keys(context)) {
		if !strings.HasPrefix(key, contextPrefix) {
			continue
		}
		field, known := fields[key]
		value, isText := context[key].(string)
		switch {
		case !known:
			l.Add("context "+key, context[key], "a key that is "+allowed, "")
		case !isText:
			l.Add("context "+key, fmt.Sprintf("%v, a %T", context[key], context[key]), "a text", "put it in quotes in cdk.json")
		default:
			*field = value
		}
	}
	return environments, l.Err()
}
