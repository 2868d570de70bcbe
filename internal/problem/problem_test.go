package problem_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/internal/problem"
)

func TestMessage(t *testing.T) {
	tests := []struct {
		name string
		p    problem.Problem
		want string
	}{
		{"text is quoted, so that a blank shows", problem.Problem{Field: "Name", Got: "a ", Allowed: "letters"}, `Name: got "a "; allowed: letters`},
		{"empty text", problem.Problem{Field: "Name", Got: "", Allowed: "letters"}, `Name: got ""; allowed: letters`},
		{"nothing", problem.Problem{Field: "Bucket", Allowed: "a bucket"}, `Bucket: got nothing; allowed: a bucket`},
		{"number", problem.Problem{Field: "AZs", Got: 7, Allowed: "1 to 6"}, `AZs: got 7; allowed: 1 to 6`},
		{"what has a name of its own", problem.Problem{Field: "Runtime", Got: 90 * time.Second, Allowed: "1h"}, `Runtime: got 1m30s; allowed: 1h`},
		{"a token", problem.Problem{Field: "Name", Got: "${Token[TOKEN.7]}", Allowed: "letters"},
			`Name: got "${Token[TOKEN.7]}"; allowed: a value known at synth, not a token: letters`},
		{"a token of which it is said", problem.Problem{Field: "Name", Got: "${Token[TOKEN.7]}", Allowed: "a name known at synth"},
			`Name: got "${Token[TOKEN.7]}"; allowed: a name known at synth`},
		{"a token beside text", problem.Problem{Field: "Name", Got: "${Token[TOKEN.7]}/*", Allowed: "no *"}, `Name: got "${Token[TOKEN.7]}/*"; allowed: no *`},
		{"a long text", problem.Problem{Field: "Name", Got: strings.Repeat("ä", 5000), Allowed: "letters"},
			`Name: got "` + strings.Repeat("ä", 100) + `"... (5000 letters); allowed: letters`},
		{"an ARN", problem.Problem{Field: "Name", Got: strings.Repeat("a", 200), Allowed: "letters"}, `Name: got "` + strings.Repeat("a", 200) + `"; allowed: letters`},
		{"a long list", problem.Problem{Field: "Name", Got: []string{strings.Repeat("a", 5000)}, Allowed: "letters"},
			"Name: got [" + strings.Repeat("a", 99) + "... (5002 letters); allowed: letters"},
		{"a long key", problem.Problem{Field: `Job.Variables["` + strings.Repeat("k", 5000) + `"].x`, Got: 1, Allowed: "2"},
			`Job.Variables["` + strings.Repeat("k", 100) + `... (5000 letters)"].x: got 1; allowed: 2`},
		{"a map that contains itself", problem.Problem{Field: "Input", Got: cyclic(), Allowed: "2"}, "Input: got a map that contains itself; allowed: 2"},
		{"a list that contains itself", problem.Problem{Field: "Input", Got: []any{cyclic()}, Allowed: "2"}, "Input: got a slice that contains itself; allowed: 2"},
		{"with a fix", problem.Problem{Field: "Key", Allowed: "a key", Fix: "make one"}, `Key: got nothing; allowed: a key; make one`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.p.Error(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func cyclic() map[string]any {
	m := map[string]any{}
	m["itself"] = []any{m}
	return m
}

func TestEmptyListIsNoError(t *testing.T) {
	var l problem.List
	l.Include("Limits", nil)
	l.Include("", (&problem.List{}).Err())
	if err := l.Err(); err != nil {
		t.Errorf("got %v", err)
	}
	if all := problem.All(nil); len(all) != 0 {
		t.Errorf("nil holds %v", all)
	}
}

func TestIncludeNamesThePath(t *testing.T) {
	tests := []struct{ prefix, field, want string }{
		{"", "Name", "Name"},
		{"Limits", "Runtime", "Limits.Runtime"},
		{"Inputs[0]", "From", "Inputs[0].From"},
		{"Environments", "[1].Name", "Environments[1].Name"},
		{"Job", "", "Job"},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			var part, whole problem.List
			part.Add(test.field, 1, "2", "")
			whole.Include(test.prefix, part.Err())
			if got := fields(whole.Err()); !slices.Equal(got, []string{test.want}) {
				t.Errorf("got %v, want %s", got, test.want)
			}
			if got := fields(part.Err()); !slices.Equal(got, []string{test.field}) {
				t.Errorf("the included error changed too: %v", got)
			}
		})
	}
}

// Parts of parts come out as one flat list, in order, each with its whole path; a single Problem and a foreign error are
// taken as they are.
func TestIncludeFlattens(t *testing.T) {
	var inner, middle, outer problem.List
	inner.Add("Bucket", nil, "a bucket", "")
	inner.Add("Path", "/", "no slash", "")
	middle.Include("From", inner.Err())
	middle.Include("", problem.Problem{Field: "Channel", Got: "", Allowed: "a name"})
	outer.Add("Image", nil, "an image", "")
	outer.Include("Inputs[0]", middle.Err())
	outer.Include("Output", io.ErrUnexpectedEOF)

	err := outer.Err()
	want := []string{"Image", "Inputs[0].From.Bucket", "Inputs[0].From.Path", "Inputs[0].Channel", "unexpected EOF"}
	if got := fields(err); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines for %d problems:\n%v", len(lines), len(want), err)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, "  - "+want[i]) {
			t.Errorf("line %d is %q, want a bullet and %s", i, line, want[i])
		}
	}
}

// Callers look into the error as into any other of Go.
func TestErrorsIsAndAs(t *testing.T) {
	var l problem.List
	l.Add("Name", "x", "y", "")
	l.Include("", io.EOF)
	if !errors.Is(l.Err(), io.EOF) {
		t.Error("errors.Is doesn't find what was included")
	}
	var p problem.Problem
	if !errors.As(l.Err(), &p) || p.Field != "Name" {
		t.Errorf("errors.As finds %+v", p)
	}
}

// fields are the fields of all problems, or the texts of other errors.
func fields(err error) []string {
	var all []string
	for _, e := range problem.All(err) {
		var p problem.Problem
		if errors.As(e, &p) {
			all = append(all, p.Field)
		} else {
			all = append(all, e.Error())
		}
	}
	return all
}
