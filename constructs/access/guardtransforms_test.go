package access_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// Roles that only a transform makes are under no guard, which is said of every stack that has one.
func TestTransformsUnderAGuard(t *testing.T) {
	const sam = "AWS::Serverless-2016-10-31"
	inline := map[string]any{"Name": "Mine", "Parameters": map[string]any{}}
	resource := func(s awscdk.Stack, typ string) awscdk.CfnResource {
		return awscdk.NewCfnResource(s, jsii.String("Plain"), &awscdk.CfnResourceProps{Type: &typ, Properties: &map[string]any{"AssumeRolePolicyDocument": map[string]any{}}})
	}
	for name, test := range map[string]struct {
		build func(s, other awscdk.Stack)
		want  []string // by path and name
	}{
		"that of SAM":            {func(s, _ awscdk.Stack) { s.AddTransform(jsii.String(sam)) }, []string{"Stack " + sam}},
		"that of a nested stack": {func(s, _ awscdk.Stack) { nested(s).AddTransform(jsii.String(sam)) }, []string{"Stack/Nested " + sam}},
		"a macro, and extensions": {func(s, _ awscdk.Stack) {
			s.TemplateOptions().SetTransforms(jsii.Strings("Mine", "AWS::LanguageExtensions"))
		}, []string{"Stack Mine"}},
		"in a role": {func(s, _ awscdk.Stack) {
			resource(s, "AWS::IAM::Role").AddPropertyOverride(jsii.String("Fn::Transform"), inline)
		}, []string{"Stack/Plain in it"}},

		"extensions of the language": {func(s, _ awscdk.Stack) { s.AddTransform(jsii.String("AWS::LanguageExtensions")) }, nil},
		"in another resource": {func(s, _ awscdk.Stack) {
			resource(s, "AWS::Lambda::Function").AddPropertyOverride(jsii.String("Fn::Transform"), inline)
		}, nil},
		"outside": {func(_, other awscdk.Stack) { other.AddTransform(jsii.String(sam)) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range synthtest.Findings(t, func(s awscdk.Stack) {
				other := awscdk.NewStack(s.Node().Root().(awscdk.App), jsii.String("Other"), nil)
				access.NewGuard(s, "Guard", nil).Protect(s)
				roleUnder(s, nil)
				test.build(s, other)
			}) {
				_, named, _ := strings.Cut(f.Description, "by the transform ")
				named, _, _ = strings.Cut(named, ": ")
				if f.Rule != "Plinth::GuardTransform" || f.Severity != "error" || !strings.Contains(f.Description, "guardtransforms_test.go:") {
					t.Errorf("%v", f)
				}
				got = append(got, f.Path+" "+named)
			}
			if strings.Join(got, "; ") != strings.Join(test.want, "; ") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func nested(in awscdk.Stack) awscdk.Stack {
	s := awscdk.NewNestedStack(in, jsii.String("Nested"), nil)
	awscdk.NewCfnResource(s, jsii.String("Topic"), &awscdk.CfnResourceProps{Type: jsii.String("AWS::SNS::Topic")})
	return s
}
