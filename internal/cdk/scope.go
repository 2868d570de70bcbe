package cdk

import (
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// validateScope reports a scope that nothing can be made in.
func validateScope(scope constructs.Construct) error {
	v := reflect.ValueOf(scope)
	switch {
	case props.IsNil(scope):
		return problem.Problem{Field: "scope", Allowed: "a construct, such as the stack"}
	case v.Kind() != reflect.Pointer:
		return problem.Problem{Field: "scope", Got: problem.Phrase("a " + v.Type().String()), Allowed: "a construct, such as the stack",
			Fix: "a struct can't be passed by value: pass the awscdk.Stack that is in it"}
	}
	if err := validateWrapper("scope", scope); err != nil {
		return err
	}
	if field := embedded(v); field != "" && !isKnown(scope) {
		return problem.Problem{Field: "scope", Got: problem.Phrase("a " + v.Type().String() + ", which embeds a construct"), Allowed: "a construct",
			Fix: "pass its " + field}
	}
	return nil
}

// embedded is the field of a struct of the user's in which it embeds a construct; empty: none.
func embedded(v reflect.Value) string {
	if v = v.Elem(); v.Kind() != reflect.Struct || strings.HasPrefix(v.Type().PkgPath(), "github.com/aws/") {
		return ""
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Anonymous && f.Type.Kind() == reflect.Interface {
			return f.Name
		}
	}
	return ""
}

// isKnown tells whether the CDK takes a struct that embeds a construct, which it does with one that an Override made.
func isKnown(object any) (known bool) {
	defer func() { known = recover() == nil }()
	constructs.Construct_IsConstruct(object)
	return true
}

// validateInStack reports a scope that is not in a stack.
func validateInStack(scope constructs.Construct) error {
	if err := validateScope(scope); err != nil {
		return err
	}
	if _, ok := scope.(awscdk.Stage); ok {
		return problem.Problem{Field: "scope", Got: problem.Phrase("an app or a stage"), Allowed: "a stack, or a construct in one",
			Fix: "make a stack with awscdk.NewStack"}
	}
	return nil
}

// CheckScope ends what [Do] called when nothing can be made in the scope.
func CheckScope(scope constructs.Construct) { Check(validateScope(scope)) }

// idPattern is what an id may look like: the CDK makes paths of ids, joined by slashes, and logical ids of their
// letters and digits (https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html).
var idPattern = regexp.MustCompile(`^[^/[:cntrl:]]*[A-Za-z0-9][^/[:cntrl:]]*$`)

var digitFirst = regexp.MustCompile(`^[^A-Za-z0-9]*[0-9]`)

func validateID(scope constructs.Construct, id string) error {
	const field = "id"
	switch _, inStack := scope.(awscdk.Stack); {
	case id == "":
		return problem.Problem{Field: field, Got: id, Allowed: "a name that is unique in its scope"}
	case token.Is(id):
		return problem.Problem{Field: field, Got: id, Allowed: "a name known at synth, not a token"}
	case id == "Default":
		return problem.Problem{Field: field, Got: id, Allowed: "another name: the CDK leaves Default out of paths and logical ids"}
	case !utf8.ValidString(id):
		return problem.Problem{Field: field, Got: id, Allowed: "UTF-8"}
	case !idPattern.MatchString(id):
		return problem.Problem{Field: field, Got: id, Allowed: "a name with a letter or a digit of ASCII, and without slashes and control characters",
			Fix: "logical ids are made of those alone"}
	case inStack && digitFirst.MatchString(id):
		return problem.Problem{Field: field, Got: id, Allowed: "a name that starts with a letter in a stack",
			Fix: "logical ids start with it"}
	}
	return nil
}
