package catalog

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The tables are read as they stand in the files: a map would hide a line that is there twice.

func TestInstanceTypeLines(t *testing.T) {
	name := regexp.MustCompile(`^ml\.[a-z][a-z0-9-]*\.(medium|large|[0-9]*xlarge)$`)
	// What is above these is a slip of a decimal point, not a machine.
	highest := map[string]float64{
		"vcpu": 1024, "memory_gib": 32768, "gpus": 16, "local_nvme_gb": 200_000, "efa_interfaces": 32, "usd_per_hour": 500,
	}
	needed := []string{"vcpu", "memory_gib"} // every machine has some

	lines := parse("instance_types.csv", instanceTypesCSV)
	if len(lines) < 100 {
		t.Fatalf("%d lines: the table is cut short", len(lines))
	}
	seen := map[string]bool{}
	for _, line := range lines {
		t.Run(line["type"], func(t *testing.T) {
			if !name.MatchString(line["type"]) {
				t.Errorf("not the name of a SageMaker training type")
			}
			if seen[line["type"]] {
				t.Errorf("it is there twice")
			}
			seen[line["type"]] = true
			for column, high := range highest {
				n := line.number(column)
				if math.IsNaN(n) || n < 0 || n > high {
					t.Errorf("%s is %v, want 0 to %v", column, n, high)
				}
				if n == 0 && slices.Contains(needed, column) {
					t.Errorf("%s is missing", column)
				}
			}
			for _, column := range []string{"vcpu", "gpus", "local_nvme_gb", "efa_interfaces"} {
				if n := line.number(column); n != math.Trunc(n) {
					t.Errorf("%s is %v, want a whole number", column, n)
				}
			}
			for column := range line {
				if _, known := highest[column]; !known && column != "type" {
					t.Errorf("column %q has no check here", column)
				}
			}
		})
	}
}

// A family is either sold with local disks or without: a type that says otherwise than its sisters is a slip.
func TestFamiliesAgreeOnLocalDisks(t *testing.T) {
	first := map[string]InstanceType{}
	for _, name := range InstanceTypeNames() {
		it, _ := LookupInstanceType(name)
		family := strings.Split(name, ".")[1]
		sister, ok := first[family]
		if !ok {
			first[family] = it
			continue
		}
		if it.HasLocalNVMe() != sister.HasLocalNVMe() {
			t.Errorf("%s has local NVMe: %t; %s: %t", name, it.HasLocalNVMe(), sister.Name, sister.HasLocalNVMe())
		}
	}
}

// A price of the wrong line shows as a machine that costs less than a smaller one of its family.
func TestBiggerCostsMore(t *testing.T) {
	for _, a := range instanceTypes() {
		for _, b := range instanceTypes() {
			bigger := b.VCPU > a.VCPU && b.GPUs >= a.GPUs && strings.Split(a.Name, ".")[1] == strings.Split(b.Name, ".")[1]
			usdA, knownA := a.PricePerHour()
			usdB, knownB := b.PricePerHour()
			if bigger && knownA && knownB && usdB <= usdA {
				t.Errorf("%s costs %v, the smaller %s %v", b.Name, usdB, a.Name, usdA)
			}
		}
	}
}

func TestRegionLines(t *testing.T) {
	patterns := map[string]*regexp.Regexp{
		"codeartifact_account":   regexp.MustCompile(`^([0-9]{12})?$`),
		"eks_account":            regexp.MustCompile(`^[0-9]{12}$`),
		"hyperpod_agent_account": regexp.MustCompile(`^([0-9]{12})?$`),
		"region":                 regexp.MustCompile(`^(af|ap|ca|eu|il|me|mx|sa|us)-(central|east|north|northeast|south|southeast|west)-[1-9]$`),
		"zones":                  regexp.MustCompile(`^[3-6]$`), // each region has at least three, says AWS's page
		"xgboost_account":        regexp.MustCompile(`^([0-9]{12})?$`),
		"s3_prefix_list":         regexp.MustCompile(`^(pl-[0-9a-f]{8,17})?$`),
	}
	lines := parse("regions.csv", regionsCSV)
	if len(lines) < 30 {
		t.Fatalf("%d lines: the table is cut short", len(lines))
	}
	// An account number that is there twice was pasted into the wrong line. A prefix list's id may repeat: it is unique
	// within its region only; and the add-ons of EKS are one account's in many regions.
	where := map[string]string{}
	for _, line := range lines {
		t.Run(line["region"], func(t *testing.T) {
			for column, value := range line {
				pattern, ok := patterns[column]
				if !ok {
					t.Fatalf("column %q has no check here", column)
				}
				if !pattern.MatchString(value) {
					t.Errorf("%s is %q", column, value)
				}
			}
			for _, value := range []string{line["region"], line["xgboost_account"], line["codeartifact_account"], line["hyperpod_agent_account"]} {
				if other, ok := where[value]; ok && value != "" {
					t.Errorf("%s is there twice, in %s too", value, other)
				}
				where[value] = line["region"]
			}
		})
	}
}

func TestAsOfIsADay(t *testing.T) {
	if _, err := time.Parse(time.DateOnly, AsOf); err != nil {
		t.Error(err)
	}
}

// A broken table stops the program with the name of the file or column, instead of a wrong price later.
func TestBrokenTable(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"a line is too short", "type,vcpu\nml.m5.large\n", "broken.csv"},
		{"a line is too long", "type,vcpu\nml.m5.large,2,8\n", "broken.csv"},
		{"a number is none", "type,vcpu\nml.m5.large,two\n", "vcpu"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if message, _ := recover().(string); !strings.Contains(message, test.want) {
					t.Errorf("panicked with %q, want the word %q", message, test.want)
				}
			}()
			for _, line := range parse("broken.csv", test.text) {
				line.number("vcpu")
			}
		})
	}
}

func TestEmptyNumberIsZero(t *testing.T) {
	if n := (row{"usd_per_hour": ""}).number("usd_per_hour"); n != 0 {
		t.Errorf("got %v", n)
	}
}
