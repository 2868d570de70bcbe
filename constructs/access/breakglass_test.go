package access_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// The role of an emergency is refused where a bucket keeps it out, wherever the stacks stand and whatever of them is
// known.
func TestBreakGlassAmongAdministrators(t *testing.T) {
	const admin = "arn:aws:iam::111122223333:role/Admin"
	endpoints := []string{"vpce-0123456789abcdef0"}
	role := func(name string) func(awscdk.Stack, environment.Environment) string {
		return func(s awscdk.Stack, e environment.Environment) string { return access.BreakGlassRole(s, e, name) }
	}
	other := func(awscdk.Stack, environment.Environment) string { return admin }
	for name, test := range map[string]struct {
		named     func(awscdk.Stack, environment.Environment) string // nil: nobody
		endpoints []string
		outside   bool   // the role is named in OutsideRoles besides
		want      string // empty: it is taken
	}{
		"nobody, no endpoints":       {nil, nil, false, ""},
		"nobody":                     {nil, endpoints, false, "which denies its objects to "},
		"nobody, but outside":        {nil, endpoints, true, ""},
		"another":                    {other, endpoints, false, "which denies its objects to "},
		"another, but outside":       {other, endpoints, true, "which denies its settings to "},
		"another, no endpoints":      {other, nil, false, "which denies its settings to "},
		"one that nobody makes":      {role("typo"), endpoints, false, "which denies its objects to "},
		"the role":                   {role(""), endpoints, false, ""},
		"the role, and no endpoints": {role(""), nil, false, ""},
	} {
		for place, env := range map[string]*awscdk.Environment{"": nil, "known": {Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")}} {
			err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
				stack := awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{Env: env})
				e := environment.Environment{Name: "dev", Tier: environment.Development}
				given := e
				if test.named != nil {
					given.Administrators = []string{test.named(stack, e)}
				}
				p := &storage.DataBucketProps{Environment: given, Endpoints: test.endpoints}
				if test.outside {
					p.OutsideRoles = []string{access.BreakGlassRole(stack, e, "")}
				}
				access.NewBreakGlass(awscdk.NewStack(app, jsii.String("People"), &awscdk.StackProps{Env: env}), "BreakGlass", &access.BreakGlassProps{
					Environment: e, TrustedBy: []access.WayIn{access.IdentityCenter("A")}, Buckets: []*storage.DataBucket{storage.NewDataBucket(stack, "Data", p)},
				})
			})
			if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), "Buckets[0]: got Stack/Data, "+test.want) {
				t.Errorf("%s %s: %v", name, place, err)
			}
		}
	}
}
