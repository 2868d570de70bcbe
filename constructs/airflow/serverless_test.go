package airflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	objects "github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// quick is a job that MWAA Serverless can wait for, changed.
func quick(stack constructs.Construct, p *airflow.ServerlessProps, change func(*training.Job)) *training.Request {
	data := storage.NewDataBucket(stack, "Data", nil)
	job := training.Job{
		Image: training.XGBoost("3.2-0"), Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/")}}, Output: data.Prefix("models/"),
		InstanceType: "ml.m5.xlarge", MaxRuntime: 2 * time.Hour, Parameters: []training.Parameter{training.Integer("n", 1, 9)},
	}
	if change != nil {
		change(&job)
	}
	id := "Job"
	if _, inner := stack.Node().Scope().(awscdk.Stack); inner {
		id = "Other" // whose name is another one
	}
	return training.NewRequest(stack, id, &training.RequestProps{Environment: p.Environment, Network: p.Network, Job: job, Team: p.Team})
}

// goodServerless are props that are right, with a DAG of each kind.
func goodServerless(stack awscdk.Stack) *airflow.ServerlessProps {
	prod := environment.Environment{Name: "prod", Owner: "ml"}
	p := &airflow.ServerlessProps{
		Environment: prod, Guard: access.NewGuard(stack, "Guard", nil),
		Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: prod, Capabilities: []network.Capability{network.Training, network.AirflowServerless},
		}),
	}
	request := quick(stack, p, nil)
	machine := training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{
		Environment: prod, Network: p.Network, Name: "churn", Job: training.Job{
			Image: training.XGBoost("3.2-0"), Inputs: []training.Input{{Channel: "train", From: request.Inputs[0]}},
			Output: request.Inputs[0].Bucket.Prefix("models/"), InstanceType: "ml.m5.xlarge",
		},
	})
	p.DAGs = []airflow.DAG{
		{ID: "churn", Workflow: machine, Schedule: "@daily"}, {ID: "by_itself", Job: request, Settings: map[string]any{"n": 3}},
	}
	return p
}

func serverless(t *testing.T, change func(awscdk.Stack, *airflow.ServerlessProps)) assembly.Template {
	t.Helper()
	return synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := goodServerless(stack)
		if change != nil {
			change(stack, p)
		}
		airflow.NewServerless(stack, "S", p)
	})
}

// Each DAG is a workflow of its own, in the network, encrypted, logged, and of the version that was written.
func TestServerlessWorkflows(t *testing.T) {
	template := serverless(t, nil)
	if n := len(template.OfType("AWS::MWAAServerless::Workflow")); n != 2 {
		t.Errorf("%d workflows", n)
	}
	p := at(t, template, "Stack/S/Workflows/by_itself/Workflow/Default/Workflow").Properties
	for property, want := range map[string]string{
		"Name": `"prod--s--by_itself"`, "Tags": `{"Environment":"prod","Owner":"ml"}`, "TriggerMode": "null",
	} {
		if got := text(p[property]); got != want {
			t.Errorf("%s is %s, want %s", property, got, want)
		}
	}
	for property, want := range map[string][]string{
		"DefinitionS3Location":    {`"ObjectKey":"workflows/by_itself.yaml"`, `"VersionId":{"Fn::GetAtt":["SFiles`, `"D1"]`},
		"EncryptionConfiguration": {`"Type":"CUSTOMER_MANAGED_KEY"`, `"KmsKeyId":{"Fn::GetAtt":["SKey`},
		"LoggingConfiguration":    {`{"LogGroupName":{"Ref":"SWorkflowsbyitselfLogs`},
		"NetworkConfiguration":    {`"SecurityGroupIds":[{"Fn::GetAtt":["SGroup`, `"SubnetIds":[{"Ref":"NetworkSubnet1`},
		"RoleArn":                 {`{"Fn::GetAtt":["SWorkflowsbyitselfRole`},
	} {
		for _, w := range want {
			if got := text(p[property]); !strings.Contains(got, w) {
				t.Errorf("%s is %s, without %s", property, got, w)
			}
		}
	}
	logs := at(t, template, "Stack/S/Workflows/by_itself/Default/Logs").Properties
	if logs["KmsKeyId"] == nil || text(logs["RetentionInDays"]) != "365" {
		t.Errorf("logs are kept as %s", text(logs))
	}
	policy := strings.ReplaceAll(text(at(t, template, "Stack/S/Key/Key/Resource").Properties["KeyPolicy"]), `{"Ref":"AWS::Partition"}`, "")
	for _, want := range []string{`"s3.eu-west-1.amazonaws.com","airflow-serverless.eu-west-1.amazonaws.com"`, "workflow/prod--s--*-??????????"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the key's policy lacks %s: %s", want, policy)
		}
	}
	if cycle := text(at(t, template, "Stack/S/Bucket/Default/Bucket").Properties["LifecycleConfiguration"]); strings.Contains(cycle, "Noncurrent") {
		t.Error("a version that a workflow was given would go")
	}
	if bucket := text(at(t, template, "Stack/S/Bucket/Policy/Resource").Properties); !strings.Contains(bucket, ":role/cdk-*-cfn-exec-role-111122223333-eu-west-1") {
		t.Errorf("a deployment can't read the definitions: %s", bucket)
	}
}

// Tasks are in a security group of their own, which speaks to endpoints and S3 only; or to S3 only, where the endpoints stand elsewhere.
func TestServerlessGroup(t *testing.T) {
	for name, test := range map[string]struct {
		change func(awscdk.Stack, *airflow.ServerlessProps)
		rules  int
	}{
		"own endpoints": {nil, 4},
		"others": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.Network = network.NewIsolated(stack, "Other", &network.IsolatedProps{
				Environment: p.Environment, Capabilities: []network.Capability{network.AirflowServerless},
				ExistingEndpoints:      []string{"kms", "logs", "monitoring", "sagemaker.api", "states", "ecr.api", "ecr.dkr"},
				ExistingEndpointsRange: "10.128.0.0/16", TransitGateway: "tgw-0123456789abcdef0",
			})
			p.DAGs = p.DAGs[:1]
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			template := serverless(t, test.change)
			n := 0
			for _, r := range template.Resources {
				if strings.HasPrefix(r.Path(), "Stack/S/Ways/") {
					n++
				}
			}
			group := at(t, template, "Stack/S/Group/Default/Group").Properties
			if got := text(group["SecurityGroupEgress"]); n != test.rules || strings.Contains(got, "0.0.0.0/0") || !strings.Contains(got, "DestinationPrefixListId") {
				t.Errorf("%d rules besides %s", n, got)
			}
		})
	}
}

// A role starts what its own DAG does, and nothing of the others.
func TestServerlessRoles(t *testing.T) {
	template := serverless(t, nil)
	for dag, test := range map[string]struct{ has, not []string }{
		"churn":     {[]string{"states:StartExecution", "workflow/prod--s--churn-??????????"}, []string{"sagemaker:", "iam:", "s3:"}},
		"by_itself": {[]string{"training-job/prod--job--*", "iam:PassRole", "s3:ListBucket", "/train/\""}, []string{"states:", "Stop", "/train/*"}},
	} {
		policy := text(at(t, template, "Stack/S/Workflows/"+dag+"/Role/Default/RolePolicy").Properties["PolicyDocument"])
		for _, want := range test.has {
			if !strings.Contains(policy, want) {
				t.Errorf("%s lacks %s: %s", dag, want, policy)
			}
		}
		for _, not := range test.not {
			if strings.Contains(policy, not) {
				t.Errorf("%s has %s: %s", dag, not, policy)
			}
		}
	}
}

// A team's workflows and roles carry its tag, which its guard demands.
func TestServerlessOfATeam(t *testing.T) {
	template := serverless(t, func(stack awscdk.Stack, p *airflow.ServerlessProps) {
		p.Guard.Protect(stack) // while that of the teams is attached
		p.Guard, p.Team = access.NewGuard(stack, "Teams", &access.GuardProps{Environment: p.Environment, Teams: true}), "red"
		p.DAGs[1].Job = quick(constructs.NewConstruct(stack, jsii.String("T")), p, nil)
	})
	if got := text(at(t, template, "Stack/S/Workflows/churn/Workflow/Default/Workflow").Properties["Name"]); got != `"prod---red--s--churn"` {
		t.Errorf("the name is %s", got)
	}
	if got := text(at(t, template, "Stack/S/Workflows/churn/Workflow/Default/Workflow").Properties["Tags"]); !strings.Contains(got, `"Team":"red"`) {
		t.Errorf("the workflow is tagged %s", got)
	}
	if got := text(at(t, template, "Stack/S/Workflows/churn/Role/Default/Role").Properties["Tags"]); !strings.Contains(got, `"Key":"Team","Value":"red"`) {
		t.Errorf("the role is tagged %s", got)
	}
}

func TestServerlessWithAKeyOfOnesOwn(t *testing.T) {
	template := serverless(t, func(stack awscdk.Stack, p *airflow.ServerlessProps) {
		p.Key = awskms.Key_FromKeyArn(stack, jsii.String("Mine"), jsii.String(aKey))
		p.AccessLogs = p.DAGs[1].Job.Inputs[0].Bucket.AccessLogs
	})
	if slices.ContainsFunc(template.OfType("AWS::S3::Bucket"), func(id string) bool {
		return strings.HasPrefix(template.Resources[id].Path(), "Stack/S/Bucket/AccessLogs")
	}) {
		t.Error("a bucket for access logs is made besides")
	}
	got := text(at(t, template, "Stack/S/Workflows/churn/Workflow/Default/Workflow").Properties["EncryptionConfiguration"])
	if !strings.Contains(got, aKey) {
		t.Errorf("got %s", got)
	}
	if slices.ContainsFunc(template.OfType("AWS::KMS::Key"), func(id string) bool { return strings.HasPrefix(template.Resources[id].Path(), "Stack/S/Key") }) {
		t.Error("a key is made besides")
	}
}

func TestGrantRun(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		to := awsiam.Role_FromRoleArn(stack, jsii.String("Ann"), jsii.String("arn:aws:iam::111122223333:role/ann"), nil)
		made := airflow.NewServerless(stack, "S", goodServerless(stack))
		made.GrantRun(to)
		made.GrantRun(to) // which is the same
		if len(made.Workflows) != 2 || len(made.Roles) != 2 {
			t.Errorf("%d workflows, %d roles", len(made.Workflows), len(made.Roles))
		}
	})
	policy := at(t, template, "Stack/Ann-Run-Stack-S/Default/Policy").Properties
	got := text(policy["PolicyDocument"])
	for _, want := range []string{"workflow/prod--s--churn-??????????", "workflow/prod--s--by_itself-??????????", "StartWorkflowRun", "StopWorkflowRun"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %s: %s", want, got)
		}
	}
	foreign := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
		airflow.NewServerless(stack, "S", goodServerless(stack)).GrantRun(
			awsiam.Role_FromRoleArn(stack, jsii.String("Bob"), jsii.String("arn:aws:iam::999999999999:role/bob"), nil))
	})
	if !strings.Contains(foreign.Error(), `role: got "arn:aws:iam::999999999999:role/bob"; allowed: a role of account 111122223333`) {
		t.Errorf("got %v", foreign)
	}
	err := synthtest.Error(t, "", func(stack awscdk.Stack) { airflow.NewServerless(stack, "S", goodServerless(stack)).GrantRun(nil) })
	if !strings.Contains(err.Error(), "airflow.Serverless.GrantRun") || !strings.Contains(err.Error(), "role: got nothing") {
		t.Errorf("got %v", err)
	}
}

// As many workflows as there may be, with the longest IDs, are granted by policies that IAM takes.
func TestGrantRunOfMany(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := goodServerless(stack)
		p.DAGs = p.DAGs[:1]
		for i := range 49 {
			p.DAGs = append(p.DAGs, airflow.DAG{ID: fmt.Sprintf("%s%02d", strings.Repeat("d", 98), i), Workflow: p.DAGs[0].Workflow})
		}
		airflow.NewServerless(stack, "S", p).GrantRun(awsiam.Role_FromRoleArn(stack, jsii.String("Ann"), jsii.String("arn:aws:iam::111122223333:role/ann"), nil))
	})
	runs, policies := 0, 0
	for _, r := range template.Resources {
		if !strings.HasPrefix(r.Path(), "Stack/Ann-Run-Stack-S/") {
			continue
		}
		document := strings.ReplaceAll(text(r.Properties["PolicyDocument"]), `{"Ref":"AWS::Partition"}`, `"aws"`)
		runs, policies = runs+strings.Count(document, ":workflow/prod--s--"), policies+1
		if len(document) > 6144+50*len(`{"Fn::Join":["",["arn:","aws",""]]}`) { // which CloudFormation renders
			t.Errorf("a policy of %d characters", len(document))
		}
	}
	if runs != 51 || policies < 2 || policies > 4 { // one pattern is that of the key
		t.Errorf("%d workflows in %d policies", runs, policies)
	}
}

// What stands in a network is deployed to its region.
func TestANetworkElsewhere(t *testing.T) {
	for kind, build := range map[string]func(awscdk.Stack, *airflow.ServerlessProps){
		"airflow.Serverless": func(there awscdk.Stack, p *airflow.ServerlessProps) { airflow.NewServerless(there, "S", p) },
		"airflow.Environment": func(there awscdk.Stack, p *airflow.ServerlessProps) {
			p.Network.Capabilities = append(p.Network.Capabilities, network.Airflow)
			objects.Accept(p.Network)
			airflow.NewEnvironment(there, "S", &airflow.EnvironmentProps{Environment: p.Environment, Network: p.Network, Guard: p.Guard})
		},
		"training.Request": func(there awscdk.Stack, p *airflow.ServerlessProps) { quick(there, p, nil) },
	} {
		err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
			there := awscdk.NewStack(stack, jsii.String("There"), &awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("us-east-1")}})
			build(there, goodServerless(stack))
		})
		for _, want := range []string{kind, "Network: got network.Isolated Stack/Network, in eu-west-1; allowed: one in us-east-1"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("lacks %s: %v", want, err)
			}
		}
	}
}

func TestServerlessMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		change func(awscdk.Stack, *airflow.ServerlessProps)
		want   []string
	}{
		"nothing right": {func(_ awscdk.Stack, p *airflow.ServerlessProps) {
			*p = airflow.ServerlessProps{Environment: environment.Environment{Region: "mars"}, Name: "The_1st", Team: "No Team"}
		}, []string{
			"airflow.Serverless Stack/S", "6 problems", `Environment.Region: got "mars"`, "Network: got nothing", "Guard: got nothing", `Team: got "No Team"`,
			"DAGs: got 0; allowed: 1 to 50", `Name: got "The_1st"; allowed: lower-case letters`,
		}},
		"a network for something else": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.Network = network.NewIsolated(stack, "Other", &network.IsolatedProps{Capabilities: []network.Capability{network.Training}})
		}, []string{"1 problem", "Network.Capabilities: got [Training]; allowed: AirflowServerless among them", "add network.AirflowServerless"}},
		"nothing to start": {func(_ awscdk.Stack, p *airflow.ServerlessProps) { p.DAGs[0].Workflow = nil },
			[]string{"1 problem", "DAGs[0].Workflow: got nothing; allowed: one of Workflow and Job"}},
		"an empty workflow, an empty job": {func(_ awscdk.Stack, p *airflow.ServerlessProps) {
			p.DAGs[0].Workflow, p.DAGs[1].Job, p.DAGs[1].Settings = &training.Workflow{}, &training.Request{}, nil
		}, []string{
			"2 problems", "DAGs[0].Workflow: got a value of training.Workflow that no constructor made; allowed: one of training.NewWorkflow",
			"DAGs[1].Job: got a value of training.Request that no constructor made; allowed: one of training.NewRequest",
		}},
		"a job of no team": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.Guard.Protect(stack) // while that of the teams is attached
			p.Guard, p.Team = access.NewGuard(stack, "Teams", &access.GuardProps{Environment: p.Environment, Teams: true}), "red"
		}, []string{"1 problem", `DAGs[1].Job: got "one of team \"\""; allowed: one of training.NewRequest with Team: red; the guard would deny the others`}},
		"one zone": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.Network = network.NewIsolated(stack, "Other", &network.IsolatedProps{
				Environment: environment.Environment{AZs: 1}, Capabilities: []network.Capability{network.AirflowServerless},
			})
		}, []string{"1 problem", `Network: got 1 zone; allowed: 2 to 16 zones, which MWAA Serverless needs; set the environment's AZs to 2`}},
		"much in all": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			large := quick(awscdk.NewStack(stack, jsii.String("M"), nil), p, func(j *training.Job) {
				j.HyperParameters = map[string]string{}
				for i := range 60 {
					j.HyperParameters[fmt.Sprintf("h%d", i)] = strings.Repeat("x", 600)
				}
			})
			for i := range 11 {
				p.DAGs = append(p.DAGs, airflow.DAG{ID: fmt.Sprintf("m%d", i), Job: large, Settings: map[string]any{"n": 1}})
			}
		}, []string{"1 problem", `DAGs: got "definitions of 4`, "allowed: at most 409600 in all"}},
		"no settings": {func(_ awscdk.Stack, p *airflow.ServerlessProps) { p.DAGs[1].Settings = nil },
			[]string{"1 problem", "DAGs[1].Settings: got 0; allowed: a value for each of the 1 parameters; a run on MWAA Serverless takes no others"}},
		"wrong settings": {func(_ awscdk.Stack, p *airflow.ServerlessProps) { p.DAGs[1].Settings["n"] = 10 },
			[]string{"1 problem", "DAGs[1].Settings.n: got 10; allowed: n, a whole number from 1 to 9"}},
		"too many": {func(_ awscdk.Stack, p *airflow.ServerlessProps) {
			for i := range 100 {
				p.DAGs = append(p.DAGs, airflow.DAG{ID: fmt.Sprintf("d%d", i), Workflow: p.DAGs[0].Workflow})
			}
		}, []string{"1 problem", "DAGs: got 102; allowed: 1 to 50", "make another airflow.Serverless"}},
		"a long job": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.DAGs[1].Job = quick(awscdk.NewStack(stack, jsii.String("L"), nil), p, func(j *training.Job) { j.MaxRuntime += time.Second })
		}, []string{"1 problem", "DAGs[1].Job: got \"a job of up to 4.000", "allowed: one of up to 4, what it waits", "a DAG that starts a Workflow"}},
		"groups of machines": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.DAGs[1].Job = quick(awscdk.NewStack(stack, jsii.String("G"), nil), p, func(j *training.Job) {
				j.Image, j.InstanceType = training.ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/x:1"), ""
				j.Groups = []training.InstanceGroup{{Name: "a", InstanceType: "ml.m5.xlarge"}, {Name: "b", InstanceType: "ml.m5.2xlarge"}}
			})
		}, []string{"1 problem", `DAGs[1].Job: got "a job with Groups"; allowed: one with an InstanceType`}},
		"a manifest": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.DAGs[1].Job = quick(awscdk.NewStack(stack, jsii.String("M"), nil), p, func(j *training.Job) {
				j.Inputs[0].Manifest = j.Inputs[0].From.Bucket.Object("train.manifest")
			})
		}, []string{"1 problem", `DAGs[1].Job: got "a job with a Manifest"; allowed: one whose inputs are prefixes`}},
		"a long definition": {func(stack awscdk.Stack, p *airflow.ServerlessProps) {
			p.DAGs[1].Job = quick(awscdk.NewStack(stack, jsii.String("H"), nil), p, func(j *training.Job) {
				j.HyperParameters = map[string]string{}
				for i := range 90 {
					j.HyperParameters[fmt.Sprintf("h%d", i)] = strings.Repeat("x", 600)
				}
			})
		}, []string{"1 problem", "DAGs[1].Job: got \"a definition of 5", "allowed: at most 51200"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
				p := goodServerless(stack)
				test.change(stack, p)
				airflow.NewServerless(stack, "S", p)
			})
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("lacks %s:\n%v", want, err)
				}
			}
		})
	}
	if err := synthtest.Error(t, "", func(stack awscdk.Stack) { airflow.NewServerless(stack, "S", nil) }); !strings.Contains(err.Error(), "Network: got nothing") {
		t.Errorf("got %v", err)
	}
}
