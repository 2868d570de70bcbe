package training

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Input is one channel of a job: objects that its instances get, or a directory that is mounted.
type Input struct {
	// Channel is the name that the algorithm knows it by: "train".
	Channel string
	// From is where its objects are. Required, unless Mount or Prepared is given.
	From storage.Prefix
	// Prepared is the folder below the output of the preparation that holds its objects: "train/", or "/" for all that
	// it wrote. Not together with From, and only where a workflow or pipeline has Prepare.
	Prepared string
	// Mount is a directory of a file system, read in place. A job that mounts Lustre runs in the zone of the file
	// system only. Not together with From or Prepared.
	Mount storage.Directory
	// Mode is how the objects come to the container. Empty: File.
	Mode InputMode
	// Manifest is the object that lists which objects below From the channel has; From is then only what the job may
	// read (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html). Not with Mount or
	// Prepared. Zero: all of them.
	Manifest storage.Object
	// Attributes make the Manifest an augmented one, JSON lines: they are the names of the attributes that the
	// algorithm gets, in that order, at most 16. Objects that it refers to lie below From. Only with Manifest, and Mode
	// Pipe (https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest.html). Empty: it is an ordinary
	// manifest.
	Attributes []string
	// RecordIO wraps each object, or each line of an augmented manifest, into a record of RecordIO. Only with Mode
	// Pipe. Off: they come as they are.
	RecordIO bool
	// ContentType is their MIME type: "text/csv". SageMaker hands any text to the container, and the built-in XGBoost
	// takes the short names csv, libsvm, parquet and recordio-protobuf too. Not in a processing job. Empty: the
	// algorithm's default.
	ContentType string
	// Groups are the names of those of the job's Groups that get the objects; a mounted directory is there for all.
	// Empty: all of them.
	Groups []string

	preparation storage.Prefix // the output that Prepared lies in
	model       bool           // the trained model, somewhere in From
}

const maxChannels = 20

var channelPattern = regexp.MustCompile(`^[A-Za-z0-9.\-_]{1,64}$`)

func (j Job) validateInputs() error {
	var l problem.List
	l.Include("", j.validateChannels())
	seen := map[string]bool{}
	zone := ""
	for i, in := range j.Inputs {
		field := fmt.Sprintf("Inputs[%d]", i)
		switch {
		case token.Is(in.Channel):
			l.Add(field+".Channel", in.Channel, "a name known at synth, not a token", "the names of channels are compared at synth: write it out")
		case !channelPattern.MatchString(in.Channel) || seen[in.Channel]:
			l.Add(field+".Channel", in.Channel, "1 to 64 letters, digits, dots, hyphens and underscores, different for each channel", "")
		}
		seen[in.Channel] = true
		model.ContentType.Check(&l, field+".ContentType", in.ContentType)
		l.Include(field, in.validateGroups(j))
		l.Include(field, in.validateMode())
		l.Include(field, in.validateManifest())
		switch {
		case in.Prepared != "":
			l.Include(field, in.validatePrepared())
			continue
		case !in.mounted():
			l.Include(field+".From", in.From.Validate())
			l.Include("", validateURI(field+".From.Path", in.From.Bucket, in.From.Path, 0))
			continue
		}
		if in.From != (storage.Prefix{}) {
			l.Add(field+".Mount", in.Mount.Path, "one of From and Mount", "a channel is copied or mounted")
		}
		l.Include(field+".Mount", in.Mount.Validate())
		if f := in.Mount.FileSystem; f != nil && f.SubnetID != "" {
			if zone != "" && zone != f.SubnetID {
				l.Add(field+".Mount", "a file system in another zone", "file systems of one zone", "a job runs where its Lustre file system stands")
			}
			zone = f.SubnetID
		}
	}
	return l.Err()
}

// validateChannels checks how many channels there are, and that none is that of the code.
func (j Job) validateChannels() error {
	var l problem.List
	if len(j.channels()) > maxChannels {
		l.Add("Inputs", len(j.Inputs), fmt.Sprintf("at most %d channels, the code's included", maxChannels), "")
	}
	if len(j.Inputs) == 0 && j.Image.builtIn != "" {
		l.Add("Inputs", 0, fmt.Sprintf("1 to %d channels", maxChannels), "a built-in algorithm learns from what they hold")
	}
	for i, in := range j.Inputs {
		if j.Code.given() && in.Channel == channelCode {
			l.Add(fmt.Sprintf("Inputs[%d].Channel", i), in.Channel, "another name with Code", "SageMaker copies the code to a channel of that name")
		}
	}
	return l.Err()
}

// validateURI checks that a prefix or an object is as short as a URI that SageMaker takes, with so many characters below it. Of a
// bucket whose name only the deployment knows the shortest name counts.
func validateURI(field string, bucket *storage.DataBucket, key string, below int) error {
	var l problem.List
	if bucket == nil || token.Is(key) {
		return nil
	}
	name := bucket.Name
	if token.Is(name) {
		name = "abc"
	}
	if n := len("s3://") + utf8.RuneCountInString(name+"/"+key) + below; n > model.S3URI.Max {
		l.Add(field, problem.Phrase(fmt.Sprintf("%d characters as a URI", n)), fmt.Sprintf("at most %d, which SageMaker takes", model.S3URI.Max), "")
	}
	return l.Err()
}

// executionFolder is how many characters the folder of an execution has, with its slash.
const executionFolder = 37

func (in Input) mounted() bool { return in.Mount != (storage.Directory{}) }

func (in Input) validateGroups(j Job) error {
	var l problem.List
	if len(in.Groups) > 0 && in.mounted() {
		l.Add("Groups", in.Groups, "none with Mount", "what is mounted is there for every instance")
	}
	for i, name := range in.Groups {
		if !slices.ContainsFunc(j.Groups, func(g InstanceGroup) bool { return g.Name == name }) || slices.Index(in.Groups, name) < i {
			l.Add(fmt.Sprintf("Groups[%d]", i), name, "the names of Groups of the job, each once", "")
		}
	}
	return l.Err()
}

// preparedPattern is what a text of an intrinsic function can hold as it stands, and a policy takes for no wildcard.
var preparedPattern = regexp.MustCompile(`^(/|([^/'{}\\*?$\x{00}-\x{1f}\x{7f}-\x{9f}\x{2028}\x{2029}]+/)+)$`)

func (in Input) validatePrepared() error {
	var l problem.List
	switch relative := strings.Contains("/"+in.Prepared, "/./") || strings.Contains("/"+in.Prepared, "/../"); {
	case !preparedPattern.MatchString(in.Prepared):
		l.Add("Prepared", in.Prepared, `a folder such as "train/", without ', {, }, \, *, ? and $; or "/" for all`,
			"it stands in a text of the state machine, which takes those for its own")
	case relative:
		l.Add("Prepared", in.Prepared, `a folder such as "train/", without ./ and ../`, "S3 knows no folder above another: nothing would be there")
	}
	if in.From != (storage.Prefix{}) || in.mounted() {
		l.Add("Prepared", in.Prepared, "one of From, Mount and Prepared", "a channel comes from one place")
	}
	return l.Err()
}

// reads are the prefixes of the job's inputs, and mounts its directories.
func (j Job) reads() (reads []storage.Prefix, mounts []storage.Directory) {
	for _, in := range j.channels() {
		switch {
		case in.mounted():
			mounts = append(mounts, in.Mount)
		case in.Prepared != "":
			reads = append(reads, in.preparation)
		default:
			reads = append(reads, in.From)
		}
	}
	return once(reads), once(mounts)
}

// once are those of a list, each once.
func once[T comparable](all []T) []T {
	var kept []T
	for _, e := range all {
		if !slices.Contains(kept, e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// given is what the execution role of the job needs, but for its network and image.
func (j Job) given() access.ExecutionRoleProps {
	p := access.ExecutionRoleProps{Writes: []storage.Prefix{j.Output}}
	p.Reads, p.Mounts = j.reads()
	for _, in := range j.Inputs {
		if in.Manifest.Bucket != nil {
			p.Objects = append(p.Objects, in.Manifest)
		}
	}
	if j.Checkpoints.Bucket != nil {
		p.Checkpoints = []storage.Prefix{j.Checkpoints}
	}
	if j.installs() {
		p.Packages = []supplychain.Repository{j.Packages}
	}
	return p
}

// subnets are those of the network in which the job can reach its file systems.
func (j Job) subnets(all []string) []string {
	for _, in := range j.Inputs {
		if f := in.Mount.FileSystem; f != nil && f.SubnetID != "" {
			return []string{f.SubnetID}
		}
	}
	return all
}

// channels are the inputs as CreateTrainingJob takes them.
func channels(inputs []Input, d dialect) []any {
	all := make([]any, len(inputs))
	for i, in := range inputs {
		channel := map[string]any{"ChannelName": in.Channel, "DataSource": in.source(d)}
		if in.ContentType != "" {
			channel["ContentType"] = in.ContentType
		}
		if in.Mode != "" {
			channel["InputMode"] = string(in.Mode)
		}
		if in.RecordIO {
			channel["RecordWrapperType"] = "RecordIO"
		}
		all[i] = channel
	}
	return all
}

func (in Input) source(d dialect) map[string]any {
	if in.mounted() {
		return map[string]any{"FileSystemDataSource": map[string]any{
			"FileSystemId": in.Mount.FileSystem.ID, "FileSystemType": string(in.Mount.FileSystem.Type),
			"DirectoryPath": in.Mount.MountPath(), "FileSystemAccessMode": "ro",
		}}
	}
	source := map[string]any{"S3DataType": in.dataType(), "S3DataDistributionType": "FullyReplicated"}
	if len(in.Attributes) > 0 {
		source["AttributeNames"] = in.Attributes
	}
	if len(in.Groups) > 0 {
		source["InstanceGroupNames"] = in.Groups
	}
	in.put(source, d)
	return map[string]any{"S3DataSource": source}
}

// put says where the objects are.
func (in Input) put(source map[string]any, d dialect) {
	switch {
	case in.Prepared != "":
		d.set(source, "S3Uri", d.folder(in.preparation, strings.TrimPrefix(in.Prepared, "/")))
	case in.model:
		d.set(source, "S3Uri", d.model)
	case in.Manifest.Bucket != nil:
		source["S3Uri"] = in.Manifest.URI()
	default:
		source["S3Uri"] = in.From.URI()
	}
}
