package stacks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/apps/platform/stacks"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
)

func TestEnvironmentsAreValid(t *testing.T) {
	if err := environment.ValidateSet(stacks.Environments); err != nil {
		t.Error(err)
	}
}

func TestWrongContext(t *testing.T) {
	tests := []struct {
		name    string
		context map[string]any
		want    []string
	}{
		{"misspelt environment", map[string]any{"plinth:dve:region": "eu-west-1"},
			[]string{"context plinth:dve:region", "plinth:dev:account, plinth:dev:administrators, plinth:dev:airflow, plinth:dev:hyperpod, plinth:dev:region, plinth:prod:account"}},
		{"unknown region", map[string]any{"plinth:dev:region": "eu-west-9"}, []string{`dev.Region: got "eu-west-9"`}},
		{"account as a number", map[string]any{"plinth:dev:account": 123456789012.0}, []string{"context plinth:dev:account", "quotes"}},
		{"Airflow, perhaps", map[string]any{"plinth:dev:airflow": "yes"}, []string{`context plinth:dev:airflow: got "yes"; allowed: true or serverless; leave it out for none`}},
		{"HyperPod, perhaps", map[string]any{"plinth:dev:hyperpod": "yes"}, []string{`context plinth:dev:hyperpod: got "yes"; allowed: true; leave it out for none`}},
		{"Airflow for the tools", map[string]any{"plinth:tools:airflow": "true"}, []string{"context plinth:tools:airflow"}},
		{"two at once", map[string]any{"plinth:dev:account": "12", "plinth:prod:region": "mars"},
			[]string{`dev.Account: got "12"`, `prod.Region: got "mars"`}},
		{"an account beside an unknown one", map[string]any{"plinth:prod:account": "111122223333"},
			[]string{`tools.Account: got ""`, "-c plinth:tools:account=111122223333"}},
		{"region without XGBoost or prefix list", map[string]any{"plinth:dev:region": "mx-central-1"},
			[]string{"S3PrefixList", "aws ec2 describe-managed-prefix-lists --region mx-central-1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synth.App(&synth.Options{Dir: t.TempDir(), Context: test.context}, stacks.Build)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

// Where account and region are known, they stand in the template instead of a mapping.
func TestKnownRegion(t *testing.T) {
	dir := t.TempDir()
	context := map[string]any{"plinth:prod:account": "111122223333", "plinth:prod:region": "eu-west-1", "plinth:tools:account": "444455556666"}
	if err := synth.App(&synth.Options{Dir: dir, Context: context}, stacks.Build); err != nil {
		t.Fatal(err)
	}
	text := templateText(t, dir, "prod/Training")
	for _, want := range []string{"141502667606.dkr.ecr.eu-west-1.", "/sagemaker-xgboost:3.2-0"} {
		if !strings.Contains(text, want) {
			t.Errorf("the template lacks %s", want)
		}
	}
	if strings.Contains(text, "Fn::FindInMap") {
		t.Error("the template looks a known region up in a mapping")
	}
}

// HyperPod is a stack of its own in the environments that ask for it, within every tier's budget; the others stay.
func TestHyperPodIsOptional(t *testing.T) {
	dir := t.TempDir()
	asked := map[string]any{"plinth:dev:hyperpod": "true", "plinth:prod:hyperpod": "true"}
	if err := synth.App(&synth.Options{Dir: dir, Context: asked}, stacks.Build); err != nil {
		t.Fatal(err)
	}
	all, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var with []string
	for _, s := range all {
		if n := len(s.Template.OfType("AWS::SageMaker::Cluster")); n > 0 {
			with = append(with, s.Path)
		}
		if text := templateText(t, dir, s.Path); s.Name() == "Foundation" && strings.Contains(text, ".ssmmessages") == (s.Stage() == "staging") {
			t.Errorf("%s: endpoints of HyperPod where none is, or none where it is", s.Path)
		}
	}
	if !slices.Equal(with, []string{"dev/HyperPod", "prod/HyperPod"}) || len(all) != len(app)+2 {
		t.Errorf("HyperPod is in %v", with)
	}
}

// Airflow is a stack of its own in the environments that ask for it, which then have two zones and its endpoints; the others stay.
func TestAirflowIsOptional(t *testing.T) {
	dir := t.TempDir()
	if err := synth.App(&synth.Options{Dir: dir, Context: map[string]any{"plinth:dev:airflow": "true"}}, stacks.Build); err != nil {
		t.Fatal(err)
	}
	all, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var with []string
	for _, s := range all {
		if n := len(s.Template.OfType("AWS::MWAA::Environment")); n > 0 {
			with = append(with, s.Path)
		}
		if text := templateText(t, dir, s.Path); s.Name() == "Foundation" && strings.Contains(text, ".airflow.env") != (s.Stage() == "dev") {
			t.Errorf("%s: endpoints of Airflow where none is, or none where it is", s.Path)
		}
	}
	if len(with) != 1 || with[0] != "dev/Airflow" || len(all) != len(app)+1 {
		t.Errorf("Airflow is in %v", with)
	}
	text := templateText(t, dir, "dev/Airflow")
	for _, want := range []string{"mw1.micro", "dags/xgboost.py", "dags/xgboost_by_itself.py", "dev-xgboost-airflow-"} {
		if !strings.Contains(text, want) {
			t.Errorf("the stack lacks %s", want)
		}
	}
	if !strings.Contains(templateText(t, dir, "dev/Training"), "role/dev-airflow/User") {
		t.Error("nobody can log in")
	}
	if got := strings.Count(templateText(t, dir, "dev/Foundation"), `"AWS::EC2::Subnet"`); got != 2 {
		t.Errorf("%d subnets", got)
	}
}

// MWAA Serverless is a stack of its own in the environments that ask for it, with its endpoints in as many zones as before.
func TestAirflowServerlessIsOptional(t *testing.T) {
	dir := t.TempDir()
	if err := synth.App(&synth.Options{Dir: dir, Context: map[string]any{"plinth:dev:airflow": "serverless"}}, stacks.Build); err != nil {
		t.Fatal(err)
	}
	all, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var with []string
	for _, s := range all {
		if len(s.Template.OfType("AWS::MWAAServerless::Workflow")) == 2 {
			with = append(with, s.Path)
		}
		if n := len(s.Template.OfType("AWS::MWAA::Environment")); n > 0 {
			t.Errorf("%s has %d environments", s.Path, n)
		}
	}
	if !slices.Equal(with, []string{"dev/AirflowServerless"}) || len(all) != len(app)+1 {
		t.Errorf("DAGs are in %v", with)
	}
	foundation := templateText(t, dir, "dev/Foundation")
	if strings.Count(foundation, `"AWS::EC2::Subnet"`) != 1 || !strings.Contains(foundation, ".states") || strings.Contains(foundation, ".airflow.env") {
		t.Error("the network is not that of MWAA Serverless")
	}
	if !strings.Contains(templateText(t, dir, "dev/Training"), "workflow/dev-dags-xgboost_by_itself-??????????") {
		t.Error("nobody can run them")
	}
}

// Each environment's account pulls from its own stage, and the environments name the account of the tools.
func TestChainOfAccounts(t *testing.T) {
	dir := t.TempDir()
	context := map[string]any{
		"plinth:dev:account": "111122223333", "plinth:prod:account": "222233334444", "plinth:tools:account": "444455556666",
		"plinth:tools:region": "eu-west-1", "plinth:prod:region": "eu-west-1",
	}
	if err := synth.App(&synth.Options{Dir: dir, Context: context}, stacks.Build); err != nil {
		t.Fatal(err)
	}
	tools, prod := templateText(t, dir, "tools/SupplyChain"), templateText(t, dir, "prod/Foundation")
	for _, want := range []string{":iam::111122223333:root", ":iam::222233334444:root", `public:pypi -\u003e dev -\u003e staging -\u003e prod`} {
		if !strings.Contains(tools, want) {
			t.Errorf("the tools lack %s", want)
		}
	}
	if want := ":ecr:eu-west-1:444455556666:repository/plinth/image/training/prod"; !strings.Contains(prod, want) || strings.Contains(prod, "training/dev") {
		t.Errorf("the endpoints of prod lack %s, or let more through", want)
	}
}

func templateText(t *testing.T, dir, path string) string {
	t.Helper()
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stacks {
		if s.Path == path {
			text, err := json.Marshal(s.Template)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	t.Fatalf("no stack %s", path)
	return ""
}
