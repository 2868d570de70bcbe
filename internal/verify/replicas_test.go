package verify_test

import "testing"

// TestReplicas holds the bucket that another one replicates to against what S3 and its readers need.
func TestReplicas(t *testing.T) {
	const versions, key, other = `"VersioningConfiguration": {"Status": "Enabled"}`, `{"Fn::GetAtt": ["Key", "Arn"]}`, `{"Fn::GetAtt": ["Other", "Arn"]}`
	const refused = "ReplicaRefused S/D/Default/Bucket"
	for name, test := range map[string]struct{ from, to, versions, key, want string }{
		"as S3 asks":                {"S/D/Default/Bucket", "S/B/Default/Bucket", versions, key, ""},
		"without versions":          {"S/D/Default/Bucket", "S/B/Default/Bucket", `"VersioningConfiguration": {"Status": "Suspended"}`, key, refused},
		"without versions, theirs":  {"S/D/Default/Bucket", "S/B/Resource", "", key, refused},
		"another key":               {"S/D/Default/Bucket", "S/B/Default/Bucket", versions, other, refused},
		"a key by its ARN":          {"S/D/Default/Bucket", "S/B/Default/Bucket", versions, `"arn:aws:kms:us-east-1:111122223333:key/k"`, refused},
		"another key, theirs":       {"S/D/Default/Bucket", "S/B/Resource", versions, other, ""},
		"of nothing of Plinth's":    {"S/D/Resource", "S/B/Resource", "", key, ""},
		"to a bucket of elsewhere ": {"S/D/Default/Bucket", "", "", key, ""},
	} {
		to := `{"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "To"}]]}`
		if test.to == "" {
			to = `"arn:aws:s3:::elsewhere"`
		}
		more := test.versions
		if more != "" {
			more += ", "
		}
		policy := `"KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}`
		got := found(stack(t, "S", resources(
			at("Key", "AWS::KMS::Key", "S/B/Key/Resource", policy), at("Other", "AWS::KMS::Key", "S/Other/Resource", policy),
			at("To", "AWS::S3::Bucket", test.to, more+`"BucketEncryption": {"ServerSideEncryptionConfiguration": [
				{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": `+key+`}}]}`),
			at("From", "AWS::S3::Bucket", test.from, `"ReplicationConfiguration": {"Rules": [{"Destination": {"Bucket": `+to+`,
				"EncryptionConfiguration": {"ReplicaKmsKeyID": `+test.key+`}}}]}`),
		), ""))
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
