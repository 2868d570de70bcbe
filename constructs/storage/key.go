package storage

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/props"
)

// minDeletionDays is the shortest that a key's deletion can be taken back, in days
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html).
const minDeletionDays = 7

// KeyProps say who uses a key. All fields may be left out.
type KeyProps struct {
	// Environment decides whether the key outlives its stack. Zero: the preset of Production, where it does.
	Environment environment.Environment
	// DeletionDays is how long a deletion of the key can be taken back, 7 to 30. Zero: 30.
	DeletionDays int
	// Readers are other accounts, of 12 digits, that read from the key's buckets: those of their Shares. A bucket
	// of the app adds its own. Empty: none but those.
	Readers []string
	// Writers are other accounts, of 12 digits, that write to the key's buckets: those of their Shares with Write and
	// of their ReplicatedFrom. A bucket of the app adds its own. Empty: none but those.
	Writers []string
	// LinkedToLustre lets FSx for Lustre use the key, for buckets that are.
	LinkedToLustre bool
}

// Validate reports every problem of the props.
func (p *KeyProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	if p.DeletionDays != 0 && (p.DeletionDays < minDeletionDays || p.DeletionDays > key.MaxDeletionDays) {
		l.Add("DeletionDays", p.DeletionDays, fmt.Sprintf("%d to %d, or 0 for %d", minDeletionDays, key.MaxDeletionDays, key.MaxDeletionDays), "")
	}
	for i, account := range p.Readers {
		text(&l, fmt.Sprintf("Readers[%d]", i), account, accountPattern, "an account, 12 digits")
	}
	for i, account := range p.Writers {
		text(&l, fmt.Sprintf("Writers[%d]", i), account, accountPattern, "an account, 12 digits")
	}
	return l.Err()
}

// Key is a key that several buckets share.
type Key struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Key is the key.
	Key awskms.IKey
}

// NewKey makes a key for buckets to share. It rotates once a year, and nobody can use it but through S3 and the
// services that encrypt volumes by grants. The props may be nil. It panics with one message that holds every problem
// when scope, id or props are wrong.
func NewKey(scope constructs.Construct, id string, props *KeyProps) *Key {
	return cdk.Build("storage.Key", scope, id, props, newKey)
}

func newKey(this constructs.Construct, _ string, props *KeyProps) *Key {
	p := *props
	plan := key.Plan{
		Description: "Buckets", At: cdk.Location(this), Retain: p.Environment.Tier.RetainsData(),
		DeletionDays: p.DeletionDays, Services: []string{"s3"},
		Readers: p.Readers, Writers: p.Writers, Lustre: p.LinkedToLustre,
	}
	return &Key{Construct: this, Key: cdk.NewKey(this, "Key", plan)}
}
