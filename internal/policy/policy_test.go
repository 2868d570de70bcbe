package policy_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/plinth-ml/plinth/internal/policy"
)

// Documents are compared as JSON, which is what IAM reads.
func TestDocument(t *testing.T) {
	tests := []struct {
		name       string
		statements []policy.Statement
		want       string
	}{
		{"one value stands alone",
			[]policy.Statement{{Effect: policy.Allow, Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::b/*"}}},
			`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}`},
		{"several are a list",
			[]policy.Statement{{Effect: policy.Allow, Actions: []string{"a:B", "a:C"}, Resources: []string{"r1", "r2"}}},
			`{"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": ["r1", "r2"]}`},
		{"all parts",
			[]policy.Statement{{
				Sid: "Own", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"s3:*"}, Resources: []string{"*"},
				Conditions: policy.Conditions{
					"StringNotEquals": {"aws:PrincipalAccount": "1", "aws:ResourceAccount": "1"},
					"Bool":            {"aws:SecureTransport": "true"},
					"StringLike":      {"s3:prefix": []string{"a/*", "b/*"}},
				},
			}},
			`{"Sid": "Own", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {
				"StringNotEquals": {"aws:PrincipalAccount": "1", "aws:ResourceAccount": "1"},
				"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"s3:prefix": ["a/*", "b/*"]}}}`},
		{"a trust policy has no resource",
			[]policy.Statement{{Effect: policy.Allow, Principal: policy.ServicePrincipal("sagemaker.amazonaws.com"), Actions: []string{"sts:AssumeRole"}}},
			`{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}`},
		{"an account",
			[]policy.Statement{{Effect: policy.Allow, Principal: policy.AccountPrincipal("aws-cn", "123456789012"), Actions: []string{"kms:*"}, Resources: []string{"*"}}},
			`{"Effect": "Allow", "Principal": {"AWS": "arn:aws-cn:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}`},
		{"in the given order",
			[]policy.Statement{{Sid: "B", Effect: policy.Allow, Actions: []string{"x:Y"}}, {Sid: "A", Effect: policy.Deny, Actions: []string{"x:Z"}}},
			`{"Sid": "B", "Effect": "Allow", "Action": "x:Y"}, {"Sid": "A", "Effect": "Deny", "Action": "x:Z"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rendered, err := json.Marshal(policy.Document(test.statements...))
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := json.Unmarshal(rendered, &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(`{"Version": "2012-10-17", "Statement": [`+test.want+`]}`), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

// Statements are made of shared lists: a document that grew into one of them would change another role's policy.
func TestDocumentSharesNoLists(t *testing.T) {
	actions := []string{"a:B", "a:C"}
	document := policy.Document(policy.Statement{Effect: policy.Allow, Actions: actions})
	actions[0] = "changed"
	rendered, _ := json.Marshal(document)
	if want := `{"Statement":[{"Action":["a:B","a:C"],"Effect":"Allow"}],"Version":"2012-10-17"}`; string(rendered) != want {
		t.Errorf("got %s", rendered)
	}
}
