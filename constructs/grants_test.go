package constructs_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/fault"
)

// grants are all methods that grant something to a role, by their names.
func grants(stack awscdk.Stack) map[string]func(awsiam.IRole) {
	valid := validProps(stack)
	made := func(name string) any { return constructors[name].make(stack, fmt.Sprint("X", next()), valid[name]()) }
	environment, serverless := made("airflow.NewEnvironment").(*airflow.Environment), made("airflow.NewServerless").(*airflow.Serverless)
	props := valid["supplychain.NewPromotion"]().(*supplychain.PromotionProps)
	promotion := supplychain.NewPromotion(stack, "Promotion", props)
	return map[string]func(awsiam.IRole){
		"airflow.Environment.GrantLogin":     func(r awsiam.IRole) { environment.GrantLogin(r, airflow.User) },
		"airflow.Serverless.GrantRun":        serverless.GrantRun,
		"supplychain.Packages.GrantPublish":  props.Packages.GrantPublish,
		"supplychain.Promotion.GrantApprove": promotion.GrantApprove,
		"supplychain.Promotion.GrantRequest": promotion.GrantRequest,
		"supplychain.Repository.GrantPull":   func(r awsiam.IRole) { props.Packages.Repositories["dev"].GrantPull(r, nil) },
	}
}

// isGrant tells whether a method grants something to a role.
func isGrant(m reflect.Method) bool {
	for i := range m.Type.NumIn() {
		if m.Type.In(i) == reflect.TypeFor[awsiam.IRole]() {
			return strings.HasPrefix(m.Name, "Grant")
		}
	}
	return false
}

// Every method that grants refuses a role that a policy can't be attached to, or that asks for none; granting twice is
// granting once.
func TestGrants(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		all := grants(stack)
		known := 0
		for name, typ := range types() {
			pointer := reflect.PointerTo(typ)
			for i := range pointer.NumMethod() {
				if m := pointer.Method(i); isGrant(m) {
					if known++; all[name+"."+m.Name] == nil {
						t.Errorf("%s.%s is missing", name, m.Name)
					}
				}
			}
		}
		if known != len(all) {
			t.Errorf("%d methods, of which the test knows %d", known, len(all))
		}
		id := func() *string { return jsii.String(fmt.Sprint("R", next())) }
		imported := func(account string, options *awsiam.FromRoleArnOptions) awsiam.IRole {
			return awsiam.Role_FromRoleArn(stack, id(), jsii.String(fmt.Sprintf("arn:aws:iam::%s:role/x%d", account, next())), options)
		}
		own := func() awsiam.Role {
			return awsiam.NewRole(stack, id(), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
		}
		for what, test := range map[string]struct {
			role func() awsiam.IRole
			want string // empty: it is granted
		}{
			"none":                    {func() awsiam.IRole { return nil }, "role: got nothing"},
			"one of another account":  {func() awsiam.IRole { return imported("222233334444", nil) }, "allowed: a role of account " + account},
			"one that is not mutable": {func() awsiam.IRole { return imported(account, &awsiam.FromRoleArnOptions{Mutable: jsii.Bool(false)}) }, "which asks for no change"},
			"one by name that is not mutable": {func() awsiam.IRole {
				return awsiam.Role_FromRoleName(stack, id(), jsii.String("x"), &awsiam.FromRoleNameOptions{Mutable: jsii.Bool(false)})
			}, "which asks for no change"},
			"one without policy updates": {func() awsiam.IRole { return own().WithoutPolicyUpdates(nil) }, "which asks for no change"},
			"an imported one":            {func() awsiam.IRole { return imported(account, nil) }, ""},
			"an own one":                 {func() awsiam.IRole { return own() }, ""},
		} {
			for name, grant := range all {
				before, role := len(unwrapped(faults)), test.role()
				grant(role)
				grant(role)
				found := unwrapped(faults)[before:]
				refused := slices.ContainsFunc(found, func(err error) bool {
					return strings.HasPrefix(err.Error(), name) && strings.Contains(err.Error(), "\n  - role: got ") && strings.Contains(err.Error(), test.want)
				})
				if test.want == "" && len(found) > 0 || test.want != "" && !refused {
					t.Errorf("%s to %s: %v", name, what, found)
				}
			}
		}
	})
}

// A role of another account, in a stack of that account, is granted only what another account can use.
func TestGrantsInStacksOfElsewhere(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		there := awscdk.NewStack(stack.Node().Root().(awscdk.App), jsii.String("There"), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("222233334444"), Region: jsii.String(region)},
		})
		for name, grant := range grants(stack) {
			before := len(unwrapped(faults))
			grant(awsiam.NewRole(there, jsii.String(fmt.Sprint("R", next())), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()}))
			if taken := len(unwrapped(faults)) == before; taken != (name == "supplychain.Repository.GrantPull") {
				t.Errorf("%s: taken %t: %v", name, taken, unwrapped(faults)[before:])
			}
		}
	})
}

// Nobody approves what they requested, whichever of the two is granted first.
func TestRequestingAndApproving(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		all := grants(stack)
		both := []string{"supplychain.Promotion.GrantRequest", "supplychain.Promotion.GrantApprove"}
		for i, name := range both {
			role := awsiam.NewRole(stack, jsii.String(fmt.Sprint("R", next())), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
			again := awsiam.Role_FromRoleArn(stack, jsii.String(fmt.Sprint("R", next())), role.RoleArn(), nil)
			all[name](role)
			for _, r := range []awsiam.IRole{role, again} {
				before := len(unwrapped(faults))
				all[both[1-i]](r)
				if found := fmt.Sprint(unwrapped(faults)[before:]); !strings.Contains(found, "use two roles") {
					t.Errorf("%s after %s: %s", both[1-i], name, found)
				}
			}
		}
	})
}
