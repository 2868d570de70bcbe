package environment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
)

func TestDifferences(t *testing.T) {
	dev := env{Name: "dev", Tier: environment.Development}
	tests := []struct {
		name string
		a, b env
		want []string
	}{
		{"none", dev, dev, nil},
		{"none but the writing: a preset written out", env{}, env{AZs: 3, AddressRange: "10.0.0.0/16", Limits: limits{Runtime: 24 * time.Hour}}, nil},
		{"a nested one", dev, env{Name: "dev", Tier: environment.Development, Limits: limits{Runtime: 2 * time.Hour}},
			[]string{"Limits.Runtime: 1h0m0s, 2h0m0s"}},
		{"a list", env{Limits: limits{InstanceTypes: []string{"ml.m5.large"}}}, env{Limits: limits{InstanceTypes: []string{"ml.m5.large", "ml.m5.xlarge"}}},
			[]string{"Limits.InstanceTypes: [ml.m5.large], [ml.m5.large ml.m5.xlarge]"}},
		{"one side has none", env{Owner: "ml"}, env{}, []string{"Owner: ml, "}},
		{"in the order of the fields", env{Name: "a", Account: "123456789012", Owner: "x", LogRetentionDays: 1}, env{Name: "b"},
			[]string{"Name: a, b", "Account: 123456789012, ", "LogRetentionDays: 1, 365", "Owner: x, "}},
		{"what another tier brings along", env{Tier: environment.Staging}, env{Tier: environment.Development}, []string{
			"Tier: Staging, Development", "AZs: 2, 1",
			"Limits.InstanceTypes: [ml.m5.large ml.m5.xlarge ml.m5.2xlarge ml.g4dn.xlarge ml.g5.xlarge], [ml.m5.large ml.m5.xlarge ml.g4dn.xlarge]",
			"Limits.InstancesPerJob: 2, 1", "Limits.Runtime: 4h0m0s, 1h0m0s", "Limits.PricePerRun: 50, 5", "Limits.MonthlyBudget: 1000, 200",
			"LogRetentionDays: 90, 30",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range environment.Differences(test.a, test.b) {
				got = append(got, d.String())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
