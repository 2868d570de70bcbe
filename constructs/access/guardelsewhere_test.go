package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// What makes roles that the app does not see is an error below a guard, and nowhere else.
func TestRolesOfElsewhere(t *testing.T) {
	types := []string{
		"AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::SageMaker::Project", "AWS::SSO::PermissionSet",
		"AWS::ServiceCatalog::CloudFormationProvisionedProduct", "My::Iam::Role::MODULE", "AWS::SNS::Topic",
	}
	var got []string
	for _, f := range synthtest.Findings(t, func(s awscdk.Stack) {
		other := awscdk.NewStack(s.Node().Root().(awscdk.App), jsii.String("Other"), nil)
		access.NewGuard(s, "Guard", nil).Protect(s)
		roleUnder(s, nil)
		nested(s)
		for _, typ := range types {
			for _, in := range []awscdk.Stack{s, other} {
				awscdk.NewCfnResource(in, jsii.String(strings.ReplaceAll(typ, ":", "")), &awscdk.CfnResourceProps{
					Type: &typ, Properties: &map[string]any{"TemplateURL": "https://bucket.s3.amazonaws.com/roles.template.json"},
				})
			}
		}
	}) {
		if f.Rule == "Plinth::GuardElsewhere" && f.Severity == "error" && strings.Contains(f.Description, "guardelsewhere_test.go:") {
			got = append(got, f.Path)
		}
	}
	var want []string
	for _, typ := range types[:len(types)-1] {
		want = append(want, "Stack/"+strings.ReplaceAll(typ, ":", ""))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
