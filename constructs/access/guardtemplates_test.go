package access_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
)

// What the templates say of guards in the end: that each holds somebody, and that what it protects is under it.
func TestGuardsInTemplates(t *testing.T) {
	const unused = `Guard: got "a guard that nothing is under"; allowed: one that holds somebody`
	tests := []struct {
		name  string
		build func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard)
		want  []string
	}{
		{"nothing", func(_ awscdk.Stage, s, _ awscdk.Stack, _ *access.Guard) { roleUnder(s, nil) },
			[]string{"access.Guard dev/Stack/Guard (", "guardtemplates_test.go:", "1 problem", unused}},
		{"a scope without roles", func(_ awscdk.Stage, _, other awscdk.Stack, guard *access.Guard) { guard.Protect(other) }, []string{"1 problem", unused}},
		{"an aspect of the user's that wins", func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			role := roleUnder(s, nil)
			roleUnder(other, nil)
			awsiam.PermissionsBoundary_Of(role).Apply(awsiam.ManagedPolicy_FromManagedPolicyArn(s, jsii.String("Imported"), jsii.String(ownBoundary)))
		}, []string{"1 problem", "dev/Stack/Own: got ", ownBoundary, "; allowed: the guard's, which protects it; leave out what gives it another: an aspect"}},
		{"a boundary that is taken away", func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			roleUnder(s, nil)
			awsiam.PermissionsBoundary_Of(roleUnder(other, nil)).Clear()
		}, []string{"1 problem", `dev/Other/Own: got "the boundary null"`}},

		{"a launcher", func(_ awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			access.NewLauncher(s, "L", &access.LauncherProps{Guard: guard, TrustedBy: byDS})
		}, nil},
		{"a launcher in another stack", func(_ awscdk.Stage, _, other awscdk.Stack, guard *access.Guard) {
			access.NewLauncher(other, "L", &access.LauncherProps{Guard: guard, TrustedBy: byDS})
		}, nil},
		{"roles in two stacks", func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			roleUnder(s, nil)
			roleUnder(other, nil)
		}, nil},
		{"a boundary that the user gives", func(_ awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) { roleUnder(s, guard.Boundary) }, nil},
		{"policies that the user attaches", func(_ awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			roleUnder(s, nil).AddManagedPolicy(guard.Policies[0])
		}, nil},
		{"an output", func(_ awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			awscdk.NewCfnOutput(s, jsii.String("Out"), &awscdk.CfnOutputProps{Value: guard.Boundary.ManagedPolicyArn()})
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var app awscdk.App
			dir := t.TempDir()
			err := synth.App(&synth.Options{Dir: dir}, func(a awscdk.App) {
				app = a
				for _, name := range []string{"dev", "prod"} { // which has the same guard, and uses it
					stage := awscdk.NewStage(app, &name, nil)
					s, other := stackIn(stage, "Stack"), stackIn(stage, "Other")
					guard := access.NewGuard(s, "Guard", nil)
					if name == "prod" {
						guard.Protect(stage)
						roleUnder(s, nil)
					} else {
						test.build(stage, s, other, guard)
					}
				}
			})
			if stacks, read := assembly.Read(dir); read == nil {
				err = errors.Join(err, cdk.End(app, stacks))
			}
			if (err == nil) != (test.want == nil) {
				t.Fatalf("error %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}
