package training

import (
	"fmt"
	"slices"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
)

// InputMode is how the objects of a channel come to the container
// (https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html).
type InputMode string

// The modes.
const (
	// File copies all objects to the instances before the container starts: below /opt/ml/input/data/CHANNEL.
	File InputMode = "File"
	// FastFile shows the objects as files in the same place, and reads each from S3 when the container does. It is best
	// where files are few, large and read in order.
	FastFile InputMode = "FastFile"
	// Pipe streams the objects through the named pipes /opt/ml/input/data/CHANNEL_EPOCH, one for each time that they
	// are read. The algorithm has to read pipes.
	Pipe InputMode = "Pipe"
)

// maxAttributes is what SageMaker takes
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html).
const maxAttributes = 16

// validateMode checks how the objects come.
func (in Input) validateMode() error {
	var l problem.List
	switch {
	case !slices.Contains([]InputMode{"", File, FastFile, Pipe}, in.Mode):
		l.Add("Mode", string(in.Mode), "File, FastFile or Pipe, or empty for File", "")
	case in.mounted() && in.Mode != "" && in.Mode != File:
		l.Add("Mode", string(in.Mode), "File with Mount", "a directory is mounted, whatever the mode")
	case in.RecordIO && in.Mode != Pipe:
		l.Add("RecordIO", true, "off unless Mode is Pipe", "SageMaker wraps what it streams only")
	}
	return l.Err()
}

// validateManifest checks what lists the objects.
func (in Input) validateManifest() error {
	var l problem.List
	manifest := in.Manifest != (storage.Object{})
	if manifest && (in.mounted() || in.Prepared != "") {
		l.Add("Manifest", in.Manifest.Key, "none with Mount or Prepared",
			"a manifest names objects in full, and nobody knows the folder of an execution before it starts: give From")
	} else if manifest {
		l.Include("Manifest", in.Manifest.Validate())
		l.Include("", validateURI("Manifest.Key", in.Manifest.Bucket, in.Manifest.Key, 0))
	}
	switch n := len(in.Attributes); {
	case n > 0 && !manifest:
		l.Add("Attributes", n, "none without Manifest", "they are those of an augmented manifest: give Manifest too")
	case n > maxAttributes:
		l.Add("Attributes", n, fmt.Sprintf("at most %d", maxAttributes), "")
	case n > 0 && in.Mode != Pipe:
		l.Add("Mode", string(in.Mode), "Pipe with Attributes", "SageMaker streams augmented manifests only: set Mode to training.Pipe")
	}
	for i, name := range in.Attributes {
		model.AttributeName.Check(&l, fmt.Sprintf("Attributes[%d]", i), name)
	}
	return l.Err()
}

// dataType says what the URI of the channel names.
func (in Input) dataType() string {
	switch {
	case len(in.Attributes) > 0:
		return "AugmentedManifestFile"
	case in.Manifest.Bucket != nil:
		return "ManifestFile"
	}
	return "S3Prefix"
}
