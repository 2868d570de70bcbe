package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Covers reports every prefix and object of a job that the role was not given, by the fields Reads, Objects, Writes and Checkpoints. Of a role
// that NewExecutionRole did not make, and of a path that is a token, nothing is known: it is taken to cover.
func (r *ExecutionRole) Covers(job ExecutionRoleProps) error {
	if r == nil || r.given == nil {
		return nil
	}
	var l problem.List
	look := func(field string, needed []storage.Prefix, given ...storage.Prefix) {
		for i, p := range needed {
			if p.Bucket != nil && !slices.ContainsFunc(given, func(g storage.Prefix) bool { return within(p, g) }) {
				l.Add(fmt.Sprintf("%s[%d]", field, i), p.URI(), "a prefix that the role was given",
					"add it to the role's "+field+", or leave the role out: one is made with exactly what the job needs")
			}
		}
	}
	look("Reads", job.Reads, slices.Concat(r.given.Reads, r.given.Checkpoints)...)
	for i, o := range job.Objects {
		parent := storage.Prefix{Bucket: o.Bucket, Path: o.Key}
		if !slices.Contains(r.given.Objects, o) && !slices.ContainsFunc(slices.Concat(r.given.Reads, r.given.Checkpoints), func(g storage.Prefix) bool { return within(parent, g) }) {
			l.Add(fmt.Sprintf("Objects[%d]", i), o.URI(), "an object that the role was given",
				"add it to the role's Objects, or leave the role out: one is made with exactly what the job needs")
		}
	}
	look("Writes", job.Writes, slices.Concat(r.given.Writes, r.given.Checkpoints)...)
	look("Checkpoints", job.Checkpoints, r.given.Checkpoints...)
	return l.Err()
}

// within tells whether a prefix lies in another.
func within(p, outer storage.Prefix) bool {
	return p.Bucket == outer.Bucket && (token.Is(p.Path) || token.Is(outer.Path) || strings.HasPrefix(p.Path, outer.Path))
}
