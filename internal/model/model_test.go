package model_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
)

// rows are what AWS's models say, by the member.
func rows(t *testing.T) map[string][]string {
	t.Helper()
	file, err := os.Open("../../constructs/testdata/limits.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, line := range lines {
		all[line[0]+" "+line[1]] = line
	}
	return all
}

// The tables say what AWS's models say.
func TestTablesAreTheModels(t *testing.T) {
	const least, most, pattern = 3, 4, 5
	texts, numbers := model.All()
	all := rows(t)
	for _, m := range texts {
		of := all[m.Of]
		if of == nil || of[most] != strconv.Itoa(m.Max) || of[least] != strconv.Itoa(m.Min) {
			t.Errorf("%s: %d to %d, and the model has %q", m.Of, m.Min, m.Max, of)
			continue
		}
		// Of a line, as Java's dot has it.
		if oneLine := strings.HasSuffix(of[pattern], ".*") || of[pattern] == ".+" || strings.HasSuffix(of[pattern], "(.*)"); oneLine != (m.Characters == "on one line") {
			t.Errorf("%s: %s, and the model has %s", m.Of, m.Pattern, of[pattern])
		}
	}
	for _, n := range numbers {
		if of := all[n.Of]; of == nil || of[most] != strconv.Itoa(n.Max) || of[least] != strconv.Itoa(n.Min) {
			t.Errorf("%s: %d to %d, and the model has %q", n.Of, n.Min, n.Max, of)
		}
	}
}

func TestCheck(t *testing.T) {
	for value, want := range map[string]string{
		"":                             "F: got 0 characters; allowed: a name of 1 to 255 characters on one line",
		"validation:auc":               "",
		strings.Repeat("é", 255):       "",
		strings.Repeat("a", 256):       "F: got 256 characters",
		"a\nb":                         `F: got "a\nb"; allowed: a name of 1 to 255 characters on one line`,
		"a\u2028":                      "on one line",
		"a\u0085":                      "on one line",
		"${Token[TOKEN.1]}\n":          "",
		"tab\tand \x00, which no line": "",
	} {
		var l problem.List
		model.MetricName.Check(&l, "F", value)
		got := ""
		if err := l.Err(); err != nil {
			got = err.Error()
		}
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}
