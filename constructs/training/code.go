package training

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Code is the program of an image that has SageMaker's training toolkit, as AWS's Deep Learning Containers do. SageMaker copies it to the
// instances as one more channel, "code", so that a container without network gets it too; the toolkit copies it from there to
// /opt/ml/code, if the image has no program of its own there
// (https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/files.py). An EntryPoint takes the place of the
// toolkit, and has to start it, by the word train, for the program to run. From and Program are required.
type Code struct {
	// From is where it is: as files, or as the Archive. Required.
	From storage.Prefix
	// Archive is the name of a .tar.gz or .tgz below From that holds the files, such as "sourcedir.tar.gz". Empty: they are below From.
	Archive string
	// Program is the file that the toolkit runs, such as "train.py". Required.
	Program string
}

const (
	// channelCode is where a job finds its code.
	channelCode = "code"
	codeFolder  = "/opt/ml/input/data/" + channelCode

	hyperProgram   = "sagemaker_program"
	hyperDirectory = "sagemaker_submit_directory"
	// directoryVariable is the variable of the same meaning.
	directoryVariable = "SAGEMAKER_SUBMIT_DIRECTORY"
)

func (c Code) given() bool { return c != Code{} }

// channels are the inputs of the job, and its code.
func (j Job) channels() []Input {
	if !j.Code.given() {
		return j.Inputs
	}
	return append(slices.Clone(j.Inputs), Input{Channel: channelCode, From: j.Code.From})
}

// hyperParameters tell the toolkit what to run, and where it is: it reads each value as JSON, and AWS's SDK gives them so.
func (c Code) hyperParameters() map[string]string {
	if !c.given() {
		return nil
	}
	directory := codeFolder
	if c.Archive != "" {
		directory += "/" + c.Archive
	}
	return map[string]string{hyperProgram: `"` + c.Program + `"`, hyperDirectory: `"` + directory + `"`}
}

// validateCode checks the code, and that no other way brings code in that does not work.
func (j Job) validateCode() error {
	var l problem.List
	if j.Code.given() {
		return j.validateGiven()
	}
	if j.installs() { // and has a network
		return nil
	}
	const allowed, fix = "no s3:// in a container without network, which can't fetch its code", "give Job.Code: SageMaker copies it to the instances as a channel"
	if value := j.HyperParameters[hyperDirectory]; isS3(value) {
		l.Add(fmt.Sprintf("HyperParameters[%q]", hyperDirectory), value, allowed, fix)
	}
	if value := j.Variables[directoryVariable]; isS3(value) {
		l.Add(fmt.Sprintf("Variables[%q]", directoryVariable), value, allowed, fix)
	}
	for i, p := range j.Parameters {
		if p.name == hyperDirectory && slices.ContainsFunc(p.allowed, isS3) {
			l.Add(fmt.Sprintf("Parameters[%d]", i), p.String(), allowed, fix)
		}
	}
	return l.Err()
}

// validateGiven checks code that is given.
func (j Job) validateGiven() error {
	var l problem.List
	l.Include("Code.From", j.Code.From.Validate())
	l.Include("", validateURI("Code.From.Path", j.Code.From.Bucket, j.Code.From.Path, 0))
	values := j.Code.hyperParameters()
	model.HyperParameterValue.Check(&l, "Code.Program", values[hyperProgram])
	model.HyperParameterValue.Check(&l, "Code.Archive", values[hyperDirectory])
	if escapes(j.Code.Program) || strings.HasSuffix(j.Code.Program, "/") || strings.TrimSpace(j.Code.Program) != j.Code.Program {
		l.Add("Code.Program", j.Code.Program, `a file of the code, such as "train.py"`, "")
	}
	if j.Code.Archive != "" && (escapes(j.Code.Archive) || !token.Is(j.Code.Archive) && !archivePattern.MatchString(j.Code.Archive)) {
		l.Add("Code.Archive", j.Code.Archive, `the name of a .tar.gz or .tgz below From, such as "sourcedir.tar.gz"`, "the toolkit unpacks no other archive")
	}
	const allowed = "a name that Code does not set"
	for _, name := range slices.Sorted(maps.Keys(j.Code.hyperParameters())) {
		if value, fixed := j.HyperParameters[name]; fixed {
			l.Add(fmt.Sprintf("HyperParameters[%q]", name), value, allowed, "leave it out, or leave out Code")
		}
		if i := slices.IndexFunc(j.Parameters, func(p Parameter) bool { return p.name == name }); i >= 0 {
			l.Add(fmt.Sprintf("Parameters[%d]", i), name, allowed, "leave it out, or leave out Code")
		}
	}
	return l.Err()
}

// escapes tells whether a name is not that of a file in a folder: empty, absolute, out of it, or no text of JSON as it is.
func escapes(name string) bool {
	return !token.Is(name) && (name == "" || strings.ContainsAny(name, `"\`) || strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), ".."))
}

// archivePattern is the name of an archive that the toolkit unpacks.
var archivePattern = regexp.MustCompile(`[^/]\.(tar\.gz|tgz)$`)

// isS3 tells whether a hyperparameter names something in S3: as it is, or as JSON. The toolkit takes the scheme in capitals too.
func isS3(value string) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimLeft(value, `" `)), "s3://")
}
