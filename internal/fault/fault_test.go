package fault_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
)

func TestMessage(t *testing.T) {
	var one, two problem.List
	one.Add("Region", "mars-1", "one of eu-west-1", "")
	two.Add("Region", "mars-1", "one of eu-west-1", "")
	two.Add("AZs", 7, "1 to 6", "")

	tests := []struct {
		name string
		f    fault.Fault
		want string
	}{
		{"everything", fault.Fault{Kind: "network.Isolated", Path: "dev/Network", At: "/app/main.go:12", Err: two.Err()},
			"network.Isolated dev/Network (/app/main.go:12) can't be built: 2 problems\n" +
				"  - Region: got \"mars-1\"; allowed: one of eu-west-1\n" +
				"  - AZs: got 7; allowed: 1 to 6"},
		{"one problem", fault.Fault{Kind: "network.Isolated", Path: "dev/Network", At: "/app/main.go:12", Err: one.Err()},
			"network.Isolated dev/Network (/app/main.go:12) can't be built: 1 problem\n" +
				"  - Region: got \"mars-1\"; allowed: one of eu-west-1"},
		{"no path", fault.Fault{Kind: "network.Isolated", At: "/app/main.go:12", Err: one.Err()},
			"network.Isolated (/app/main.go:12) can't be built: 1 problem\n" +
				"  - Region: got \"mars-1\"; allowed: one of eu-west-1"},
		{"what is known by its path alone", fault.Fault{Path: "dev/Network", At: "/app/main.go:12", Err: one.Err()},
			"dev/Network (/app/main.go:12) can't be built: 1 problem\n" +
				"  - Region: got \"mars-1\"; allowed: one of eu-west-1"},
		{"no place in the user's code", fault.Fault{Kind: "network.Isolated", Path: "dev/Network", Err: one.Err()},
			"network.Isolated dev/Network can't be built: 1 problem\n" +
				"  - Region: got \"mars-1\"; allowed: one of eu-west-1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.f.Error(); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// Whoever recovers the panic gets at the problems.
func TestUnwrap(t *testing.T) {
	var l problem.List
	l.Add("AZs", 7, "1 to 6", "")
	wrapped := fmt.Errorf("synth: %w", &fault.Fault{Kind: "network.Isolated", Err: l.Err()})
	var f *fault.Fault
	var p problem.Problem
	if !errors.As(wrapped, &f) || !errors.As(wrapped, &p) || p.Field != "AZs" {
		t.Errorf("got %+v, %+v", f, p)
	}
}

// Caller is the line that a user can open, however deep in the library the mistake is found. Tests count as users; the
// functions at the end of this file count as the library.
func TestCaller(t *testing.T) {
	tests := []struct {
		name string
		run  func() (at string, line int) // what Caller says, and the line of the call
	}{
		{"called directly", func() (string, int) { return fault.Caller(), here() }},
		{"through the library", func() (string, int) { return library(fault.Caller), here() }},
		{"the innermost of two", func() (at string, line int) {
			library(func() string {
				at, line = library(fault.Caller), here()
				return ""
			})
			return at, line
		}},
		{"after a panic of the user's", func() (at string, line int) {
			at = recovers(func() {
				line = here() + 1
				panic("a mistake")
			})
			return at, line
		}},
		{"after a panic of the library's", func() (at string, line int) {
			at = recovers(func() {
				line = here() + 1
				library(libraryPanics)
			})
			return at, line
		}},
		{"after a panic of Go's", func() (at string, line int) {
			at = recovers(func() {
				var f *fault.Fault
				line = here() + 1
				f.Kind = "a nil pointer"
			})
			return at, line
		}},
	}
	_, file, _, _ := runtime.Caller(0)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			at, line := test.run()
			if want := fmt.Sprintf("%s:%d", file, line); at != want {
				t.Errorf("got  %s\nwant %s", at, want)
			}
		})
	}
}

// What the CDK says of constructs is told without what it puts around it.
func TestValidations(t *testing.T) {
	const got = "@jsii/kernel.RuntimeError: Error: ValidationFailedWithErrors: Validation failed with the following errors:\n" +
		"  [dev/Stack] access.Guard dev/Stack/Guard (/app/main.go:7) can't protect dev/Stack: 1 problem\n  - Protect: got [x] y\n" +
		"  [dev/Stack/Rule] A rule needs a schedule"
	const want = "access.Guard dev/Stack/Guard (/app/main.go:7) can't protect dev/Stack: 1 problem\n  - Protect: got [x] y\ndev/Stack/Rule: A rule needs a schedule"
	if explained := fault.Explain(got); explained != want {
		t.Errorf("got  %s\nwant %s", explained, want)
	}
	for _, other := range []string{"[a] b", "  [a] b can't c"} {
		if explained := fault.Explain("x:\n" + other); explained != "x:\n"+other {
			t.Errorf("%q became %q", other, explained)
		}
	}
}

func TestCallerWithoutUser(t *testing.T) {
	at := make(chan string)
	go libraryAlone(at)
	if got := <-at; got != "" {
		t.Errorf("got %s, want nothing", got)
	}
}

// here is the line that it is called on.
func here() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

// From here on the compiler takes the lines for those of a file of the library that is no test.
//
//line library.go:1
func library(f func() string) string { return f() }

func libraryPanics() string { panic("the library's") }

func libraryAlone(at chan<- string) { at <- fault.Caller() }

func recovers(f func()) (at string) {
	defer func() {
		_ = recover()
		at = fault.Caller()
	}()
	f()
	return ""
}
