// Package cidr tells which blocks of IPv4 addresses a network can have. It is pure Go.
package cidr

import (
	"net/netip"
	"slices"
)

// Sizes of blocks, in bits of the prefix.
const (
	// Largest is the largest block of a VPC (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
	Largest = 16
	// Smallest is the smallest subnet (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
	Smallest = 28
	// largestPrivate is the largest of the private ranges.
	largestPrivate = 8
)

// Allowed says what Parse takes.
const Allowed = "an IPv4 range in CIDR notation without host bits, such as 10.0.0.0/16, of addresses that hosts can have"

// ElsewhereAllowed says what IsElsewhere takes.
const ElsewhereAllowed = "an IPv4 range in CIDR notation without host bits: of /8 to /32 inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10, or of /16 to /32"

var (
	// private are the ranges that nobody has on the internet: those of RFC 1918, and that of RFC 6598, which VPCs have too.
	private = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
	// reserved are the ranges that no host has: this network, loopback, link-local, multicast and what is left
	// (https://www.iana.org/assignments/iana-ipv4-special-registry).
	reserved = prefixes("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
)

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// Parse reads a block, and tells whether it is one that hosts can have.
func Parse(text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	ok := err == nil && p.Addr().Is4() && p == p.Masked() && !slices.ContainsFunc(reserved, p.Overlaps)
	return p, ok
}

// IsElsewhere tells whether a block can be that of a network elsewhere: private, or no larger than a VPC's, since a larger one would
// hold much of the internet.
func IsElsewhere(p netip.Prefix) bool {
	if p.Bits() >= Largest {
		return true
	}
	return p.Bits() >= largestPrivate && slices.ContainsFunc(private, func(r netip.Prefix) bool { return r.Bits() <= p.Bits() && r.Contains(p.Addr()) })
}
