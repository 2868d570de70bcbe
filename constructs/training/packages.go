package training

import (
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/problem"
)

// installs tells whether the container installs packages when it starts.
func (j Job) installs() bool { return j.Packages.ARN != "" }

// validatePackages refuses installing where it can't work.
func (j Job) validatePackages(e environment.Environment) error {
	if !j.installs() {
		return nil
	}
	var l problem.List
	l.Include("Packages", j.Packages.Validate())
	if !e.RuntimeInstalls {
		l.Add("Packages", j.Packages.ARN, "none where containers are isolated from the network",
			"build the packages into the image (supplychain.NewBuilder), or set the environment's RuntimeInstalls")
	}
	if j.Image.builtIn != "" {
		l.Add("Packages", j.Packages.ARN, "none with the built-in "+j.Image.builtIn+": it asks the public index, whatever it is told",
			"take an image with SageMaker's training toolkit 4.7 or newer, such as one of the Deep Learning Containers")
	}
	return l.Err()
}
