package access_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

const ownBoundary = "arn:aws:iam::111122223333:policy/Own"

// roleUnder makes a role as a user of the CDK does, under a boundary; nil: under none.
func roleUnder(in awscdk.Stack, boundary awsiam.IManagedPolicy) awsiam.Role {
	return awsiam.NewRole(in, jsii.String("Own"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil), PermissionsBoundary: boundary,
	})
}

func stackIn(in awscdk.Stage, id string) awscdk.Stack { return awscdk.NewStack(in, &id, nil) }

// No boundary is replaced in silence, and none that was asked for is missing.
func TestBoundariesThatAreInEachOthersWay(t *testing.T) {
	imported := func(s awscdk.Stack) awsiam.IManagedPolicy {
		return awsiam.ManagedPolicy_FromManagedPolicyArn(s, jsii.String("Imported"), jsii.String(ownBoundary))
	}
	const replaced = "; allowed: no boundary but the guard's, which would replace it; leave it out, "
	tests := []struct {
		name  string
		build func(app awscdk.App, stage awscdk.Stage, s awscdk.Stack, guard *access.Guard)
		want  []string
	}{
		{"a role with its own", func(_ awscdk.App, _ awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			guard.Protect(s)
			roleUnder(s, imported(s)) // after it
		}, []string{"access.Guard dev/Stack/Guard (", "protect_test.go:", "1 problem", `dev/Stack/Own: got another boundary, ` + ownBoundary + replaced,
			"make the role outside of dev/Stack, or attach the guard's Policies"}},
		{"made in the app", func(_ awscdk.App, _ awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			roleUnder(s, awsiam.NewManagedPolicy(s, jsii.String("Most"), &awsiam.ManagedPolicyProps{Statements: &[]awsiam.PolicyStatement{
				awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: jsii.Strings("s3:GetObject"), Resources: jsii.Strings("*")}),
			}}))
			guard.Protect(s)
		}, []string{`dev/Stack/Own: got another boundary, dev/Stack/Most/Resource; allowed`}},
		{"of AWS", func(_ awscdk.App, _ awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			roleUnder(s, awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("PowerUserAccess")))
			guard.Protect(s)
		}, []string{`dev/Stack/Own: got another boundary, arn:<Partition>:iam::aws:policy/PowerUserAccess; allowed`}},
		{"in a document, by its type alone, and a user", func(_ awscdk.App, stage awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			awscdk.NewCfnResource(s, jsii.String("Plain"), &awscdk.CfnResourceProps{Type: jsii.String("AWS::IAM::Role"), Properties: &map[string]any{
				"AssumeRolePolicyDocument": map[string]any{}, "PermissionsBoundary": ownBoundary,
			}})
			awsiam.NewUser(s, jsii.String("User"), &awsiam.UserProps{PermissionsBoundary: imported(s)})
			guard.Protect(stage)
		}, []string{"2 problems", `dev/Stack/Plain: got another boundary, ` + ownBoundary, `dev/Stack/User: got another boundary, ` + ownBoundary, "outside of dev, or"}},
		{"two guards", func(_ awscdk.App, _ awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			guard.Protect(s)
			access.NewGuard(s, "Other", nil).Protect(s)
			roleUnder(s, nil)
		}, []string{"access.Guard dev/Stack/Other (", "1 problem", `Protect: got "dev/Stack, which the guard dev/Stack/Guard protects too"; allowed: one guard over a role`}},
		{"a guard further in", func(_ awscdk.App, stage awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			access.NewGuard(s, "Inner", nil).Protect(s)
			guard.Protect(stage)
			roleUnder(s, nil)
		}, []string{"access.Guard dev/Stack/Inner (", "1 problem", `Protect: got "dev/Stack, which the guard dev/Stack/Guard protects too"`}},
		{"that of a stack", func(_ awscdk.App, stage awscdk.Stage, _ awscdk.Stack, guard *access.Guard) {
			guard.Protect(stage)
			bound := awscdk.NewStack(stage, jsii.String("Bound"), &awscdk.StackProps{PermissionsBoundary: awscdk.PermissionsBoundary_FromName(jsii.String("Own"))})
			roleUnder(bound, nil)
			awsiam.NewUser(bound, jsii.String("User"), nil)
		}, []string{"1 problem", `dev/Bound: got "the PermissionsBoundary Own"; allowed: no boundary but the guard`, "leave it out of the stack"}},
		{"an app with stages", func(app awscdk.App, _ awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			guard.Protect(app)
			roleUnder(s, nil)
		}, []string{`Protect: got "the app"; allowed: a scope in the stage of its roles`, "doesn't reach into dev; protect that stage"}},
		{"another stage", func(app awscdk.App, _ awscdk.Stage, _ awscdk.Stack, guard *access.Guard) {
			out := stackIn(app, "Out")
			roleUnder(out, nil)
			guard.Protect(out)
		}, []string{"protect_test.go:", "1 problem",
			"Out: got a stack in the app; allowed: one in dev, which has the guard's boundary; stages are deployed apart: make a guard in each"}},
		{"a region that is known, and that of the guard is not", func(_ awscdk.App, stage awscdk.Stage, _ awscdk.Stack, guard *access.Guard) {
			known := awscdk.NewStack(stage, jsii.String("Known"), &awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("eu-west-1")}})
			roleUnder(known, nil)
			guard.Protect(known)
		}, []string{"1 problem", "dev/Known: got a stack in eu-west-1; allowed: one whose region only the deployment knows, as that of the guard is; give both the same Env"}},
		{"another environment", func(_ awscdk.App, stage awscdk.Stage, s awscdk.Stack, _ *access.Guard) {
			of := func(s awscdk.Stack, id, name string) *access.Guard {
				return access.NewGuard(s, id, &access.GuardProps{Environment: environment.Environment{Name: name}})
			}
			of(stackIn(stage, "Other"), "G", "dev")
			of(s, "Dev", "dev").Protect(stage)
			of(stackIn(stage, "Prod"), "G", "prod")
			roleUnder(s, nil)
		}, []string{"access.Guard dev/Stack/Dev (", "1 problem", `Protect: got dev, which has access.Guard dev/Prod/G, of environment "prod"; allowed: a scope of environment "dev"`}},
		{"another account", func(app awscdk.App, _ awscdk.Stage, _ awscdk.Stack, _ *access.Guard) {
			stage := awscdk.NewStage(app, jsii.String("Both"), nil)
			of := func(id, account string) (awscdk.Stack, *access.Guard) {
				s := awscdk.NewStack(stage, &id, &awscdk.StackProps{Env: &awscdk.Environment{Account: &account, Region: jsii.String("eu-west-1")}})
				return s, access.NewGuard(s, "Guard", nil)
			}
			s, guard := of("One", "111122223333")
			of("Two", "444455556666")
			guard.Protect(stage)
			roleUnder(s, nil)
		}, []string{"1 problem", `Protect: got Both, which has access.Guard Both/Two/Guard, of account 444455556666; allowed: a scope of account 111122223333`}},

		{"one guard, twice, and a role that has it already", func(_ awscdk.App, stage awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			guard.Protect(stage)
			guard.Protect(s)
			roleUnder(s, guard.Boundary)
		}, nil},
		{"guards side by side", func(_ awscdk.App, stage awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			other := stackIn(stage, "Stack2") // whose name starts alike
			access.NewGuard(other, "Guard", nil).Protect(other)
			roleUnder(other, nil)
			guard.Protect(s)
			roleUnder(s, nil)
		}, nil},
		{"a boundary outside, and a role from elsewhere", func(_ awscdk.App, stage awscdk.Stage, s awscdk.Stack, guard *access.Guard) {
			other := stackIn(stage, "Other")
			roleUnder(other, imported(other))
			awsiam.Role_FromRoleArn(s, jsii.String("Elsewhere"), jsii.String("arn:aws:iam::111122223333:role/x"), nil)
			guard.Protect(s)
			roleUnder(s, nil)
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
				stage := awscdk.NewStage(app, jsii.String("dev"), nil)
				s := stackIn(stage, "Stack")
				test.build(app, stage, s, access.NewGuard(s, "Guard", nil))
			})
			if (err == nil) != (test.want == nil) {
				t.Fatalf("error %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
			if err != nil && (!strings.HasPrefix(err.Error(), "access.Guard dev/Stack/") && !strings.HasPrefix(err.Error(), "access.Guard Both/") || strings.Contains(err.Error(), "\n  at ")) {
				t.Errorf("it does not say its own guard and line alone:\n%v", err)
			}
			if err != nil && strings.Count(err.Error(), "can't protect") != 1 {
				t.Errorf("more than one guard is told of:\n%v", err)
			}
		})
	}
}

func TestStartsWithoutAReport(t *testing.T) {
	err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) { access.Starts(stack, nil) })
	if want := "denied: got nothing; allowed: a function that reports what a guard would deny"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
