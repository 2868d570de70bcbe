package storage

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Prefix is a part of a bucket: every object whose key starts with Path.
type Prefix struct {
	// Bucket holds it.
	Bucket *DataBucket
	// Path ends with a slash, or is empty for the whole bucket. It has at most 1,024 bytes, no control characters, and
	// nothing between two slashes that S3 and a file system read differently: neither nothing at all, nor . or .. Nor has
	// it *, ? or ${, which S3 takes, and which policies take for wildcards and variables.
	Path string
}

// URI is the prefix as SageMaker takes it: s3://bucket/path. It is empty without a bucket.
func (p Prefix) URI() string {
	if p.Bucket == nil {
		return ""
	}
	return "s3://" + p.Bucket.Name + "/" + p.Path
}

// Prefix is a part of the bucket, for a job to read or write.
func (b *DataBucket) Prefix(path string) Prefix { return Prefix{Bucket: b, Path: path} }

// Validate reports every problem of the prefix.
func (p Prefix) Validate() error {
	var l problem.List
	l.Include("", validateBucket(p.Bucket))
	l.Include("", validatePath(p.Path))
	return l.Err()
}

// validateBucket reports a bucket that is none, or that no constructor made: it has no ARN.
func validateBucket(b *DataBucket) error {
	switch {
	case b == nil:
		return problem.Problem{Field: "Bucket", Allowed: "a bucket", Fix: "make one with storage.NewDataBucket"}
	case b.Name == "" && b.ARN == "":
		return made.Problem("Bucket", reflect.TypeOf(b))
	}
	return nil
}

// ValidateWritten reports every problem of the prefix as one that somebody writes to or deletes from.
func (p Prefix) ValidateWritten() error {
	var l problem.List
	l.Include("", p.Validate())
	l.Include("Bucket", p.Bucket.validateWritten())
	return l.Err()
}

// validateWritten reports a bucket whose own policy denies writing, whatever a role is allowed.
func (b *DataBucket) validateWritten() error {
	if b == nil || !b.byServices {
		return nil
	}
	return problem.Problem{
		Got: problem.Phrase("a bucket of Class Logs"), Allowed: "a bucket of another Class",
		Fix: "only AWS services write to a Logs bucket, and nobody deletes from it before the time",
	}
}

// unprintable are characters that keys can't be listed with, or that end a line for the services that read them.
var unprintable = regexp.MustCompile(`[\x{00}-\x{1f}\x{7f}-\x{9f}\x{2028}\x{2029}]`)

// unreadable says what a key may not have that services and file systems read in ways of their own; empty: it has nothing
// of the kind (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html).
func unreadable(key string) string {
	switch {
	case unprintable.MatchString(key):
		return "no control characters"
	case slices.ContainsFunc(strings.Split(key, "/"), func(part string) bool { return part == "." || part == ".." }):
		return "no . or .. between slashes: whoever takes the key for a path finds another one"
	}
	return ""
}

func validatePath(path string) error {
	var l problem.List
	bare := token.Pattern.ReplaceAllString(path, "token")
	switch {
	case strings.HasPrefix(path, "s3://"): // of which more is said below
	case unreadable(bare) != "":
		l.Add("Path", path, unreadable(bare), "")
	case strings.Contains(bare, "//"):
		l.Add("Path", path, "no //: jobs copy objects to files, whose paths have none", "")
	case len(bare) > maxKey:
		l.Add("Path", problem.Phrase(fmt.Sprintf("%d bytes", len(bare))), fmt.Sprintf("at most %d bytes, which a key of S3 has", maxKey), "")
	}
	if strings.HasPrefix(path, "s3://") {
		l.Add("Path", path, `a path inside the bucket, such as "churn/train/"`, "leave out s3:// and the name of the bucket")
		return l.Err()
	}
	if !token.Is(path) && path != "" && (strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/")) {
		l.Add("Path", path, `a path that ends with a slash and starts without one, such as "churn/train/", or empty for the whole bucket`, "")
	}
	l.Include("", validateLiteral("Path", path))
	return l.Err()
}

// validateLiteral refuses what a policy would not take as it stands.
func validateLiteral(field, text string) error {
	literal := token.Pattern.ReplaceAllString(text, "")
	if !strings.ContainsAny(literal, "*?") && !strings.Contains(literal, "${") {
		return nil
	}
	return problem.Problem{Field: field, Got: text, Allowed: "no *, ? or ${: a policy would take them as wildcards and variables"}
}
