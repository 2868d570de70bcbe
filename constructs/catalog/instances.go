package catalog

import (
	_ "embed"
	"maps"
	"math"
	"regexp"
	"slices"
	"sync"

	"github.com/plinth-ml/plinth/internal/problem"
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
	// USDPerHour is the on-demand price of an hour of training in us-east-1, in USD; 0 where it is not known.
	USDPerHour float64
}

// PricePerHour is the on-demand price of an hour of training in us-east-1, in USD, and whether it is known.
func (t InstanceType) PricePerHour() (usd float64, known bool) { return t.USDPerHour, t.USDPerHour > 0 }

var namePattern = regexp.MustCompile(`^ml\.[a-z0-9-]+\.[a-z0-9-]+$`)

// Validate reports every problem of a type that is declared.
func (t InstanceType) Validate() error {
	var l problem.List
	if !namePattern.MatchString(t.Name) {
		l.Add("Name", t.Name, "a name as SageMaker has them, such as ml.m5.xlarge", "")
	}
	if t.VCPU < 1 {
		l.Add("VCPU", t.VCPU, "1 or more", "EC2 tells of the type of the same name without ml")
	}
	if !(t.MemoryGiB > 0) || math.IsInf(t.MemoryGiB, 0) {
		l.Add("MemoryGiB", t.MemoryGiB, "a positive number", "EC2 tells of the type of the same name without ml")
	}
	for _, f := range []struct {
		field string
		value int
	}{{"GPUs", t.GPUs}, {"LocalNVMeGB", t.LocalNVMeGB}, {"EFAInterfaces", t.EFAInterfaces}} {
		if f.value < 0 {
			l.Add(f.field, f.value, "0 or more", "")
		}
	}
	if !(t.USDPerHour >= 0) || math.IsInf(t.USDPerHour, 0) {
		l.Add("USDPerHour", t.USDPerHour, "a price in USD, or 0 where it is not known", "")
	}
	return l.Err()
}

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
			USDPerHour:    r.number("usd_per_hour"),
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
