package airflow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// Each message names the field, what was found and what to do.
func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		change func(awscdk.Stack, *airflow.EnvironmentProps)
		want   []string
	}{
		"nothing right": {func(_ awscdk.Stack, p *airflow.EnvironmentProps) {
			*p = airflow.EnvironmentProps{
				Environment: environment.Environment{Region: "mars"}, Name: "The_1st", Version: "2.10.3", Class: "mw1.tiny", MaintenanceWindow: "noon", Team: "No Team",
			}
		}, []string{
			"airflow.Environment Stack/A", "8 problems", `Environment.Region: got "mars"`, "Network: got nothing", "Guard: got nothing", `Team: got "No Team"`,
			`Name: got "The_1st"; allowed: lower-case letters`, `Version: got "2.10.3"; allowed: three numbers of a version of Airflow from 2.11.0 on`,
			`MaintenanceWindow: got "noon"; allowed: a day and a half hour`, `Class: got "mw1.tiny"; allowed: one of mw1.micro, mw1.small`,
		}},
		"a network for something else": {func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
			p.Network = network.NewIsolated(stack, "Other", &network.IsolatedProps{Environment: environment.Environment{Tier: environment.Development}})
		}, []string{"2 problems", "Network.Capabilities: got [Training]; allowed: Airflow among them", "Network: got 1 zone; allowed: at least 2 zones", "set the environment's AZs to 2"}},
		"packages that can't be reached": {func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
			p.Network = network.NewIsolated(stack, "Other", &network.IsolatedProps{Capabilities: []network.Capability{network.Airflow}})
			p.Requirements = airflow.Requirements{Lock: aLock, From: supplychain.Repository{ARN: packages}}
		}, []string{"1 problem", "Network.Capabilities", "Packages among them"}},
		"an extra index": {func(_ awscdk.Stack, p *airflow.EnvironmentProps) {
			p.Requirements = airflow.Requirements{Lock: "--extra-index-url https://example.com\nx", From: supplychain.Repository{ARN: packages}}
		}, []string{"2 problems", "Requirements.Lock: got \"--extra-index-url", "a second index", `Requirements.Lock: got "x"`}},
		"micro does not grow": {func(_ awscdk.Stack, p *airflow.EnvironmentProps) { p.Class, p.MaxWorkers = airflow.Micro, 2 },
			[]string{"1 problem", "MaxWorkers: got 2; allowed: none with mw1.micro"}},
		"fewer than no workers": {func(_ awscdk.Stack, p *airflow.EnvironmentProps) { p.MaxWorkers = -1 },
			[]string{"1 problem", "MaxWorkers: got -1; allowed: 1 or more"}},
		"too many DAGs": {func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
			workflow, _ := jobs(stack, p)
			p.Class = airflow.Micro
			for i := range 26 {
				p.DAGs = append(p.DAGs, airflow.DAG{ID: fmt.Sprintf("d%d", i), Workflow: workflow})
			}
		}, []string{"1 problem", "DAGs: got 26; allowed: at most 25, which mw1.micro holds", "take a larger Class"}},
		"DAGs": {func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
			workflow, request := jobs(stack, p)
			p.DAGs = []airflow.DAG{
				{ID: "a b", Workflow: workflow}, {ID: "c"}, {ID: "c", Workflow: workflow, Job: request},
				{ID: "d", Workflow: workflow, Schedule: "rate(7 days)", Settings: map[string]any{"n": 10}},
				{ID: "e", Job: request, Schedule: "@daily"}, {ID: "f", Job: request, Settings: map[string]any{"m": 1}},
			}
		}, []string{
			"9 problems", `DAGs[0].ID: got "a b"`, "DAGs[1].Workflow: got nothing; allowed: one of Workflow and Job", `DAGs[2].Workflow: got "both"`,
			`DAGs[2].ID: got "c"; allowed: an ID that no other DAG has`, `DAGs[3].Schedule: got "rate(7 days)"; allowed: a cron expression of five fields`,
			"DAGs[3].Settings.n: got 10; allowed: n, a whole number from 1 to 9", "DAGs[4].Settings.n: got nothing", "DAGs[5].Settings.n: got nothing",
			"DAGs[5].Settings.m: got 1; allowed: one of the job's Parameters",
		}},
		"a guard of another environment": {func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
			workflow, request := jobs(stack, p)
			other := environment.Environment{Name: "dev", Limits: environment.Limits{InstanceTypes: []string{"ml.m5.large"}}}
			p.Guard = access.NewGuard(stack, "Other", &access.GuardProps{
				Environment: other, Network: network.NewIsolated(stack, "Elsewhere", nil), Keys: []string{storage.NewDataBucket(stack, "Scratch", nil).KeyARN},
			})
			p.DAGs = []airflow.DAG{{ID: "a", Workflow: workflow}, {ID: "b", Job: request}}
		}, []string{
			"5 problems", `DAGs[1].Job: got "one of training.NewRequest with Network: Stack/Network/`, "; allowed: the guard's network; give",
			`with Job.Output: Stack/Data/Key/Resource"; allowed: a bucket with a key of the guard, Stack/Scratch/Key/Resource`,
			`with Job.InstanceType: ml.m5.xlarge"; allowed: one of the guard's, ml.m5.large`, `with Environment.Name: prod"; allowed: "dev", the guard's`,
		}},
		"a team": {func(stack awscdk.Stack, p *airflow.EnvironmentProps) {
			_, request := jobs(stack, p)
			p.Guard = access.NewGuard(stack, "Teams", &access.GuardProps{Teams: true})
			p.DAGs = []airflow.DAG{{ID: "a", Job: request}}
		}, []string{"1 problem", `Team: got ""; allowed: a team's name with a guard for Teams`}},
	} {
		t.Run(name, func(t *testing.T) {
			err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
				p := good(stack, environment.Environment{Name: "prod"})
				test.change(stack, p)
				airflow.NewEnvironment(stack, "A", p)
			})
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("lacks %s:\n%v", want, err)
				}
			}
		})
	}
}

func TestNilProps(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) { airflow.NewEnvironment(stack, "A", nil) })
	if !strings.Contains(err.Error(), "Network: got nothing") || !strings.Contains(err.Error(), "mistakes_test.go:") {
		t.Errorf("got %v", err)
	}
}

func TestWrongLogins(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) {
		airflow.NewEnvironment(stack, "A", good(stack, environment.Environment{})).GrantLogin(nil, "Admin")
	})
	for _, want := range []string{"airflow.Environment.GrantLogin", "role: got nothing", `as: got "Admin"; allowed: airflow.Viewer, airflow.User or airflow.Op`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %s: %v", want, err)
		}
	}
}
