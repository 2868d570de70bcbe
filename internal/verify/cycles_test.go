package verify_test

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/verify"
)

func TestCycles(t *testing.T) {
	topic := func(id, properties string) string { return at(id, "AWS::SNS::Topic", "S/"+id, properties) }
	tests := []struct {
		name      string
		resources []string
		want      string // the paths of each cycle
	}{
		{"none", []string{topic("A", `"X": {"Ref": "B"}`), topic("B", `"X": {"Ref": "C"}`), topic("C", ""), topic("D", `"X": [{"Ref": "A"}, {"Ref": "B"}, {"Ref": "Parameter"}]`)}, ""},
		{"two", []string{topic("A", `"X": {"Ref": "B"}`), topic("B", `"X": {"Fn::GetAtt": ["A", "Arn"]}`)}, "S/A, S/B"},
		{"itself", []string{topic("A", `"X": {"Fn::Sub": "x${A.Arn}"}`)}, "S/A"},
		{"three", []string{topic("C", `"X": {"Fn::GetAtt": "A.Arn"}`), topic("A", `"X": {"Fn::Sub": ["${B}", {}]}`), topic("B", `"X": [{"Fn::Join": ["", [{"Ref": "C"}]]}]`)}, "S/A, S/B, S/C"},
		{"two apart", []string{topic("A", `"X": {"Ref": "A"}`), topic("B", `"X": {"Ref": "B"}`)}, "S/A; S/B"},
		{"by waiting", []string{`"A": {"Type": "AWS::SNS::Topic", "DependsOn": "B"}`, `"B": {"Type": "AWS::SNS::Topic", "DependsOn": ["A"]}`}, "A, B"},
		{"a value that is given", []string{topic("A", `"X": {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}`), topic("B", "")}, ""},
		{"in a value that is given", []string{topic("A", `"X": {"Fn::Sub": ["${B}", {"B": {"Ref": "A"}}]}`), topic("B", "")}, "S/A"},
		{"a text like one", []string{topic("A", `"X": "${A}"`)}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range verify.Check([]assembly.Stack{stack(t, "S", resources(test.resources...), "")}) {
				_, paths, _ := strings.Cut(f.Description, "the first: ")
				got = append(got, paths)
			}
			if got := strings.Join(got, "; "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
