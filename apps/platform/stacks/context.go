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

// options are the environments that have what is off unless asked for.
type options struct{ airflow, hyperpod []string }

// withContext fills in what the context gives: accounts, regions, administrators, and which environments have Airflow and HyperPod. A
// key that starts like one of the app's and means nothing is an error: it is most likely misspelt.
func withContext(app awscdk.App, environments []environment.Environment) (all []environment.Environment, o options, err error) {
	context, ok := app.Node().GetAllContext(nil).(map[string]any)
	if !ok {
		return environments, options{airflow: Airflow, hyperpod: HyperPod}, nil
	}
	return applyContext(context, environments)
}

func applyContext(context map[string]any, environments []environment.Environment) (all []environment.Environment, o options, err error) {
	environments, o = slices.Clone(environments), options{airflow: slices.Clone(Airflow), hyperpod: slices.Clone(HyperPod)}
	set := map[string]func(text string){}
	for i := range environments {
		e := &environments[i]
		set[contextPrefix+e.Name+":account"] = func(text string) { e.Account = text }
		set[contextPrefix+e.Name+":region"] = func(text string) { e.Region = text }
		set[contextPrefix+e.Name+":administrators"] = func(text string) { e.Administrators = strings.Split(text, ",") }
		if e.Name != Tools.Name {
			set[contextPrefix+e.Name+":airflow"] = func(string) { o.airflow = append(o.airflow, e.Name) }
			set[contextPrefix+e.Name+":hyperpod"] = func(string) { o.hyperpod = append(o.hyperpod, e.Name) }
		}
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
		case (strings.HasSuffix(key, ":airflow") || strings.HasSuffix(key, ":hyperpod")) && value != "true":
			l.Add("context "+key, value, "true", "leave it out for none")
		default:
			apply(value)
		}
	}
	return environments, o, l.Err()
}
