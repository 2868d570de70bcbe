package cdk

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/token"
)

// couldNotBeBuilt is what the tokens of what could not be made refer to: nothing. It is in no template, since there is
// none.
const couldNotBeBuilt = "CouldNotBeBuilt"

// standIns make what stands in the fields of an object that could not be made, by their types, of a name that is a
// token. Fields of other types stay empty.
var standIns = map[reflect.Type]func(in constructs.Construct, id, name *string) any{
	reflect.TypeFor[awskms.IKey](): func(in constructs.Construct, id, name *string) any { return awskms.Key_FromKeyArn(in, id, name) },
	reflect.TypeFor[awsiam.IRole](): func(in constructs.Construct, id, name *string) any {
		return awsiam.Role_FromRoleArn(in, id, name, nil)
	},
	reflect.TypeFor[awsiam.IManagedPolicy](): func(in constructs.Construct, id, name *string) any {
		return awsiam.ManagedPolicy_FromManagedPolicyArn(in, id, name)
	},
	reflect.TypeFor[awss3.IBucket](): func(in constructs.Construct, id, name *string) any { return awss3.Bucket_FromBucketName(in, id, name) },
	reflect.TypeFor[awssns.ITopic](): func(in constructs.Construct, id, name *string) any { return awssns.Topic_FromTopicArn(in, id, name) },
}

// standInTexts are the tokens of all stand-ins.
var standInTexts = map[string]bool{}

// StandsIn tells whether a text is of an object that could not be made, whose problems are reported.
func StandsIn(text string) bool {
	return slices.ContainsFunc(token.Pattern.FindAllString(text, -1), func(t string) bool { return standInTexts[t] })
}

// standIn makes a pointer to an object that stands for one that could not be made. Its texts are tokens and its
// objects stand-ins, so that whatever is made of them is judged by its own mistakes alone. Its tables have the keys.
func standIn(t reflect.Type, this constructs.Construct, keys []string) reflect.Value {
	object := reflect.New(t)
	defer func() { made.Fail(object.Interface()) }()
	if this == nil {
		return object
	}
	parts := constructs.NewConstruct(this, jsii.String(couldNotBeBuilt)) // apart from what was made before it failed
	name := awscdk.Fn_Ref(jsii.String(couldNotBeBuilt))
	standInTexts[*name] = true
	for i := range t.NumField() {
		field, f := t.Field(i), object.Elem().Field(i)
		switch {
		case !field.IsExported():
		case field.Name == made.ConstructField:
			f.Set(reflect.ValueOf(this))
		case field.Type.Kind() == reflect.Map && field.Type.Key().Kind() == reflect.String:
			f.Set(reflect.MakeMap(field.Type))
			for i, key := range keys {
				value := reflect.New(field.Type.Elem()).Elem()
				standInField(value, parts, fmt.Sprint(field.Name, i), name)
				f.SetMapIndex(reflect.ValueOf(key), value)
			}
		case !made.Is(field.Type) || field.Type.Elem() != t:
			standInField(f, parts, field.Name, name)
		}
	}
	return object
}

// standInField sets a field, or an entry of a table, of an object that could not be made; see [standIns].
func standInField(f reflect.Value, parts constructs.Construct, id string, name *string) {
	stand, known := standIns[f.Type()]
	switch {
	case known:
		f.Set(reflect.ValueOf(stand(parts, &id, name)))
	case made.Is(f.Type()):
		f.Set(standIn(f.Type().Elem(), constructs.NewConstruct(parts, &id), nil))
	case f.Kind() == reflect.String:
		f.SetString(*name)
	case f.Type() == reflect.TypeFor[[]string]():
		f.Set(reflect.ValueOf([]string{*name}))
	case f.Kind() == reflect.Struct:
		for i := range f.NumField() {
			if of := f.Type().Field(i); of.IsExported() && of.Type.Kind() == reflect.String {
				f.Field(i).SetString(*name)
			}
		}
	}
}

// scopeOfFailed is where stand-ins can be made for a construct that could not be; nil: nowhere.
func (b *building) scopeOfFailed() constructs.Construct {
	if b.this != nil || fault.Elsewhere() || validateInStack(b.scope) != nil {
		return b.this
	}
	failures++
	return constructs.NewConstruct(b.scope, jsii.String(fmt.Sprint(couldNotBeBuilt, failures)))
}

// failures counts what could not be made and has no id.
var failures int
