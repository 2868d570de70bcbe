package synth

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
)

// explain turns a panic of a construct or of jsii into an error, after the faults of constructs that were found before.
// A Go run-time error goes on, unless it comes from using what could not be built; and so does a value of somebody
// else's, such as a test library that ends a test so.
func explain(r any, faults error) error {
	var message string
	switch r := r.(type) {
	case *fault.Fault:
		return after(faults, r)
	case interface{ RuntimeError() }:
		if faults == nil {
			announce(r)
			panic(r)
		}
		return brokenOff(faults, "")
	case error:
		message = r.Error()
	case string: // a required field that is empty, which jsii says in Go already
		if faults != nil {
			return brokenOff(faults, " ("+r+")")
		}
		message = r
	default:
		if faults != nil {
			fmt.Fprintf(os.Stderr, "\nError: %v\n", faults)
		}
		announce(r)
		panic(r)
	}
	if fault.RuntimeEnded(message) {
		when := "synthesized"
		if at := fault.Caller(); at != "" {
			when = "built (" + at + ")"
		}
		return after(faults, fmt.Errorf("the Node.js process ended while the app was %s: what it said is above; "+
			"if it ran out of memory, raise it by NODE_OPTIONS=--max-old-space-size=4096", when))
	}
	return after(faults, errors.New(located(message)))
}

// located is a message of the CDK's, with the caller's line where there is one.
func located(message string) string {
	text := fault.Explain(message)
	switch at := fault.Caller(); {
	case at != "" && !fault.IsValidation(message):
		text += "\n  at " + at
	case at == "" && fault.PassedOn() && !strings.Contains(message, "ValidationFailed") && advise(text) == "":
		text += "\n  The CDK says so while it synthesizes, or it is a panic of " + callbacks + ": " + findCallback + "."
	}
	return text
}

// The jsii runtime recovers what a callback panics with, and passes the value on without the stack.
const (
	callbacks    = "a callback of the app's own (an aspect, a Lazy producer, a validation)"
	findCallback = "to see the line, print debug.Stack() in a deferred function of the callback"
)

// brokenOff is the error of code that probably uses what could not be built.
func brokenOff(faults error, why string) error {
	return fmt.Errorf("%w\n\n%s could not go on%s, probably since it uses what could not be built: what comes after it was not looked at",
		faults, cmp.Or(fault.Caller(), "A callback of the app's own"), why)
}

// announce says what goes on as a panic, ahead of Go's stack trace.
func announce(r any) {
	who, todo := "the app's own code", "Go's stack trace follows."
	switch {
	case fault.Panicked():
	case fault.PassedOn():
		who = "Plinth, the CDK or " + callbacks
		todo = "Go's stack trace follows, without the callback: " + findCallback + ". If there is none, please report it: it is a bug of theirs."
	default:
		who, todo = "Plinth or the CDK", "That is a bug of theirs: please report it with Go's stack trace, which follows."
	}
	where := ""
	if at := fault.Caller(); at != "" {
		where = " at " + at
	}
	fmt.Fprintf(os.Stderr, "\nError: %s panicked%s: %v\n  %s\n\n", who, where, r, todo)
}

// after is an error that comes after the faults; nil: none.
func after(faults, err error) error {
	if faults == nil {
		return err
	}
	return fmt.Errorf("%w\n\n%w", faults, err)
}

// advised is an error with what to do about it, where that is known.
func advised(err error) error {
	if err == nil {
		return nil
	}
	if advice := advise(err.Error()); advice != "" {
		return fmt.Errorf("%w\n  %s", err, advice)
	}
	return err
}

// headed is an error of several problems under one line that says whose they are.
func headed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s\n%w", what, problem.Count(err), err)
}

// advise says what to do about an error of the system, by the text that Node.js and Go give it.
func advise(message string) string {
	if advice := fault.OfSystem(message); advice != "" {
		return advice
	}
	for _, known := range []struct{ text, advice string }{
		{"EACCES", "A folder can't be written to: choose another output folder, or another temporary folder (TMPDIR)."},
		{"cannot cross stage boundaries", "Stages are deployed apart: make what the first takes from the second in each of them, or import it there by its name or ARN."},
		{"CrossRegionReferencesRequireExplicitRegion", "The region of one of the stacks is open: give both an Env with Account and Region, or neither."},
		{"ENAMETOOLONG", "A path is too long. If an asset holds the output folder, it is copied into itself: exclude cdk.out from the asset, or move one of them."},
	} {
		if strings.Contains(message, known.text) {
			return known.advice
		}
	}
	return ""
}

// withFindings replaces the error of a validation that failed by its findings, after the faults, and keeps the report.
func withFindings(err, faults error, out *output) error {
	if !strings.Contains(err.Error(), "ValidationFailed") {
		return err
	}
	findings, readErr := assembly.Findings(out.staging())
	if readErr != nil {
		return err
	}
	failed := onceEach(findings)
	if len(failed) == 0 {
		return err
	}
	var b strings.Builder
	for _, f := range failed {
		fmt.Fprintf(&b, "\n  - %s", f)
	}
	if report := out.keepReport(); report != "" {
		b.WriteString("\nThe whole report, warnings included: " + report)
	}
	return after(faults, fmt.Errorf("%w: %s%s", errFindings, problem.Plural(len(failed), "finding"), &b))
}

// onceEach are the errors among findings: one for what several resources have in common, and no other for a name that
// Plinth says to be taken.
func onceEach(findings []assembly.Finding) []assembly.Finding {
	var all []assembly.Finding
	for _, f := range findings {
		same := slices.IndexFunc(all, func(o assembly.Finding) bool { return o.Rule == f.Rule && o.Description == f.Description })
		switch {
		case f.Warning() || isTold(f, findings):
		case same < 0:
			all = append(all, f)
		default:
			all[same].Path += ", " + f.Path
		}
	}
	return all
}

// identifier is a value in the text of a finding of the CDK about identifiers that several resources of a template have:
// "Primary identifiers {'RepositoryName': 'a/b'} should have unique values".
var identifier = regexp.MustCompile(`: '([^']+)'`)

// isTold tells of such a finding whether one of Plinth's, which says what to do, is about the same name.
func isTold(f assembly.Finding, findings []assembly.Finding) bool {
	if f.Rule != "CloudFormation-Validate::E3019" {
		return false
	}
	for _, value := range identifier.FindAllStringSubmatch(f.Description, -1) {
		if slices.ContainsFunc(findings, func(o assembly.Finding) bool {
			return o.Rule == "Plinth::NameTaken" && strings.Contains(o.Description+" ", " the same name, "+value[1]+" ")
		}) {
			return true
		}
	}
	return false
}

// errFindings starts the error that tells all findings of a validation that failed.
var errFindings = errors.New("the templates break rules")
