package supplychain

import (
	"strings"
	"testing"
)

func TestPatterns(t *testing.T) {
	tests := []struct{ pattern, want string }{ // want: "" is right, else a part of the message
		{"/pypi//acme~", ""},
		{"/pypi//acme-models$", ""},
		{"/npm/acme/*", ""},
		{"/npm/acme/ui~", ""},
		{"/maven/com.acme~", ""},
		{"/maven/com.acme/client$", ""},
		{"/generic/acme/*", ""},
		{"/pypi//acme*", "ends in $, ~ or /*"}, // * stands after a slash only
		{"/pypi/*", "ends in $, ~ or /*"},
		{"/pypi/acme/*", "no namespace and a name"},
		{"/pypi//Acme_X~", "write - for _ and ."},
		{"/npm/*", "ends in $, ~ or /*"},
		{"/npm//left-pad$", "a namespace, as in /npm/NAMESPACE/*"},
		{"/python//acme~", "a format of CodeArtifact"},
		{"/*", "ends in $, ~ or /*"},
		{"acme", "ends in $, ~ or /*"},
		{"/pypi//ac me$", "ends in $, ~ or /*"},
		{"/pypi//" + strings.Repeat("a", 520) + "$", "ends in $, ~ or /*"},
	}
	for _, test := range tests {
		_, err := parsePattern("Internal[0]", test.pattern)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.pattern, err, test.want)
		}
	}
}

// Who may publish a pattern's packages: never fewer than the pattern, and only of its format and namespace.
func TestPackagesOfAPattern(t *testing.T) {
	for pattern, want := range map[string]string{
		"/pypi//acme~":            "pypi//acme*",
		"/pypi//acme$":            "pypi//acme",
		"/npm/acme/*":             "npm/acme/*",
		"/npm/acme/ui~":           "npm/acme/ui*",
		"/maven/com.acme~":        "maven/com.acme*/*",
		"/maven/com.acme/client$": "maven/com.acme/client",
	} {
		p, err := parsePattern("", pattern)
		if err != nil || p.arnPath() != want {
			t.Errorf("%s: got %s, %v, want %s", pattern, p.arnPath(), err, want)
		}
	}
}
