package role_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var reads = policy.Statement{Effect: policy.Allow, Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::b/a"}}

// Together, whatever waits for the role waits for its permissions; apart, the permissions may wait for what waits for the role.
func TestTogetherAndApart(t *testing.T) {
	for apart, want := range map[bool][2]string{
		false: {`"ManagedPolicyArns":[{"Ref":"ReaderPolicy"}]`, `"Roles"`},
		true:  {`"Roles":[{"Ref":"Reader"}]`, `"ManagedPolicyArns"`},
	} {
		made := role.Role{Description: "Reads", Service: "s3.amazonaws.com", Statements: []policy.Statement{reads}, Apart: apart}.Resources("Reader")
		if names := slices.Sorted(maps.Keys(made)); !slices.Equal(names, []string{"Reader", "ReaderPolicy"}) {
			t.Errorf("made %v", names)
		}
		if all := text(t, made); !strings.Contains(all, want[0]) || strings.Contains(all, want[1]) {
			t.Errorf("apart %t: no %s, or %s in\n%s", apart, want[0], want[1], all)
		}
	}
}

func TestTrust(t *testing.T) {
	made := role.Role{Description: "Reads", Service: "s3.amazonaws.com", Statements: []policy.Statement{reads},
		TrustConditions: policy.Conditions{"StringEquals": {"aws:SourceAccount": "111122223333"}}}.Resources("Reader")
	want := `{"Statement":[{"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}},"Effect":"Allow",` +
		`"Principal":{"Service":"s3.amazonaws.com"}}],"Version":"2012-10-17"}`
	if got := text(t, made["Reader"].Properties["AssumeRolePolicyDocument"]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What a reviewer reads of a wildcard: the finding of the rule, with a pattern for what is not known yet, and the reason.
func TestReasonsOfWildcards(t *testing.T) {
	object := cfn.Join(cfn.Att("Bucket", "Arn"), "/a.b/*")
	// Another condition each, so that they can't become one statement.
	held := func(why, by string) policy.Statement {
		return policy.Statement{Effect: policy.Allow, Actions: []string{"a:B"}, Resources: []string{"*"}, Why: why,
			Conditions: policy.Conditions{"StringEquals": {"a:By": by}}}
	}
	tests := []struct {
		name       string
		statements []policy.Statement
		want       string
	}{
		{"none", []policy.Statement{reads}, `null`},
		{"a text", []policy.Statement{{Effect: policy.Allow, Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::b/*"}, Why: "all"}},
			`[{"applies_to":[{"regex":"/^Resource::arn:aws:s3:::b\\/\\*$/"}],"id":"AwsSolutions-IAM5","reason":"all"}]`},
		{"a reference", []policy.Statement{{Effect: policy.Allow, Actions: []string{"s3:GetObject"}, References: []any{object}, Why: "all"}},
			`[{"applies_to":[{"regex":"/^Resource::.+\\/a\\.b\\/\\*$/"}],"id":"AwsSolutions-IAM5","reason":"all"}]`},
		{"one resource, two reasons", []policy.Statement{
			held("one", "a"), held("two", "b"), held("one", "c"),
		}, `[{"applies_to":[{"regex":"/^Resource::\\*$/"}],"id":"AwsSolutions-IAM5","reason":"one; two"}]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			made := role.Role{Description: "Reads", Service: "s3.amazonaws.com", Statements: test.statements}.Resources("Reader")
			var rules any
			for _, r := range made {
				if nag, _ := r.Metadata["cdk_nag"].(map[string]any); nag != nil {
					rules = nag["rules_to_suppress"]
				}
			}
			if got := text(t, rules); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestAcceptedInPacks(t *testing.T) {
	names := func(all []role.Accepted) string {
		var ids []string
		for _, a := range all {
			ids = append(ids, a.Rule+" "+a.Reason)
		}
		return strings.Join(ids, ", ")
	}
	if got := names(role.AcceptInPacks("X", "why")); got != "NIST.800.53.R5-X why, HIPAA.Security-X why, PCI.DSS.321-X why" {
		t.Errorf("in all: %s", got)
	}
	if got := names(role.AcceptInPacks("X", "why", role.HIPAA)); got != "HIPAA.Security-X why" {
		t.Errorf("in one: %s", got)
	}
	if got := text(t, role.Metadata(role.AcceptInPacks("X", "why", role.PCI))); got !=
		`{"cdk_nag":{"rules_to_suppress":[{"id":"PCI.DSS.321-X","reason":"why"}]}}` {
		t.Errorf("written %s", got)
	}
	if role.Metadata(nil) != nil {
		t.Error("nothing is accepted, and still written")
	}
}
