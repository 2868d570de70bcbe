package access_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	objects "github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// Each construct says everything that is wrong at once, with where and what to do.
func TestMistakesOfPeopleAndMachines(t *testing.T) {
	tests := []struct {
		name  string
		build func(stack awscdk.Stack)
		want  []string
	}{
		{"cluster's machines, nil", func(s awscdk.Stack) { access.NewClusterRole(s, "X", nil) },
			[]string{"access.ClusterRole Stack/X", "3 problems", `Cluster: got ""`, "SubnetIDs: got nothing", `SecurityGroupID: got ""`}},
		{"cluster's machines", func(s awscdk.Stack) {
			access.NewClusterRole(s, "X", &access.ClusterRoleProps{
				Cluster: "x", SubnetIDs: []string{"subnet-1"}, SecurityGroupID: "sg-1",
				Reads: []storage.Prefix{{}}, Writes: []storage.Prefix{{}}, Checkpoints: []storage.Prefix{{}}, EKS: "research",
			})
		}, []string{"6 problems", `SubnetIDs[0]: got "subnet-1"; allowed: the id of a subnet`, `SecurityGroupID: got "sg-1"`, `EKS: got "research"; allowed: the ARN of an EKS cluster`, "Reads[0].Bucket: got nothing", "Writes[0].Bucket: got nothing", "Checkpoints[0].Bucket: got nothing"}},
		{"launcher, nil", func(s awscdk.Stack) { access.NewLauncher(s, "X", nil) },
			[]string{"access.Launcher Stack/X", "mistakes_test.go:", "TrustedBy: got nothing; allowed: at least one way in", "Guard: got nothing"}},
		{"launcher", func(s awscdk.Stack) {
			access.NewLauncher(s, "X", &access.LauncherProps{
				Environment: environment.Environment{Region: "mars"}, Guard: access.NewGuard(s, "G", nil), Team: "Red Team",
				TrustedBy: []access.WayIn{access.IdentityCenter("a b"), access.GitHub("acme", "*"), access.Role("arn:aws:sts::1:assumed-role/x/y")},
				Workflows: []string{"churn"},
			})
		}, []string{
			"8 problems", `Environment.Region: got "mars"`, `TrustedBy[0]: got "a b"; allowed: the name of a permission set`,
			`TrustedBy[1]: got "acme"; allowed: a repository, owner/name or owner@ID/name@ID, without wildcards`, `TrustedBy[1]: got "*"; allowed: an environment of GitHub's`,
			"TrustedBy[2]: got \"arn:aws:sts::1:assumed-role/x/y\"", "name its role", "the guard demands the tag Team or does not",
			`Team: got "Red Team"; allowed: 1 to 20 lower-case letters`, `Workflows[0]: got "churn"; allowed: the ARN of a state machine`,
		}},
		{"launcher without a team", func(s awscdk.Stack) {
			access.NewLauncher(s, "X", &access.LauncherProps{
				Guard: access.NewGuard(s, "G", &access.GuardProps{Teams: true}), TrustedBy: []access.WayIn{access.Role(*s.Account())},
			})
		}, []string{"1 problem", `Team: got ""; allowed: a team's name with a guard for Teams`}},
		{"operator", func(s awscdk.Stack) {
			access.NewOperator(s, "X", &access.OperatorProps{Features: []access.Feature{"Quantum"}})
		}, []string{"access.Operator", "2 problems", "TrustedBy: got nothing", `Features[0]: got "Quantum"`}},
		{"break-glass", func(s awscdk.Stack) { access.NewBreakGlass(s, "X", nil) },
			[]string{"access.BreakGlass", "2 problems", "Buckets: got nothing", "TrustedBy"}},
		{"pipeline", func(s awscdk.Stack) { access.NewPipelineRole(s, "X", nil) },
			[]string{"access.PipelineRole", "2 problems", "Guard: got nothing", "ExecutionRoles: got nothing"}},
		{"airflow, nil", func(s awscdk.Stack) { access.NewAirflowRole(s, "X", nil) },
			[]string{"access.AirflowRole", "3 problems", `Airflow: got ""; allowed: 1 to 80 letters`, "Files: got nothing", "Guard: got nothing"}},
		{"airflow", func(s awscdk.Stack) {
			access.NewAirflowRole(s, "X", &access.AirflowRoleProps{
				Airflow: "1st", Files: storage.NewDataBucket(s, "Files", &storage.DataBucketProps{Class: storage.Logs}), Guard: access.NewGuard(s, "G", nil),
				Jobs: []string{"dev-*"}, Workflows: []string{churnMachine}, Team: "red", Packages: []supplychain.Repository{{ARN: "ml"}},
			})
		}, []string{
			"7 problems", `Jobs[0]: got "dev-*"; allowed: 1 to 29 lower-case letters, digits and hyphens: no pattern`, `Airflow: got "1st"`, "Files: got Logs; allowed: a bucket with a key", "the guard demands the tag Team or does not",
			"ExecutionRoles: got nothing; allowed: the roles that the jobs run under", `Workflows[0]: got "` + churnMachine + `"; allowed: the name of a state machine`, `Packages[0].ARN: got "ml"`,
		}},
		{"airflow, a role that is not there", func(s awscdk.Stack) {
			access.NewAirflowRole(s, "X", &access.AirflowRoleProps{
				Airflow: "dev", Files: storage.NewDataBucket(s, "Files", nil), Guard: access.NewGuard(s, "G", nil),
				Jobs: []string{"dev--churn"}, ExecutionRoles: []awsiam.IRole{nil},
			})
		}, []string{"1 problem", "ExecutionRoles[0]: got nothing; allowed: a value of awsiam.IRole; leave the entry out"}},
		{"serverless, nil", func(s awscdk.Stack) { access.NewAirflowServerlessRole(s, "X", nil) },
			[]string{"access.AirflowServerlessRole", "4 problems", `Workflow: got ""; allowed: 1 to 255 letters`, `LogGroup: got ""`, `Key: got ""`, "Guard: got nothing"}},
		{"serverless", func(s awscdk.Stack) {
			access.NewAirflowServerlessRole(s, "X", &access.AirflowServerlessRoleProps{
				Workflow: "1st", LogGroup: "x", Key: "y", Guard: access.NewGuard(s, "G", nil), StateMachine: churnMachine, Job: "*", Team: "red",
				Inputs: []storage.Prefix{{Path: "/"}},
			})
		}, []string{
			"9 problems", `LogGroup: got "x"; allowed: the ARN of a log group`, `Key: got "y"; allowed: the ARN of a KMS key`, `Job: got "*"; allowed: 1 to 29 lower-case letters`, `Workflow: got "1st"`, "the guard demands the tag Team or does not", `StateMachine: got "` + churnMachine + `"; allowed: the name of a state machine`,
			"ExecutionRole: got nothing; allowed: the role that the jobs run under", "Inputs[0].Bucket: got nothing", `Inputs[0].Path: got "/"`,
		}},
		{"mounts", func(s awscdk.Stack) {
			access.NewExecutionRole(s, "X", &access.ExecutionRoleProps{Mounts: []storage.Directory{{Path: "x"}}})
		}, []string{"2 problems", "Mounts[0].FileSystem: got nothing", `Mounts[0].Path: got "x"`}},
		{"too many ways in", func(s awscdk.Stack) {
			var many []access.WayIn
			for i := range 12 {
				many = append(many, access.GitHub("acme/a-repository-with-quite-a-long-name", fmt.Sprint("production", i)))
			}
			access.NewOperator(s, "X", &access.OperatorProps{TrustedBy: many})
		}, []string{"TrustedBy: got a trust policy of", "at most 2048, the default of a quota of IAM's"}},
		{"too many prefixes", func(s awscdk.Stack) {
			data := storage.NewDataBucket(s, "Data", nil)
			var many []storage.Prefix
			for i := range 700 {
				many = append(many, data.Prefix(strings.Repeat("x", i+1)+"/"))
			}
			access.NewExecutionRole(s, "X", &access.ExecutionRoleProps{Reads: many})
		}, []string{"access.ExecutionRole", "Reads: got a statement of", "at most 6144, which a policy holds"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, "", test.build)
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%.2000v", want, err)
				}
			}
		})
	}
}

// What does not fit into one policy is dealt out to several.
func TestARoleWithManyPrefixes(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		data := storage.NewDataBucket(stack, "Data", nil)
		var many []storage.Prefix
		for _, a := range "abcdefghijklmnopqrstuvwxyz" {
			many = append(many, data.Prefix("team-"+string(a)+"/train/"), data.Prefix("team-"+string(a)+"/test/"))
		}
		access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{Reads: many})
	})
	policies := template.OfType("AWS::IAM::ManagedPolicy")
	if len(policies) < 2 {
		t.Errorf("policies %v, want several", policies)
	}
	for _, id := range template.OfType("AWS::IAM::Role") {
		if attached, _ := template.Resources[id].Properties["ManagedPolicyArns"].([]any); len(attached) != len(policies) {
			t.Errorf("%s has %v, want all %d policies", id, attached, len(policies))
		}
	}
}

// Every error in full: where, what was found, what may be, what to do. Nothing here makes a construct.
func TestEveryMistakeInFull(t *testing.T) {
	const (
		token     = "${Token[TOKEN.7]}"
		image     = "arn:aws:ecr:eu-west-1:111122223333:repository/churn"
		noWay     = "TrustedBy: got nothing; allowed: at least one way in; access.IdentityCenter, access.GitHub or access.Role"
		noGuard   = "Guard: got nothing; allowed: what the jobs are held to; make one with access.NewGuard"
		noRoles   = "ExecutionRoles: got nothing; allowed: the roles that the jobs run under; make one with access.NewExecutionRole"
		noRole    = "ExecutionRoles[0]: got nothing; allowed: a value of awsiam.IRole; leave the entry out"
		noBuckets = "Buckets: got nothing; allowed: the buckets that it may open; without any it is no more than an operator"
		aMachine  = "; allowed: the ARN of a state machine"
		aName     = "; allowed: lower-case letters, digits and single hyphens between them"
		teams     = "; allowed: a team's name with a guard for Teams, and none without; the guard demands the tag Team or does not"
		teamName  = "; allowed: 1 to 20 lower-case letters, digits and single hyphens between them"
		set       = "; allowed: the name of a permission set, 1 to 32 letters"
		repo      = "; allowed: a repository, owner/name or owner@ID/name@ID, without wildcards"
		run       = "; allowed: an environment of GitHub's, 1 to 255 characters of ASCII and Latin-1 without wildcards (* and ?) and ${"
		anARN     = "; allowed: the ARN of a role or user, such as arn:aws:iam::111122223333:role/Admin; " +
			"a session's ARN (sts, assumed-role) is not one: name its role"
		mars = `Environment.Name: got "Mars"; allowed: 1 to 20 lower-case letters, digits and single hyphens between them, a letter first, and not "none"`
	)
	mars1, tokens := environment.Environment{Name: "Mars"}, []string{token}
	guard, buckets := &access.Guard{Boundary: struct{ awsiam.IManagedPolicy }{}}, []*storage.DataBucket{{Name: "data"}}
	roles, ok := []awsiam.IRole{struct{ awsiam.IRole }{}}, []access.WayIn{access.IdentityCenter("DS")}
	in := func(all ...access.WayIn) *access.OperatorProps { return &access.OperatorProps{TrustedBy: all} }
	tests := []struct {
		name  string
		props interface{ Validate() error }
		want  []string
	}{
		{"launcher, nil", (*access.LauncherProps)(nil), []string{noWay, noGuard}},
		{"launcher", &access.LauncherProps{Environment: mars1, Team: "Red", Workflows: []string{churnMachine, "x"}},
			[]string{mars, noWay, noGuard, `Team: got "Red"` + teamName, `Workflows[1]: got "x"` + aMachine}},
		{"launcher of a team that the guard doesn't know", &access.LauncherProps{TrustedBy: ok, Guard: guard, Team: "red"}, []string{`Team: got "red"` + teams}},
		{"launcher, tokens", &access.LauncherProps{TrustedBy: ok, Guard: guard, Workflows: tokens}, nil},
		{"operator, nil", (*access.OperatorProps)(nil), []string{noWay}},
		{"operator", &access.OperatorProps{Environment: mars1, TrustedBy: ok, Workflows: []string{image}}, []string{mars, `Workflows[0]: got "` + image + `"` + aMachine}},
		{"operator, tokens", &access.OperatorProps{TrustedBy: ok, Workflows: tokens}, nil},
		{"break-glass, nil", (*access.BreakGlassProps)(nil), []string{noWay, noBuckets}},
		{"break-glass", &access.BreakGlassProps{Name: "a/b", TrustedBy: ok, Environment: mars1}, []string{`Name: got "a/b"` + aName, mars, noBuckets}},
		{"break-glass, the longest name", &access.BreakGlassProps{Name: strings.Repeat("a", 42), TrustedBy: ok, Buckets: buckets}, nil},
		{"break-glass, tokens", &access.BreakGlassProps{Name: token, TrustedBy: ok, Buckets: buckets}, nil},
		{"pipeline, nil", (*access.PipelineRoleProps)(nil), []string{noGuard, noRoles}},
		{"pipeline", &access.PipelineRoleProps{Environment: mars1, Guard: guard, Team: "Red"}, []string{mars, `Team: got "Red"` + teams, `Team: got "Red"` + teamName, noRoles}},
		{"pipeline, right", &access.PipelineRoleProps{Guard: guard, ExecutionRoles: roles}, nil},
		{"Identity Center", in(access.IdentityCenter("a*"), access.IdentityCenter(strings.Repeat("a", 33)), access.IdentityCenter("")), []string{
			`TrustedBy[0]: got "a*"` + set, `TrustedBy[1]: got "` + strings.Repeat("a", 33) + `"` + set, `TrustedBy[2]: got ""` + set}},
		{"GitHub", in(access.GitHub("acme/*", "prod"), access.GitHub("acme/churn", ""), access.GitHub("acme", "a\tb"), access.GitHub("acme/churn@7", "${x}")), []string{
			`TrustedBy[0]: got "acme/*"` + repo, `TrustedBy[1]: got ""` + run, `TrustedBy[2]: got "acme"` + repo, `TrustedBy[2]: got "a\tb"` + run,
			`TrustedBy[3]: got "acme/churn@7"` + repo, `TrustedBy[3]: got "${x}"` + run}},
		{"role", in(access.Role("CI"), access.Role("arn:aws:iam::111122223333:role/C*")), []string{`TrustedBy[0]: got "CI"` + anARN,
			`TrustedBy[1]: got "arn:aws:iam::111122223333:role/C*"; allowed: a name of at least 3 letters besides *; it would stand for roles that nobody meant`}},
		{"no ways in", in(access.WayIn{}, access.GitHub("", "prod"), access.Role("")), []string{
			"TrustedBy[0]: got nothing; allowed: access.IdentityCenter, access.GitHub or access.Role", `TrustedBy[1]: got ""` + repo, `TrustedBy[2]: got ""` + anARN}},
		{"launcher, what is not there", &access.LauncherProps{Guard: guard, TrustedBy: ok, ExecutionRoles: make([]awsiam.IRole, 1), Data: []storage.Grant{storage.Prefix{}.GrantRead()}},
			[]string{noRole, "Data[0].Bucket: got nothing; allowed: a bucket; make one with storage.NewDataBucket"}},
		{"pipeline, what is not there", &access.PipelineRoleProps{Guard: guard, ExecutionRoles: make([]awsiam.IRole, 1)}, []string{noRole}},
		{"break-glass, what is not there", &access.BreakGlassProps{Name: "a", TrustedBy: ok, Buckets: make([]*storage.DataBucket, 1)},
			[]string{"Buckets[0]: got nothing; allowed: a value of storage.DataBucket; leave the entry out"}},
		{"ways in, tokens", in(access.IdentityCenter(token), access.GitHub(token, token), access.Role(token)), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, p := range problem.All(test.props.Validate()) {
				got = append(got, p.Error())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// Each of the policies that 60 prefixes need is one that IAM takes.
func TestPoliciesOfManyPrefixesAreSmallEnough(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		data := &storage.DataBucket{ARN: "arn:aws:s3:::" + strings.Repeat("b", 63), Region: "eu-west-1"}
		objects.Record(data, objects.Home{})
		var many []storage.Prefix
		for i := range 60 {
			many = append(many, data.Prefix(strings.Repeat("x", 60+i)+"/"))
		}
		access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{Reads: many})
	})
	policies := template.OfType("AWS::IAM::ManagedPolicy")
	if len(policies) < 2 {
		t.Errorf("policies %v, want several", policies)
	}
	for _, id := range policies {
		text, err := json.Marshal(template.Resources[id].Properties["PolicyDocument"])
		if err != nil || len(text) > policy.MaxManaged {
			t.Errorf("%s has %d characters, %v", id, len(text), err)
		}
	}
}

// Plinth's roles and those of others: a permissions boundary holds all of the stack.
func TestProtect(t *testing.T) {
	template := synthtest.Template(t, "", func(s awscdk.Stack) {
		guard := access.NewGuard(s, "Guard", nil)
		guard.Protect(s) // before there is any role
		access.NewOperator(s, "X", &access.OperatorProps{TrustedBy: byDS})
		awsiam.NewRole(s, jsii.String("Own"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)})
	})
	roles := template.OfType("AWS::IAM::Role")
	if len(roles) != 2 {
		t.Errorf("roles %v, want two", roles)
	}
	for _, id := range roles {
		if got := rendered(template.Resources[id].Properties["PermissionsBoundary"]); !strings.HasPrefix(got, `{"Ref":"GuardBoundary`) {
			t.Errorf("%s is under %s", id, got)
		}
	}
}
