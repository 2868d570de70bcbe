package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/policy"
)

func allow(action, resource string) policy.Statement {
	return policy.Statement{Effect: policy.Allow, Actions: strings.Fields(action), Resources: strings.Fields(resource)}
}

// decisions are the pairs that documents speak of, however they are written.
func decisions(documents ...[]policy.Statement) []string {
	var all []string
	for _, d := range documents {
		for _, s := range d {
			for _, a := range s.Actions {
				for _, r := range s.Resources {
					all = append(all, fmt.Sprint(s.Effect, a, r, s.Conditions))
				}
				for _, r := range s.References {
					all = append(all, fmt.Sprint(s.Effect, a, r, s.Conditions))
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestCompact(t *testing.T) {
	held := allow("a:B", "r1")
	held.Conditions = policy.Conditions{"Bool": {"x": "true"}}
	deny := allow("a:B", "r2")
	deny.Effect = policy.Deny
	tests := []struct {
		name  string
		given []policy.Statement
		want  int
	}{
		{"same resources", []policy.Statement{allow("a:B", "r1"), allow("a:C", "r1")}, 1},
		{"same actions", []policy.Statement{allow("a:B", "r1"), allow("a:B", "r2")}, 1},
		{"the same twice", []policy.Statement{allow("a:B", "r1"), allow("a:B", "r1")}, 1},
		{"in two steps", []policy.Statement{allow("a:B", "r1"), allow("a:C", "r2"), allow("a:B", "r2"), allow("a:C", "r1")}, 1},
		{"another action on another resource", []policy.Statement{allow("a:B", "r1"), allow("a:C", "r2")}, 2},
		{"another condition", []policy.Statement{allow("a:B", "r1"), held}, 2},
		{"another effect", []policy.Statement{allow("a:B", "r1"), deny}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := policy.Compact(test.given)
			if len(got) != test.want {
				t.Errorf("%d statements, want %d: %v", len(got), test.want, got)
			}
			if !slices.Equal(decisions(got), decisions(test.given)) {
				t.Errorf("decides otherwise: %v", got)
			}
		})
	}
}

func TestSplitKeepsEveryDecisionWithinTheLimit(t *testing.T) {
	var given []policy.Statement
	for i := range 40 {
		given = append(given, allow(fmt.Sprintf("s3:GetObject%d s3:PutObject%d", i, i), fmt.Sprintf("arn:aws:s3:::bucket-%d/* arn:aws:s3:::other-%d/*", i, i)))
	}
	given = append(given, policy.Statement{Sid: "Large", Effect: policy.Allow, Actions: []string{"kms:Decrypt"}, References: []any{
		map[string]any{"Ref": "A"}, map[string]any{"Ref": "B"}, map[string]any{"Ref": "C"}, map[string]any{"Ref": "D"},
	}})
	const limit = 400
	documents, err := policy.Split(given, limit)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range documents {
		if size := policy.Size(d...); size > limit {
			t.Errorf("document %d has %d characters", i, size)
		}
	}
	if !slices.Equal(decisions(documents...), decisions(given)) {
		t.Error("the documents decide otherwise together")
	}
}

func TestWhatCantBeSplitIsAnError(t *testing.T) {
	_, err := policy.Split([]policy.Statement{allow("s3:GetObject", "arn:aws:s3:::"+strings.Repeat("x", 500))}, 300)
	if err == nil || !strings.Contains(err.Error(), "at most 300, which a policy holds") {
		t.Errorf("error %v", err)
	}
}

// What is known only at deployment counts as long as an ARN.
func TestSizeOfWhatIsUnknown(t *testing.T) {
	known := policy.Size(allow("a:B", "x"))
	for _, s := range []policy.Statement{
		allow("a:B", "${Token[TOKEN.1]}"),
		{Effect: policy.Allow, Actions: []string{"a:B"}, References: []any{map[string]any{"Ref": "A"}}},
		{Effect: policy.Allow, Actions: []string{"a:B"}, References: []any{map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Ref": "A"}, ""}}}}},
	} {
		if got := policy.Size(s); got < known+70 {
			t.Errorf("%v: %d characters, want an ARN more than %d", s, got, known)
		}
	}
}

// A sid is unique in its document, as IAM demands.
func TestNamed(t *testing.T) {
	given := []policy.Statement{allow("s3:GetObject", "a"), allow("s3:GetObject", "b"), {Sid: "Own", Actions: []string{"a:B"}}, allow("ec2:*Face*", "a")}
	var got []string
	for _, s := range policy.Named(given) {
		got = append(got, s.Sid)
	}
	if want := []string{"GetObject", "GetObjectNo2", "Own", "Face"}; !slices.Equal(got, want) {
		t.Errorf("sids %v, want %v", got, want)
	}
	if given[0].Sid != "" {
		t.Error("the given statements are changed")
	}
}
