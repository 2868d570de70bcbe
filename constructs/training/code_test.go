package training

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/supplychain"
)

// withCode is a job of an image of the team's own that gets its program from a bucket.
func withCode() Job {
	j := own()
	j.Code = Code{From: j.Output.Bucket.Prefix("code/"), Archive: "sourcedir.tar.gz", Program: "train.py"}
	return j
}

func TestMistakesInCode(t *testing.T) {
	const fetched = "allowed: no s3:// in a container without network, which can't fetch its code; give Job.Code"
	for name, c := range map[string]struct {
		change func(*Job)
		want   string // empty: it is right
	}{
		"code":               {func(*Job) {}, ""},
		"files":              {func(j *Job) { j.Code.Archive = "" }, ""},
		"a program below":    {func(j *Job) { j.Code.Program = "src/train.py" }, ""},
		"no bucket":          {func(j *Job) { j.Code.From.Bucket = nil }, "Code.From.Bucket: got nothing"},
		"no program":         {func(j *Job) { j.Code.Program = "" }, `Code.Program: got ""`},
		"an absolute one":    {func(j *Job) { j.Code.Program = "/train.py" }, `Code.Program: got "/train.py"`},
		"one outside":        {func(j *Job) { j.Code.Program = "../train.py" }, `Code.Program: got "../train.py"`},
		"a quoted one":       {func(j *Job) { j.Code.Program = `a".py` }, "Code.Program: got"},
		"an archive outside": {func(j *Job) { j.Code.Archive = "../x.tar.gz" }, `Code.Archive: got "../x.tar.gz"`},
		"its channel": {func(j *Job) { j.Inputs[0].Channel = "code" },
			`Inputs[0].Channel: got "code"; allowed: another name with Code`},
		"the program twice": {func(j *Job) { j.HyperParameters["sagemaker_program"] = "x.py" },
			`HyperParameters["sagemaker_program"]: got "x.py"; allowed: a name that Code does not set`},
		"the program given": {func(j *Job) { j.Parameters = []Parameter{OneOf("sagemaker_program", "a.py")} },
			`Parameters[0]: got "sagemaker_program"; allowed: a name that Code does not set`},
		"20 channels": {func(j *Job) { j.Inputs = manyInputs(j, 19) }, ""},
		"21 channels": {func(j *Job) { j.Inputs = manyInputs(j, 20) }, "Inputs: got 20; allowed: at most 20 channels, the code's included"},
		"fetched": {func(j *Job) { j.Code, j.HyperParameters[hyperDirectory] = Code{}, "s3://b/sourcedir.tar.gz" },
			`HyperParameters["sagemaker_submit_directory"]: got "s3://b/sourcedir.tar.gz"; ` + fetched},
		"fetched, as JSON": {func(j *Job) { j.Code, j.HyperParameters[hyperDirectory] = Code{}, `"s3://b/sourcedir.tar.gz"` }, fetched},
		"fetched, by a variable": {func(j *Job) {
			j.Code, j.Variables = Code{}, map[string]string{directoryVariable: "s3://b/sourcedir.tar.gz"}
		}, `Variables["SAGEMAKER_SUBMIT_DIRECTORY"]: got "s3://b/sourcedir.tar.gz"; ` + fetched},
		"fetched, as an execution says": {func(j *Job) {
			j.Code, j.Parameters = Code{}, []Parameter{OneOf(hyperDirectory, "/opt/ml/code", "s3://b/x")}
		},
			"Parameters[0]: got \"sagemaker_submit_directory, one of /opt/ml/code, s3://b/x\"; " + fetched},
		"in the image": {func(j *Job) { j.Code, j.HyperParameters[hyperDirectory] = Code{}, "/opt/ml/code" }, ""},
		"fetched by a container with a network": {func(j *Job) {
			j.Code, j.HyperParameters[hyperDirectory] = Code{}, "s3://b/x"
			j.Packages = supplychain.Repository{ARN: "arn:aws:codeartifact:eu-west-1:111122223333:repository/ml/dev"}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			j := withCode()
			c.change(&j)
			err := j.Validate(environment.Environment{RuntimeInstalls: true})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func manyInputs(j *Job, n int) []Input {
	var all []Input
	for i := range n {
		all = append(all, Input{Channel: fmt.Sprint("x", i), From: j.Inputs[0].From})
	}
	return all
}

// The code comes as a channel, which the role may read, and the toolkit is told where it is.
func TestWhereTheCodeIs(t *testing.T) {
	j := withCode()
	asked := askedOf(t, j, goodWiring())
	wantJSON(t, "the program", dig(asked, "HyperParameters", "sagemaker_program"), `"\"train.py\""`)
	wantJSON(t, "the folder", dig(asked, "HyperParameters", "sagemaker_submit_directory"), `"\"/opt/ml/input/data/code/sourcedir.tar.gz\""`)
	wantJSON(t, "the channel", dig(asked, "InputDataConfig").([]any)[2],
		`{"ChannelName":"code","DataSource":{"S3DataSource":{"S3DataDistributionType":"FullyReplicated","S3DataType":"S3Prefix","S3Uri":"s3://data/code/"}}}`)
	wantJSON(t, "isolation", asked["EnableNetworkIsolation"], "true")
	if reads := j.given().Reads; len(reads) != 3 || reads[2] != j.Code.From {
		t.Errorf("the role reads %v", reads)
	}
	j.Code.Archive = ""
	wantJSON(t, "the folder of files", dig(askedOf(t, j, goodWiring()), "HyperParameters", "sagemaker_submit_directory"), `"\"/opt/ml/input/data/code\""`)
}

func TestEntryPointAndArguments(t *testing.T) {
	j := own()
	wantJSON(t, "none", dig(askedOf(t, j, goodWiring()), "AlgorithmSpecification", "ContainerEntrypoint"), "null")
	j.EntryPoint, j.Arguments = []string{"python3", "/opt/churn/train.py"}, []string{"--epochs", "3", ""}
	algorithm := dig(askedOf(t, j, goodWiring()), "AlgorithmSpecification")
	wantJSON(t, "the entry point", dig(algorithm, "ContainerEntrypoint"), `["python3","/opt/churn/train.py"]`)
	wantJSON(t, "the arguments", dig(algorithm, "ContainerArguments"), `["--epochs","3",""]`)
	if err := j.Validate(environment.Environment{}); err != nil {
		t.Error(err)
	}
	j.EntryPoint, j.Arguments = strings.Split(strings.Repeat("x ", 100)+"x", " "), []string{strings.Repeat("x", 257)}
	for _, want := range []string{"EntryPoint: got 101; allowed: at most 100 texts", "Arguments[0]: got"} {
		if err := j.Validate(environment.Environment{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	j.EntryPoint, j.Arguments, j.Parameters = []string{"a"}, []string{"b"}, []Parameter{Integer("n", 1, 2)}
	p := &WorkflowProps{Job: j, Search: &Search{Objective: "auc"}}
	for _, want := range []string{"Job.EntryPoint: got [a]; allowed: none in a search", "Job.Arguments: got [b]; allowed: none in a search"} {
		if err := p.Validate("X"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A program that learns from nothing has no channels, and its request no list of them.
func TestAJobWithoutInputs(t *testing.T) {
	j := own()
	j.Inputs = nil
	if err := j.Validate(environment.Environment{}); err != nil {
		t.Error(err)
	}
	if _, there := askedOf(t, j, goodWiring())["InputDataConfig"]; there {
		t.Error("the request has an empty list of channels, which SageMaker refuses")
	}
	p := prepares()
	p.Inputs = nil
	if err := p.validate(environment.Environment{}); err != nil {
		t.Error(err)
	}
	if _, there := (&processing{job: p.resolvedJob(environment.Environment{}.Resolved().Limits)}).request(goodWiring(), ofMachine)["ProcessingInputs"]; there {
		t.Error("the request has an empty list of inputs")
	}
}
