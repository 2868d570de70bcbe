package storage

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

var here = location.Location{Partition: "aws", Region: "us-east-1", Account: "111122223333"}

// short writes a value as JSON, with short names in the place of references.
func short(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	const bucket = `{"Fn::GetAtt":["Bucket","Arn"]}`
	return strings.NewReplacer(
		`{"Fn::Join":["",[`+bucket+`,"/`, `"BUCKET/`, `*"]]}`, `*"`, bucket, `"BUCKET"`,
		`{"Fn::GetAtt":["Replication","Arn"]}`, `"REPLICATION"`, `{"Fn::GetAtt":["Backup","Arn"]}`, `"BACKUP"`,
	).Replace(string(text))
}

// same compares a value with JSON.
func same(t *testing.T, got any, want string) {
	t.Helper()
	if text := short(t, got); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// labels name statements: by Sid, else by what they allow.
func labels(all []policy.Statement) string {
	var names []string
	for _, s := range all {
		name := s.Sid
		if name == "" {
			name = s.Effect + " " + strings.Join(s.Actions, ",")
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

// labelled is the statement of that label.
func labelled(t *testing.T, all []policy.Statement, label string) policy.Statement {
	t.Helper()
	for _, s := range all {
		if labels([]policy.Statement{s}) == label {
			return s
		}
	}
	t.Fatalf("no statement %s in %s", label, labels(all))
	return policy.Statement{}
}
