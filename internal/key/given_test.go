package key

import (
	"encoding/json"
	"fmt"
	"testing"
)

// A statement is lacked unless another one allows as much: by principal, actions and conditions.
func TestLacks(t *testing.T) {
	const root = `{"AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::111122223333:root"]]}}`
	const needed = `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*",
		"Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}`
	const logs = `{"Effect": "Allow", "Principal": {"Service": "logs.eu-west-1.amazonaws.com"}, "Action": "kms:Decrypt",
		"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:a-*"}}}`
	statement := func(principal, actions, more string) string {
		return `{"Effect": "Allow", "Principal": ` + principal + `, "Action": ` + actions + more + `}`
	}
	via := func(operator, values string) string {
		return `, "Condition": {"` + operator + `": {"kms:ViaService": ` + values + `}}`
	}
	for _, test := range []struct {
		needed, has string
		lacks       bool
	}{
		{needed, statement(root, `"kms:*"`, ""), false},
		{needed, statement(`"*"`, `"*"`, ""), false},
		{needed, statement(`{"AWS": "*"}`, `["kms:decrypt", "kms:Generate*"]`, ""), false},
		{needed, statement(root, `["kms:Decrypt", "kms:GenerateDataKey"]`, via("StringEquals", `["sqs.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"]`)), false},
		{needed, statement(root, `"kms:*"`, via("StringLike", `"*.amazonaws.com"`)), true}, // no operator of the needed one
		{needed, statement(root, `"kms:*"`, via("StringEquals", `"sqs.eu-west-1.amazonaws.com"`)), true},
		{needed, statement(root, `"kms:*"`, `, "Condition": {"Bool": {"aws:SecureTransport": "true"}}`), true},
		{needed, statement(root, `"kms:Decrypt"`, ""), true},
		{needed, statement(`{"AWS": "arn:aws:iam::444455556666:root"}`, `"kms:*"`, ""), true},
		{needed, statement(`{"AWS": "arn:aws:iam::111122223333:role/Ann"}`, `"kms:*"`, ""), true},
		{needed, `{"Effect": "Deny", "Principal": "*", "Action": "kms:*"}`, true},
		{needed, `{"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "kms:*"}`, true},
		{needed, `{"Effect": "Allow", "Principal": "*", "NotAction": "kms:Sign"}`, true},
		{logs, statement(root, `"kms:*"`, ""), true},
		{logs, statement(`{"Service": "logs.eu-west-1.amazonaws.com"}`, `"kms:*"`,
			`, "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:*"}}`), false},
		{logs, statement(`{"Service": "logs.eu-west-1.amazonaws.com"}`, `"kms:*"`,
			`, "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:a-1"}}`), true},
	} {
		document := func(statement string) (d any) {
			if err := json.Unmarshal([]byte(`{"Statement": [`+statement+`]}`), &d); err != nil {
				t.Fatal(err, statement)
			}
			return d
		}
		want := "[]"
		if test.lacks {
			want = "[0]"
		}
		if got := fmt.Sprint(Lacks(document(test.has), document(test.needed))); got != want {
			t.Errorf("%s\nbeside\n%s: got %s, want %s", test.needed, test.has, got, want)
		}
	}
}
