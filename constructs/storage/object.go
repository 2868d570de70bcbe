package storage

import (
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Object is one object of a bucket, such as a manifest.
type Object struct {
	// Bucket holds it.
	Bucket *DataBucket
	// Key is its name in the bucket, such as "churn/train.manifest": at most 1,024 bytes, without control characters, . or
	// .. between slashes, and what a policy would take for wildcards and variables: *, ? and ${.
	Key string
}

// maxKey is the most bytes that S3 takes for a key
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html).
const maxKey = 1024

// Object is one object of the bucket, for a job to read.
func (b *DataBucket) Object(key string) Object { return Object{Bucket: b, Key: key} }

// URI is the object as SageMaker takes it: s3://bucket/key. It is empty without a bucket.
func (o Object) URI() string {
	if o.Bucket == nil {
		return ""
	}
	return "s3://" + o.Bucket.Name + "/" + o.Key
}

// GrantRead allows to read the object, and to see that it is there.
func (o Object) GrantRead() Grant { return Grant{objects: []Object{o}} }

// Validate reports every problem of the object.
func (o Object) Validate() error {
	var l problem.List
	l.Include("", validateBucket(o.Bucket))
	if !token.Is(o.Key) && (o.Key == "" || len(o.Key) > maxKey || strings.HasPrefix(o.Key, "/") || strings.HasSuffix(o.Key, "/")) {
		l.Add("Key", o.Key, `the key of an object, such as "churn/train.manifest": 1 to 1024 bytes, without a slash at its start or end`, "")
	}
	if wrong := unreadable(o.Key); wrong != "" {
		l.Add("Key", o.Key, wrong, "")
	}
	l.Include("", validateLiteral("Key", o.Key))
	return l.Err()
}

// arn is the ARN of the object.
func (o Object) arn() string { return o.Bucket.ARN + "/" + o.Key }
