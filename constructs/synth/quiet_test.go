package synth

import (
	"bytes"
	"strings"
	"testing"
)

// Of the CDK's report the errors are kept apart, and nothing else is lost, whoever wrote it.
func TestFindingsAreKeptApart(t *testing.T) {
	const (
		warning = "WARNING w (Plinth)\n   Stack/W aws-cdk-lib.Stack\n   Acknowledge with 'Plinth::W'\n\n"
		one     = "ERROR a\nb (Plinth)\n   Stack/A aws-cdk-lib.Stack\n   Suggested fix: c\n   Acknowledge with 'Plinth::A'\n\n"
		fixed   = "FATAL d (Plinth)\n   Stack/D aws-cdk-lib.Stack\n   Rule Plinth::D"
		own     = "ERROR of the app's own\n   Rule of thumb\nmore\n\n"
		cut     = "ERROR at the end"
		broken  = "node:events:505\n    throw er; // Unhandled 'error' event\n    ^\n\nError: write EPIPE\n    at Socket.x (node:net:1) {\n" +
			"  code: 'EPIPE'\n}\n\nNode.js v24.21.0\n"
		noise1  = "Runtime process exited abnormally: exit status 1"
		other   = "node:events:505\n    throw er;\n\nError: ENOENT\n\nNode.js v24.21.0\n"
		unended = "node:events:505\nand no more"
	)
	for text, want := range map[string][2]string{
		warning + one + own + warning: {warning + own + warning, one},
		one + fixed:                   {"", one + fixed},
		own + cut:                     {own + cut, ""},
		own + broken + warning:        {own + warning, ""},
		broken + noise1:               {"", ""},
		other + one:                   {other, one},
		unended:                       {unended, ""},
	} {
		var to, findings bytes.Buffer
		pass(&to, &findings, strings.NewReader(text))
		if to.String() != want[0] || findings.String() != want[1] {
			t.Errorf("passed on %q, and kept %q of %q", &to, &findings, text)
		}
		to.Reset()
		if pass(&to, nil, strings.NewReader(text)); to.Len() != len(want[0])+len(want[1]) {
			t.Errorf("tests are told %q of %q", &to, text)
		}
	}
}
