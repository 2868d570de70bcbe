package policy_test

import (
	"slices"
	"testing"

	"github.com/plinth-ml/plinth/internal/policy"
)

// A reference stands for a name that nobody knows yet; a wildcard beside it is one all the same.
func TestWildcards(t *testing.T) {
	join := func(parts ...any) any { return map[string]any{"Fn::Join": []any{"", parts}} }
	bucket := map[string]any{"Fn::GetAtt": []string{"Bucket", "Arn"}}
	const token = "${Token[reference.0]}"
	tests := []struct {
		name string
		s    policy.Statement
		want []string
	}{
		{"none", policy.Statement{Resources: []string{"arn:aws:s3:::b"}, References: []any{bucket, join(bucket, "/a")}}, nil},
		{"in a text", policy.Statement{Resources: []string{"arn:aws:s3:::b", "arn:aws:s3:::b/*"}}, []string{"arn:aws:s3:::b/*"}},
		{"beside a reference", policy.Statement{References: []any{bucket, join(bucket, "/a/*")}}, []string{token + "/a/*"}},
		{"between references", policy.Statement{References: []any{join("a", bucket, "*", bucket)}}, []string{"a" + token + "*" + token}},
		{"in both", policy.Statement{Resources: []string{"*"}, References: []any{join(bucket, "*")}}, []string{"*", token + "*"}},
		{"a reference that is no join", policy.Statement{References: []any{map[string]any{"Ref": "Topic*"}, "text*"}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.s.Wildcards(); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestReferencesStandAmongResources(t *testing.T) {
	ref := map[string]any{"Ref": "Topic"}
	tests := []struct {
		name string
		s    policy.Statement
		want any
	}{
		{"alone", policy.Statement{References: []any{ref}}, ref},
		{"with texts before", policy.Statement{Resources: []string{"a"}, References: []any{ref}}, []any{"a", ref}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.s.JSON()["Resource"]
			list, isList := got.([]any)
			if wanted, many := test.want.([]any); many != isList || many && (len(list) != len(wanted) || list[0] != wanted[0]) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
