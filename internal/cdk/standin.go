package cdk

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/made"
)

// couldNotBeBuilt is what the tokens of what could not be made refer to: nothing. It is in no template, since there is none.
const couldNotBeBuilt = "CouldNotBeBuilt"

// standIns make what stands in the fields of an object that could not be made, by their types, of a name that is a token.
// Fields of other types stay empty.
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

// standIn makes a pointer to an object that stands for one that could not be made. Its texts are tokens and its
// objects stand-ins, so that whatever is made of them is judged by its own mistakes alone.
func standIn(t reflect.Type, this constructs.Construct) reflect.Value {
	object := reflect.New(t)
	defer func() { made.Fail(object.Interface()) }()
	if this == nil {
		return object
	}
	parts := constructs.NewConstruct(this, jsii.String(couldNotBeBuilt)) // apart from what was made before it failed
	name := awscdk.Fn_Ref(jsii.String(couldNotBeBuilt))
	for i := range t.NumField() {
		field, f := t.Field(i), object.Elem().Field(i)
		if !field.IsExported() {
			continue
		}
		stand, known := standIns[field.Type]
		switch {
		case field.Name == made.ConstructField:
			f.Set(reflect.ValueOf(this))
		case known:
			f.Set(reflect.ValueOf(stand(parts, &field.Name, name)))
		case made.Is(field.Type) && field.Type.Elem() != t:
			f.Set(standIn(field.Type.Elem(), constructs.NewConstruct(parts, &field.Name)))
		case field.Type == reflect.TypeFor[string]():
			f.SetString(*name)
		case field.Type == reflect.TypeFor[[]string]():
			f.Set(reflect.ValueOf([]string{*name}))
		}
	}
	return object
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
