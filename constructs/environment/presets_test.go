package environment_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
)

var tiers = []environment.Tier{environment.Production, environment.Staging, environment.Development}

func TestPresetOfEachTier(t *testing.T) {
	for _, tier := range tiers {
		t.Run(tier.String(), func(t *testing.T) {
			e := env{Tier: tier}
			if err := e.Validate(); err != nil {
				t.Error(err)
			}
			r := e.Resolved()
			// What a preset may leave out is only what says who and where, and what the catalog lacks.
			for _, value := range []reflect.Value{reflect.ValueOf(r), reflect.ValueOf(r.Limits)} {
				for i := range value.NumField() {
					name := value.Type().Field(i).Name
					if value.Field(i).IsZero() && !slices.Contains([]string{"Name", "Tier", "Account", "Region", "RuntimeInstalls", "Administrators", "Owner", "CostCenter", "DeclaredTypes", "Zones"}, name) {
						t.Errorf("%s has no preset", name)
					}
				}
			}
			// A ceiling on the price is worth nothing for a type whose price nobody knows.
			for _, name := range r.Limits.InstanceTypes {
				it, _ := catalog.LookupInstanceType(name)
				if _, known := it.PricePerHour(); !known {
					t.Errorf("the price of %s is unknown", name)
				}
			}
			if again := r.Resolved(); !reflect.DeepEqual(r, again) {
				t.Errorf("resolving twice changes %v", environment.Differences(r, again))
			}
		})
	}
}

func TestZeroIsProduction(t *testing.T) {
	if d := environment.Differences(env{}, env{Tier: environment.Production}); d != nil {
		t.Errorf("differs from Production: %v", d)
	}
	if (env{}).Resolved().AddressRange != "10.0.0.0/16" {
		t.Error("the default range changed: networks that are deployed would be replaced")
	}
	for _, tier := range tiers {
		if got, want := tier.RetainsData(), tier != environment.Development; got != want {
			t.Errorf("%v retains data: %t", tier, got)
		}
	}
}

// What is tried in development is allowed in production: no limit shrinks on the way.
func TestTiersGrow(t *testing.T) {
	for i, tier := range tiers[1:] {
		smaller, larger := env{Tier: tier}.Resolved(), env{Tier: tiers[i]}.Resolved()
		for _, name := range smaller.Limits.InstanceTypes {
			if !slices.Contains(larger.Limits.InstanceTypes, name) {
				t.Errorf("%v allows %s, %v does not", smaller.Tier, name, larger.Tier)
			}
		}
		a, b := smaller.Limits, larger.Limits
		if smaller.AZs > larger.AZs || smaller.LogRetentionDays > larger.LogRetentionDays || a.InstancesPerJob > b.InstancesPerJob ||
			a.Runtime > b.Runtime || a.PricePerRun > b.PricePerRun || a.MonthlyBudget > b.MonthlyBudget {
			t.Errorf("a limit of %v is larger than that of %v", smaller.Tier, larger.Tier)
		}
	}
}

// Every field that is given stays as it is given.
func TestResolvedKeepsWhatIsGiven(t *testing.T) {
	for _, tier := range tiers {
		given := env{
			Name: "mine", Tier: tier, Account: "123456789012", Region: "eu-west-1", AZs: 4, AddressRange: "10.8.0.0/20",
			LogRetentionDays: 7, Owner: "ml", CostCenter: "7",
			Limits: limits{
				InstanceTypes: []string{"ml.c5.xlarge"}, InstancesPerJob: 3, Runtime: time.Minute, PricePerRun: 1, MonthlyBudget: 2,
			},
		}
		if got := given.Resolved(); !reflect.DeepEqual(got, given) {
			t.Errorf("%v: got %+v, want %+v", tier, got, given)
		}
	}
}

func TestResolvedSharesNoMemory(t *testing.T) {
	given := env{Limits: limits{InstanceTypes: []string{"ml.c5.xlarge"}}}
	given.Resolved().Limits.InstanceTypes[0] = "changed"
	if given.Limits.InstanceTypes[0] == "changed" {
		t.Error("the environment changed with its resolved copy")
	}
	for _, tier := range tiers {
		e := env{Tier: tier}
		e.Resolved().Limits.InstanceTypes[0] = "changed"
		if e.Resolved().Limits.InstanceTypes[0] == "changed" {
			t.Errorf("the preset of %v changed", tier)
		}
	}
}

func TestTags(t *testing.T) {
	tests := []struct {
		name string
		e    env
		want map[string]string
	}{
		{"all", env{Name: "dev", Owner: "ml", CostCenter: "7"}, map[string]string{"Environment": "dev", "Owner": "ml", "CostCenter": "7"}},
		{"no empty tag", env{Name: "dev"}, map[string]string{"Environment": "dev"}},
		{"none", env{}, map[string]string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.e.Tags(); !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
