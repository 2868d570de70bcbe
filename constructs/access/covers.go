package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Covers reports what a job needs that the role was not given, by the fields Jobs, Network, Reads, Objects, Writes and
// Checkpoints, and a role that a constructor made for something else than jobs. Of a path that is a token nothing is known:
// it is taken to cover.
func (r *ExecutionRole) Covers(job ExecutionRoleProps) error {
	if r == nil {
		return nil
	}
	var l problem.List
	if r.given == nil {
		if home, known := made.Of(r); known {
			l.Add("", problem.Phrase(home.Kind+" "+home.Path), "a role of access.NewExecutionRole", "leave it out: one is made with exactly what the job needs")
		}
		return l.Err()
	}
	if job.Jobs != r.given.Jobs {
		l.Add("Jobs", r.given.Jobs, job.Jobs.String()+": it writes to their logs", "make the role for them, or leave it out: one is made with exactly what the job needs")
	}
	if job.Network != nil && r.given.Network == nil {
		l.Add("Network", nil, "the network that the job runs in", "without it the role has no permission for network interfaces, and the job does not start")
	}
	look := func(field string, needed []storage.Prefix, given ...storage.Prefix) {
		for i, p := range needed {
			if p.Bucket != nil && !slices.ContainsFunc(given, func(g storage.Prefix) bool { return within(p, g) }) {
				l.Add(fmt.Sprintf("%s[%d]", field, i), uriOf(p.URI(), p.Bucket, p.Path), "a prefix that the role was given",
					"add it to the role's "+field+", or leave the role out: one is made with exactly what the job needs")
			}
		}
	}
	look("Reads", job.Reads, slices.Concat(r.given.Reads, r.given.Checkpoints)...)
	for i, o := range job.Objects {
		parent := storage.Prefix{Bucket: o.Bucket, Path: o.Key}
		if !slices.Contains(r.given.Objects, o) && !slices.ContainsFunc(slices.Concat(r.given.Reads, r.given.Checkpoints), func(g storage.Prefix) bool { return within(parent, g) }) {
			l.Add(fmt.Sprintf("Objects[%d]", i), uriOf(o.URI(), o.Bucket, o.Key), "an object that the role was given",
				"add it to the role's Objects, or leave the role out: one is made with exactly what the job needs")
		}
	}
	look("Writes", job.Writes, slices.Concat(r.given.Writes, r.given.Checkpoints)...)
	look("Checkpoints", job.Checkpoints, r.given.Checkpoints...)
	return l.Err()
}

// uriOf is a URI as messages have it: with the bucket in the place of a token for its name.
func uriOf(uri string, bucket *storage.DataBucket, path string) any {
	if home, known := made.Of(bucket); known && token.Is(bucket.Name) {
		return problem.Phrase(fmt.Sprintf("%q in %s", path, home.Path))
	}
	return uri
}

// within tells whether a prefix lies in another.
func within(p, outer storage.Prefix) bool {
	return p.Bucket == outer.Bucket && (token.Is(p.Path) || token.Is(outer.Path) || strings.HasPrefix(p.Path, outer.Path))
}
