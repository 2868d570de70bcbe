package storage

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// LockMode is how firmly S3's Object Lock holds versions.
type LockMode int

// The modes.
const (
	// NoLock holds nothing.
	NoLock LockMode = iota
	// Governance lets the environment's administrators delete before the time.
	Governance
	// Compliance lets nobody, not even the account's root user: what was locked by mistake stays, and is paid for.
	Compliance
)

var lockModes = []string{NoLock: "none", Governance: "GOVERNANCE", Compliance: "COMPLIANCE"}

// Lock keeps every version from being deleted for some days after it was written
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html). It cannot be turned off again.
type Lock struct {
	// Mode is how firmly. Zero: no lock.
	Mode LockMode
	// Days is for how long, 1 to 36,500. Required with a mode.
	Days int
}

// maxLockDays is S3's own limit.
const maxLockDays = 36500

func (k Lock) validate() error {
	var l problem.List
	switch {
	case k.Mode < NoLock || k.Mode > Compliance:
		l.Add("Mode", int(k.Mode), "NoLock, Governance or Compliance", "")
	case k.Mode == NoLock && k.Days != 0:
		l.Add("Days", k.Days, "0 without a Mode", "set Mode to storage.Governance or storage.Compliance")
	case k.Mode != NoLock && (k.Days < 1 || k.Days > maxLockDays):
		l.Add("Days", k.Days, fmt.Sprintf("1 to %d days", maxLockDays), "")
	}
	return l.Err()
}

// Replica is the bucket that every new object is copied to, in another region or account. There it is made with
// ReplicatedFrom, encrypted, versioned, and its name and key are given here.
type Replica struct {
	// Bucket is the ARN of the bucket: arn:aws:s3:::NAME. Empty: no copy.
	Bucket string
	// Key is the ARN of its KMS key. Required with a bucket.
	Key string
	// Region is where it is. Required with a bucket.
	Region string
	// Account is whose it is, 12 digits; the copies become its own. Empty: the account of this bucket.
	Account string
}

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	bucketPattern  = regexp.MustCompile(`^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	keyPattern     = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$`)
)

func (r Replica) validate() error {
	var l problem.List
	if r == (Replica{}) {
		return nil
	}
	text(&l, "Bucket", r.Bucket, bucketPattern, "the ARN of a bucket, arn:aws:s3:::NAME, with a NAME of 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit first and last")
	text(&l, "Key", r.Key, keyPattern, "the ARN of the bucket's KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID")
	if _, known := catalog.LookupRegion(r.Region); !known && !token.Is(r.Region) {
		l.Add("Region", r.Region, "the region of the bucket, such as eu-west-1", "")
	}
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
	if keyPattern.MatchString(r.Key) && !token.Is(r.Region) && strings.Split(r.Key, ":")[3] != r.Region {
		l.Add("Key", r.Key, "a key in "+r.Region+", where the bucket is", "S3 encrypts with a key of the bucket's own region")
	}
	if r.Account != "" {
		text(&l, "Account", r.Account, accountPattern, "12 digits, or empty for this account")
	}
	return l.Err()
}

// Share is a prefix that another account may read. That account's own policies say who there. Where the bucket has
// Endpoints, name that account's S3 endpoint among them: those of others let it through to nothing.
type Share struct {
	// Account is the account, 12 digits. Required.
	Account string
	// Path is the prefix. Empty: the whole bucket.
	Path string
	// Write lets the account write too.
	Write bool
}

func (s Share) validate() error {
	var l problem.List
	text(&l, "Account", s.Account, accountPattern, "the account that it is shared with, 12 digits")
	l.Include("", validatePath(s.Path))
	return l.Err()
}

// Inventory is how often S3 lists all objects of a bucket into its Logs bucket, in files below inventory/ and the
// bucket's construct path. S3 bills it by the million objects listed (https://aws.amazon.com/s3/pricing/).
type Inventory int

// How often.
const (
	NoInventory Inventory = iota
	Weekly
	Daily
)

var frequencies = []string{NoInventory: "none", Weekly: "Weekly", Daily: "Daily"}

func text(l *problem.List, field, value string, pattern *regexp.Regexp, allowed string) {
	if !token.Is(value) && !pattern.MatchString(value) {
		l.Add(field, value, allowed, "")
	}
}

// locks tells whether the lock is one.
func (k Lock) locks() bool { return k.Mode == Governance || k.Mode == Compliance }

// String says it as S3 does.
func (k Lock) String() string {
	if !k.locks() {
		return "none"
	}
	return fmt.Sprintf("%s for %d days", lockModes[k.Mode], k.Days)
}
