package storage

import (
	"slices"

	"github.com/plinth-ml/plinth/internal/key"
)

// keyPlan is the key of the bucket's own.
func (b *builder) keyPlan() key.Plan {
	k := key.Plan{
		Description: b.p.Class.String() + " bucket", At: b.at, Retain: b.retain(), Services: []string{"s3"}, Lustre: b.p.LinkedToLustre, Writers: slices.Clone(b.p.ReplicatedFrom),
	}
	for _, s := range b.p.Shares {
		k.Readers = append(k.Readers, s.Account)
		if s.Write {
			k.Writers = append(k.Writers, s.Account)
		}
	}
	k.Readers, k.Writers = unique(k.Readers), unique(k.Writers)
	return k
}

func unique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
