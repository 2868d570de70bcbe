package cdk

import (
	"cmp"
	"reflect"

	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
)

// ofOtherStage reports a text that refers to something in another stage, and tells whether it does: the CDK refuses
// that when the app is synthesized (https://docs.aws.amazon.com/cdk/v2/guide/stages.html). An object may be of another
// stage as long as it is imported, and has texts that refer to nothing.
func (v *visit) ofOtherStage(field, text string) bool { return v.inOtherStage(field, text, "") }

// inOtherStage is ofOtherStage for a text of something that is named; empty: of what the text refers to.
func (v *visit) inOtherStage(field, text, named string) bool {
	for _, r := range referencesIn(v.place.stack, text) {
		if r.target == nil || placeOf(r.target).stage == v.place.stage {
			continue
		}
		v.list.Add(field, problem.Phrase(cmp.Or(named, "a value of "+PathOf(r.target))+", in "+stageNamed(placeOf(r.target).stage)), "one in "+stageNamed(v.place.stage),
			"stages are deployed apart: make one in each, or import it there by its name or ARN")
		return true
	}
	return false
}

// holdsOtherStage is the same of the texts of an object of Plinth.
func (v *visit) holdsOtherStage(field string, object any) bool {
	home, _ := made.Of(object)
	named := home.Kind + " " + home.Path
	fields := reflect.ValueOf(object).Elem()
	for i := range fields.NumField() {
		switch {
		case !fields.Type().Field(i).IsExported():
		case fields.Field(i).Kind() == reflect.String && v.inOtherStage(field, fields.Field(i).String(), named):
			return true
		case fields.Field(i).Type() == reflect.TypeFor[[]string]():
			for _, text := range fields.Field(i).Interface().([]string) {
				if v.inOtherStage(field, text, named) {
					return true
				}
			}
		}
	}
	return false
}

func stageNamed(path string) string {
	if path == "" {
		return "the app itself"
	}
	return "stage " + path
}
