// Package fault turns a user's mistake into one message: which construct, where in the user's code, what is wrong.
package fault

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// Fault is what a construct panics with when its props are wrong.
type Fault struct {
	// Kind is what was to be built: "network.Isolated"; empty where only its path is known.
	Kind string
	// Path is the construct's path, such as "dev/Foundation/Network"; empty where there is none.
	Path string
	// At is the caller's file and line.
	At string
	// Err holds every problem.
	Err error
	// Others are constructs that were given the same wrong Environment; see [Where].
	Others []string
}

// Error is the whole message.
func (f *Fault) Error() string {
	var b strings.Builder
	if where := Where(f.Kind, f.Path, f.At); where != "" {
		b.WriteString(where + " ")
	}
	b.WriteString("can't be built: " + problem.Count(f.Err))
	text := f.Err.Error()
	if !strings.HasPrefix(text, "  - ") { // an error that is no list
		text = "  - " + text
	}
	b.WriteString("\n" + text)
	if len(f.Others) > 0 {
		b.WriteString("\n  The same Environment was given to " + strings.Join(f.Others, ", "))
	}
	return b.String()
}

// Where names a construct and the caller's line that makes it: "network.Isolated dev/Network (/app/main.go:12)".
func Where(kind, path, at string) string {
	if at != "" {
		at = "(" + at + ")"
	}
	return strings.Join(slices.DeleteFunc([]string{kind, path, at}, func(s string) bool { return s == "" }), " ")
}

// Unwrap gives the problems.
func (f *Fault) Unwrap() error { return f.Err }

// Check panics with a fault of that kind when something is wrong.
func Check(kind string, err error) {
	if err != nil {
		panic(&Fault{Kind: kind, At: Caller(), Err: err})
	}
}

// known are errors of the CDK and jsii that say nothing to a user, and what they mean.
var known = []struct{ text, meaning string }{
	{"but was already assigned", "a struct that embeds a construct can't be passed to the CDK: pass the construct that is in it"},
	{"Cannot apply RemovalPolicy", "ApplyRemovalPolicy does nothing for what is imported, as the objects in the fields of Plinth's constructs are: choose the Tier of the " +
		"Environment, or call awscdk.RemovalPolicies_Of(construct) with the Construct of what you made"},
	{"No Object Found", closed},
	{"Module 'aws-cdk-lib' not found", closed},
	{"no object reference found for", "an object is given to the CDK that it did not make, or that it made before jsii was closed: leave jsii.Close out, synth.Main calls it"},
}

const closed = "jsii was closed in build: leave jsii.Close out, synth.Main calls it"

// Explain makes a message of one of the CDK's and jsii's.
func Explain(message string) string {
	if IsTaken(message) {
		return ofTaken(message)
	}
	for _, k := range known {
		if strings.Contains(message, k.text) {
			return k.meaning
		}
	}
	return ofConstructs(WithoutStack(message))
}

var (
	// validation is what the CDK puts before the errors of constructs that it asked.
	validation = regexp.MustCompile(`^ValidationFailedWithErrors: Validation failed with the following errors:\n`)
	// asked is the path of one that it asked, and own what Plinth says, which has its own.
	asked = regexp.MustCompile(`(?m)^  \[([^\]\n]*)\] `)
	own   = regexp.MustCompile(`(?m)^  \[[^\]\n]*\] (\w+\.\w+ .*can't )`)
)

// IsValidation tells of the text of an error whether constructs say what is wrong, and which they are.
func IsValidation(message string) bool { return validation.MatchString(WithoutStack(message)) }

// ofConstructs is a message of the CDK without what it puts around the errors of constructs.
func ofConstructs(message string) string {
	if !validation.MatchString(message) {
		return message
	}
	errors := validation.ReplaceAllString(message, "")
	return asked.ReplaceAllString(own.ReplaceAllString(errors, "$1"), "$1: ")
}

// RuntimeEnded tells of the text of an error of jsii whether its process has ended, or did not start.
func RuntimeEnded(message string) bool {
	return slices.ContainsFunc([]string{
		"no response received from child process", "this process has been closed", "|1: broken pipe", "|1: file already closed",
	}, func(known string) bool { return strings.Contains(message, known) })
}

// system are the errors of the system that no construct is to blame for, as Go and as Node.js say them, and what to do.
var system = []struct{ inGo, inNode, advice string }{
	{"no space left on device", "ENOSPC", full},
	{"disk quota exceeded", "EDQUOT", full},
	{"read-only file system", "EROFS", "A file system is read-only: choose another output folder, or another temporary folder (TMPDIR)."},
}

const full = "The disk is full: free space in the output folder and in the temporary folder (TMPDIR)."

// OfSystem is what to do about an error of the system that would come up in every construct, by its text; empty: it is
// none.
func OfSystem(message string) string {
	for _, s := range system {
		if strings.Contains(message, s.inGo) || strings.Contains(message, s.inNode) {
			return s.advice
		}
	}
	return ""
}

// WithoutStack drops from a message the lines of a JavaScript stack, and the name of the class that each JavaScript
// error starts with.
func WithoutStack(message string) string {
	var kept []string
	for line := range strings.Lines(message) {
		if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "at ") {
			kept = append(kept, strings.TrimRight(line, "\n"))
		}
	}
	return className.ReplaceAllString(strings.TrimSpace(strings.Join(kept, "\n")), "")
}

// className is what jsii and JavaScript put before a message, once or twice.
var className = regexp.MustCompile(`^((@jsii/kernel\.)?(RuntimeError|Fault|Error): )+`)

// machinery are the packages whose frames are never the user's.
var machinery = []string{
	"runtime.", "reflect.",
	"github.com/aws/aws-cdk-go/", "github.com/aws/constructs-go/", "github.com/aws/jsii-runtime-go", "github.com/cdklabs/",
	"github.com/plinth-ml/plinth/constructs/", "github.com/plinth-ml/plinth/internal/",
}

// root is the folder of this module, as frames name it.
var root = func() string {
	_, file, _, _ := runtime.Caller(0)
	return strings.TrimSuffix(file, "internal/fault/fault.go")
}()

// Caller is the file and line of the innermost frame that is the user's own. It works in a deferred function during a
// panic too, where the stack still shows who panicked. It is empty when there is no such frame, as when the CDK fails
// after the app has been built: who had it synthesized is not to blame.
func Caller() string {
	counters := make([]uintptr, 256)
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters)])
	for {
		f, more := frames.Next()
		if f.File != "" && !isMachinery(f) {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more || f.Function == synthesizer {
			return ""
		}
	}
}

// synthesizer is the function that has an app built and synthesized.
const synthesizer = "github.com/plinth-ml/plinth/constructs/synth.synthesize"

// Panicked tells whether the code that panicked is the user's own. It is for a deferred function during a panic.
func Panicked() (own bool) {
	by := panicker()
	return by.Function != "" && !isMachinery(by)
}

// PassedOn tells whether the panic came out of the jsii runtime. It may then be one of a callback that the runtime has
// recovered and whose stack is lost. It is for a deferred function during a panic.
func PassedOn() bool {
	return strings.HasPrefix(panicker().Function, "github.com/aws/jsii-runtime-go/")
}

// panicker is the frame that panicked; zero where nothing did.
func panicker() (by runtime.Frame) {
	counters := make([]uintptr, 256)
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters)])
	panicking := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic": // of several the outermost, since the others pass it on
			panicking = true
		case panicking && !strings.HasPrefix(f.Function, "runtime."):
			by, panicking = f, false
		}
		if !more {
			return by
		}
	}
}

func isMachinery(f runtime.Frame) bool {
	if strings.HasSuffix(f.File, "_test.go") || strings.Contains(f.File, "/testdata/") {
		return false
	}
	if strings.HasPrefix(f.File, root+"constructs/") || strings.HasPrefix(f.File, root+"internal/") {
		return true // whatever it is called: Go names a function that it inlines after the caller
	}
	for _, prefix := range machinery {
		if strings.HasPrefix(f.Function, prefix) {
			return true
		}
	}
	return false
}
