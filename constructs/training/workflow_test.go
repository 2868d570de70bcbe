package training_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

// props are those of a good workflow, for tests to change.
func props(stack awscdk.Stack) *training.WorkflowProps {
	data := storage.NewDataBucket(stack, "Data", nil)
	return &training.WorkflowProps{
		Network: network.NewIsolated(stack, "Network", nil),
		Job: training.Job{
			Image:        training.XGBoost("3.2-0"),
			Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/")}},
			Output:       data.Prefix("models/"),
			InstanceType: "ml.m5.xlarge",
		},
	}
}

func TestTheReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(source), "func churn(app awscdk.App) {\n")
	body, _, _ = strings.Cut(body, "\n}\n")
	body = strings.ReplaceAll("\n"+body, "\n\t", "\n")
	if !strings.Contains(string(readme), "```go"+body+"\n```") {
		t.Errorf("README.md does not show the example as it is:\n%s", body)
	}
}

// A metric without a group is taken, as SageMaker takes it, and told of.
func TestAMetricWithoutAGroup(t *testing.T) {
	dir := t.TempDir()
	err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		p := props(stack)
		p.Job.Image = training.ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1")
		p.Job.Metrics = []training.Metric{{Name: "auc", Regex: "auc=(.+)"}, {Name: "loss", Regex: "loss=.+"}}
		training.NewWorkflow(stack, "Churn", p)
	})
	if err != nil {
		t.Fatal(err)
	}
	notes, err := os.ReadFile(filepath.Join(dir, "Stack.metadata.json"))
	if n := strings.Count(string(notes), "has no group"); err != nil || n != 1 || !strings.Contains(string(notes), "Job.Metrics[1].Regex") {
		t.Errorf("%d notes: %s %v", n, notes, err)
	}
}

// A repository whose ARN only the deployment knows is listened to, and its images run.
func TestPushesToARepositoryOfTheApp(t *testing.T) {
	other := training.ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/prepare:1")
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		repository := awsecr.NewRepository(stack, jsii.String("Repository"), nil)
		p := props(stack)
		p.Job.Image = training.ImageURI(*repository.RepositoryUriForTag(jsii.String("1")))
		p.Triggers = []training.Trigger{training.OnImage(*repository.RepositoryArn(), nil)}
		p.Prepare = &training.Processing{Image: other, InstanceType: "ml.m5.large", Output: p.Job.Output.Bucket.Prefix("prepared/")}
		p.Job.Inputs[0].Prepared, p.Job.Inputs[0].From = "train/", storage.Prefix{}
		training.NewWorkflow(stack, "Workflow", p)
	})
	text, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"repository-name":[{"Fn::Select":[1,{"Fn::Split":[":repository/",`, `\"TrainingImage.$\":\"$.image.Job\"`,
		`\"ImageUri\":\"111122223333.dkr.ecr.eu-west-1.amazonaws.com/prepare:1\"`, // which is of another repository
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the template lacks %s: %s", want, text)
		}
	}
}

func TestARoleIsMadeOnlyWhereNoneIsGiven(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		p := props(stack)
		p.Role = access.NewExecutionRole(stack, "Own", &access.ExecutionRoleProps{
			Network: p.Network, Reads: []storage.Prefix{p.Job.Inputs[0].From}, Writes: []storage.Prefix{p.Job.Output},
		})
		training.NewWorkflow(stack, "Workflow", p)
	})
	for _, id := range template.OfType("AWS::IAM::Role") {
		if strings.Contains(template.Resources[id].Path(), "Workflow/JobRole") {
			t.Errorf("%s stands beside the given role", id)
		}
	}
}

func TestAnImageOfOnesOwn(t *testing.T) {
	const uri = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/churn:1.4"
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Job.Image = training.ImageURI(uri)
		training.NewWorkflow(stack, "Workflow", p)
	})
	text, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{uri, ":ecr:eu-west-1:111122223333:repository/team/churn"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the template lacks %s", want)
		}
	}
}

// A token in the URI of an image hides no more than it has to: the role pulls from the image's repository alone.
func TestTheRepositoryOfAnImageWithTokens(t *testing.T) {
	for name, uri := range map[string]func(stack awscdk.Stack, tag *string) string{
		"a repository of the app": func(stack awscdk.Stack, _ *string) string {
			return *awsecr.NewRepository(stack, jsii.String("Repository"), nil).RepositoryUriForTag(jsii.String("1"))
		},
		"an imported one, and a tag of a parameter": func(stack awscdk.Stack, tag *string) string {
			return *awsecr.Repository_FromRepositoryName(stack, jsii.String("Repository"), jsii.String("churn")).RepositoryUriForTag(tag)
		},
		"an imported one, and a digest of a parameter": func(stack awscdk.Stack, tag *string) string {
			return *awsecr.Repository_FromRepositoryName(stack, jsii.String("Repository"), jsii.String("churn")).RepositoryUriForDigest(tag)
		},
		"a tag of a parameter": func(_ awscdk.Stack, tag *string) string {
			return "111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:" + *tag
		},
	} {
		for _, region := range []string{"", "eu-west-1"} {
			template := synthtest.Template(t, region, func(stack awscdk.Stack) {
				p := props(stack)
				p.Job.Image = training.ImageURI(uri(stack, awscdk.NewCfnParameter(stack, jsii.String("Tag"), nil).ValueAsString()))
				training.NewWorkflow(stack, "Workflow", p)
			})
			pulls := 0
			for id, r := range template.Resources {
				text, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(r.Path(), "Workflow/JobRole") || !strings.Contains(string(text), "ecr:BatchGetImage") {
					continue
				}
				pulls++
				if strings.Contains(string(text), "repository/*") {
					t.Errorf("%s, region %q: %s pulls from every repository", name, region, id)
				}
			}
			if pulls == 0 {
				t.Errorf("%s, region %q: nothing pulls", name, region)
			}
		}
	}
}

// What only the deployment knows reaches SageMaker as it is.
func TestATypeAndAVersionThatAreTokens(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Job.InstanceType = *awscdk.NewCfnParameter(stack, jsii.String("Type"), nil).ValueAsString()
		p.Job.Image = training.XGBoost(*awscdk.NewCfnParameter(stack, jsii.String("Version"), nil).ValueAsString())
		training.NewWorkflow(stack, "Workflow", p)
	})
	text, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`\"InstanceType\":\"",{"Ref":"Type"}`, `/sagemaker-xgboost:",{"Ref":"Version"}`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the template lacks %s", want)
		}
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct {
		name, region, id string
		change           func(*training.WorkflowProps)
		want             []string
	}{
		{"nothing given", "", "Workflow", func(p *training.WorkflowProps) { *p = training.WorkflowProps{} },
			[]string{"Network: got nothing", "Job.Image", "Job.Output.Bucket", "Job.InstanceType", "workflow_test.go:"}},
		{"too dear", "", "Workflow", func(p *training.WorkflowProps) {
			p.Environment = environment.Environment{Tier: environment.Development, Limits: environment.Limits{PricePerRun: 0.25, Runtime: 2 * 3600e9}}
		}, []string{"Job.MaxRuntime", "0.46 USD", "Limits.PricePerRun"}},
		{"a role that reads something else", "", "Workflow", func(p *training.WorkflowProps) {
			p.Role = access.NewExecutionRole(p.Network.Construct, "Own", &access.ExecutionRoleProps{Reads: []storage.Prefix{p.Job.Output}})
		}, []string{"3 problems", "Role.Reads[0]", "Role.Writes[0]", "a prefix that the role was given; add it to the role's Reads"}},
		{"more at once than can be listed", "", "Workflow", func(p *training.WorkflowProps) { p.AtOnce = 51 }, []string{"AtOnce: got 51; allowed: 1 to 50, or 0 for any number"}},
		{"fewer than none at once", "", "Workflow", func(p *training.WorkflowProps) { p.AtOnce = -1 }, []string{"AtOnce: got -1"}},
		{"a gate of nothing", "", "Workflow", func(p *training.WorkflowProps) { p.Gate = []training.Threshold{{}} }, []string{"Gate[0]: got \"\""}},
		{"triggers", "", "Workflow", func(p *training.WorkflowProps) {
			p.Job.Parameters = []training.Parameter{training.Integer("n", 1, 9)}
			p.Triggers = []training.Trigger{
				training.OnSchedule("every day", nil), training.OnSchedule("rate(1 day)", map[string]any{"n": 10}),
				training.OnData(storage.Prefix{}, map[string]any{"n": 1}), training.OnImage("churn", map[string]any{"n": 1, "m": 2}), {},
				training.OnData(p.Job.Output, map[string]any{"n": 1}),
			}
		}, []string{`Triggers[0]: got "every day"; allowed: a schedule of EventBridge`, `Triggers[0].n: got nothing; allowed: n, a whole number from 1 to 9`,
			"Triggers[1].n: got 10", "Triggers[2].Bucket: got nothing", `Triggers[3]: got repository "churn"; allowed: the ARN of an ECR repository`,
			`Triggers[3].m: got 2; allowed: one of the job's Parameters`, "Triggers[4]: got nothing; allowed: training.OnSchedule", "Triggers[5].Bucket: got", "set Events in the props of the bucket"}},
		{"pushes to other repositories", "", "Workflow", func(p *training.WorkflowProps) {
			p.Job.Image = training.ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1")
			p.Job.Parameters = []training.Parameter{training.Integer("image", 1, 9)}
			on := func(name string) training.Trigger {
				return training.OnImage("arn:aws:ecr:eu-west-1:111122223333:repository/"+name, map[string]any{"image": 1})
			}
			p.Triggers = []training.Trigger{on("churn"), on("other")}
		}, []string{`Triggers[1]: got repository "arn:aws:ecr:eu-west-1:111122223333:repository/other"; allowed: the repository of the other OnImage`,
			"allowed: that of Job.Image, 111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:1; each push is what the job then runs",
			`Job.Parameters[0].name: got "image"; allowed: another name`}},
		{"pushes to AWS's own images", "", "Workflow", func(p *training.WorkflowProps) {
			p.Triggers = []training.Trigger{training.OnImage("arn:aws:ecr:eu-west-1:111122223333:repository/x", nil)}
		}, []string{"1 problem", "allowed: that of Job.Image, which is AWS's sagemaker-xgboost"}},
		{"an input that contains itself", "", "Workflow", func(p *training.WorkflowProps) {
			itself := map[string]any{}
			itself["n"] = itself
			p.Job.Parameters = []training.Parameter{training.Integer("n", 1, 9)}
			p.Triggers = []training.Trigger{training.OnSchedule("rate(2 days)", itself)}
		}, []string{"1 problem", "Triggers[0].n: got a map that contains itself; allowed: n, a whole number"}},
		{"an input for a search", "", "Workflow", func(p *training.WorkflowProps) {
			p.Job.Parameters = []training.Parameter{training.Integer("max_depth", 1, 9)}
			p.Job.Inputs = append(p.Job.Inputs, training.Input{Channel: "validation", From: p.Job.Output.Bucket.Prefix("validation/")})
			p.Search = &training.Search{Objective: "validation:auc", Jobs: 2}
			p.Triggers = []training.Trigger{training.OnSchedule("rate(2 days)", map[string]any{"max_depth": 5})}
		}, []string{"1 problem", "Triggers[0].max_depth: got 5; allowed: no input: with Search an execution takes none; leave the trigger's input out"}},
		{"too many jobs", "", "Workflow", func(p *training.WorkflowProps) {
			p.Job.Parameters = []training.Parameter{training.Integer("max_depth", 1, 9)}
			p.Job.Inputs = append(p.Job.Inputs, training.Input{Channel: "validation", From: p.Job.Output.Bucket.Prefix("validation/")})
			p.Search = &training.Search{Objective: "validation:auc", Jobs: 100000}
		}, []string{"1 problem", "Search.Jobs: got 100000; allowed: 1 to 750"}},
		{"an image of another region", "us-east-1", "Workflow", func(p *training.WorkflowProps) { p.Job.Image = training.ImageURI(pytorch) },
			[]string{"1 problem", "Job.Image: got", "an image in us-east-1, where the job runs"}},
		{"id that is no job name", "", "My Workflow!", func(*training.WorkflowProps) {}, []string{`Name: got "my workflow!"`}},
		{"an evaluation's image of another region", "us-east-1", "Workflow", func(p *training.WorkflowProps) {
			p.Evaluate = &training.Processing{Image: training.ImageURI(pytorch), Output: p.Job.Output, InstanceType: "ml.m5.xlarge"}
		}, []string{"1 problem", "Evaluate.Image: got"}},
		{"no XGBoost there", "ap-east-2", "Workflow", func(*training.WorkflowProps) {}, []string{"Job.Image", "ap-east-2", "training.ImageURI"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, test.region, func(stack awscdk.Stack) {
				data := storage.NewDataBucket(stack, "Data", nil)
				p := &training.WorkflowProps{
					Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{S3PrefixList: "pl-0123456789abcdef0"}),
					Job: training.Job{
						Image: training.XGBoost("3.2-0"), InstanceType: "ml.m5.xlarge", Output: data.Prefix("models/"),
						Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/")}},
					},
				}
				test.change(p)
				training.NewWorkflow(stack, test.id, p)
			})
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

// A nil pointer to a network is as good as none.
func TestANilPropsIsAMistakeToo(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) { training.NewWorkflow(stack, "Workflow", nil) })
	if !strings.Contains(err.Error(), "Stack/Workflow") || !strings.Contains(err.Error(), "Network: got nothing") {
		t.Error(err)
	}
}

// A guard for teams compares the tag of the job with that of who starts it: here the workflow's role.
func TestAWorkflowOfATeam(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		p := props(stack)
		p.Team = "red"
		training.NewWorkflow(stack, "Churn", p)
	})
	for _, id := range template.OfType("AWS::StepFunctions::StateMachine") {
		if strings.Contains(id, "Watcher") {
			continue
		}
		text, err := json.Marshal(template.Resources[id].Properties["DefinitionString"])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`{\"Key\":\"Team\",\"Value\":\"red\"}`, `'none---red--churn--{}'`} {
			if !strings.Contains(strings.ReplaceAll(string(text), `\\\"`, `\"`), want) {
				t.Errorf("the definition lacks %s: %s", want, text)
			}
		}
	}
	tagged := 0
	for _, id := range template.OfType("AWS::IAM::Role") {
		tags, _ := json.Marshal(template.Resources[id].Properties["Tags"])
		if string(tags) == `[{"Key":"Team","Value":"red"}]` && strings.Contains(id, "WorkflowRole") {
			tagged++
		}
	}
	if tagged != 1 {
		t.Errorf("%d roles of the workflow are tagged", tagged)
	}
}
