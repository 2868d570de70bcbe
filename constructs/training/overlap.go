package training

import (
	"fmt"
	"maps"
	"slices"
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

// place is a prefix that a field names.
type place struct {
	field  string
	prefix storage.Prefix
}

// written are the prefixes that the job writes to.
func (j Job) written() []place { return []place{{"Output", j.Output}, {"Checkpoints", j.Checkpoints}} }

// read are the prefixes of which the job reads whatever is in them.
func (j Job) read() []place {
	all := []place{{"Code.From", j.Code.From}}
	for i, in := range j.Inputs {
		if !in.model && !in.mounted() && in.Prepared == "" && in.Manifest.Bucket == nil {
			all = append(all, place{fmt.Sprintf("Inputs[%d]", i), in.From})
		}
	}
	return all
}

// validateApart refuses to write where the job reads.
func (j Job) validateApart() error { return apart("", j.written(), "", j.read()) }

// validateApart refuses to write where another job of the workflow reads.
func (p *WorkflowProps) validateApart() error {
	jobs := map[string]Job{ofJob: p.Job}
	if p.Prepare != nil {
		jobs[ofPrepare] = p.Prepare.asJob()
	}
	if p.Evaluate != nil {
		jobs[ofEvaluate] = p.Evaluate.asJob()
	}
	var l problem.List
	for _, writer := range slices.Sorted(maps.Keys(jobs)) {
		for _, reader := range slices.Sorted(maps.Keys(jobs)) {
			if writer != reader {
				l.Include("", apart(writer+".", jobs[writer].written(), reader+".", jobs[reader].read()))
			}
		}
	}
	return l.Err()
}

// apart refuses what is written to where something else is read, each by the job that its field is of.
func apart(writer string, written []place, reader string, read []place) error {
	var l problem.List
	for _, out := range written {
		for _, in := range read {
			if within(out.prefix, in.prefix) {
				l.Add(writer+out.field+".Path", out.prefix.Path, fmt.Sprintf("a prefix that %s%s, %q, does not read", reader, in.field, in.prefix.Path),
					"the next run would read what this one wrote")
			}
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
