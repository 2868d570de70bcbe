package environment_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
)

type (
	env    = environment.Environment
	limits = environment.Limits
)

// Each of these is wrong in one field; the message names the field, the value and what to do.
var badEnvironments = []struct {
	name  string
	bad   env
	field string
	words []string
}{
	{"name in capitals", env{Name: "Dev"}, "Name", []string{`"Dev"`, "lower-case"}},
	{"name starts with a digit", env{Name: "1dev"}, "Name", []string{"a letter first"}},
	{"name too long", env{Name: "a23456789-123456789-1"}, "Name", []string{"1 to 20"}},
	{"name with two hyphens in a row, which stand between the parts of names", env{Name: "dev--eu"}, "Name", []string{`"dev--eu"`, "single hyphens"}},
	{"name that ends in a hyphen", env{Name: "dev-"}, "Name", []string{"single hyphens between them"}},
	{"name that stands for none", env{Name: "none"}, "Name", []string{`got "none"`, `and not "none"`}},
	{"name of two lines", env{Name: "dev\n"}, "Name", []string{`"dev\n"`}},
	{"tier above the last", env{Tier: 3}, "Tier", []string{"Tier(3)", "Production, Staging or Development"}},
	{"tier below the first", env{Tier: -1}, "Tier", []string{"Tier(-1)"}},

	{"tier unknown, and what holds for one tier", env{Tier: 3, Limits: limits{MonthlyBudget: 100}}, "Tier", []string{"Tier(3)"}},

	{"account too short", env{Account: "12345678901"}, "Account", []string{`"12345678901"`, "12 digits"}},
	{"account with hyphens", env{Account: "1234-5678-9012"}, "Account", []string{"12 digits"}},
	{"unknown region", env{Region: "us-east-9"}, "Region", []string{`"us-east-9"`, "us-east-1", "eu-west-1"}},
	{"zone for a region", env{Region: "us-east-1a"}, "Region", []string{"us-east-1,"}},

	{"seven zones", env{AZs: 7}, "AZs", []string{"got 7", "1 to 6"}},
	{"more zones than the region has", env{Region: "eu-west-1", AZs: 4}, "AZs", []string{"got 4", "at most 3, the Availability Zones of eu-west-1"}},
	{"other zones than AZs", env{AZs: 2, Zones: []string{"eu-west-1a"}}, "AZs", []string{"1, one for each of Zones", "leave it out"}},
	{"zone twice", env{Zones: []string{"eu-west-1a", "eu-west-1a"}}, "Zones[1]", []string{"once"}},
	{"zone of another region", env{Region: "eu-west-1", Zones: []string{"eu-west-2a"}}, "Zones[0]", []string{"a zone of eu-west-1"}},
	{"zone without its letter", env{Region: "eu-west-1", Zones: []string{"eu-west-1"}}, "Zones[0]", []string{"eu-west-1b"}},
	{"id of a zone", env{Zones: []string{"euw1-az1"}}, "Zones[0]", []string{"eu-west-1b"}},
	{"Local Zone", env{Zones: []string{"us-west-2-lax-1a"}}, "Zones[0]", []string{"eu-west-1b"}},
	{"negative zones", env{AZs: -1}, "AZs", []string{"got -1", "1 to 6"}},

	{"range without size", env{AddressRange: "10.0.0.0"}, "AddressRange", []string{`"10.0.0.0"`, "CIDR"}},
	{"range of no address", env{AddressRange: "10.0.0.256/16"}, "AddressRange", []string{"CIDR"}},
	{"range with host bits", env{AddressRange: "10.0.0.1/16"}, "AddressRange", []string{"without host bits", "10.0.0.0/16"}},
	{"range of IPv6", env{AddressRange: "fd00::/48"}, "AddressRange", []string{"IPv4"}},
	{"range too large", env{AddressRange: "10.0.0.0/15"}, "AddressRange", []string{"10.0.0.0/15", "/16, the largest that a VPC has, to /25"}},
	{"range too small", env{AddressRange: "10.0.0.0/26"}, "AddressRange", []string{"10.0.0.0/26", "to /25: an eighth of it is the smallest subnet, a /28"}},
	{"range of a single address", env{AddressRange: "10.0.0.0/32"}, "AddressRange", []string{"to /25"}},
	{"declared type without a name", env{Limits: limits{DeclaredTypes: []catalog.InstanceType{{VCPU: 1, MemoryGiB: 1}}}}, "Limits.DeclaredTypes[0].Name", []string{"ml.m5.xlarge"}},
	{"declared type without CPUs", env{Limits: limits{DeclaredTypes: []catalog.InstanceType{{Name: "ml.p7.48xlarge", MemoryGiB: 1}}}}, "Limits.DeclaredTypes[0].VCPU", []string{"got 0"}},
	{"declared type without memory", env{Limits: limits{DeclaredTypes: []catalog.InstanceType{{Name: "ml.p7.48xlarge", VCPU: 1}}}}, "Limits.DeclaredTypes[0].MemoryGiB", []string{"got 0"}},
	{"declared type with fewer GPUs than none", env{Limits: limits{DeclaredTypes: []catalog.InstanceType{{Name: "ml.p7.48xlarge", VCPU: 1, MemoryGiB: 1, GPUs: -1}}}}, "Limits.DeclaredTypes[0].GPUs", []string{"got -1"}},
	{"declared type that pays", env{Limits: limits{DeclaredTypes: []catalog.InstanceType{{Name: "ml.p7.48xlarge", VCPU: 1, MemoryGiB: 1, USDPerHour: -1}}}}, "Limits.DeclaredTypes[0].USDPerHour", []string{"got -1"}},
	{"type declared twice", env{Limits: limits{DeclaredTypes: []catalog.InstanceType{p7, p7}}}, "Limits.DeclaredTypes[1].Name", []string{"each type once"}},
	{"type that is not declared", env{Limits: limits{InstanceTypes: []string{"ml.p9.48xlarge"}, DeclaredTypes: []catalog.InstanceType{p7}}}, "Limits.InstanceTypes[0]", []string{"in DeclaredTypes"}},
	{"declared type that costs more than a run", env{Limits: limits{InstanceTypes: []string{"ml.p7.48xlarge"}, DeclaredTypes: []catalog.InstanceType{p7}, PricePerRun: 9}},
		"Limits.PricePerRun", []string{"at least 100"}},
	{"range that no host has", env{AddressRange: "169.254.0.0/16"}, "AddressRange", []string{"addresses that hosts can have"}},
	{"range too small for its instances", env{Tier: environment.Development, AddressRange: "10.0.0.0/24", Limits: limits{InstancesPerJob: 14}},
		"AddressRange", []string{"28 addresses", "holds 27", "at least a /23", "InstancesPerJob"}},
	{"range too small for instances with EFA", env{AddressRange: "10.0.0.0/22", Limits: limits{InstancesPerJob: 50}},
		"AddressRange", []string{"250 addresses", "holds 123", "at least a /21"}},
	{"more instances than the largest range holds", env{Limits: limits{InstancesPerJob: 5000}},
		"AddressRange", []string{"25000 addresses", "even a /16 holds only 8187", "InstancesPerJob"}},
	{"as many instances as can be written", env{Tier: environment.Development, Limits: limits{InstancesPerJob: math.MaxInt}},
		"AddressRange", []string{"hold the more than 33554432 addresses", "even a /16 holds only 8187", "InstancesPerJob"}},

	{"budget below all tokens", env{Limits: limits{MonthlyBudget: -1e300}}, "Limits.MonthlyBudget", []string{"got -1e+300"}},
	{"log retention that CloudWatch refuses", env{LogRetentionDays: 42}, "LogRetentionDays", []string{"got 42", "30, 60"}},
	{"owner with a sign that tags refuse", env{Owner: "team;drop"}, "Owner", []string{`"team;drop"`, "tags of all services"}},
	{"cost center too long", env{CostCenter: strings.Repeat("c", 256)}, "CostCenter", []string{"255"}},
	{"owner that AWS keeps for itself", env{Owner: "Aws:me"}, "Owner", []string{"no aws: first"}},

	{"mistyped size", env{Limits: limits{InstanceTypes: []string{"ml.m5.large", "ml.m5.9xlarge"}}},
		"Limits.InstanceTypes[1]", []string{`"ml.m5.9xlarge"`, "ml.m5.12xlarge, ml.m5.24xlarge, ml.m5.2xlarge"}},
	{"type without ml", env{Limits: limits{InstanceTypes: []string{"m5.xlarge"}}}, "Limits.InstanceTypes[0]", []string{"ml.m5.xlarge"}},
	{"type of no family", env{Limits: limits{InstanceTypes: []string{"ml.z9.xlarge"}}}, "Limits.InstanceTypes[0]", []string{"such as ml.m5.xlarge"}},
	{"type that is a token", env{Limits: limits{InstanceTypes: []string{"ml.m5.large", aToken}}},
		"Limits.InstanceTypes[1]", []string{aToken, "a value known at synth, not a token", "name each type"}},
	{"negative instances", env{Limits: limits{InstancesPerJob: -1}}, "Limits.InstancesPerJob", []string{"got -1", "1 or more"}},
	{"fractional seconds", env{Limits: limits{Runtime: 1500 * time.Millisecond}}, "Limits.Runtime", []string{"got 1.5s", "whole seconds"}},
	{"a second over 28 days", env{Limits: limits{Runtime: 28*24*time.Hour + time.Second}}, "Limits.Runtime", []string{"672h0m1s", "28 days"}},
	{"negative runtime", env{Limits: limits{Runtime: -time.Hour}}, "Limits.Runtime", []string{"got -1h0m0s"}},

	{"negative budget", env{Limits: limits{MonthlyBudget: -5}}, "Limits.MonthlyBudget", []string{"got -5", "positive"}},
	{"infinite budget", env{Limits: limits{MonthlyBudget: math.Inf(1)}}, "Limits.MonthlyBudget", []string{"+Inf", "positive"}},
	{"price that is no number", env{Limits: limits{PricePerRun: math.NaN()}}, "Limits.PricePerRun", []string{"NaN", "positive"}},
	{"infinite price", env{Limits: limits{PricePerRun: math.Inf(1)}}, "Limits.PricePerRun", []string{"+Inf", "positive"}},
	{"negative price", env{Limits: limits{PricePerRun: -1}}, "Limits.PricePerRun", []string{"got -1"}},
	{"price above the budget", env{Limits: limits{PricePerRun: 50.5, MonthlyBudget: 50}}, "Limits.PricePerRun", []string{"50.5", "MonthlyBudget, 50"}},
	{"price above the tier's budget", env{Tier: environment.Development, Limits: limits{PricePerRun: 300}}, "Limits.PricePerRun", []string{"MonthlyBudget, 200"}},
	{"price below the cheapest hour", env{Limits: limits{PricePerRun: 0.1}}, "Limits.PricePerRun", []string{"0.115", "cheapest"}},
}

func TestBadEnvironment(t *testing.T) {
	for _, test := range badEnvironments {
		t.Run(test.name, func(t *testing.T) {
			wantOnly(t, test.bad.Validate(), test.field, test.words...)
		})
	}
}

// An unknown tier hides nothing that is wrong whatever the tier.
func TestUnknownTierHidesNothing(t *testing.T) {
	got := fmt.Sprint(env{Tier: 99, LogRetentionDays: -3, Region: "x", Limits: limits{PricePerRun: -1}}.Validate())
	for _, want := range []string{"Tier: got Tier(99)", `Region: got "x"`, "LogRetentionDays: got -3; allowed: one of 1, 3, 5", "Limits.PricePerRun: got -1"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Count(got, "\n") != 3 {
		t.Errorf("more than 4 problems:\n%s", got)
	}
}

// The last value on the good side of each bound.
func TestGoodEnvironment(t *testing.T) {
	tests := []struct {
		name string
		good env
	}{
		{"zero", env{}},
		{"longest name", env{Name: "a23456789-123456789x"}},
		{"hyphens", env{Name: "a-b-c1"}},
		{"shortest name", env{Name: "a"}},
		{"one zone", env{AZs: 1}},
		{"six zones", env{AZs: 6}},
		{"six zones of a region", env{Region: "us-east-1", AZs: 6}},
		{"zones", env{Region: "ap-northeast-1", Zones: []string{"ap-northeast-1c", "ap-northeast-1a"}}},
		{"a zone of the deployment", env{Region: "ap-northeast-1", Zones: []string{aToken}}},
		{"account with zeros in front", env{Account: "000000000001"}},
		{"largest range", env{AddressRange: "10.255.0.0/16"}},
		{"smallest range", env{Tier: environment.Development, AddressRange: "192.168.255.128/25"}},
		{"declared type", env{Limits: limits{InstanceTypes: []string{"ml.p7.48xlarge"}, DeclaredTypes: []catalog.InstanceType{p7}}}},
		{"range of carriers", env{AddressRange: "100.64.0.0/16"}},
		{"public range", env{AddressRange: "203.0.0.0/16"}},
		{"last private range of 172", env{AddressRange: "172.31.0.0/16"}},
		{"instances that just fit", env{Tier: environment.Development, AddressRange: "10.0.0.0/24", Limits: limits{InstancesPerJob: 13}}},
		{"shortest retention", env{LogRetentionDays: 1}},
		{"longest retention", env{LogRetentionDays: 3653}},
		{"tags of every sign", env{Owner: "Équipe 7 _.:/=+-@", CostCenter: strings.Repeat("é", 255)}},
		{"shortest runtime", env{Limits: limits{Runtime: time.Second}}},
		{"longest runtime", env{Limits: limits{Runtime: 28 * 24 * time.Hour}}},
		{"price of the whole budget", env{Limits: limits{PricePerRun: 100, MonthlyBudget: 100}}},
		{"price of the cheapest hour", env{Limits: limits{PricePerRun: 0.115}}},
		{"any price where none is known", env{Limits: limits{InstanceTypes: []string{"ml.c4.xlarge"}, PricePerRun: 0.01}}},
		{"tokens", env{Name: aToken, Account: aToken, Region: aToken, AddressRange: aToken, Owner: aToken, CostCenter: aToken}},
		{"texts around a token", env{Name: "Dev" + aToken, AddressRange: aToken + "/33", Owner: "{" + aToken + "}"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := test.good.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
	for _, region := range catalog.RegionNames() {
		if err := (env{Region: region}).Validate(); err != nil {
			t.Errorf("%s: %v", region, err)
		}
	}
}

// p7 is a type that the catalog lacks.
var p7 = catalog.InstanceType{Name: "ml.p7.48xlarge", VCPU: 192, MemoryGiB: 2048, GPUs: 8, LocalNVMeGB: 30_000, EFAInterfaces: 16, USDPerHour: 100}

// Declared facts stand before those of the catalog, and count like them.
func TestDeclaredTypes(t *testing.T) {
	m5 := catalog.InstanceType{Name: "ml.m5.large", VCPU: 2, MemoryGiB: 8, EFAInterfaces: 1}
	e := env{Limits: limits{InstanceTypes: []string{"ml.m5.large"}, DeclaredTypes: []catalog.InstanceType{p7, m5}, InstancesPerJob: 3}}
	if got := e.JobAddresses(); got != 15 {
		t.Errorf("got %d addresses, want 5 for each", got)
	}
	if got, ok := e.Limits.LookupInstanceType("ml.p7.48xlarge"); !ok || got != p7 {
		t.Errorf("got %+v, %t", got, ok)
	}
	if got, ok := e.Limits.LookupInstanceType("ml.g5.xlarge"); !ok || got.GPUs != 1 {
		t.Errorf("got %+v, %t, want the catalog's", got, ok)
	}
	resolved := e.Resolved()
	resolved.Limits.DeclaredTypes[0].Name = "changed"
	if e.Limits.DeclaredTypes[0] != p7 {
		t.Error("the resolved environment shares memory with the given one")
	}
}

// A user hears everything in one go, one line for each problem.
func TestAllProblemsTogether(t *testing.T) {
	bad := env{
		Name: "Dev", Account: "1", Region: "mars-1", AZs: 9, AddressRange: "127.0.0.0/24", LogRetentionDays: 42,
		Owner: "#", CostCenter: "#",
		Limits: limits{
			InstanceTypes: []string{"ml.m5.large", "ml.no.1", "ml.no.2"}, InstancesPerJob: -1, Runtime: -1,
			PricePerRun: -1, MonthlyBudget: -1,
		},
	}
	want := []string{
		"AZs", "Account", "AddressRange", "CostCenter", "Limits.InstanceTypes[1]", "Limits.InstanceTypes[2]",
		"Limits.InstancesPerJob", "Limits.MonthlyBudget", "Limits.PricePerRun", "Limits.Runtime", "LogRetentionDays",
		"Name", "Owner", "Region",
	}
	err := bad.Validate()
	got := fields(t, err)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %d problems, of %v\nwant %d, of %v", len(got), got, len(want), want)
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(want) {
		t.Errorf("the message has %d lines, want one for each of %d problems:\n%v", lines, len(want), err)
	}
}
