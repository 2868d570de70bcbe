package access_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

var update = flag.Bool("update", false, "rewrite the golden files: review every line of the difference")

// golden holds a text against a file that is reviewed, and simulated by checks/iam.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what the guard gives; if that is meant, run: go test ./constructs/access -update", file)
	}
}

func TestTheTableInTheDocumentation(t *testing.T) {
	golden(t, "../../docs/guard.md", "# What the guard holds each action of SageMaker to\n\n"+
		"Made from AWS's table of condition keys and the guard's rules; a test keeps it so. Features besides Training are denied\n"+
		"until they are asked for. Where an environment has RuntimeInstalls, the containers of jobs need not be isolated; those of models and\n"+
		"endpoints still do.\n\n"+access.GuardTable())
}

func TestTheSCPsOfEveryFeature(t *testing.T) {
	documents, err := access.SCP(&access.GuardProps{
		Environment: environment.Environment{Name: "prod"}, Features: access.Features(), Teams: true, KeepAlive: 10 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range documents {
		if len(d) > policy.MaxSCP {
			t.Errorf("document %d has %d characters", i, len(d))
		}
	}
	golden(t, "testdata/scp.golden.jsonl", strings.Join(documents, "\n")+"\n")
}

func TestGuardMistakes(t *testing.T) {
	tests := []struct {
		name  string
		props *access.GuardProps
		want  []string
	}{
		{"feature", &access.GuardProps{Features: []access.Feature{"Quantum"}}, []string{"access.Guard Stack/Guard", `Features[0]: got "Quantum"; allowed: one of Training, Tuning`}},
		{"alias for a key", &access.GuardProps{Keys: []string{"alias/x"}}, []string{`Keys[0]: got "alias/x"`, "an alias is not what AWS compares"}},
		{"too warm", &access.GuardProps{KeepAlive: 7 * time.Hour}, []string{"KeepAlive: got 7h0m0s; allowed: whole seconds up to 6h"}},
		{"too much for a boundary", &access.GuardProps{Features: access.Features()}, []string{"Features: got [Training", "the boundary would have", "AWS takes 6144"}},
		{"keys for more than a policy", &access.GuardProps{Keys: keyARNs(200)}, []string{"Keys: got 200; allowed: fewer: a policy would have", "leave it empty for every key of the account"}},
		{"keys for more than a boundary", &access.GuardProps{Keys: keyARNs(45)}, []string{"Keys: got 45; allowed: fewer: the boundary would have", "AWS takes 6144"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, "", func(stack awscdk.Stack) { access.NewGuard(stack, "Guard", test.props) })
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

func keyARNs(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-%012d", i))
	}
	return all
}
