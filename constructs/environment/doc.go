// Package environment says what an environment is: one deployment of everything, such as dev, staging or prod. It is
// pure Go.
//
// An [Environment] is a value; a table of them is a file that a person reads in one go. What a field leaves out comes
// from the preset of its [Tier], and a field that is left out everywhere is the safest one: the zero tier is
// Production.
//
//	dev := environment.Environment{Name: "dev", Tier: environment.Development, AddressRange: "10.0.0.0/20"}
//	if err := dev.Validate(); err != nil { ... } // every problem at once
//	fmt.Println(dev.Resolved().Limits.Runtime)   // 1h0m0s, from the preset
//
// A type that SageMaker has and the catalog lacks is declared, with what checks need to know of it (this one is made
// up):
//
//	Limits: environment.Limits{
//		InstanceTypes: []string{"ml.m5.xlarge", "ml.newer.48xlarge"},
//		DeclaredTypes: []catalog.InstanceType{{
//			Name: "ml.newer.48xlarge", VCPU: 192, MemoryGiB: 2048, GPUs: 8, LocalNVMeGB: 30_000, EFAInterfaces: 16, USDPerHour: 100,
//		}},
//	},
//
// [ValidateSet] checks what only shows in several environments together, and [Differences] lists in which fields two
// of them differ.
package environment
