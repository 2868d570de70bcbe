// Package token knows a CDK token, a value that CloudFormation fills in at deployment, by its text alone, so that pure
// code can skip what it cannot judge without a call into jsii.
package token

import (
	"regexp"
	"strings"
)

// Pattern is one token inside a text.
var Pattern = regexp.MustCompile(`\$\{Token\[[^}]*\]\}`)

// Is tells whether s is or holds a token.
func Is(s string) bool { return strings.Contains(s, "${Token[") }
