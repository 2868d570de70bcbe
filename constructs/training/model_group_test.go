package training_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

var versions = regexp.MustCompile(`model-package/[^/"]*/`)

// A group that is given is the one that a workflow and a pipeline register in, may register in, and tell of; neither
// makes another.
func TestModelsAreRegisteredInTheGroupThatIsGiven(t *testing.T) {
	for name, test := range map[string]struct {
		group func(stack awscdk.Stack) *training.ModelGroup
		want  string
		made  int
	}{
		"made beside them": {func(stack awscdk.Stack) *training.ModelGroup {
			return training.NewModelGroup(stack, "Models", &training.ModelGroupProps{Name: "shared"})
		}, "none--shared", 1},
		"of an earlier stack": {func(stack awscdk.Stack) *training.ModelGroup {
			return training.NewExistingModelGroup(stack, "Models", &training.ExistingModelGroupProps{Name: "dev--old"})
		}, "dev--old", 0},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
				p := props(stack)
				p.Register = &training.Registration{Group: test.group(stack)}
				told = append(told, training.NewWorkflow(stack, "Churn", p).ModelGroup)
				told = append(told, training.NewPipeline(stack, "Nightly", &training.PipelineProps{
					Network: p.Network, Guard: access.NewGuard(stack, "Guard", nil), Job: p.Job, Register: p.Register,
				}).ModelGroup)
			})
			if got := len(template.OfType("AWS::SageMaker::ModelPackageGroup")); got != test.made {
				t.Errorf("%d groups are made, want %d", got, test.made)
			}
			for _, got := range told {
				if got != test.want {
					t.Errorf("it tells of %q, want %q", got, test.want)
				}
			}
			written, err := json.Marshal(template.Resources)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(string(written), `\`, "")
			if got := strings.Count(text, `"ModelPackageGroupName":"`+test.want+`"`); got != 2+test.made {
				t.Errorf("the group is named %d times, want once by each", got)
			}
			all := versions.FindAllString(text, -1)
			if len(all) < 2 || slices.ContainsFunc(all, func(of string) bool { return of != "model-package/"+test.want+"/" }) {
				t.Errorf("the roles may register in %q", all)
			}
		})
	}
}

// Who registers in a group has no construct of that name yet: the names of a group and of a workflow that makes none
// don't meet.
func TestANameForAGroupAndItsWorkflow(t *testing.T) {
	synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Register = &training.Registration{Group: training.NewModelGroup(stack, "Models", &training.ModelGroupProps{Name: "churn"})}
		training.NewWorkflow(stack, "Churn", p)
	})
	err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
		training.NewModelGroup(stack, "Models", &training.ModelGroupProps{Name: "churn"})
		p := props(stack)
		p.Register = &training.Registration{}
		training.NewWorkflow(stack, "Churn", p)
	})
	if !strings.Contains(err.Error(), `ModelPackageGroupName: got "none--churn"; allowed: one that no other model package group has`) {
		t.Error(err)
	}
}

// A group outlives its stack where data is kept, but not the failed creation of its stack, whose next try would meet
// the name.
func TestHowAGroupGoes(t *testing.T) {
	for tier, want := range map[environment.Tier]string{environment.Development: "Delete", environment.Staging: "RetainExceptOnCreate", environment.Production: "RetainExceptOnCreate"} {
		template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
			training.NewModelGroup(stack, "Churn", &training.ModelGroupProps{Environment: environment.Environment{Name: "e", Tier: tier, Owner: "ml"}, Team: "red"})
		})
		r := template.Resources[template.OfType("AWS::SageMaker::ModelPackageGroup")[0]]
		if r.DeletionPolicy != want {
			t.Errorf("%v: the deletion policy is %s, want %s", tier, r.DeletionPolicy, want)
		}
		text, _ := json.Marshal(r.Properties)
		if want := `{"ModelPackageGroupName":"e---red--churn","Tags":[{"Key":"Environment","Value":"e"},{"Key":"Owner","Value":"ml"},{"Key":"Team","Value":"red"}]}`; string(text) != want {
			t.Errorf("%v: got %s, want %s", tier, text, want)
		}
	}
}

func TestMistakesOfGroups(t *testing.T) {
	err := (&training.ModelGroupProps{Name: "Churn", Team: "Red"}).Validate("X")
	for _, want := range []string{`Name: got "Churn"`, `Team: got "Red"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the message lacks %s: %v", want, err)
		}
	}
	if err := (&training.ModelGroupProps{}).Validate(strings.Repeat("a", 58)); err == nil || !strings.Contains(err.Error(), "at most 57 characters") {
		t.Errorf("got %v", err)
	}
	if err := (&training.ExistingModelGroupProps{}).Validate(); err == nil || !strings.Contains(err.Error(), "Name: got nothing") {
		t.Errorf("got %v", err)
	}
}

// SageMaker may write the name of a group that others made in lower case into the ARNs of its versions.
func TestAGroupInCapitals(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Register = &training.Registration{Group: training.NewExistingModelGroup(stack, "Models", &training.ExistingModelGroupProps{Name: "Churn"})}
		training.NewWorkflow(stack, "Workflow", p)
	})
	text, _ := json.Marshal(template.Resources)
	for _, want := range []string{"model-package/Churn/*", "model-package/churn/*"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("nobody may register in %s", want)
		}
	}
}
