package cdk_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/names"
)

const (
	account = "111122223333"
	other   = "444455556666"
	ireland = "eu-west-1"
	oregon  = "us-west-2"
)

// named emits a resource of a type with a name, below X of the scope.
func named(in constructs.Construct, resource cfn.Resource) {
	x := scope(in, "X")
	cdk.Emit(x, cdk.Path(in, "X"), cfn.Resources{"R": resource})
}

// of is a resource with what CloudFormation requires of its type, and a name; nil: it has none.
func of(kind, property string, name any) cfn.Resource {
	properties := map[string]cfn.Properties{
		"AWS::IAM::Role":                 {"AssumeRolePolicyDocument": map[string]any{}},
		"AWS::SageMaker::Pipeline":       {"PipelineDefinition": map[string]any{}, "RoleArn": "arn"},
		"AWS::ECR::SigningConfiguration": {"Rules": []any{}},
	}[kind]
	r := cfn.Resource{Type: kind, Properties: cfn.Properties{}}
	for key, value := range properties {
		r.Properties[key] = value
	}
	if name != nil {
		r.Properties[property] = name
	}
	return r
}

func group(name any) cfn.Resource {
	return of("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupName", name)
}

func role(name any) cfn.Resource { return of("AWS::IAM::Role", "RoleName", name) }

func logs(name any) cfn.Resource { return of("AWS::Logs::LogGroup", "LogGroupName", name) }

// ofStack is a name that each stack has of its own.
func ofStack() any { return cfn.Join("/ml/", cfn.Ref("AWS::StackId")) }

// stackIn is a stack of an app or stage; empty: account or region are those of who deploys it.
func stackIn(in constructs.Construct, id, account, region string) awscdk.Stack {
	env := &awscdk.Environment{}
	if account != "" {
		env.Account = &account
	}
	if region != "" {
		env.Region = &region
	}
	return awscdk.NewStack(in, &id, &awscdk.StackProps{Env: env})
}

func stageOf(app awscdk.App, id string) awscdk.Stage { return awscdk.NewStage(app, &id, nil) }

// A physical name is taken once: in an account and region where both are known, in a stage where they are not.
func TestNamesAreTakenOnce(t *testing.T) {
	tests := []struct {
		name  string
		build func(app awscdk.App)
		want  []string // of the message; none: it is none
	}{
		{"two scopes of a stack", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			named(scope(stack, "A"), group("dev--churn"))
			named(scope(stack, "B"), group("dev--churn"))
		}, []string{"S/B/X (", "claim_test.go:", "1 problem\n", `ModelPackageGroupName: got "dev--churn"; allowed: one that no other model package group has in its account and region; `,
			"S/A/X (", ") has it: set Name for one of them"}},
		{"one that differs by case alone", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			named(scope(stack, "A"), role("dev--Churn"))
			named(scope(stack, "B"), role("dev--churn"))
		}, []string{"S/B/X", `RoleName: got "dev--churn"; allowed: one that no other role has in its account, whatever the region; S/A/X`}},
		{"where AWS tells case apart", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			named(scope(stack, "A"), logs("/dev/Churn"))
			named(scope(stack, "B"), logs("/dev/churn"))
		}, nil},
		{"one that is composed", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			name := cfn.Join("/ml/", map[string]any{"Fn::Select": []any{2, map[string]any{"Fn::Split": []any{"/", cfn.Ref("AWS::StackId")}}}})
			named(scope(stack, "A"), logs(name))
			named(scope(stack, "B"), logs(name))
		}, []string{"S/B/X", `LogGroupName: got "/ml/<AWS::StackId>"; allowed: one that no other`}},
		{"two kinds", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			named(scope(stack, "A"), group("dev--churn"))
			named(scope(stack, "B"), of("AWS::SageMaker::Pipeline", "PipelineName", "dev--churn"))
		}, nil},
		{"two stacks of a stage that knows no account", func(app awscdk.App) {
			stage := stageOf(app, "dev")
			named(stackIn(stage, "A", "", ""), group("dev--churn"))
			named(stackIn(stage, "B", "", ""), group("dev--churn"))
		}, []string{"dev/B/X", "dev/A/X"}},
		{"two stacks of a stage of which one knows its account", func(app awscdk.App) {
			stage := stageOf(app, "dev")
			named(stackIn(stage, "A", account, ireland), group("dev--churn"))
			named(stackIn(stage, "B", "", ireland), group("dev--churn"))
		}, []string{"dev/B/X", "dev/A/X"}},
		{"two stages of which one knows its account", func(app awscdk.App) {
			named(stackIn(stageOf(app, "dev"), "A", account, ireland), group("dev--churn"))
			named(stackIn(stageOf(app, "prod"), "A", "", ireland), group("dev--churn"))
		}, nil},
		{"two stages that know no account", func(app awscdk.App) {
			named(stackIn(stageOf(app, "dev"), "A", "", ""), group("ml--churn"))
			named(stackIn(stageOf(app, "prod"), "A", "", ""), group("ml--churn"))
		}, nil},
		{"two stages of an account and region", func(app awscdk.App) {
			named(stackIn(stageOf(app, "dev"), "A", account, ireland), group("ml--churn"))
			named(stackIn(stageOf(app, "prod"), "A", account, ireland), group("ml--churn"))
		}, []string{"prod/A/X", "dev/A/X"}},
		{"two accounts", func(app awscdk.App) {
			named(stackIn(app, "A", account, ireland), role("ml"))
			named(stackIn(app, "B", other, ireland), role("ml"))
		}, nil},
		{"two regions", func(app awscdk.App) {
			named(stackIn(app, "A", account, ireland), group("ml"))
			named(stackIn(app, "B", account, oregon), group("ml"))
		}, nil},
		{"a role in two regions", func(app awscdk.App) {
			named(stackIn(app, "A", account, ireland), role("ml"))
			named(stackIn(app, "B", account, oregon), role("ml"))
		}, []string{"B/X", "A/X", "whatever the region"}},
		{"a role in two regions of an account that is not known", func(app awscdk.App) {
			named(stackIn(app, "A", "", ireland), role("ml"))
			named(stackIn(app, "B", "", oregon), role("ml"))
		}, []string{"B/X", "A/X"}},
		{"a role that has its region in its name", func(app awscdk.App) {
			for _, region := range []string{ireland, oregon, ""} {
				stack := stackIn(app, "In"+region, account, region)
				named(stack, role(names.Role(cdk.Location(stack).Region, "ml")))
			}
		}, nil},
		{"two stages of an account whose regions are not known", func(app awscdk.App) {
			for _, id := range []string{"dev", "prod"} {
				stack := stackIn(stageOf(app, id), "A", account, "")
				named(stack, role(names.Role(cdk.Location(stack).Region, "ml")))
			}
		}, nil},
		{"one that is made of its stack", func(app awscdk.App) {
			named(stackIn(app, "A", account, ireland), logs(ofStack()))
			named(stackIn(app, "B", account, ireland), logs(ofStack()))
		}, nil},
		{"two that are made of one stack", func(app awscdk.App) {
			stack := stackIn(app, "A", account, ireland)
			named(stack, logs(ofStack()))
			named(scope(stack, "B"), logs(ofStack()))
		}, []string{"A/B/X", "A/X"}},
		{"one that refers to a resource of its own", func(app awscdk.App) {
			stack := stackIn(app, "A", account, ireland)
			for _, id := range []string{"A", "B"} {
				x := scope(scope(stack, id), "X")
				cdk.Emit(x, cdk.Path(stack, id+"/X"), cfn.Resources{"Logs": logs(cfn.Join("/x/", cfn.Ref("Topic"))), "Topic": {Type: "AWS::SNS::Topic"}})
			}
		}, nil},
		{"a name that only a deployment knows", func(app awscdk.App) {
			stack := stackIn(app, "A", account, ireland)
			name := *awscdk.NewCfnParameter(stack, jsii.String("Name"), nil).ValueAsString()
			named(scope(stack, "A"), group(name))
			named(scope(stack, "B"), group(name))
		}, []string{"A/B/X", "A/A/X", `got "<token>"`}},
		{"two names that CloudFormation chooses", func(app awscdk.App) {
			stack := stackIn(app, "A", account, ireland)
			named(scope(stack, "A"), role(nil))
			named(scope(stack, "B"), role(nil))
		}, nil},
		{"what there is one of", func(app awscdk.App) {
			stack := stackIn(app, "A", account, ireland)
			named(scope(stack, "A"), of("AWS::ECR::SigningConfiguration", "", nil))
			named(scope(stack, "B"), of("AWS::ECR::SigningConfiguration", "", nil))
		}, []string{"A/B/X", `AWS::ECR::SigningConfiguration: got "another signing configuration of the registry"; allowed: one in an account and region; A/A/X (`,
			"has made it: make one Registry and hand it on"}},
		{"names that are made at run time", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			cdk.Claim(stack, "S/A", names.TrainingJob, "dev--churn")
			cdk.Claim(stack, "S/B", names.TrainingJob, "dev--churn")
		}, []string{"S/B (", `Name: got "dev--churn"; allowed: one that no other training job has`, "S/A ("}},
		{"several at once, of which the role is beside the other", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			for _, id := range []string{"A", "B"} {
				x := scope(stack, id)
				cdk.Emit(x, cdk.Path(stack, id), cfn.Resources{"Models": group("dev--churn"), "Role": role("dev--churn"), "Other": group("other-" + strings.ToLower(id))})
			}
		}, []string{"S/B", "1 problem\n", "ModelPackageGroupName"}},
		{"a name that AWS does not take", func(app awscdk.App) {
			stack := stackIn(app, "S", "", "")
			cdk.Emit(scope(stack, "A"), "S/A", cfn.Resources{"Long": role(strings.Repeat("a", 65)), "Odd": group("dev_churn")})
		}, []string{"2 problems", "RoleName: got \"aaa", "allowed: at most 64 characters", "ModelPackageGroupName: got \"dev_churn\"; allowed: 1 to 63 letters, digits and hyphens between them"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var f *fault.Fault
			err := synth.App(&synth.Options{Dir: t.TempDir()}, test.build)
			if test.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.As(err, &f) {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the message lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

// Two apps know nothing of each other.
func TestNamesOfAnotherApp(t *testing.T) {
	for range 2 {
		if err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) { named(stackIn(app, "S", account, ireland), role("ml")) }); err != nil {
			t.Error(err)
		}
	}
}
