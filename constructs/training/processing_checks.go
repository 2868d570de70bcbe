package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/problem"
)

// validateProcessing checks what stands beside the job: preparation and evaluation, and the price of all together.
func (p *WorkflowProps) validateProcessing() error {
	var l problem.List
	limits := p.Environment.Resolved().Limits
	total, known := 0.0, true
	count := func(j Job, jobs int) {
		_, usd, priced := j.price(limits.InstanceTypes)
		total, known = total+usd*float64(jobs), known && priced
	}
	if p.Prepare != nil {
		l.Include("Prepare", p.Prepare.validate(p.Environment))
		l.Include("Prepare", onlyWithPreparation(p.Prepare.Inputs))
		count(p.Prepare.resolvedJob(limits), 1)
		l.Include("Job", fitPrepared(p.Job.Inputs, p.Prepare.Output))
	} else {
		l.Include("Job", onlyWithPreparation(p.Job.Inputs))
	}
	if p.Evaluate != nil {
		l.Include("Evaluate", p.Evaluate.validate(p.Environment, modelOf(p.Job)))
		if p.Prepare == nil {
			l.Include("Evaluate", onlyWithPreparation(p.Evaluate.Inputs))
		} else {
			l.Include("Evaluate", fitPrepared(p.Evaluate.Inputs, p.Prepare.Output))
		}
		count(p.Evaluate.resolvedJob(limits), 1)
	}
	if l.Err() != nil || p.Prepare == nil && p.Evaluate == nil {
		return l.Err()
	}
	beside, jobs := total, 1
	if p.Search != nil {
		jobs = p.Search.resolved().Jobs
	}
	count(p.Job.resolved(limits), jobs)
	if known && total > limits.PricePerRun && total-beside <= limits.PricePerRun { // what is too dear alone is told by itself
		l.Add("Job, Prepare and Evaluate", fmt.Sprintf("%.2f USD together", total), fmt.Sprintf("a run of at most %g USD", limits.PricePerRun),
			"take fewer, cheaper or shorter, or raise the environment's Limits.PricePerRun")
	}
	return l.Err()
}

// fitPrepared refuses prepared folders whose URIs are too long.
func fitPrepared(inputs []Input, output storage.Prefix) error {
	var l problem.List
	for i, in := range inputs {
		if in.Prepared != "" {
			l.Include("", validateURI(fmt.Sprintf("Inputs[%d].Prepared", i), output.Bucket, output.Path+in.Prepared, executionFolder))
		}
	}
	return l.Err()
}

// onlyWithPreparation refuses inputs that nobody prepares.
func onlyWithPreparation(inputs []Input) error {
	var l problem.List
	for i, in := range inputs {
		if in.Prepared != "" {
			l.Add(fmt.Sprintf("Inputs[%d].Prepared", i), in.Prepared, "none: nothing is prepared before it", "set Prepare, or give From")
		}
	}
	return l.Err()
}
