package storage

import "fmt"

// Class is what a bucket holds. It decides the bucket's defaults.
type Class int

// The classes.
const (
	// Datasets hold what training reads. They are kept.
	Datasets Class = iota
	// Features hold what has been made of the data sets, and the offline store of SageMaker's Feature Store. They are kept.
	Features
	// Models hold what training writes. They are kept.
	Models
	// Checkpoints hold what a job needs to go on after an interruption. They can be made again: no old versions are kept, and
	// they expire.
	Checkpoints
	// Logs hold the access logs and inventories of other buckets. S3 delivers access logs only to a bucket that is encrypted
	// by S3's own keys (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html), so that it
	// has no key of its own. Only AWS services write to it.
	Logs
)

// traits are what sets a class apart besides its life cycle.
type traits struct {
	name string
	// versioned: what it holds cannot be made again.
	versioned bool
	// keyed: it is encrypted with a KMS key.
	keyed bool
}

var classes = []traits{
	Datasets:    {name: "Datasets", versioned: true, keyed: true},
	Features:    {name: "Features", versioned: true, keyed: true},
	Models:      {name: "Models", versioned: true, keyed: true},
	Checkpoints: {name: "Checkpoints", keyed: true},
	Logs:        {name: "Logs", versioned: true},
}

// String is the class's name.
func (c Class) String() string {
	if !c.valid() {
		return fmt.Sprintf("Class(%d)", int(c))
	}
	return classes[c].name
}

func (c Class) valid() bool { return c >= 0 && int(c) < len(classes) }
