package storage

import "github.com/plinth-ml/plinth/internal/role"

// plan is every decision about a bucket, before anything is built.
type plan struct {
	// key tells whether the bucket is encrypted with a KMS key.
	key bool
	// logged tells whether its accesses are logged to another bucket.
	logged   bool
	retain   bool
	accepted []role.Accepted
}

func newPlan(class Class, retain bool) plan {
	p := plan{key: class != Logs, logged: class != Logs, retain: retain}
	p.accepted = role.AcceptInPacks("S3BucketReplicationEnabled",
		"Versioned and retained: a copy in another region is a choice of the team that owns the data, since it may not leave its region")
	if class == Logs {
		p.accepted = append(p.accepted, role.AcceptInPacks("S3DefaultEncryptionKMS",
			"S3 delivers access logs only to buckets that are encrypted by S3's own keys")...)
	}
	return p
}
