package environment_test

import (
	"fmt"

	"github.com/plinth-ml/plinth/constructs/environment"
)

// Three environments: each line says only how it differs from its tier's preset.
func Example() {
	environments := []environment.Environment{
		{Name: "dev", Tier: environment.Development, AddressRange: "10.0.0.0/20"},
		{Name: "staging", Tier: environment.Staging, AddressRange: "10.1.0.0/20"},
		{Name: "prod", AddressRange: "10.2.0.0/16", Owner: "ml-platform"},
	}
	if err := environment.ValidateSet(environments); err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range environments {
		r := e.Resolved()
		fmt.Printf("%s: %v, subnets %v, at most %v and %g USD a run\n", r.Name, r.Tier, r.SubnetRanges(), r.Limits.Runtime, r.Limits.PricePerRun)
	}
	// Output:
	// dev: Development, subnets [10.0.0.0/23], at most 1h0m0s and 5 USD a run
	// staging: Staging, subnets [10.1.0.0/23 10.1.2.0/23], at most 4h0m0s and 50 USD a run
	// prod: Production, subnets [10.2.0.0/19 10.2.32.0/19 10.2.64.0/19], at most 24h0m0s and 500 USD a run
}

// All that is wrong is said at once: what was found, what is allowed, what to do.
func ExampleEnvironment_Validate() {
	bad := environment.Environment{
		Account:      "1234",
		AddressRange: "10.0.0.0/24",
		Limits:       environment.Limits{InstanceTypes: []string{"ml.p3.large", "ml.p4d.24xlarge"}, InstancesPerJob: 8},
	}
	fmt.Println(bad.Validate())
	// Output:
	//   - Account: got "1234"; allowed: 12 digits, or empty for the account that is deployed to
	//   - Limits.InstanceTypes[0]: got "ml.p3.large"; allowed: a SageMaker training type of the catalog, such as ml.m5.xlarge, or of DeclaredTypes; of that family the catalog has ml.p3.16xlarge, ml.p3.2xlarge, ml.p3.8xlarge
	//   - AddressRange: got "10.0.0.0/24"; allowed: a range whose subnets hold the 40 addresses of the largest allowed job; each of its subnets holds 27: take at least a /23, or lower Limits.InstancesPerJob
}

// What a reviewer asks first of two environments.
func ExampleDifferences() {
	dev := environment.Environment{Name: "dev", Tier: environment.Development, AZs: 3, LogRetentionDays: 365}
	dev.Limits = environment.Environment{}.Resolved().Limits // production's
	for _, difference := range environment.Differences(dev, environment.Environment{Name: "prod"}) {
		fmt.Println(difference)
	}
	// Output:
	// Name: dev, prod
	// Tier: Development, Production
}
