package cdk

import (
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// resource is every object of the CDK that stands for a resource.
type resource interface {
	Env() *interfaces.ResourceEnvironment
}

// resource reports an object of the CDK that stands for a resource elsewhere. IAM knows no regions.
func (v *visit) resource(field string, r resource) {
	if key, ok := r.(awskms.IKey); ok && v.unfit(field, key) {
		return
	}
	if named := arnOf(r); strings.ContainsAny(named, "*?") {
		v.list.Add(field, named, "the ARN of one resource, without * and ?", "policies would let in whatever it matches")
		return
	}
	if bucket, ok := r.(awss3.IBucket); ok && !v.keyed {
		if own := bucket.EncryptionKey(); own != nil {
			v.resource(field+".EncryptionKey", own)
		}
	}
	if v.ofOtherStage(field, arnOf(r)) || v.imports(field, r) {
		return
	}
	if c, ok := r.(constructs.Construct); ok && v.part(field, c) {
		return
	}
	v.elsewhere(field, r)
}

// elsewhere reports an object of another account or region.
func (v *visit) elsewhere(field string, r resource) {
	env := r.Env()
	if *env.Account == dummyAccount && v.home.At.Account != dummyAccount {
		return // of a look-up that the CLI has yet to do
	}
	switch r.(type) {
	case awsiam.IRole, awsiam.IUser, awsiam.IManagedPolicy:
	default:
		if token.Differ(*env.Region, v.home.At.Region) {
			v.list.Add(field, problem.Phrase("one in "+*env.Region), "one in "+v.home.At.Region+", which the stack is deployed to", "make or import one there")
		}
	}
	if token.Differ(*env.Account, v.home.At.Account) {
		v.list.Add(field, problem.Phrase("one of account "+*env.Account), "one of account "+v.home.At.Account+", which the stack is deployed to",
			"the policies that Plinth writes let in what is of the account only: make or import one there")
	}
}

// unfit reports a key that nothing can be encrypted by as fields take it.
func (v *visit) unfit(field string, k awskms.IKey) bool {
	if isAlias(k) {
		v.list.Add(field, problem.Phrase("an alias of a key"), "the key itself",
			"policies compare the ARN of the key: import it by awskms.Key_FromKeyArn, or by Key_FromLookup with its alias")
		return true
	}
	if isDisabled(k) {
		v.list.Add(field, problem.Phrase("a key that is disabled"), "one that is enabled", "nothing can be encrypted by it: leave its Enabled out")
		return true
	}
	spec := specOf(k)
	if spec == symmetric || token.Is(spec) {
		return false
	}
	v.list.Add(field, problem.Phrase("a key of "+spec), "a key of "+symmetric, "services encrypt by data keys, which come from no other: leave its KeySpec out")
	return true
}

// imports reports what is imported by an ARN or a name that refers to a part of a construct of another environment.
func (v *visit) imports(field string, r resource) bool {
	named := arnOf(r)
	if bucket, ok := r.(awss3.IBucket); ok {
		named = *bucket.BucketName()
	}
	return slices.ContainsFunc(referencesIn(v.place.stack, named), func(r reference) bool { return r.target != nil && v.part(field, r.target) })
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

// dummyAccount is the account in the values that the CDK makes up for a look-up whose answer it does not have yet, as
// in awsiam.Role_FromLookup.
const dummyAccount = "123456789012"

// symmetric is the specification of the keys that services encrypt by, and that of a key which has none
// (https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-compare.html).
const symmetric = "SYMMETRIC_DEFAULT"

// specOf is the specification of a key of the app; other ones are taken to be symmetric.
func specOf(key awskms.IKey) string {
	if made, ok := cfnKey(key); ok && made.KeySpec() != nil {
		return *made.KeySpec()
	}
	return symmetric
}

// isDisabled tells whether the app makes the key disabled.
func isDisabled(key awskms.IKey) bool {
	made, ok := cfnKey(key)
	return ok && made.Enabled() == false
}

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

// validateEmbedded reports a struct of the user's that embeds a value, which the CDK knows by the value alone.
func validateEmbedded(field string, object any) error {
	inner := embedded(reflect.ValueOf(object))
	if inner == "" || made.Is(reflect.TypeOf(object)) || isKnown(object) {
		return nil
	}
	return problem.Problem{
		Field: field, Got: problem.Phrase("a " + reflect.TypeOf(object).Elem().String() + ", which embeds one"),
		Allowed: "a value that the CDK or Plinth made", Fix: "give its " + inner,
	}
}
