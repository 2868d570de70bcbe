package training

import (
	"fmt"
	"math"
	"time"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
)

// defaultWait is how much longer than its runtime a job on spot may take.
const defaultWait = time.Hour

// validateSpot checks what goes with spare capacity, of a resolved job; the jobs of a search have no checkpoints
// (https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html).
func (j Job) validateSpot(searched bool) error {
	var l problem.List
	if j.Checkpoints != (storage.Prefix{}) {
		l.Include("Checkpoints", j.Checkpoints.ValidateWritten())
	}
	switch {
	case j.Spot && !searched && j.Checkpoints == (storage.Prefix{}):
		l.Add("Checkpoints", nil, "where a job on spot keeps what it resumes from", "an interrupted job would start again: give a prefix, or leave out Spot")
	case !j.Spot && j.MaxWait != 0:
		l.Add("MaxWait", j.MaxWait, "none without Spot", "SageMaker takes it for spot only")
	}
	if j.Spot && (j.MaxWait < j.MaxRuntime || j.MaxWait > math.MaxInt32*time.Second || j.MaxWait%time.Second != 0) {
		l.Add("MaxWait", j.MaxWait, fmt.Sprintf("whole seconds, up to %d, and at least MaxRuntime, %s; or 0 for an hour more", math.MaxInt32, j.MaxRuntime), "")
	}
	l.Include("", j.validateKeepAlive())
	return l.Err()
}

// validateKeepAlive checks how long instances are kept after the job.
func (j Job) validateKeepAlive() error {
	var l problem.List
	switch {
	case j.KeepAlive < 0 || j.KeepAlive > time.Duration(model.KeepAliveSeconds.Max)*time.Second || j.KeepAlive%time.Second != 0:
		l.Add("KeepAlive", j.KeepAlive, "whole seconds up to 6h, or 0 for none", "")
	case j.KeepAlive > 0 && j.Spot:
		l.Add("KeepAlive", j.KeepAlive, "none with Spot", "SageMaker keeps no instances on spot")
	}
	return l.Err()
}
