package airflow_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

const (
	hash     = "--hash=sha256:353eb2f34c09d098b2880eee8bef21832eae6d174f48c5762fff7e5fcb74d01d"
	aLock    = "humanize==4.16.0 " + hash
	packages = "arn:aws:codeartifact:eu-west-1:111122223333:repository/ml/dev"
	aKey     = "arn:aws:kms:eu-west-1:111122223333:key/0123"
)

// good are props that are right, in an environment with two zones.
func good(stack awscdk.Stack, e environment.Environment) *airflow.EnvironmentProps {
	e.AZs = max(e.AZs, 2)
	return &airflow.EnvironmentProps{
		Environment: e, Guard: access.NewGuard(stack, "Guard", nil),
		Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Environment: e, Capabilities: []network.Capability{network.Training, network.Airflow, network.Packages},
		}),
	}
}

// jobs are a workflow and a request of the same job.
func jobs(stack awscdk.Stack, p *airflow.EnvironmentProps) (*training.Workflow, *training.Request) {
	data := storage.NewDataBucket(stack, "Data", nil)
	job := training.Job{
		Image: training.XGBoost("3.2-0"), Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/")}}, Output: data.Prefix("models/"),
		InstanceType: "ml.m5.xlarge", Parameters: []training.Parameter{training.Integer("n", 1, 9)},
	}
	return training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{Environment: p.Environment, Network: p.Network, Job: job}),
		training.NewRequest(stack, "Job", &training.RequestProps{Environment: p.Environment, Network: p.Network, Job: job})
}

// made is the template of an environment A with changed props.
func made(t *testing.T, e environment.Environment, change func(awscdk.Stack, *airflow.EnvironmentProps)) assembly.Template {
	t.Helper()
	return synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := good(stack, e)
		if change != nil {
			change(stack, p)
		}
		airflow.NewEnvironment(stack, "A", p)
	})
}

func at(t *testing.T, template assembly.Template, path string) assembly.Resource {
	t.Helper()
	for _, r := range template.Resources {
		if r.Path() == path {
			return r
		}
	}
	t.Fatalf("no resource %s", path)
	return assembly.Resource{}
}

func text(v any) string {
	b, _ := json.Marshal(v) // it was JSON before
	return string(b)
}

func TestSizesByTier(t *testing.T) {
	for name, test := range map[string]struct {
		e      environment.Environment
		change func(awscdk.Stack, *airflow.EnvironmentProps)
		want   string
	}{
		"Development": {environment.Environment{Tier: environment.Development}, nil, `"mw1.micro", null, null`},
		"Staging":     {environment.Environment{Tier: environment.Staging}, nil, `"mw1.small", 1, 2`},
		"Production":  {environment.Environment{}, nil, `"mw1.small", 1, 5`},
		"a class in Development": {environment.Environment{Tier: environment.Development},
			func(_ awscdk.Stack, p *airflow.EnvironmentProps) { p.Class = airflow.Medium }, `"mw1.medium", 1, 2`},
		"workers": {environment.Environment{}, func(_ awscdk.Stack, p *airflow.EnvironmentProps) { p.MaxWorkers = 10 }, `"mw1.small", 1, 10`},
	} {
		t.Run(name, func(t *testing.T) {
			p := at(t, made(t, test.e, test.change), "Stack/A/Default/Environment").Properties
			if got := text(p["EnvironmentClass"]) + ", " + text(p["MinWorkers"]) + ", " + text(p["MaxWorkers"]); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Each team has an Airflow of its own under the same id, and the writer of its files a role of its own.
func TestAirflowOfATeam(t *testing.T) {
	template := made(t, environment.Environment{Name: "prod"}, func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
		p.Guard, p.Team = access.NewGuard(stack, "Teams", &access.GuardProps{Teams: true}), "red"
	})
	for path, want := range map[string][2]string{
		"Stack/A/Default/Environment": {"Name", `"prod---red--a"`}, "Stack/A/Role/Default/Role": {"RoleName", `"prod---red--a--airflow--eu-west-1"`},
	} {
		if got := text(at(t, template, path).Properties[want[0]]); got != want[1] {
			t.Errorf("%s is %s, want %s", want[0], got, want[1])
		}
	}
}

// The web server is private, everything is encrypted by one key and logged, and it stands in exactly two zones.
func TestAnEnvironmentIsPrivate(t *testing.T) {
	template := made(t, environment.Environment{Name: "prod", Owner: "ml", AZs: 3}, nil)
	p := at(t, template, "Stack/A/Default/Environment").Properties
	for property, want := range map[string]string{
		"WebserverAccessMode": `"PRIVATE_ONLY"`, "EndpointManagement": `"SERVICE"`, "AirflowVersion": `"3.3.1"`, "Name": `"prod--a"`,
		"DagS3Path": `"dags"`, "WeeklyMaintenanceWindowStart": `"SUN:03:00"`, "Tags": `{"Environment":"prod","Owner":"ml"}`,
		"RequirementsS3Path": "null", "StartupScriptS3Path": "null", "PluginsS3Path": "null",
	} {
		if got := text(p[property]); got != want {
			t.Errorf("%s is %s, want %s", property, got, want)
		}
	}
	in := p["NetworkConfiguration"].(map[string]any)
	if len(in["SubnetIds"].([]any)) != 2 || len(in["SecurityGroupIds"].([]any)) != 1 {
		t.Errorf("it stands in %s", text(in))
	}
	if got := text(p["LoggingConfiguration"]); strings.Count(got, `{"Enabled":true,"LogLevel":"INFO"}`) != 5 {
		t.Errorf("logs %s", got)
	}
	key := text(p["KmsKey"])
	bucket := at(t, template, "Stack/A/Bucket/Default/Bucket").Properties
	if !strings.Contains(text(bucket["BucketEncryption"]), key) || !strings.Contains(text(bucket["VersioningConfiguration"]), "Enabled") {
		t.Errorf("the bucket is not encrypted by %s, or keeps no versions: %s", key, text(bucket))
	}
	if strings.Contains(text(bucket["LifecycleConfiguration"]), "Noncurrent") {
		t.Error("a version that the environment was given would go")
	}
	policy := text(at(t, template, "Stack/A/Key/Key/Resource").Properties["KeyPolicy"])
	for _, want := range []string{`"s3.eu-west-1.amazonaws.com","sqs.eu-west-1.amazonaws.com"`, `log-group:airflow-prod--a-D*`, `log-group:airflow-prod--a-W*`, `"kms:GrantIsForAWSResource":"true"`} {
		if !strings.Contains(strings.ReplaceAll(policy, `{"Ref":"AWS::Partition"}`, ""), want) {
			t.Errorf("the key's policy lacks %s: %s", want, policy)
		}
	}
	if len(template.OfType("AWS::Lambda::Function")) != 1 { // that of the network
		t.Error("a function writes no files")
	}
}

// The environment has a security group of its own, whose members speak to each other by two ports, to the endpoints and to S3; it waits
// for the rules. Jobs are in another.
func TestASecurityGroupOfItsOwn(t *testing.T) {
	template := made(t, environment.Environment{Name: "prod"}, nil)
	environment := at(t, template, "Stack/A/Default/Environment")
	group := text(map[string]any{"Fn::GetAtt": []any{logical(t, template, "Stack/A/Group/Default/Group"), "GroupId"}})
	if got := text(environment.Properties["NetworkConfiguration"].(map[string]any)["SecurityGroupIds"]); got != "["+group+"]" {
		t.Errorf("it is in %s, want %s", got, group)
	}
	var rules []string
	for _, kind := range []string{"Ingress", "Egress"} {
		for _, id := range template.OfType("AWS::EC2::SecurityGroup" + kind) {
			r := template.Resources[id]
			if text(r.Properties["GroupId"]) != group && text(r.Properties["SourceSecurityGroupId"]) != group {
				continue
			}
			if !strings.Contains(text(environment.DependsOn), `"`+id+`"`) {
				t.Errorf("it does not wait for %s", id)
			}
			peer := "itself"
			if text(r.Properties["GroupId"]) != group || text(r.Properties["DestinationSecurityGroupId"]) != group && kind == "Egress" {
				peer = "endpoints"
			}
			rules = append(rules, fmt.Sprint(kind, " ", r.Properties["IpProtocol"], " ", r.Properties["FromPort"], " ", peer))
		}
	}
	slices.Sort(rules)
	want := []string{"Egress tcp 443 endpoints", "Egress tcp 443 itself", "Egress tcp 5432 itself", "Ingress tcp 443 endpoints", "Ingress tcp 443 itself", "Ingress tcp 5432 itself"}
	if !slices.Equal(rules, want) {
		t.Errorf("got %q, want %q", rules, want)
	}
}

func logical(t *testing.T, template assembly.Template, path string) string {
	t.Helper()
	for id, r := range template.Resources {
		if r.Path() == path {
			return id
		}
	}
	t.Fatalf("no resource %s", path)
	return ""
}

func TestAKeyOfOnesOwn(t *testing.T) {
	template := made(t, environment.Environment{}, func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
		p.Key = awskms.Key_FromKeyArn(stack, jsii.String("Mine"), jsii.String(aKey))
		p.AccessLogs = storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Class: storage.Logs})
	})
	if got := text(at(t, template, "Stack/A/Default/Environment").Properties["KmsKey"]); got != `"`+aKey+`"` {
		t.Errorf("got %s", got)
	}
	for _, id := range template.OfType("AWS::KMS::Key") {
		if strings.HasPrefix(template.Resources[id].Path(), "Stack/A/") {
			t.Errorf("%s is made besides", id)
		}
	}
}

// DAGs, requirements and script are written before the environment stands, and it is given the versions that were written.
func TestFiles(t *testing.T) {
	template := made(t, environment.Environment{Name: "prod"}, func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
		workflow, request := jobs(stack, p)
		p.DAGs = []airflow.DAG{{ID: "churn", Workflow: workflow}, {ID: "churn_by_itself", Job: request}, {ID: "again", Job: request}}
		p.Requirements = airflow.Requirements{Lock: aLock, From: supplychain.Repository{ARN: packages}}
	})
	var paths []string
	for _, f := range at(t, template, "Stack/A/Files/Default/Files").Properties["Files"].([]any) {
		paths = append(paths, f.(map[string]any)["Path"].(string))
	}
	if want := []string{"dags/churn.py", "dags/churn_by_itself.py", "dags/again.py", "config/requirements.txt", "config/startup.sh"}; !slices.Equal(paths, want) {
		t.Errorf("got %v, want %v", paths, want)
	}
	p := at(t, template, "Stack/A/Default/Environment").Properties
	for property, want := range map[string]string{
		"RequirementsS3Path": `"config/requirements.txt"`, "StartupScriptS3Path": `"config/startup.sh"`, "PluginsS3Path": "null",
	} {
		if got := text(p[property]); got != want {
			t.Errorf("%s is %s, want %s", property, got, want)
		}
	}
	for property, want := range map[string]string{"RequirementsS3ObjectVersion": `"Requirements"`, "StartupScriptS3ObjectVersion": `"Startup"`} {
		if got := text(p[property]); !strings.Contains(got, "Fn::GetAtt") || !strings.Contains(got, want) {
			t.Errorf("%s is %s, want %s", property, got, want)
		}
	}
	role := text(at(t, template, "Stack/A/Role/Default/RolePolicy").Properties)
	for _, want := range []string{"training-job/prod--job--*", "states:StartExecution", "iam:PassRole", "codeartifact:ReadFromRepository"} {
		if strings.Count(role, want) != 1 {
			t.Errorf("the role has not one %s: %s", want, role)
		}
	}
}

func TestWheels(t *testing.T) {
	template := made(t, environment.Environment{}, func(_ awscdk.Stack, p *airflow.EnvironmentProps) {
		p.Requirements = airflow.Requirements{Lock: aLock, Wheels: "v1"}
	})
	p := at(t, template, "Stack/A/Default/Environment").Properties
	if text(p["PluginsS3Path"]) != `"plugins.zip"` || text(p["PluginsS3ObjectVersion"]) != `"v1"` || p["StartupScriptS3Path"] != nil {
		t.Errorf("got %s", text(p))
	}
	if role := text(at(t, template, "Stack/A/Role/Default/RolePolicy").Properties); strings.Contains(role, "codeartifact") {
		t.Errorf("the role reads from CodeArtifact: %s", role)
	}
}

func TestLogins(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		to := awsiam.Role_FromRoleArn(stack, jsii.String("Ann"), jsii.String("arn:aws:iam::111122223333:role/ann"), nil)
		made := airflow.NewEnvironment(stack, "A", good(stack, environment.Environment{Name: "prod"}))
		made.GrantLogin(to, airflow.User)
		made.GrantLogin(to, airflow.Viewer)
	})
	policy := at(t, template, "Stack/Ann-User-Stack-A/Default/Policy").Properties
	if got := text(policy["PolicyDocument"]); !strings.Contains(got, `:airflow:eu-west-1:111122223333:role/prod--a/User"`) || text(policy["Roles"]) != `["ann"]` {
		t.Errorf("got %s", text(policy))
	}
}
