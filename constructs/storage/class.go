package storage

import "fmt"

// Class is what a bucket holds. It decides the bucket's defaults.
type Class int

// The classes.
const (
	// Datasets hold what training reads.
	Datasets Class = iota
	// Models hold what training writes.
	Models
	// Logs hold the access logs of other buckets. S3 delivers those only to a bucket that is encrypted by S3's own keys
	// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html), so that it has no key.
	Logs
)

// String is the class's name.
func (c Class) String() string {
	switch c {
	case Datasets:
		return "Datasets"
	case Models:
		return "Models"
	case Logs:
		return "Logs"
	}
	return fmt.Sprintf("Class(%d)", int(c))
}

func (c Class) valid() bool { return c >= Datasets && c <= Logs }
