package access_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

var byGitHub = []access.WayIn{access.GitHub("acme/churn", "training")}

// A launcher that has a name is known before it is there, by the name's parts.
func TestTheNameOfALauncher(t *testing.T) {
	const roles = "arn:aws:iam::111122223333:role/"
	m := find(t, launcher(func(_ *access.GuardProps, p *access.LauncherProps) { p.Name = "ci" }))
	m.has(t, "RoleName", `"dev--ci--eu-west-1"`)
	m = find(t, launcher(func(g *access.GuardProps, p *access.LauncherProps) { g.Teams, p.Team, p.Name = true, "red", "ci" }))
	m.has(t, "RoleName", `"dev---red--ci--eu-west-1"`)
	synthtest.Template(t, "eu-west-1", func(s awscdk.Stack) {
		if got := access.LauncherRole(s, dev, "", "ci"); got != roles+"dev--ci--eu-west-1" {
			t.Errorf("got %s", got)
		}
		if got := access.LauncherRole(s, dev, "red", "ci"); got != roles+"dev---red--ci--eu-west-1" {
			t.Errorf("got %s", got)
		}
	})
	for name, want := range map[string]string{
		"CI": `Name: got "CI"; allowed: lower-case letters`, "ci--x": `Name: got "ci--x"`, strings.Repeat("x", 44): "at most 43 characters, since the role's name starts with",
	} {
		err := synthtest.Error(t, "eu-west-1", launcher(func(_ *access.GuardProps, p *access.LauncherProps) { p.Name = name }))
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// A workflow of GitHub comes from outside the network: a bucket that is reached by endpoints only lets it in by its name.
func TestALauncherFromOutside(t *testing.T) {
	for name, c := range map[string]struct {
		launcher string
		ways     []access.WayIn
		bucket   func(awscdk.Stack) storage.DataBucketProps
		want     string // empty: it is reached
	}{
		"a bucket that is reached from anywhere": {"", byGitHub, func(awscdk.Stack) storage.DataBucketProps { return storage.DataBucketProps{} }, ""},
		"a bucket that names it": {"ci", byGitHub, func(s awscdk.Stack) storage.DataBucketProps {
			return storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}, OutsideRoles: []string{access.LauncherRole(s, dev, "", "ci")}}
		}, ""},
		"a bucket that names its like": {"ci", byGitHub, func(awscdk.Stack) storage.DataBucketProps {
			return storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}, OutsideRoles: []string{"arn:aws:iam::111122223333:role/dev--*"}}
		}, ""},
		"a bucket that names another": {"ci", byGitHub, func(s awscdk.Stack) storage.DataBucketProps {
			return storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}, OutsideRoles: []string{access.LauncherRole(s, dev, "", "ci-2")}}
		}, "name arn:aws:iam::111122223333:role/dev--ci--eu-west-1 in the bucket's OutsideRoles"},
		"a bucket with administrators that nobody knows": {"ci", byGitHub, func(s awscdk.Stack) storage.DataBucketProps {
			return storage.DataBucketProps{
				Environment: environment.Environment{Name: "dev", Administrators: []string{*awscdk.Fn_ImportValue(jsii.String("admin"))}},
				Endpoints:   []string{"vpce-0123456789abcdef0"}, OutsideRoles: []string{access.LauncherRole(s, dev, "", "ci-2")},
			}
		}, "name arn:aws:iam::111122223333:role/dev--ci--eu-west-1 in the bucket's OutsideRoles"},
		"a bucket that lets in whom nobody knows": {"ci", byGitHub, func(awscdk.Stack) storage.DataBucketProps {
			return storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}, OutsideRoles: []string{*awscdk.Fn_ImportValue(jsii.String("ci"))}}
		}, ""},
		"a launcher without a name": {"", byGitHub, func(awscdk.Stack) storage.DataBucketProps {
			return storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}}
		}, "set Name, and name access.LauncherRole in the bucket's OutsideRoles"},
		"people, who may come from inside": {"", append(byDS, byGitHub...), func(awscdk.Stack) storage.DataBucketProps {
			return storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			build := func(s awscdk.Stack) {
				p := c.bucket(s)
				data := storage.NewDataBucket(s, "Data", &p)
				launcher(func(_ *access.GuardProps, p *access.LauncherProps) {
					p.Name, p.TrustedBy, p.Data = c.launcher, c.ways, []storage.Grant{data.Prefix("raw/").GrantReadWrite()}
				})(s)
			}
			if c.want == "" {
				synthtest.Template(t, "eu-west-1", build)
				return
			}
			if err := synthtest.Error(t, "eu-west-1", build); !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "Data[0]: got") != 1 {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
