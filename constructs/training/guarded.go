package training

import (
	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/internal/problem"
)

// validateGuard refuses what the guard would deny when a job starts.
func (p *WorkflowProps) validateGuard() error {
	if p.Guard == nil {
		return nil
	}
	var l problem.List
	need := func(field string, feature access.Feature) {
		if !p.Guard.Allows(feature) {
			l.Add(field, "given", "none under a guard without "+string(feature), "add access."+string(feature)+" to GuardProps.Features")
		}
	}
	if p.Search != nil {
		need("Search", access.Tuning)
	}
	if p.Prepare != nil {
		need("Prepare", access.Processing)
	}
	if p.Evaluate != nil {
		need("Evaluate", access.Processing)
	}
	if longest := p.Guard.KeepAlive(); p.Job.KeepAlive > longest {
		l.Add("Job.KeepAlive", p.Job.KeepAlive, "at most the guard's "+longest.String(), "raise GuardProps.KeepAlive")
	}
	return l.Err()
}
