package environment

import (
	"encoding/binary"
	"net/netip"

	"github.com/plinth-ml/plinth/internal/cidr"
)

const (
	// zoneBits divides the address range into 8 equal blocks: one for each of up to 6 zones, so that a zone that is
	// added later moves no other, and two to spare.
	zoneBits = 3
	maxAZs   = 6
	// reservedAddresses of each subnet belong to AWS
	// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
	reservedAddresses = 5
	ipv4Bits          = 32
	minRangeBits      = cidr.Largest
	maxRangeBits      = cidr.Smallest - zoneBits
	// maxCounted is more instances than the largest private range, 10.0.0.0/8, has addresses for.
	maxCounted = 1 << 24
)

// SubnetRanges are the ranges of the environment's subnets, one a zone. A zone's range depends on AddressRange alone,
// so that adding a zone leaves the others as they are. It is empty when AddressRange or AZs is invalid.
func (e Environment) SubnetRanges() []netip.Prefix {
	e = e.Resolved()
	whole, ok := cidr.Parse(e.AddressRange)
	if !ok || whole.Bits() < minRangeBits || whole.Bits() > maxRangeBits || e.AZs < 1 || e.AZs > maxAZs {
		return nil
	}
	bits := whole.Bits() + zoneBits
	base := binary.BigEndian.Uint32(whole.Masked().Addr().AsSlice())
	ranges := make([]netip.Prefix, e.AZs)
	for i := range ranges {
		var start [4]byte
		binary.BigEndian.PutUint32(start[:], base+uint32(i)<<(32-bits))
		ranges[i] = netip.PrefixFrom(netip.AddrFrom4(start), bits)
	}
	return ranges
}

// JobAddresses is the number of addresses that the largest allowed job takes in one subnet: SageMaker places all
// instances of a job in one zone. Instances are counted up to 16,777,216, more than any network holds, so that the number
// can be added to and never overflows; less than one counts as none.
func (e Environment) JobAddresses() int {
	e = e.Resolved()
	perInstance := 0
	for _, name := range e.Limits.InstanceTypes {
		t, _ := e.Limits.LookupInstanceType(name)
		perInstance = max(perInstance, t.AddressesPerInstance())
	}
	return perInstance * min(max(e.Limits.InstancesPerJob, 0), maxCounted)
}

// SubnetCapacity is the number of addresses that are free in each empty subnet of an address range of that size. It is 0
// for what is no range of IPv4, or too small to have subnets.
func SubnetCapacity(rangeBits int) int {
	if rangeBits < 0 || rangeBits > ipv4Bits {
		return 0
	}
	return free(rangeBits + zoneBits)
}

// FreeAddresses is the number of addresses that are free in an empty subnet of IPv4.
func FreeAddresses(subnet netip.Prefix) int { return free(subnet.Bits()) }

func free(bits int) int {
	if bits < 0 || bits > ipv4Bits {
		return 0
	}
	return max(0, 1<<(ipv4Bits-bits)-reservedAddresses)
}
