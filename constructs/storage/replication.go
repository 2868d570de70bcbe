package storage

import (
	"maps"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

func (b *builder) replicates() bool { return b.p.ReplicateTo.Bucket != "" }

// replication makes the role that S3 copies objects with, and gives the rule that it follows: every object, deletions
// that left a marker included, encrypted by the replica's key; its account owns the copies, as every bucket with
// enforced ownership does
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html).
func (b *builder) replication() cfn.Properties {
	to := b.p.ReplicateTo
	maps.Copy(b.resources, b.replicationRole().Resources("Replication"))
	destination := cfn.Properties{
		"Bucket": to.Bucket, "EncryptionConfiguration": cfn.Properties{"ReplicaKmsKeyID": to.Key},
	}
	if to.Account != "" {
		destination["Account"] = to.Account
	}
	return cfn.Properties{
		"Role": cfn.Att("Replication", "Arn"),
		"Rules": []any{cfn.Properties{
			"Id": "Everything", "Status": "Enabled", "Priority": 1, "Filter": cfn.Properties{"Prefix": ""},
			"DeleteMarkerReplication": cfn.Properties{"Status": "Enabled"},
			"SourceSelectionCriteria": cfn.Properties{"SseKmsEncryptedObjects": cfn.Properties{"Status": "Enabled"}},
			"Destination":             destination,
		}},
	}
}

// replicationRole is given its permissions apart from itself, since they name the bucket, which names the role.
func (b *builder) replicationRole() role.Role {
	to := b.p.ReplicateTo
	read := []string{"s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"}
	if b.p.Lock.Mode != NoLock {
		read = append(read, "s3:GetObjectRetention", "s3:GetObjectLegalHold")
	}
	via := func(region string) policy.Conditions {
		return policy.Conditions{"StringEquals": {"kms:ViaService": "s3." + region + ".amazonaws.com"}}
	}
	return role.Role{
		Description: "Copies the objects of a bucket to its replica",
		Service:     "s3.amazonaws.com",
		// No document says that S3 fills in the key, so a request without it is let through.
		TrustConditions: policy.Conditions{"StringEqualsIfExists": {"aws:SourceAccount": b.at.Account}},
		Apart:           true,
		Statements: []policy.Statement{{
			Effect: policy.Allow, Actions: []string{"s3:GetReplicationConfiguration", "s3:ListBucket"}, References: []any{b.bucket()},
		}, {
			Effect: policy.Allow, Actions: read, References: []any{b.objects("")}, Why: "every object of the bucket is copied",
		}, {
			Effect: policy.Allow, Actions: []string{"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"},
			Resources: []string{to.Bucket + "/*"}, Why: "every object of the bucket is copied",
		}, {
			Effect: policy.Allow, Actions: []string{"kms:Decrypt"}, Resources: []string{b.keyARN}, Conditions: via(b.at.Region),
		}, {
			// A bucket key is decrypted to see that it is whole.
			Effect: policy.Allow, Actions: []string{"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"}, Resources: []string{to.Key},
			Conditions: via(to.Region),
		}},
	}
}
