package verify_test

import (
	"fmt"
	"testing"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// TestRemoved holds what goes and what stays against what is found: a bucket, what empties it, and its key.
func TestRemoved(t *testing.T) {
	kept := func(policy, id, typ, path, properties string) string {
		return fmt.Sprintf(`%q: {"Type": %q, "DeletionPolicy": %q, "Metadata": {"aws:cdk:path": %q}, "Properties": {%s}}`, id, typ, policy, path, properties)
	}
	const lost, unreadable = "DataLost S/D/Default/Bucket", "DataLost S/D/Key/Resource"
	for _, test := range []struct{ bucket, emptier, key, want string }{
		{"Delete", "Delete", "Delete", ""},
		{"", "", "", ""},
		{"Retain", "Delete", "Retain", lost},
		{"RetainExceptOnCreate", "", "Retain", lost},
		{"Retain", "Retain", "RetainExceptOnCreate", ""},
		{"Delete", "Retain", "Delete", ""},
		{"Retain", "Retain", "Delete", unreadable},
		{"Retain", "Delete", "", lost + "; " + unreadable},
	} {
		got := found([]assembly.Stack{stack(t, "S", resources(
			kept(test.key, "Key", "AWS::KMS::Key", "S/D/Key/Resource", `"KeyPolicy": {"Statement": [
				{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}]}`),
			kept(test.bucket, "Bucket", "AWS::S3::Bucket", "S/D/Default/Bucket", `"BucketEncryption": {"ServerSideEncryptionConfiguration": [
				{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}}]}`),
			kept(test.emptier, "Emptied", "Custom::EmptiedWithStack", "S/D/Default/EmptiedWithStack", `"Bucket": {"Ref": "Bucket"}`),
		), "")}...)
		if got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}
