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
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
	objects "github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

const (
	churnMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:churn"
	trainingRole = "arn:aws:iam::111122223333:role/training"
	pass         = `"` + trainingRole + `" if {"StringEquals":{"iam:PassedToService":"sagemaker.amazonaws.com"}}`
)

var (
	dev  = environment.Environment{Name: "dev", Tier: environment.Development}
	byDS = []access.WayIn{access.IdentityCenter("DS")}
)

// made is a role of a template, with what its own policies say.
type made struct {
	assembly.Resource
	statements []map[string]any
}

// find reads the role X of a stack and its policies.
func find(t *testing.T, build func(stack awscdk.Stack)) made {
	t.Helper()
	template := synthtest.Template(t, "eu-west-1", build)
	var m made
	for _, id := range slices.Concat(template.OfType("AWS::IAM::Role"), template.OfType("AWS::IAM::ManagedPolicy")) {
		r := template.Resources[id]
		if !strings.HasPrefix(r.Path(), "Stack/X/") {
			continue
		}
		if r.Type == "AWS::IAM::Role" {
			m.Resource = r
			continue
		}
		for _, s := range r.Properties["PolicyDocument"].(map[string]any)["Statement"].([]any) {
			m.statements = append(m.statements, s.(map[string]any))
		}
	}
	if m.Type == "" || len(m.statements) == 0 {
		t.Fatal("no role X with permissions")
	}
	return m
}

func rendered(v any) string {
	text, _ := json.Marshal(v) // it was JSON before
	return string(text)
}

// list is one value or several, as IAM writes them.
func list(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	return []any{v}
}

// wantAllows compares the statements of an action, each as its resources and conditions.
func (m made) wantAllows(t *testing.T, action string, want ...string) {
	t.Helper()
	var got []string
	for _, s := range m.statements {
		if slices.Contains(list(s["Action"]), any(action)) {
			line := rendered(s["Resource"])
			if c, held := s["Condition"]; held {
				line += " if " + rendered(c)
			}
			got = append(got, line)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s is allowed on\n  %s\nwant\n  %s", action, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// wantNone fails when an action starts with one of these, or is a pattern that could.
func (m made) wantNone(t *testing.T, prefixes ...string) {
	t.Helper()
	for _, s := range m.statements {
		for _, a := range list(s["Action"]) {
			if name := a.(string); strings.Contains(name, "*") || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
				t.Errorf("%s is allowed", name)
			}
		}
	}
}

// has compares one property, as JSON; null: there is none.
func (m made) has(t *testing.T, property, want string) {
	t.Helper()
	if got := rendered(m.Properties[property]); got != want {
		t.Errorf("%s is %s, want %s", property, got, want)
	}
}

// underGuard fails unless the guard's policies are attached.
func (m made) underGuard(t *testing.T) {
	t.Helper()
	if attached := rendered(m.Properties["ManagedPolicyArns"]); !strings.HasPrefix(attached, `[{"Ref":"GuardPolicy`) {
		t.Errorf("not under the guard: %s", attached)
	}
}

func trusted(statement string) string {
	return `{"Statement":[` + statement + `],"Version":"2012-10-17"}`
}

// passed is the one role that jobs run under.
func passed(s awscdk.Stack) []awsiam.IRole {
	return []awsiam.IRole{awsiam.Role_FromRoleArn(s, jsii.String("T"), jsii.String(trainingRole), nil)}
}

// launcher is one of team red that starts tuning jobs under one role, and a workflow.
func launcher(change func(*access.GuardProps, *access.LauncherProps)) func(awscdk.Stack) {
	return func(stack awscdk.Stack) {
		g := &access.GuardProps{Environment: dev, Features: []access.Feature{access.Tuning}}
		p := &access.LauncherProps{Environment: dev, TrustedBy: byDS, Workflows: []string{churnMachine}, ExecutionRoles: passed(stack)}
		change(g, p)
		p.Guard = access.NewGuard(stack, "Guard", g)
		access.NewLauncher(stack, "X", p)
	}
}

const (
	byRoot = `"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"}}`
	sso    = `"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/`
	ways   = `{"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:PrincipalArn":[` +
		sso + `AWSReservedSSO_DS_????????????????",` + sso + `*/AWSReservedSSO_DS_????????????????"]}},` + byRoot
)

func TestTheWaysIn(t *testing.T) {
	gitHub := func(subject string) string {
		return `{"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com",` +
			`"token.actions.githubusercontent.com:sub":"` + subject + `"}},"Effect":"Allow",` +
			`"Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}}`
	}
	for _, test := range []struct {
		name, want string
		in         access.WayIn
	}{
		{"Identity Center", ways, access.IdentityCenter("DS")},
		{"GitHub", gitHub("repo:acme/churn:environment:training"), access.GitHub("acme/churn", "training")},
		{"GitHub, as of July 15, 2026", gitHub("repo:acme@12/churn@34:environment:training"), access.GitHub("acme@12/churn@34", "training")},
		{"GitHub, by a name with spaces and colons", gitHub("repo:acme/churn:environment:Production EU%3AV1 (live)"), access.GitHub("acme/churn", "Production EU:V1 (live)")},
		{"role", `{"Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/CI"}},` + byRoot,
			access.Role("arn:aws:iam::111122223333:role/CI")},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := find(t, func(s awscdk.Stack) {
				access.NewOperator(s, "X", &access.OperatorProps{TrustedBy: []access.WayIn{test.in}})
			})
			m.has(t, "AssumeRolePolicyDocument", trusted(test.want))
		})
	}
}

func TestLauncher(t *testing.T) {
	const job = `"arn:aws:sagemaker:eu-west-1:111122223333:`
	t.Run("alone", func(t *testing.T) {
		m := find(t, launcher(func(*access.GuardProps, *access.LauncherProps) {}))
		m.has(t, "MaxSessionDuration", "3600")
		m.has(t, "Tags", "null")
		m.has(t, "RoleName", "null")
		m.underGuard(t)
		m.wantAllows(t, "iam:PassRole", pass)
		m.wantAllows(t, "sagemaker:CreateTrainingJob", job+`training-job/dev--*"`)
		m.wantAllows(t, "sagemaker:CreateHyperParameterTuningJob", job+`hyper-parameter-tuning-job/dev--*"`)
		m.wantAllows(t, "sagemaker:StopTrainingJob", job+`training-job/dev--*"`)
		m.wantAllows(t, "states:StartExecution", `"`+churnMachine+`"`)
		m.wantAllows(t, "states:StopExecution", `"arn:aws:states:eu-west-1:111122223333:execution:churn:*"`)
		m.wantNone(t, "s3:", "kms:", "sagemaker:CreateProcessingJob", "sagemaker:Delete", "iam:Create", "iam:Attach", "iam:Put")
	})
	t.Run("of a team", func(t *testing.T) {
		m := find(t, launcher(func(g *access.GuardProps, p *access.LauncherProps) { g.Teams, p.Team = true, "red" }))
		m.has(t, "Tags", `[{"Key":"Team","Value":"red"}]`)
		const own = ` if {"StringEquals":{"aws:ResourceTag/Team":"red"}}`
		m.wantAllows(t, "sagemaker:CreateTrainingJob", job+`training-job/dev---red--*"`)
		m.wantAllows(t, "sagemaker:DescribeTrainingJob", job+`training-job/dev---red--*"`+own)
		m.wantAllows(t, "sagemaker:StopHyperParameterTuningJob", job+`hyper-parameter-tuning-job/dev---red--*"`+own)
		m.wantAllows(t, "logs:GetLogEvents", `"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker/TrainingJobs:log-stream:dev---red--*"`)
	})
	t.Run("of workflows only", func(t *testing.T) {
		m := find(t, launcher(func(_ *access.GuardProps, p *access.LauncherProps) { p.ExecutionRoles = nil }))
		m.wantNone(t, "sagemaker:Create", "sagemaker:AddTags", "iam:")
		m.wantAllows(t, "states:StartExecution", `"`+churnMachine+`"`)
	})
}

func TestOperator(t *testing.T) {
	m := find(t, func(s awscdk.Stack) {
		access.NewOperator(s, "X", &access.OperatorProps{Environment: dev, TrustedBy: byDS, Workflows: []string{churnMachine}, Features: access.Features()})
	})
	m.has(t, "MaxSessionDuration", "3600")
	m.wantNone(t, "sagemaker:Create", "sagemaker:Update", "sagemaker:Delete", "sagemaker:AddTags", "states:Start", "iam:", "s3:", "kms:")
	m.wantAllows(t, "sagemaker:StopProcessingJob", `"arn:aws:sagemaker:eu-west-1:111122223333:processing-job/dev--*"`)
}

func TestBreakGlass(t *testing.T) {
	m := find(t, func(s awscdk.Stack) {
		bucket := func(name string) *storage.DataBucket {
			b := &storage.DataBucket{ARN: "arn:aws:s3:::" + name, KeyARN: "arn:aws:kms:eu-west-1:111122223333:key/" + name, Region: "eu-west-1"}
			objects.Record(b, objects.Home{})
			return b
		}
		access.NewBreakGlass(s, "X", &access.BreakGlassProps{
			TrustedBy: byDS, Buckets: []*storage.DataBucket{bucket("a"), bucket("b")}, Environment: dev,
		})
	})
	m.has(t, "RoleName", `"dev--break-glass--eu-west-1"`)
	m.has(t, "MaxSessionDuration", "3600")
	for _, s := range m.statements {
		for _, a := range list(s["Action"]) {
			service, _, _ := strings.Cut(a.(string), ":")
			want := map[string]string{"s3": `["arn:aws:s3:::a","arn:aws:s3:::b"]`, "kms": `["arn:aws:kms:eu-west-1:111122223333:key/a","arn:aws:kms:eu-west-1:111122223333:key/b"]`}[service]
			if got := strings.ReplaceAll(rendered(s["Resource"]), "/*", ""); want != "" && got != want {
				t.Errorf("%s is allowed on %s", a, got)
			}
		}
	}
	m.wantNone(t, "iam:", "sagemaker:Create", "kms:ScheduleKeyDeletion")
}

// Roles are those of the whole account: one in each region is another, and the one that buckets let in before it is
// there.
func TestBreakGlassOfTwoRegions(t *testing.T) {
	arns := map[string]string{}
	if err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			stack := awscdk.NewStack(app, jsii.String("In-"+region), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region}})
			access.NewBreakGlass(stack, "X", &access.BreakGlassProps{Environment: dev, TrustedBy: byDS, Buckets: []*storage.DataBucket{storage.NewDataBucket(stack, "Data", nil)}})
			arns[region] = strings.ReplaceAll(access.BreakGlassRole(stack, dev, ""), *stack.Partition(), "aws")
		}
	}); err != nil {
		t.Fatal(err)
	}
	for region, arn := range arns {
		if want := "arn:aws:iam::111122223333:role/dev--break-glass--" + region; arn != want {
			t.Errorf("got %s, want %s", arn, want)
		}
	}
}

// Without an environment's name a role touches the jobs of none, and not those of all.
func TestPeopleOfNoEnvironment(t *testing.T) {
	for team, prefix := range map[string]string{"": "none--", "red": "none---red--"} {
		m := find(t, launcher(func(g *access.GuardProps, p *access.LauncherProps) {
			p.Environment.Name, g.Environment.Name, p.Team, g.Teams = "", "", team, team != ""
		}))
		m.wantAllows(t, "sagemaker:CreateTrainingJob", `"arn:aws:sagemaker:eu-west-1:111122223333:training-job/`+prefix+`*"`)
	}
}

// The pipeline's jobs are under the guard; its role passes the named roles only.
func TestPipelineRole(t *testing.T) {
	m := find(t, func(s awscdk.Stack) {
		access.NewPipelineRole(s, "X", &access.PipelineRoleProps{
			Environment: dev, Guard: access.NewGuard(s, "Guard", &access.GuardProps{Environment: dev, Teams: true}), Team: "red",
			ExecutionRoles: passed(s),
		})
	})
	m.has(t, "Tags", `[{"Key":"Team","Value":"red"}]`)
	m.has(t, "AssumeRolePolicyDocument", trusted(`{"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:*"},`+
		`"StringEquals":{"aws:SourceAccount":"111122223333"}},"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"}}`))
	m.wantAllows(t, "iam:PassRole", pass)
	const jobs = `"arn:aws:sagemaker:eu-west-1:111122223333:training-job/pipelines-*"`
	m.wantAllows(t, "sagemaker:CreateTrainingJob", jobs)
	const own = ` if {"StringEquals":{"aws:ResourceTag/Environment":"dev","aws:ResourceTag/Team":"red"}}`
	m.wantAllows(t, "sagemaker:DescribeTrainingJob", jobs+own) // the names don't tell whose they are
	m.wantAllows(t, "sagemaker:StopTrainingJob", jobs+own)
	m.wantNone(t, "s3:", "kms:", "states:", "logs:", "sagemaker:CreateProcessingJob")
	m.underGuard(t)
}

// DAGs start the named jobs and workflows, under the guard, and MWAA assumes the role for their environment only.
func TestAirflowRole(t *testing.T) {
	build := func(change func(*access.AirflowRoleProps)) made {
		return find(t, func(s awscdk.Stack) {
			p := &access.AirflowRoleProps{
				Name: "dev-airflow", Airflow: "dev", Files: storage.NewDataBucket(s, "Files", nil),
				Guard: access.NewGuard(s, "Guard", &access.GuardProps{Environment: dev, Teams: true}), Team: "red",
			}
			change(p)
			access.NewAirflowRole(s, "X", p)
		})
	}
	idle := build(func(*access.AirflowRoleProps) {})
	idle.has(t, "RoleName", `"dev-airflow--eu-west-1"`)
	idle.has(t, "Tags", `[{"Key":"Team","Value":"red"}]`)
	idle.has(t, "AssumeRolePolicyDocument", trusted(`{"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:airflow:eu-west-1:111122223333:environment/dev"},`+
		`"StringEquals":{"aws:SourceAccount":"111122223333"}},"Effect":"Allow","Principal":{"Service":["airflow.amazonaws.com","airflow-env.amazonaws.com"]}}`))
	idle.wantNone(t, "iam:", "sagemaker:", "states:", "s3:Put", "s3:Delete", "codeartifact:", "kms:CreateGrant")
	idle.underGuard(t)
	busy := build(func(p *access.AirflowRoleProps) {
		p.Jobs, p.ExecutionRoles = []string{"dev--churn"}, passed(awscdk.Stack_Of(p.Files.Construct))
		p.Workflows = []string{"churn"}
	})
	busy.wantAllows(t, "iam:PassRole", pass)
	busy.wantAllows(t, "sagemaker:CreateTrainingJob", `"arn:aws:sagemaker:eu-west-1:111122223333:training-job/dev--churn--*"`)
	busy.wantAllows(t, "states:StartExecution", `"`+churnMachine+`"`)
	busy.wantAllows(t, "states:StopExecution", `"arn:aws:states:eu-west-1:111122223333:execution:churn:*"`)
	busy.wantNone(t, "sagemaker:CreateProcessingJob", "sagemaker:List", "sagemaker:Delete")
}

// The tag that a guard for teams compares is the role's own, whatever tags an app adds or removes.
func TestTheTagOfATeamStays(t *testing.T) {
	for name, change := range map[string]func(tags awscdk.Tags){
		"added": func(tags awscdk.Tags) {
			tags.Add(jsii.String("Team"), jsii.String("platform"), &awscdk.TagProps{Priority: jsii.Number(300)})
		},
		"removed": func(tags awscdk.Tags) { tags.Remove(jsii.String("Team"), nil) },
	} {
		template := synthtest.Template(t, "", func(stack awscdk.Stack) {
			guard := access.NewGuard(stack, "Guard", &access.GuardProps{Teams: true})
			access.NewLauncher(stack, "Launcher", &access.LauncherProps{Guard: guard, Team: "red", TrustedBy: byDS})
			change(awscdk.Tags_Of(stack.Node().Root()))
		})
		for _, id := range template.OfType("AWS::IAM::Role") {
			if got := fmt.Sprint(template.Resources[id].Properties["Tags"]); got != "[map[Key:Team Value:red]]" {
				t.Errorf("%s: %s has the tags %s", name, id, got)
			}
		}
	}
}
