// Package token knows a CDK token, a value that CloudFormation fills in at deployment, by its text alone, so that pure
// code can skip what it cannot judge without a call into jsii.
package token

import (
	"regexp"
	"strings"
)

// Start is how a token in a text starts.
const Start = "${Token["

// Pattern is one token inside a text: a name, and the number that the CDK gave it.
var Pattern = regexp.MustCompile(`\$\{Token\[[A-Za-z0-9:._-]*[0-9]\]\}`)

// Is tells whether s is or holds a token.
func Is(s string) bool { return strings.Contains(s, Start) }

// Differ tells whether two texts are known, and not the same.
func Differ(a, b string) bool {
	return a != "" && b != "" && a != b && !Is(a) && !Is(b)
}
