package access_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// What the templates say of guards in the end: that each holds somebody, and that what it protects is under it.
func TestGuardsInTemplates(t *testing.T) {
	const unused = "dev/Stack/Guard: the guard ("
	tests := []struct {
		name  string
		build func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard)
		want  []string
	}{
		{"nothing", func(_ awscdk.Stage, s, _ awscdk.Stack, _ *access.Guard) { roleUnder(s, nil) },
			[]string{unused, "guardtemplates_test.go:", "holds nobody"}},
		{"a scope without roles", func(_ awscdk.Stage, _, other awscdk.Stack, guard *access.Guard) { guard.Protect(other) }, []string{unused, "holds nobody"}},
		{"an aspect of the user's that wins", func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			role := roleUnder(s, nil)
			roleUnder(other, nil)
			awsiam.PermissionsBoundary_Of(role).Apply(awsiam.ManagedPolicy_FromManagedPolicyArn(s, jsii.String("Imported"), jsii.String(ownBoundary)))
		}, []string{"1 finding", "dev/Stack/Own: has the boundary ", ownBoundary, "in the place of that of the guard dev/Stack/Guard (", "guardtemplates_test.go:", "; leave out what gives it another: an aspect"}},
		{"a boundary that is taken away", func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			roleUnder(s, nil)
			awsiam.PermissionsBoundary_Of(roleUnder(other, nil)).Clear()
		}, []string{"1 finding", "dev/Other/Own: has no boundary in the place of"}},
		{"a boundary that is taken away in a nested stack", func(dev awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			nested := awscdk.NewNestedStack(awscdk.NewNestedStack(s, jsii.String("Nested"), nil), jsii.String("Inner"), nil)
			awsiam.PermissionsBoundary_Of(roleUnder(nested, nil)).Clear()
		}, []string{"1 finding", "dev/Stack/Nested/Inner/Own: has no boundary"}},
		{"an earlier aspect", func(dev awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			awsiam.PermissionsBoundary_Of(dev).Apply(awsiam.ManagedPolicy_FromManagedPolicyArn(s, jsii.String("Imported"), jsii.String(ownBoundary)))
			guard.Protect(dev)
			roleUnder(s, nil)
		}, []string{"1 finding", "dev/Stack/Own: has the boundary ", ownBoundary, "in the place of that of the guard dev/Stack/Guard ("}},
		{"an override", func(dev awscdk.Stage, s, other awscdk.Stack, guard *access.Guard) {
			override(roleUnder(s, nil))
			guard.Protect(dev)
			override(roleUnder(other, nil))
		}, []string{"1 finding", "dev/Other/Own, dev/Stack/Own: has the boundary " + ownBoundary}},
		{"an override by nothing", func(dev awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			roleUnder(s, nil).Node().DefaultChild().(awscdk.CfnResource).AddPropertyDeletionOverride(jsii.String("PermissionsBoundary"))
		}, []string{"1 finding", "dev/Stack/Own: has no boundary"}},
		{"a role of an aspect", func(_ awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			guard.Protect(s)
			awscdk.Aspects_Of(roleUnder(s, nil)).Add(&maker{s}, nil)
		}, []string{"1 finding", "dev/Stack/Late: has no boundary", "an aspect makes comes too late"}},
		{"a role in a nested stack", func(dev awscdk.Stage, s, _ awscdk.Stack, guard *access.Guard) {
			guard.Protect(dev)
			roleUnder(awscdk.NewNestedStack(awscdk.NewNestedStack(s, jsii.String("Nested"), nil), jsii.String("Inner"), nil), nil)
		}, nil},

		{"some of its policies", func(_ awscdk.Stage, s, other awscdk.Stack, _ *access.Guard) {
			large := access.NewGuard(s, "Large", &access.GuardProps{
				Network:  network.NewIsolated(s, "Network", nil),
				Features: []access.Feature{access.Tuning, access.Processing}, Environment: environment.Environment{Name: "dev"},
			})
			roleUnder(other, nil).AddManagedPolicy(large.Policies[1])
			roleUnder(s, nil).AddManagedPolicy(large.Policies[0])
		}, []string{"1 finding", "dev/Other/Own, dev/Stack/Own: has 1 of the 2 policies of the guard dev/Stack/Large (", "attach all of its Policies"}},
		{"a scope without roles, of a guard that holds others", func(_ awscdk.Stage, s, other awscdk.Stack, guard *access.Guard) {
			guard.Protect(other)
			roleUnder(s, guard.Boundary)
		}, []string{"dev/Stack/Guard: the guard (", "protects dev/Other, which has no roles and users", "protect what they are made in"}},

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
			dir := t.TempDir()
			err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
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
			if err == nil {
				warnings, readErr := assembly.Findings(dir)
				if readErr != nil {
					t.Fatal(readErr)
				}
				for _, f := range warnings {
					err = errors.Join(err, errors.New(f.String()))
				}
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

// override gives a role a boundary as the CDK's documents say for what its classes lack.
func override(role awsiam.Role) {
	role.Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(jsii.String("PermissionsBoundary"), ownBoundary)
}

// maker is an aspect that makes a role in a stack.
type maker struct{ in awscdk.Stack }

func (m *maker) Visit(constructs.IConstruct) {
	if id := jsii.String("Late"); m.in.Node().TryFindChild(id) == nil {
		awsiam.NewRole(m.in, id, &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
	}
}

// An app that is not synthesized by synth is told too, by the CDK: of warnings as well, which let it pass.
func TestGuardsInOtherApps(t *testing.T) {
	for name, test := range map[string]struct {
		build          func(s awscdk.Stack, guard *access.Guard)
		severity, path string
		says           string
	}{
		"taken away": {func(s awscdk.Stack, guard *access.Guard) {
			guard.Protect(s)
			awsiam.PermissionsBoundary_Of(roleUnder(s, nil)).Clear()
		}, "error", "Stack/Own", "has no boundary"},
		"holds nobody": {func(s awscdk.Stack, _ *access.Guard) { roleUnder(s, nil) }, "warning", "Stack/Guard", "holds nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			findings := synthtest.Findings(t, func(s awscdk.Stack) { test.build(s, access.NewGuard(s, "Guard", nil)) })
			if len(findings) != 1 || findings[0].Rule != "Plinth::Guard" || findings[0].Path != test.path ||
				findings[0].Severity != test.severity || !strings.Contains(findings[0].Description, test.says) {
				t.Errorf("got %v", findings)
			}
		})
	}
}
