package catalog_test

import (
	"slices"
	"testing"

	"github.com/plinth-ml/plinth/constructs/catalog"
)

// Facts that were read in AWS's own documents, one for each kind of machine.
func TestInstanceTypes(t *testing.T) {
	tests := []struct {
		name      string
		vcpu      int
		memory    float64
		gpus      int
		nvme      bool
		addresses int
		usd       float64 // 0: unknown
	}{
		{name: "ml.m5.xlarge", vcpu: 4, memory: 16, addresses: 2, usd: 0.23},
		{name: "ml.m5.large", vcpu: 2, memory: 8, addresses: 2, usd: 0.115},
		{name: "ml.c4.xlarge", vcpu: 4, memory: 7.5, addresses: 2},
		{name: "ml.r5d.large", vcpu: 2, memory: 16, nvme: true, addresses: 2},
		{name: "ml.g4dn.xlarge", vcpu: 4, memory: 16, gpus: 1, nvme: true, addresses: 2, usd: 0.7364},
		{name: "ml.g5.12xlarge", vcpu: 48, memory: 192, gpus: 4, nvme: true, addresses: 5, usd: 7.09},
		{name: "ml.p3.2xlarge", vcpu: 8, memory: 61, gpus: 1, addresses: 2},
		{name: "ml.p4d.24xlarge", vcpu: 96, memory: 1152, gpus: 8, nvme: true, addresses: 5, usd: 25.251286},
		{name: "ml.c5n.18xlarge", vcpu: 72, memory: 192, addresses: 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			it, ok := catalog.LookupInstanceType(test.name)
			if !ok {
				t.Fatal("the catalog lacks it")
			}
			if it.Name != test.name || it.VCPU != test.vcpu || it.MemoryGiB != test.memory || it.GPUs != test.gpus {
				t.Errorf("got %+v", it)
			}
			if it.HasLocalNVMe() != test.nvme {
				t.Errorf("local NVMe: got %t", it.HasLocalNVMe())
			}
			if got := it.AddressesPerInstance(); got != test.addresses {
				t.Errorf("addresses: got %d, want %d", got, test.addresses)
			}
			usd, known := it.PricePerHour()
			if usd != test.usd || known != (test.usd != 0) {
				t.Errorf("price: got %v, known %t; want %v", usd, known, test.usd)
			}
		})
	}
}

func TestRegions(t *testing.T) {
	tests := []struct {
		name                                      string
		zones                                     int
		account, prefixList, packages, eks, agent string
	}{
		{"us-east-1", 6, "683313688378", "pl-63a5400a", "193858265520", "602401143452", "767398015722"},
		{"eu-west-1", 3, "141502667606", "pl-6da54004", "438097961670", "602401143452", "533267293120"},
		{"eu-west-3", 3, "659782779980", "", "762466490029", "602401143452", ""}, // no page of AWS gives the prefix list
		{"ap-southeast-7", 3, "", "", "", "121268973566", ""},                    // nor anything here but EKS
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, ok := catalog.LookupRegion(test.name)
			want := catalog.Region{Name: test.name, Zones: test.zones, XGBoostAccount: test.account, S3PrefixList: test.prefixList, CodeArtifactAccount: test.packages,
				EKSAccount: test.eks, HyperPodAgentAccount: test.agent}
			if !ok || r != want {
				t.Errorf("got %+v, %t; want %+v", r, ok, want)
			}
		})
	}
}

func TestUnknownNames(t *testing.T) {
	for _, name := range []string{"", "m5.xlarge", "ml.m5.huge", "ML.M5.XLARGE", "ml.m5.xlarge "} {
		if it, ok := catalog.LookupInstanceType(name); ok || it != (catalog.InstanceType{}) {
			t.Errorf("instance type %q: got %+v, %t", name, it, ok)
		}
	}
	for _, name := range []string{"", "us-east-9", "US-EAST-1", "cn-north-1", "us-gov-west-1", "us-east-1a"} {
		if r, ok := catalog.LookupRegion(name); ok || r != (catalog.Region{}) {
			t.Errorf("region %q: got %+v, %t", name, r, ok)
		}
	}
}

func TestNamesAreSortedAndFound(t *testing.T) {
	types, regions := catalog.InstanceTypeNames(), catalog.RegionNames()
	for what, names := range map[string][]string{"instance types": types, "regions": regions} {
		if len(names) == 0 || !slices.IsSorted(names) {
			t.Errorf("%s: empty or not sorted: %v", what, names)
		}
	}
	for _, name := range types {
		if it, ok := catalog.LookupInstanceType(name); !ok || it.Name != name {
			t.Errorf("%s is listed but not found", name)
		}
	}
	for i, r := range catalog.Regions() {
		if found, ok := catalog.LookupRegion(regions[i]); !ok || found != r {
			t.Errorf("%s is listed but not found", r.Name)
		}
	}
}

// Whoever changes a list that it was given doesn't change the catalog.
func TestListsAreCopies(t *testing.T) {
	catalog.Regions()[0].Name = "changed"
	catalog.RegionNames()[0] = "changed"
	catalog.InstanceTypeNames()[0] = "changed"
	if r := catalog.Regions()[0].Name; r == "changed" {
		t.Error("Regions gives its own memory away")
	}
	if catalog.RegionNames()[0] == "changed" || catalog.InstanceTypeNames()[0] == "changed" {
		t.Error("names are shared")
	}
}
