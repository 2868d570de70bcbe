package training

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// within tells whether all objects of a prefix are objects of another one too. Of two tokens that is known only when they are the same.
func within(p, of storage.Prefix) bool {
	if p.Bucket == nil || of.Bucket == nil || p.Bucket.Name != of.Bucket.Name {
		return false
	}
	return p.Path == of.Path || !token.Is(p.Path) && strings.HasPrefix(p.Path, of.Path)
}

// validateApart refuses to write where the job reads.
func (j Job) validateApart() error {
	var l problem.List
	for _, out := range []struct {
		field string
		to    storage.Prefix
	}{{"Output", j.Output}, {"Checkpoints", j.Checkpoints}} {
		for i, in := range j.Inputs {
			if in.model || in.mounted() || in.Prepared != "" || !within(out.to, in.From) {
				continue
			}
			l.Add(out.field+".Path", out.to.Path, fmt.Sprintf("a prefix that Inputs[%d], %q, does not read", i, in.From.Path),
				"the next run would read what this one wrote")
		}
	}
	return l.Err()
}

// validateStarts refuses to start a workflow by what it writes itself, which would start it forever.
func (p *WorkflowProps) validateStarts(t Trigger) error {
	var l problem.List
	written := map[string]storage.Prefix{"Job.Output": p.Job.Output, "Job.Checkpoints": p.Job.Checkpoints}
	if p.Prepare != nil {
		written["Prepare.Output"] = p.Prepare.Output
	}
	if p.Evaluate != nil {
		written["Evaluate.Output"] = p.Evaluate.Output
	}
	for _, field := range []string{"Job.Output", "Job.Checkpoints", "Prepare.Output", "Evaluate.Output"} {
		if t.kind == newData && within(written[field], t.data) {
			l.Add("Path", t.data.Path, fmt.Sprintf("a prefix that %s, %q, is not in", field, written[field].Path), "each run would start another one")
		}
	}
	return l.Err()
}
