package storage

import (
	"cmp"
	"fmt"
	"math"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Never is the number of days of what does not happen.
const Never = -1

// LifeCycle is what becomes of the objects of a bucket with time, in days, 1 to 2,147,483,647. A zero field takes the
// default of the bucket's class and of the environment's tier; see the table in the package's documentation.
type LifeCycle struct {
	// TieringDays is when an object moves to Intelligent-Tiering, which lowers the price of what nobody reads and costs
	// nothing to read. Never: it stays in Standard.
	TieringDays int
	// ExpiryDays is when an object is deleted. Never: it is kept.
	ExpiryDays int
	// OldVersionDays is how long a version is kept after it was replaced or deleted. Never: as long as the bucket.
	// Checkpoints have no versions but those of a class that the bucket had before.
	OldVersionDays int
	// UploadDays is when an upload that was begun and not ended is given up.
	UploadDays int
}

const (
	// maxDays is the largest number of days that S3 has room for: a whole number of 32 bits
	// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html, whose Integer is that of
	// https://smithy.io/2.0/spec/simple-types.html).
	maxDays = math.MaxInt32
	// uploadDays is how long an upload may take in every class.
	uploadDays = 7
	// developmentDays is how long Development keeps what goes at all.
	developmentDays = 7
)

// defaultLifeCycle is the life cycle of a class in an environment whose zero fields took their presets.
func defaultLifeCycle(c Class, e environment.Environment) LifeCycle {
	byTier := func(production, staging int) int {
		switch e.Tier {
		case environment.Development:
			return developmentDays
		case environment.Staging:
			return staging
		default:
			return production
		}
	}
	switch c {
	case Checkpoints:
		// Old versions there are only in a bucket that had another class before.
		return LifeCycle{TieringDays: Never, ExpiryDays: byTier(30, 14), OldVersionDays: 1, UploadDays: uploadDays}
	case Logs:
		// Too small for Intelligent-Tiering, which leaves out what is below 128 KB.
		return LifeCycle{TieringDays: Never, ExpiryDays: e.LogRetentionDays, OldVersionDays: byTier(30, 14), UploadDays: uploadDays}
	case Models:
		return LifeCycle{TieringDays: 30, ExpiryDays: Never, OldVersionDays: byTier(365, 90), UploadDays: uploadDays}
	case Features:
		return LifeCycle{TieringDays: 30, ExpiryDays: Never, OldVersionDays: byTier(90, 30), UploadDays: uploadDays}
	default:
		return LifeCycle{TieringDays: 1, ExpiryDays: Never, OldVersionDays: byTier(90, 30), UploadDays: uploadDays}
	}
}

// resolved is the life cycle with its zero fields filled in.
func (l LifeCycle) resolved(c Class, e environment.Environment) LifeCycle {
	d := defaultLifeCycle(c, e.Resolved())
	return LifeCycle{
		TieringDays:    cmp.Or(l.TieringDays, d.TieringDays),
		ExpiryDays:     cmp.Or(l.ExpiryDays, d.ExpiryDays),
		OldVersionDays: cmp.Or(l.OldVersionDays, d.OldVersionDays),
		UploadDays:     cmp.Or(l.UploadDays, d.UploadDays),
	}
}

// validate checks a resolved life cycle.
func (l LifeCycle) validate() error {
	var list problem.List
	check := func(field string, days int, never string) {
		if days > maxDays || days < 1 && (days != Never || never == "") {
			list.Add(field, days, fmt.Sprintf("1 to %d days", maxDays)+never, "leave it out for the class's default")
		}
	}
	check("TieringDays", l.TieringDays, ", or storage.Never")
	check("ExpiryDays", l.ExpiryDays, ", or storage.Never")
	check("OldVersionDays", l.OldVersionDays, ", or storage.Never")
	check("UploadDays", l.UploadDays, "")
	if l.TieringDays > 0 && l.ExpiryDays > 0 && l.TieringDays >= l.ExpiryDays {
		list.Add("TieringDays", l.TieringDays, "fewer days than ExpiryDays", "S3 moves nothing on the day that it deletes it: take storage.Never")
	}
	return list.Err()
}

// rules are the resolved life cycle as CloudFormation takes it.
func (l LifeCycle) rules() []any {
	rule := func(id string, properties cfn.Properties) cfn.Properties {
		properties["Id"], properties["Status"] = id, "Enabled"
		return properties
	}
	rules := []any{rule("Uploads", cfn.Properties{"AbortIncompleteMultipartUpload": cfn.Properties{"DaysAfterInitiation": l.UploadDays}})}
	if l.TieringDays > 0 {
		rules = append(rules, rule("Tiering", cfn.Properties{"Transitions": []any{
			cfn.Properties{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": l.TieringDays},
		}}))
	}
	if l.ExpiryDays > 0 {
		rules = append(rules, rule("Expiry", cfn.Properties{"ExpirationInDays": l.ExpiryDays}))
	}
	if l.OldVersionDays > 0 {
		old := cfn.Properties{"NoncurrentVersionExpiration": cfn.Properties{"NoncurrentDays": l.OldVersionDays}}
		if l.ExpiryDays < 0 { // S3 takes one of the two; with a number of days it removes the markers by itself
			old["ExpiredObjectDeleteMarker"] = true
		}
		rules = append(rules, rule("OldVersions", old))
	}
	return rules
}
