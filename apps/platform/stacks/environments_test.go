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
		{"region without XGBoost", map[string]any{"plinth:dev:region": "mx-central-1"}, []string{`Job.Image: got "XGBoost"`, "mx-central-1"}},
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

// What is off unless asked for is a stack of its own in the environments that ask for it, whose networks have its
// endpoints and its zones; the others stay.
func TestOptionalParts(t *testing.T) {
	for name, test := range map[string]struct {
		context     map[string]any
		kind        string
		with        []string            // the stacks that have resources of the kind
		endpoint    string              // what only the networks of their stages have
		subnets     int                 // of dev
		has, hasNot map[string][]string // texts of stacks
	}{
		"HyperPod": {
			context: map[string]any{"plinth:dev:hyperpod": "true", "plinth:prod:hyperpod": "true"}, kind: "AWS::SageMaker::Cluster",
			with: []string{"dev/HyperPod", "prod/HyperPod"}, endpoint: ".ssmmessages", subnets: 1,
		},
		"Airflow": {
			context: map[string]any{"plinth:dev:airflow": "true"}, kind: "AWS::MWAA::Environment", with: []string{"dev/Airflow"},
			endpoint: ".airflow.env", subnets: 2, has: map[string][]string{
				"dev/Airflow":  {"mw1.micro", "dags/xgboost.py", "dags/xgboost_by_itself.py", "dev--xgboost-airflow--"},
				"dev/Training": {"role/dev--airflow/User"}, // people log in
			},
		},
		"Airflow, serverless": {
			context: map[string]any{"plinth:dev:airflow": "serverless"}, kind: "AWS::MWAAServerless::Workflow", with: []string{"dev/AirflowServerless"},
			endpoint: ".states", subnets: 2, has: map[string][]string{
				"dev/AirflowServerless": {"workflows/xgboost.yaml", "workflows/xgboost_by_itself.yaml", "dev--xgboost-serverless--"},
				"dev/Training":          {"workflow/dev--dags--xgboost-??????????", "workflow/dev--dags--xgboost_by_itself-??????????"}, // people run them
			},
			hasNot: map[string][]string{"dev/Foundation": {".airflow.env"}, "dev/AirflowServerless": {"AWS::MWAA::Environment"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := synth.App(&synth.Options{Dir: dir, Context: test.context}, stacks.Build); err != nil {
				t.Fatal(err)
			}
			all, err := assembly.Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			var with, stages []string
			for _, s := range all {
				if len(s.Template.OfType(test.kind)) > 0 {
					with, stages = append(with, s.Path), append(stages, s.Stage())
				}
			}
			if !slices.Equal(with, test.with) || len(all) != len(app)+len(test.with) {
				t.Errorf("it is in %v, of %d stacks", with, len(all))
			}
			for _, stage := range []string{"dev", "staging", "prod"} {
				if text := templateText(t, dir, stage+"/Foundation"); strings.Contains(text, test.endpoint) != slices.Contains(stages, stage) {
					t.Errorf("%s: endpoints where it is not, or none where it is", stage)
				}
			}
			if got := strings.Count(templateText(t, dir, "dev/Foundation"), `"AWS::EC2::Subnet"`); got != test.subnets {
				t.Errorf("%d subnets", got)
			}
			look := func(texts map[string][]string, there bool) {
				for stack, parts := range texts {
					for _, part := range parts {
						if strings.Contains(templateText(t, dir, stack), part) != there {
							t.Errorf("%s: %s is there: %t", stack, part, !there)
						}
					}
				}
			}
			look(test.has, true)
			look(test.hasNot, false)
		})
	}
}

// Everything can stand in one account and region: no name is taken twice.
func TestOneAccountForAll(t *testing.T) {
	context := map[string]any{}
	for _, e := range []string{"dev", "staging", "prod", "tools"} {
		context["plinth:"+e+":account"], context["plinth:"+e+":region"] = "111122223333", "eu-west-1"
	}
	for _, e := range []string{"dev", "prod"} {
		context["plinth:"+e+":airflow"], context["plinth:"+e+":hyperpod"] = "true", "true"
	}
	context["plinth:staging:airflow"] = "serverless"
	if err := synth.App(&synth.Options{Dir: t.TempDir(), Context: context}, stacks.Build); err != nil {
		t.Error(err)
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
