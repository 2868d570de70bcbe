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

// What is not said is not written: IAM's own hour, CloudFormation's own name, the stack's tags alone.
func TestNameTagsAndSession(t *testing.T) {
	tests := []struct {
		name     string
		role     role.Role
		property string
		want     string // empty: the property is not there
	}{
		{"no name", role.Role{}, "RoleName", ""},
		{"name", role.Role{Name: "break-glass"}, "RoleName", `"break-glass"`},
		{"no session", role.Role{}, "MaxSessionDuration", ""},
		{"session", role.Role{SessionSeconds: 3600}, "MaxSessionDuration", `3600`},
		{"no tags", role.Role{}, "Tags", ""},
		{"tags, sorted", role.Role{Tags: map[string]string{"Team": "red", "Owner": "ann"}}, "Tags",
			`[{"Key":"Owner","Value":"ann"},{"Key":"Team","Value":"red"}]`},
		{"no policies", role.Role{}, "ManagedPolicyArns", ""},
		{"attached before its own", role.Role{Attached: []any{"arn:a"}, Statements: []policy.Statement{reads}}, "ManagedPolicyArns",
			`["arn:a",{"Ref":"ReaderPolicy"}]`},
		{"attached though its own are apart", role.Role{Attached: []any{"arn:a"}, Statements: []policy.Statement{reads}, Apart: true},
			"ManagedPolicyArns", `["arn:a"]`},
		{"who is no service", role.Role{Trust: []policy.Statement{{
			Effect: policy.Allow, Principal: policy.AccountPrincipal("aws", "111122223333"), Actions: []string{"sts:AssumeRole"},
		}}}, "AssumeRolePolicyDocument", `{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow",` +
			`"Principal":{"AWS":"arn:aws:iam::111122223333:root"}}],"Version":"2012-10-17"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if v, ok := test.role.Resources("Reader")["Reader"].Properties[test.property]; ok {
				got = text(t, v)
			}
			if got != test.want {
				t.Errorf("%s is %s, want %s", test.property, got, test.want)
			}
		})
	}
}

// objects are statements of which no two fit into one policy, nor can become one.
func objects(n int) []policy.Statement {
	var all []policy.Statement
	for i := range n {
		all = append(all, policy.Statement{
			Effect: policy.Allow, Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::b/" + strings.Repeat("x", 4000)},
			Conditions: policy.Conditions{"NumericEquals": {"a:By": i}},
		})
	}
	return all
}

func TestCheck(t *testing.T) {
	some := func(n int) []any { return slices.Repeat([]any{"arn:aws:iam::111122223333:policy/guard"}, n) }
	trust := func(letters int) []policy.Statement {
		return []policy.Statement{{Effect: policy.Allow, Actions: []string{"sts:AssumeRole"},
			Principal: policy.Principal{"AWS": strings.Repeat("x", letters)}}}
	}
	room := policy.MaxTrust - policy.Size(trust(0)...)
	const ten = "allowed: 10 policies of 6144 characters, which IAM takes; give the role fewer, with shorter names, or make two roles"
	tests := []struct {
		name, want string
		role       role.Role
	}{
		{"nothing", "", role.Role{}},
		{"ten policies", "", role.Role{Statements: objects(10)}},
		{"eleven policies", "Statements: got 11 policies, most of their text for s3:GetObject on 1 resources; " + ten, role.Role{Statements: objects(11)}},
		{"eleven policies of a field", "Reads: got 11 policies, most of their text for s3:GetObject on 1 resources; " + ten,
			role.Role{Statements: objects(11), Fields: map[string]string{"s3:GetObject": "Reads"}}},
		{"ten with the attached", "", role.Role{Statements: objects(7), Attached: some(3)}},
		{"eleven with the attached", ten, role.Role{Statements: objects(8), Attached: some(3)}},
		{"the longest trust", "", role.Role{Trust: trust(room)}},
		{"too long a trust", "TrustedBy: got a trust policy of 2049 characters; allowed: at most 2048, the default of a quota of IAM's; Plinth counts on no higher one: name fewer who may assume the role, or make two roles",
			role.Role{Trust: trust(room + 1)}},
		{"one statement too long", "allowed: at most 6144, which a policy holds; name fewer in it, or shorter ones",
			role.Role{Statements: []policy.Statement{{Effect: policy.Allow, Actions: []string{"s3:GetObject"}, Resources: []string{strings.Repeat("x", 7000)}}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.role.Check()
			if (err != nil) != (test.want != "") || err != nil && !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// Each policy of several has a name of its own, and is small enough.
func TestSeveralPolicies(t *testing.T) {
	made := role.Role{Service: "s3.amazonaws.com", Statements: objects(3)}.Resources("Reader")
	if names := slices.Sorted(maps.Keys(made)); !slices.Equal(names, []string{"Reader", "ReaderPolicy", "ReaderPolicy2", "ReaderPolicy3"}) {
		t.Errorf("made %v", names)
	}
	for name, r := range made {
		if size := len(text(t, r.Properties["PolicyDocument"])); size > policy.MaxManaged {
			t.Errorf("%s has %d characters", name, size)
		}
	}
}

func TestWildcardsOfActionsAndDenies(t *testing.T) {
	got := role.AcceptedWildcards([]policy.Statement{
		{Effect: policy.Deny, Actions: []string{"s3:*"}, Resources: []string{"*"}},
		{Effect: policy.Allow, Actions: []string{"logs:Get*", "logs:Tail"}, Resources: []string{"arn:a"}, Why: "reading"},
		{Effect: policy.Allow, Actions: []string{"logs:Get*"}, Resources: []string{"arn:b"}, Why: "reading"},
	})
	want := `[{"Rule":"AwsSolutions-IAM5","Findings":["Action::logs:Get\\*"],"Reason":"reading"}]`
	if text(t, got) != want {
		t.Errorf("got  %s\nwant %s", text(t, got), want)
	}
}
