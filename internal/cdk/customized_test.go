package cdk_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// Whoever asks the CDK to make no roles is told that Plinth makes some.
func TestCustomizedRoles(t *testing.T) {
	for name, test := range map[string]struct {
		options *awsiam.CustomizeRolesOptions
		refused bool
	}{
		"none are made":       {nil, true},
		"none are made, said": {&awsiam.CustomizeRolesOptions{PreventSynthesis: jsii.Bool(true)}, true},
		"a report only":       {&awsiam.CustomizeRolesOptions{PreventSynthesis: jsii.Bool(false)}, false},
	} {
		err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
			awsiam.Role_CustomizeRoles(stack, test.options)
			access.NewExecutionRole(stack, "Role", nil)
		})
		if (err != nil) != test.refused || test.refused && !strings.Contains(err.Error(), "awsiam.Role_CustomizeRoles") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
