package properties

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/plinth-ml/plinth/internal/policy"
)

var (
	effects   = rapid.SampledFrom([]string{policy.Allow, policy.Allow, policy.Deny})
	actions   = []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
	resources = []string{"arn:aws:s3:::red/*", "arn:aws:s3:::blue/a/*", "arn:aws:s3:::blue/*", "arn:aws:s3:::green/x"}
	held      = []policy.Conditions{
		nil,
		{"Bool": {"aws:SecureTransport": "true"}},
		{"StringEquals": {"aws:PrincipalTag/Team": "red"}},
		{"StringEquals": {"aws:PrincipalTag/Team": []string{"red", "blue"}}},
	}
)

// some draws a few of the values, at least one, with repetitions.
func some[T any](values []T) *rapid.Generator[[]T] {
	return rapid.SliceOfN(rapid.SampledFrom(values), 1, 4)
}

func drawStatements(t *rapid.T) []policy.Statement {
	var all []policy.Statement
	for range rapid.IntRange(1, 8).Draw(t, "statements") {
		all = append(all, policy.Statement{
			Effect: effects.Draw(t, "effect"), Actions: some(actions).Draw(t, "actions"), Resources: some(resources).Draw(t, "resources"),
			Conditions: rapid.SampledFrom(held).Draw(t, "conditions"),
		})
	}
	return all
}

// Merging and splitting documents changes no decision of a real evaluator.
func TestDocumentsDecideAsBefore(t *testing.T) {
	type request struct {
		Principal string            `json:"principal"`
		Action    string            `json:"action"`
		Resource  string            `json:"resource"`
		Owner     string            `json:"owner"`
		Context   map[string]string `json:"context"`
	}
	type one struct {
		Documents [][]any   `json:"documents"`
		Requests  []request `json:"requests"`
	}
	var cases []one
	rendered := func(statements []policy.Statement) []any {
		return policy.Document(statements...)["Statement"].([]any)
	}
	rapid.Check(t, func(t *rapid.T) {
		given := drawStatements(t)
		limit := rapid.IntRange(170, 900).Draw(t, "limit")
		split, err := policy.Split(given, limit)
		if err != nil {
			t.Skip("too small a limit for one of the statements")
		}
		var together []policy.Statement
		for _, d := range split {
			if size := policy.Size(d...); size > limit {
				t.Fatalf("a document of %d characters, limit %d", size, limit)
			}
			together = append(together, d...)
		}
		c := one{Documents: [][]any{rendered(given), rendered(policy.Compact(given)), rendered(together)}}
		for range 4 {
			c.Requests = append(c.Requests, request{
				Principal: "arn:aws:iam::111122223333:role/X", Owner: "111122223333",
				Action:   rapid.SampledFrom(actions).Draw(t, "action"),
				Resource: rapid.SampledFrom([]string{"arn:aws:s3:::red/x", "arn:aws:s3:::blue/a/x", "arn:aws:s3:::blue/b", "arn:aws:s3:::green/x"}).Draw(t, "resource"),
				Context: map[string]string{
					"aws:SecureTransport":   rapid.SampledFrom([]string{"true", "false"}).Draw(t, "secure"),
					"aws:PrincipalTag/Team": rapid.SampledFrom([]string{"red", "blue", "green"}).Draw(t, "team"),
				},
			})
		}
		cases = append(cases, c)
	})
	input, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("node", "iam/same.js")
	command.Dir, command.Stdin = "..", bytes.NewReader(input)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var decisions, granted int
	if _, err := fmt.Sscanf(strings.TrimSpace(string(output)), "%d decisions, %d of them granted", &decisions, &granted); err != nil ||
		granted == 0 || granted == decisions {
		t.Fatalf("a comparison that shows nothing: %s %v", output, err)
	}
}
