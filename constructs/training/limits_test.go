package training

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/problem"
)

const (
	aToken = "${Token[TOKEN.7]}"
	anURI  = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/churn"
)

// tight is an environment with room for one small job.
var tight = environment.Environment{Tier: environment.Development, Limits: environment.Limits{
	InstanceTypes: []string{"ml.m5.xlarge", "ml.m5.2xlarge", "ml.c5.xlarge", "ml.c4.xlarge"}, InstancesPerJob: 2, Runtime: 4 * time.Hour, PricePerRun: 1,
}}

func TestAGoodJob(t *testing.T) {
	for name, change := range map[string]func(*Job){
		"as it is":                   func(*Job) {},
		"zero instances are one":     func(j *Job) { j.Instances = 0 },
		"all that is allowed":        func(j *Job) { j.Instances, j.MaxRuntime = 2, 2*time.Hour }, // 0.92 of 1 USD
		"the longest":                func(j *Job) { j.MaxRuntime = 4 * time.Hour },               // 0.92 too
		"an unknown price":           func(j *Job) { j.InstanceType, j.Instances, j.MaxRuntime = "ml.c4.xlarge", 2, 4*time.Hour },
		"no runtime of its own":      func(j *Job) { j.MaxRuntime = 0 }, // the environment's
		"an image by tag":            func(j *Job) { j.Image = ImageURI(anURI + ":1.4") },
		"an image by digest":         func(j *Job) { j.Image = ImageURI(anURI + "@sha256:" + strings.Repeat("0a", 32)) },
		"an image that is a token":   func(j *Job) { j.Image = ImageURI(aToken) },
		"a version that is a token":  func(j *Job) { j.Image = XGBoost(aToken) },
		"a type that is a token":     func(j *Job) { j.InstanceType = aToken },
		"a type of two tokens":       func(j *Job) { j.InstanceType = "ml." + aToken + "." + aToken },
		"a path that is a token":     func(j *Job) { j.Output.Path = aToken },
		"the whole bucket":           func(j *Job) { j.Inputs[0].From = storage.Prefix{Bucket: &storage.DataBucket{Name: "other"}} },
		"twenty channels":            func(j *Job) { j.Inputs = channelsNamed(20) },
		"a hundred hyperparameters":  func(j *Job) { j.HyperParameters = texts(99); j.Parameters = []Parameter{Integer("n", 1, 1)} },
		"parameters with one value":  func(j *Job) { j.Parameters = []Parameter{Integer("n", 1, 1), Number("x", 0, 0), OneOf("kind", "a")} },
		"a parameter below zero":     func(j *Job) { j.Parameters = []Parameter{Integer("n", -5, -1)} },
		"a parameter's longest name": func(j *Job) { j.Parameters = []Parameter{Integer(strings.Repeat("n", 256), 1, 2)} },
	} {
		t.Run(name, func(t *testing.T) {
			j := goodJob()
			change(&j)
			if err := j.Validate(tight); err != nil {
				t.Error(err)
			}
		})
	}
}

// Each job is wrong in one way, and the message says in which, and what to do.
var badJobs = []struct {
	name   string
	change func(*Job)
	field  string
	words  []string
}{
	{"type not allowed", func(j *Job) { j.InstanceType = "ml.m5.large" }, "InstanceType",
		[]string{"ml.m5.large", "ml.m5.xlarge, ml.m5.2xlarge", "Limits.InstanceTypes"}},
	{"type missing", func(j *Job) { j.InstanceType = "" }, "InstanceType", []string{`""`, "ml.m5.xlarge"}},
	{"too many instances", func(j *Job) { j.Instances = 3 }, "Instances", []string{"got 3", "at most 2", "Limits.InstancesPerJob"}},
	{"negative instances", func(j *Job) { j.Instances = -1 }, "Instances", []string{"got -1", "1 or more"}},
	{"too long", func(j *Job) { j.MaxRuntime = 4*time.Hour + time.Second }, "MaxRuntime", []string{"4h0m1s", "at most 4h0m0s", "Limits.Runtime"}},
	{"fractional seconds", func(j *Job) { j.MaxRuntime = 1500 * time.Millisecond }, "MaxRuntime", []string{"1.5s", "whole seconds"}},
	{"negative runtime", func(j *Job) { j.MaxRuntime = -time.Hour }, "MaxRuntime", []string{"-1h0m0s", "positive"}},
	{"too dear", func(j *Job) { j.Instances, j.MaxRuntime = 2, 3*time.Hour }, "MaxRuntime",
		[]string{"2 x ml.m5.xlarge", "1.38 USD", "at most 1 USD", "Limits.PricePerRun"}},
	{"too dear for as long as the environment allows", func(j *Job) { j.InstanceType, j.MaxRuntime = "ml.m5.2xlarge", 0 }, "MaxRuntime",
		[]string{"1 x ml.m5.2xlarge", "1.84 USD"}},
	{"too dear for a type that is a token", func(j *Job) { j.InstanceType, j.Instances, j.MaxRuntime = aToken, 2, 2*time.Hour }, "MaxRuntime",
		[]string{"2 x ml.m5.2xlarge, the dearest type allowed, for", "1.84 USD"}},
	{"negative volume", func(j *Job) { j.VolumeGB = -1 }, "VolumeGB", []string{"got -1", "0 for 30"}},

	{"missing image", func(j *Job) { j.Image = Image{} }, "Image", []string{"got nothing", "training.XGBoost(version) or training.ImageURI(uri)"}},
	{"empty URI", func(j *Job) { j.Image = ImageURI("") }, "Image", []string{"got nothing"}},
	{"bad version", func(j *Job) { j.Image = XGBoost("latest") }, "Image", []string{`"latest"`, "such as 3.2-0"}},
	{"missing version", func(j *Job) { j.Image = XGBoost("") }, "Image", []string{"such as 3.2-0"}},
	{"image without tag", func(j *Job) { j.Image = ImageURI(anURI) }, "Image", []string{"tag or digest", "write :latest if that is meant"}},
	{"image from the internet", func(j *Job) { j.Image = ImageURI("docker.io/library/python:3.12") }, "Image", []string{"private ECR repository"}},
	{"image from the public gallery", func(j *Job) { j.Image = ImageURI("public.ecr.aws/docker/library/python:3.12") }, "Image", []string{"private ECR"}},

	{"no channel", func(j *Job) { j.Inputs = nil }, "Inputs", []string{"got 0", "1 to 20"}},
	{"too many channels", func(j *Job) { j.Inputs = channelsNamed(21) }, "Inputs", []string{"got 21", "at most 20"}},
	{"bad channel", func(j *Job) { j.Inputs[1].Channel = "my data" }, "Inputs[1].Channel", []string{`"my data"`, "letters, digits, dots"}},
	{"channel without name", func(j *Job) { j.Inputs[0].Channel = "" }, "Inputs[0].Channel", []string{`""`}},
	{"duplicate channel", func(j *Job) { j.Inputs[1].Channel = "train" }, "Inputs[1].Channel", []string{`"train"`, "different"}},
	{"input without bucket", func(j *Job) { j.Inputs[1].From.Bucket = nil }, "Inputs[1].From.Bucket", []string{"storage.NewDataBucket"}},
	{"input without slash", func(j *Job) { j.Inputs[0].From.Path = "train" }, "Inputs[0].From.Path", []string{`"train"`, "ends with a slash"}},
	{"output with slash in front", func(j *Job) { j.Output.Path = "/models/" }, "Output.Path", []string{"starts without one"}},
	{"output with a wildcard", func(j *Job) { j.Output.Path = "*/" }, "Output.Path", []string{"wildcards"}},
	{"no output", func(j *Job) { j.Output = storage.Prefix{} }, "Output.Bucket", []string{"got nothing"}},

	{"fixed and given", func(j *Job) { j.Parameters = []Parameter{OneOf("objective", "a")} }, "Parameters[0]", []string{`"objective"`, "HyperParameters"}},
	{"given twice", func(j *Job) { j.Parameters = []Parameter{Integer("n", 1, 2), Number("n", 1, 2)} }, "Parameters[1]", []string{`"n"`, "twice"}},
	{"min above max", func(j *Job) { j.Parameters = []Parameter{Integer("n", 10, 1)} }, "Parameters[0].min", []string{"got 10", "at most max, 1"}},
	{"bad parameter name", func(j *Job) { j.Parameters = []Parameter{Number("max depth", 1, 2)} }, "Parameters[0].name", []string{`"max depth"`}},
	{"parameter of no value", func(j *Job) { j.Parameters = []Parameter{{}} }, "Parameters[0].name", []string{`""`}},
	{"too many hyperparameters", func(j *Job) { j.HyperParameters = texts(101) }, "HyperParameters", []string{"got 101", "at most 100"}},
}

func TestABadJob(t *testing.T) {
	for _, test := range badJobs {
		t.Run(test.name, func(t *testing.T) {
			j := goodJob()
			test.change(&j)
			err := j.Validate(tight)
			if got := fieldsOf(err); !slices.Equal(got, []string{test.field}) {
				t.Fatalf("problems of %v, want one of %s:\n%v", got, test.field, err)
			}
			for _, word := range test.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the message lacks %q:\n%v", word, err)
				}
			}
		})
	}
}

func TestAllProblemsOfAJobTogether(t *testing.T) {
	err := Job{Instances: 99, MaxRuntime: 99 * time.Hour, VolumeGB: -1, Inputs: []Input{{}}, Parameters: []Parameter{Integer("", 2, 1)}}.Validate(tight)
	got := fieldsOf(err)
	slices.Sort(got)
	want := []string{"Image", "Inputs[0].Channel", "Inputs[0].From.Bucket", "InstanceType", "Instances", "MaxRuntime", "Output.Bucket",
		"Parameters[0].min", "Parameters[0].name", "VolumeGB"}
	if !slices.Equal(got, want) {
		t.Errorf("problems of %v\nwant %v", got, want)
	}
}

// The limits that count are those of the tier where the environment leaves them out.
func TestTheTiersLimitsCount(t *testing.T) {
	j := goodJob()
	j.Instances, j.MaxRuntime = 4, 20*time.Hour // 18.40 USD
	if err := j.Validate(environment.Environment{}); err != nil {
		t.Errorf("Production: %v", err)
	}
	err := j.Validate(environment.Environment{Tier: environment.Development})
	if got, want := fieldsOf(err), []string{"Instances", "MaxRuntime", "MaxRuntime"}; !slices.Equal(got, want) {
		t.Errorf("Development: problems of %v, want %v", got, want)
	}
}

// The role may pull from the repository of the image, and no other.
func TestTheImagesRepository(t *testing.T) {
	for _, test := range []struct {
		image           Image
		uri, repository string
	}{
		{XGBoost("3.2-0"), "444455556666.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.2-0", "arn:aws:ecr:eu-west-1:444455556666:repository/sagemaker-xgboost"},
		{ImageURI(anURI + ":1.4"), anURI + ":1.4", "arn:aws:ecr:eu-west-1:111122223333:repository/team/churn"},
		{ImageURI("999999999999.dkr.ecr.us-east-1.amazonaws.com/x@sha256:" + strings.Repeat("0", 64)),
			"999999999999.dkr.ecr.us-east-1.amazonaws.com/x@sha256:" + strings.Repeat("0", 64), "arn:aws:ecr:us-east-1:999999999999:repository/x"},
		{ImageURI(anURI + ":" + aToken), anURI + ":" + aToken, "arn:aws:ecr:eu-west-1:111122223333:repository/team/churn"},
		{ImageURI(anURI + ":v" + aToken), anURI + ":v" + aToken, "arn:aws:ecr:eu-west-1:111122223333:repository/team/churn"},
		{ImageURI(anURI + "@" + aToken), anURI + "@" + aToken, "arn:aws:ecr:eu-west-1:111122223333:repository/team/churn"},
		{ImageURI(anURI + "@sha256:" + aToken), anURI + "@sha256:" + aToken, "arn:aws:ecr:eu-west-1:111122223333:repository/team/churn"},
		{ImageURI(anURI + "-" + aToken + ":1"), anURI + "-" + aToken + ":1", "arn:aws:ecr:eu-west-1:111122223333:repository/team/churn-" + aToken},
		{ImageURI(anURI + aToken), anURI + aToken, ""},
		{ImageURI(aToken), aToken, ""},
	} {
		uri, repository := test.image.resolve(ireland, "amazonaws.com", "444455556666")
		if uri != test.uri || repository != test.repository {
			t.Errorf("got %s of %s\nwant %s of %s", uri, repository, test.uri, test.repository)
		}
	}
}

func fieldsOf(err error) []string {
	var all []string
	for _, e := range problem.All(err) {
		var p problem.Problem
		if errors.As(e, &p) {
			all = append(all, p.Field)
		}
	}
	return all
}

func channelsNamed(n int) []Input {
	var all []Input
	for i := range n {
		all = append(all, Input{Channel: fmt.Sprintf("channel-%d", i), From: storage.Prefix{Bucket: &storage.DataBucket{Name: "channels"}}})
	}
	return all
}

func texts(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[fmt.Sprintf("h%d", i)] = "x"
	}
	return all
}
