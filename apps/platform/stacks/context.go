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
type options struct{ airflow, serverless, hyperpod []string }

// defaults are those that the table of environments asks for.
func defaults() options {
	return options{airflow: slices.Clone(Airflow), serverless: slices.Clone(AirflowServerless), hyperpod: slices.Clone(HyperPod)}
}

// setting is what a context key does with its text, which is one of allowed unless that is empty.
type setting struct {
	allowed []string
	apply   func(text string)
}

// withContext fills in what the context gives: accounts, regions, administrators, and which environments have Airflow and HyperPod. A
// key that starts like one of the app's and means nothing is an error: it is most likely misspelt.
func withContext(app awscdk.App, environments []environment.Environment) (all []environment.Environment, o options, err error) {
	context, ok := app.Node().GetAllContext(nil).(map[string]any)
	if !ok {
		return environments, defaults(), nil
	}
	return applyContext(context, environments)
}

func applyContext(context map[string]any, environments []environment.Environment) (all []environment.Environment, o options, err error) {
	environments, o = slices.Clone(environments), defaults()
	set := map[string]setting{}
	for i := range environments {
		e := &environments[i]
		at := func(key string, apply func(text string), allowed ...string) {
			set[contextPrefix+e.Name+":"+key] = setting{allowed, apply}
		}
		at("account", func(text string) { e.Account = text })
		at("region", func(text string) { e.Region = text })
		at("administrators", func(text string) { e.Administrators = strings.Split(text, ",") })
		if e.Name != Tools.Name {
			at("airflow", func(text string) {
				if text == "serverless" {
					o.serverless = append(o.serverless, e.Name)
				} else {
					o.airflow = append(o.airflow, e.Name)
				}
			}, "true", "serverless")
			at("hyperpod", func(string) { o.hyperpod = append(o.hyperpod, e.Name) }, "true")
		}
	}
	allowed := "one of " + strings.Join(slices.Sorted(maps.Keys(set)), ", ")
	var l problem.List
	for _, key := range slices.Sorted(maps.Keys(context)) {
		if !strings.HasPrefix(key, contextPrefix) {
			continue
		}
		found, known := set[key]
		value, isText := context[key].(string)
		switch {
		case !known:
			l.Add("context "+key, context[key], "a key that is "+allowed, "")
		case !isText:
			l.Add("context "+key, fmt.Sprintf("%v, a %T", context[key], context[key]), "a text; several ARNs in one, with commas between", "put it in quotes in cdk.json")
		case len(found.allowed) > 0 && !slices.Contains(found.allowed, value):
			l.Add("context "+key, value, strings.Join(found.allowed, " or "), "leave it out for none")
		default:
			found.apply(value)
		}
	}
	return environments, o, l.Err()
}
