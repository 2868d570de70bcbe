package environment_test

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
)

// Every range size and number of zones: the subnets lie in the range, apart from each other, are as large as
// SubnetCapacity says, and none moves when a zone is added. A subnet that moves is a subnet that is replaced.
func TestSubnetRanges(t *testing.T) {
	for bits := 16; bits <= 25; bits++ {
		whole := netip.PrefixFrom(netip.MustParseAddr("172.20.0.0"), bits)
		var before []netip.Prefix
		for zones := 1; zones <= 6; zones++ {
			t.Run(fmt.Sprintf("%v in %d", whole, zones), func(t *testing.T) {
				got := env{AddressRange: whole.String(), AZs: zones}.SubnetRanges()
				if len(got) != zones {
					t.Fatalf("got %d subnets: %v", len(got), got)
				}
				for i, subnet := range got {
					if subnet != subnet.Masked() || subnet.Bits() < bits || !whole.Contains(subnet.Addr()) {
						t.Errorf("%v is not a part of %v", subnet, whole)
					}
					if size := 1 << (32 - subnet.Bits()); size-5 != environment.SubnetCapacity(bits) {
						t.Errorf("%v has %d addresses, of which AWS keeps 5; the capacity says %d", subnet, size, environment.SubnetCapacity(bits))
					}
					for _, other := range got[:i] {
						if subnet.Overlaps(other) {
							t.Errorf("%v overlaps %v", subnet, other)
						}
					}
				}
				if !slices.Equal(got[:len(before)], before) {
					t.Errorf("a zone was added: %v became %v", before, got[:len(before)])
				}
				before = got
			})
		}
	}
}

// Deployed networks have these subnets.
func TestSubnetRangesAsDeployed(t *testing.T) {
	got := fmt.Sprint(env{}.SubnetRanges(), env{AddressRange: "192.168.7.0/24", AZs: 2}.SubnetRanges())
	if want := "[10.0.0.0/19 10.0.32.0/19 10.0.64.0/19] [192.168.7.0/27 192.168.7.32/27]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSubnetRangesOfInvalidInput(t *testing.T) {
	for _, e := range []env{
		{AZs: 7}, {AZs: -1}, {AddressRange: "10.0.0.0"}, {AddressRange: "fd00::/48"}, {AddressRange: "nonsense"}, {AddressRange: aToken},
	} {
		if got := e.SubnetRanges(); len(got) != 0 {
			t.Errorf("%q with %d zones: got %v", e.AddressRange, e.AZs, got)
		}
	}
}

func TestJobAddresses(t *testing.T) {
	tests := []struct {
		name string
		e    env
		want int
	}{
		{"without EFA", env{Limits: limits{InstanceTypes: []string{"ml.m5.xlarge"}, InstancesPerJob: 3}}, 6},
		{"with EFA", env{Limits: limits{InstanceTypes: []string{"ml.p4d.24xlarge"}, InstancesPerJob: 3}}, 15},
		{"the neediest type counts, wherever it stands", env{Limits: limits{InstanceTypes: []string{"ml.m5.large", "ml.p4d.24xlarge", "ml.m5.xlarge"}, InstancesPerJob: 3}}, 15},
		{"zones don't count: a job runs in one", env{AZs: 6, Limits: limits{InstanceTypes: []string{"ml.m5.xlarge"}, InstancesPerJob: 3}}, 6},
		{"preset of Production, ml.g5.12xlarge x 4", env{}, 20},
		{"preset of Development", env{Tier: environment.Development}, 2},
		{"more than any network holds", env{Limits: limits{InstanceTypes: []string{"ml.p4d.24xlarge"}, InstancesPerJob: math.MaxInt}}, 5 << 24},
		{"fewer than none", env{Limits: limits{InstancesPerJob: math.MinInt}}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.e.JobAddresses(); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

// The range that the message recommends is one that passes, and the next smaller one is not.
func TestSmallestRange(t *testing.T) {
	for bits := 16; bits <= 25; bits++ {
		full := environment.SubnetCapacity(bits)
		if got := environment.SmallestRange(full); !strings.HasSuffix(got, fmt.Sprintf("/%d", bits)) {
			t.Errorf("%d addresses fill a /%d, got %q", full, bits, got)
		}
		if got := environment.SmallestRange(full + 1); bits > 16 && !strings.HasSuffix(got, fmt.Sprintf("/%d", bits-1)) {
			t.Errorf("%d addresses need a /%d, got %q", full+1, bits-1, got)
		}
	}
	if got := environment.SmallestRange(8188); !strings.Contains(got, "even a /16 holds only 8187") {
		t.Errorf("got %q", got)
	}
}

// A range that no network takes gives no subnets, and no panic.
func TestNoSubnetsOfARangeThatIsNotTaken(t *testing.T) {
	for _, r := range []string{"10.0.0.0/8", "10.0.0.0/26", "10.0.0.0/30", "127.0.0.0/16", "10.0.0.0/32", "10.0.0.1/16"} {
		if got := (environment.Environment{AddressRange: r}).SubnetRanges(); len(got) > 0 {
			t.Errorf("%s gives %v", r, got)
		}
	}
}
