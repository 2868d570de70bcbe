package access_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// Each construct says everything that is wrong at once, with where and what to do.
func TestMistakesOfPeopleAndMachines(t *testing.T) {
	token := "${Token[AWS.AccountId.4]}"
	tests := []struct {
		name  string
		build func(stack awscdk.Stack)
		want  []string
	}{
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
			`TrustedBy[1]: got "acme"; allowed: a repository, owner/name, without wildcards`, `TrustedBy[1]: got "*"; allowed: an environment of GitHub's`,
			"TrustedBy[2]: got \"arn:aws:sts::1:assumed-role/x/y\"", "name its role", "the guard demands the tag Team or does not",
			`Team: got "Red Team"; allowed: 1 to 20 lower-case letters`, `Workflows[0]: got "churn"; allowed: the ARN of a state machine`,
		}},
		{"launcher without a team", func(s awscdk.Stack) {
			access.NewLauncher(s, "X", &access.LauncherProps{
				Guard: access.NewGuard(s, "G", &access.GuardProps{Teams: true}), TrustedBy: []access.WayIn{access.Role(token)},
			})
		}, []string{"1 problem", `Team: got ""; allowed: a team's name with a guard for Teams`}},
		{"operator", func(s awscdk.Stack) {
			access.NewOperator(s, "X", &access.OperatorProps{Features: []access.Feature{"Quantum"}})
		}, []string{"access.Operator", "2 problems", "TrustedBy: got nothing", `Features[0]: got "Quantum"`}},
		{"break-glass", func(s awscdk.Stack) { access.NewBreakGlass(s, "X", nil) },
			[]string{"access.BreakGlass", "3 problems", `Name: got ""; allowed: a role's name`, "Buckets: got nothing", "TrustedBy"}},
		{"pipeline", func(s awscdk.Stack) { access.NewPipelineRole(s, "X", nil) },
			[]string{"access.PipelineRole", "2 problems", "Guard: got nothing", "ExecutionRoles: got nothing"}},
		{"builder", func(s awscdk.Stack) {
			access.NewBuilderRole(s, "X", &access.BuilderRoleProps{Repository: "mine", Bases: []string{token, "base"}, Domains: []string{"d"}})
		}, []string{"access.BuilderRole", "6 problems", "Network: got nothing", `Project: got ""`, `Repository[0]: got "mine"`, `Bases[1]: got "base"`,
			`Domains[0]: got "d"`, "both Domains and Packages, or neither"}},
		{"mounts", func(s awscdk.Stack) {
			access.NewExecutionRole(s, "X", &access.ExecutionRoleProps{Mounts: []storage.Directory{{Path: "x"}}})
		}, []string{"2 problems", "Mounts[0].FileSystem: got nothing", `Mounts[0].Path: got "x"`}},
		{"too many ways in", func(s awscdk.Stack) {
			var many []access.WayIn
			for range 12 {
				many = append(many, access.GitHub("acme/a-repository-with-quite-a-long-name", "production"))
			}
			access.NewOperator(s, "X", &access.OperatorProps{TrustedBy: many})
		}, []string{"the trust policy has", "IAM takes 2048: name fewer who may assume the role"}},
		{"too many prefixes", func(s awscdk.Stack) {
			data := storage.NewDataBucket(s, "Data", nil)
			var many []storage.Prefix
			for i := range 700 {
				many = append(many, data.Prefix(strings.Repeat("x", i+1)+"/"))
			}
			access.NewExecutionRole(s, "X", &access.ExecutionRoleProps{Reads: many})
		}, []string{"access.ExecutionRole"}},
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
