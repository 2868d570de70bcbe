package access_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

func TestMistakes(t *testing.T) {
	tests := []struct {
		name  string
		props *access.ExecutionRoleProps
		want  []string
	}{
		{"kind", &access.ExecutionRoleProps{Jobs: 7}, []string{"access.ExecutionRole Stack/Role", "execution_role_test.go:", "Jobs: got 7"}},
		{"all at once", &access.ExecutionRoleProps{
			Reads:        []storage.Prefix{{Path: "/train"}},
			Checkpoints:  []storage.Prefix{{}},
			Repositories: []string{"my-repository"},
		}, []string{"4 problems", "Checkpoints[0].Bucket", "Reads[0].Bucket", "Reads[0].Path", "Repositories[0]"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, "", func(stack awscdk.Stack) { access.NewExecutionRole(stack, "Role", test.props) })
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}
