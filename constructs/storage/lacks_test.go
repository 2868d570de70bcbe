package storage

import (
	"strings"
	"testing"
)

type object = map[string]any

// good is a bucket that lacks nothing, in CloudFormation's spelling.
func good() existing {
	return existing{
		encryption: object{"ServerSideEncryptionConfiguration": []any{object{
			"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"}}}},
		publicAccess: object{"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true},
		ownership:    object{"Rules": []any{object{"ObjectOwnership": "BucketOwnerEnforced"}}},
		versioning:   object{"Status": "Enabled"},
		lifeCycle:    object{"Rules": []any{}},
		accesses:     object{"DestinationBucketName": "logs"},
		policy: object{"Statement": []any{
			object{"Effect": "Deny", "Condition": object{"Bool": object{"aws:SecureTransport": "false"}}},
			object{"Effect": "Deny", "Condition": object{"NumericLessThan": object{"s3:TlsVersion": "1.2"}}},
		}},
		keyKnown: true, key: object{"EnableKeyRotation": true},
	}
}

// spelled is the same in the CDK's spelling, as an L1 construct keeps it.
func spelled() existing {
	e := good()
	e.encryption = object{"serverSideEncryptionConfiguration": []any{object{
		"bucketKeyEnabled": true, "serverSideEncryptionByDefault": object{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "key"}}}}
	e.publicAccess = object{"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true}
	e.ownership = object{"rules": []any{object{"objectOwnership": "BucketOwnerEnforced"}}}
	e.versioning = object{"status": "Enabled"}
	return e
}

func TestLacks(t *testing.T) {
	const whole = "encryption by a KMS key, a bucket key, a full block of public access, enforced ownership, versions, access logs, " +
		"a life cycle, a deny of plain HTTP, a deny of TLS below 1.2"
	encrypted := func(rule object) any { return object{"ServerSideEncryptionConfiguration": []any{rule}} }
	publicly := func(field string) func(*existing) {
		return func(e *existing) { e.publicAccess.(object)[field] = false }
	}
	const public = "a full block of public access"
	tests := []struct {
		name   string
		change func(e *existing)
		want   string
	}{
		{"nothing", func(*existing) {}, ""},
		{"the CDK's spelling", func(e *existing) { *e = spelled() }, ""},
		{"everything", func(e *existing) { *e = existing{} }, whole},
		{"S3's own encryption", func(e *existing) {
			e.encryption = encrypted(object{"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"}})
		}, "encryption by a KMS key"},
		{"AWS's key", func(e *existing) {
			e.encryption = encrypted(object{"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms"}})
		}, "a key of the team's own"},
		{"no bucket key", func(e *existing) {
			e.encryption = encrypted(object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}})
		}, "a bucket key"},
		{"public ACLs", publicly("BlockPublicAcls"), public},
		{"public policies", publicly("BlockPublicPolicy"), public},
		{"old public ACLs", publicly("IgnorePublicAcls"), public},
		{"old public policies", publicly("RestrictPublicBuckets"), public},
		{"ACLs", func(e *existing) { e.ownership = object{"Rules": []any{object{"ObjectOwnership": "ObjectWriter"}}} }, "enforced ownership"},
		{"versions suspended", func(e *existing) { e.versioning = object{"Status": "Suspended"} }, "versions"},
		{"not logged", func(e *existing) { e.accesses = nil }, "access logs"},
		{"no life cycle", func(e *existing) { e.lifeCycle = nil }, "a life cycle"},
		{"an allow is no deny", func(e *existing) { e.policy.(object)["Statement"].([]any)[0].(object)["Effect"] = "Allow" }, "a deny of plain HTTP"},
		{"no policy", func(e *existing) { e.policy = nil }, "a deny of plain HTTP, a deny of TLS below 1.2"},
		{"a key that stays the same", func(e *existing) { e.key = object{"EnableKeyRotation": nil} }, "rotation of its key"},
		{"a key that the app doesn't see", func(e *existing) { e.key, e.keyKnown = nil, false }, ""},
		{"checkpoints need no versions", func(e *existing) { e.class, e.versioning = Checkpoints, nil }, ""},
		{"logs need no KMS key and no logs", func(e *existing) { e.class, e.encryption, e.accesses = Logs, nil, nil }, ""},
		{"logs need versions", func(e *existing) { e.class, e.versioning = Logs, nil }, "versions"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := good()
			test.change(&e)
			var got []string
			for _, lack := range e.lacks() {
				got = append(got, lack.What)
				if lack.Fix == "" || lack.String() != lack.What+": "+lack.Fix {
					t.Errorf("got %q", lack)
				}
			}
			if all := strings.Join(got, ", "); all != test.want {
				t.Errorf("got  %s\nwant %s", all, test.want)
			}
		})
	}
}

func TestWhatIsNotSeenIsSaid(t *testing.T) {
	if got := unseen("old-data").String(); !strings.Contains(got, "can't see") || !strings.HasSuffix(got, "--bucket old-data") {
		t.Errorf("got %s", got)
	}
}
