// Package token knows a CDK token, a value that CloudFormation fills in at deployment, by its text alone, so that pure
// code can skip what it cannot judge without a call into jsii.
package token

import (
	"math"
	"regexp"
	"strings"
)

// Start is how a token in a text starts.
const Start = "${Token["

// Pattern is one token inside a text: a name, and the number that the CDK gave it.
var Pattern = regexp.MustCompile(`\$\{Token\[[A-Za-z0-9:._-]*[0-9]\]\}`)

// Is tells whether s is or holds a token.
func Is(s string) bool { return strings.Contains(s, Start) }

// IsOne tells whether s is one token and nothing else.
func IsOne(s string) bool { return s != "" && Pattern.FindString(s) == s }

// Unusable stands for a text that is no token and no other text either, so that nothing more is said of it.
const Unusable = Start + "UNUSABLE.0]}"

// IsNumber tells whether a number stands for a token: the first 16 bits of those that do are the same
// (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/private/encoding.ts).
func IsNumber(n float64) bool { return math.Float64bits(n)>>48 == 0xFBFF }

// IsWhole tells whether a whole number may stand for a token: what is too small for one becomes the least.
func IsWhole(n int64) bool { return n == math.MinInt64 }

// Differ tells whether two texts are known, and not the same.
func Differ(a, b string) bool {
	return a != "" && b != "" && a != b && !Is(a) && !Is(b)
}
