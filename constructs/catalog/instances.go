package catalog

import (
	_ "embed"
	"maps"
	"slices"
	"sync"
)

//go:embed instance_types.csv
var instanceTypesCSV string

// InstanceType is one of the machines that SageMaker trains on. The hardware figures are those that EC2 publishes for
// the type of the same name.
type InstanceType struct {
	// Name as the SageMaker API takes it, for example "ml.m5.xlarge".
	Name string
	// VCPU is the number of virtual CPUs.
	VCPU int
	// MemoryGiB is the memory in GiB.
	MemoryGiB float64
	// GPUs is the number of GPUs; 0 where there is none.
	GPUs int
	// LocalNVMeGB is the size of the local disk in GB; 0 where the volume is on EBS.
	LocalNVMeGB int
	// EFAInterfaces is the number of Elastic Fabric Adapters; 0 where there is none.
	EFAInterfaces int

	usdPerHour float64
}

// PricePerHour is the on-demand price of an hour of training in us-east-1, in USD, and whether it is known.
func (t InstanceType) PricePerHour() (usd float64, known bool) { return t.usdPerHour, t.usdPerHour > 0 }

// HasLocalNVMe tells whether the type brings its own disk. SageMaker encrypts that disk by hardware and refuses a volume
// key for it. It makes no other volume and uses the whole disk, so that a training job's volume size has no effect
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html).
func (t InstanceType) HasLocalNVMe() bool { return t.LocalNVMeGB > 0 }

// AddressesPerInstance is the number of private IP addresses that one instance of a job takes in its subnet: 2, or 5
// with EFA (https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html).
func (t InstanceType) AddressesPerInstance() int {
	if t.EFAInterfaces > 0 {
		return 5
	}
	return 2
}

var instanceTypes = sync.OnceValue(func() map[string]InstanceType {
	types := map[string]InstanceType{}
	for _, r := range parse("instance_types.csv", instanceTypesCSV) {
		types[r["type"]] = InstanceType{
			Name:          r["type"],
			VCPU:          int(r.number("vcpu")),
			MemoryGiB:     r.number("memory_gib"),
			GPUs:          int(r.number("gpus")),
			LocalNVMeGB:   int(r.number("local_nvme_gb")),
			EFAInterfaces: int(r.number("efa_interfaces")),
			usdPerHour:    r.number("usd_per_hour"),
		}
	}
	return types
})

// LookupInstanceType finds a type by its name, and tells whether the table has it.
func LookupInstanceType(name string) (InstanceType, bool) {
	t, ok := instanceTypes()[name]
	return t, ok
}

// InstanceTypeNames lists the names of all types, sorted.
func InstanceTypeNames() []string {
	return slices.Sorted(maps.Keys(instanceTypes()))
}
