package training

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
)

var bucket = &storage.DataBucket{Name: "data"}

// shared is a file system that every subnet reaches.
var shared = &storage.FileSystem{Type: storage.EFS, ID: "fs-1"}

func lustre(subnet string) *storage.FileSystem {
	return &storage.FileSystem{Type: storage.Lustre, ID: "fs-2", SubnetID: subnet}
}

// good is a job that Development allows.
func good() Job {
	return Job{
		Image:        XGBoost("3.2-0"),
		Inputs:       []Input{{Channel: "train", From: bucket.Prefix("train/")}},
		Output:       bucket.Prefix("models/"),
		InstanceType: "ml.m5.xlarge",
		Parameters:   []Parameter{Integer("num_round", 1, 100)},
	}
}

func TestAGoodJobIsValid(t *testing.T) {
	if err := good().Validate(environment.Environment{Tier: environment.Development}); err != nil {
		t.Error(err)
	}
}

func TestWrongJobs(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Job)
		want   string
	}{
		{"no image", func(j *Job) { j.Image = Image{} }, "Image: got nothing; allowed: training.XGBoost(version) or training.ImageURI(uri)"},
		{"no version", func(j *Job) { j.Image = XGBoost("latest") }, `Image: got "latest"; allowed: a version of the built-in XGBoost`},
		{"image without a tag", func(j *Job) { j.Image = ImageURI("111122223333.dkr.ecr.eu-west-1.amazonaws.com/x") }, "with a tag or digest"},
		{"public image", func(j *Job) { j.Image = ImageURI("docker.io/library/python:3") }, "a private ECR repository"},
		{"no inputs", func(j *Job) { j.Inputs = nil }, "Inputs: got 0; allowed: 1 to 20 channels"},
		{"odd channel", func(j *Job) { j.Inputs[0].Channel = "my data" }, `Inputs[0].Channel: got "my data"`},
		{"same channel twice", func(j *Job) { j.Inputs = append(j.Inputs, j.Inputs[0]) }, `Inputs[1].Channel: got "train"`},
		{"no bucket", func(j *Job) { j.Inputs[0].From.Bucket = nil }, "Inputs[0].From.Bucket: got nothing"},
		{"objects and a directory", func(j *Job) { j.Inputs[0].Mount = shared.Directory("/a") }, `Inputs[0].Mount: got "/a"; allowed: one of From and Mount`},
		{"a directory of nothing", func(j *Job) { j.Inputs[0] = Input{Channel: "train", Mount: storage.Directory{Path: "/a"}} },
			"Inputs[0].Mount.FileSystem: got nothing"},
		{"a relative directory", func(j *Job) { j.Inputs[0] = Input{Channel: "train", Mount: shared.Directory("a")} },
			`Inputs[0].Mount.Path: got "a"`},
		{"Lustre in two zones", func(j *Job) {
			j.Inputs = []Input{{Channel: "a", Mount: lustre("subnet-a").Directory("/")}, {Channel: "b", Mount: lustre("subnet-b").Directory("/")}}
		}, "Inputs[1].Mount: got \"a file system in another zone\""},
		{"no output", func(j *Job) { j.Output = storage.Prefix{} }, "Output.Bucket: got nothing"},
		{"type that is not allowed", func(j *Job) { j.InstanceType = "ml.p4d.24xlarge" },
			"InstanceType: got \"ml.p4d.24xlarge\"; allowed: one of ml.m5.large, ml.m5.xlarge, ml.g4dn.xlarge; change the job, or the environment's Limits.InstanceTypes"},
		{"too many instances", func(j *Job) { j.Instances = 2 }, "Instances: got 2; allowed: at most 1"},
		{"negative instances", func(j *Job) { j.Instances = -1 }, "Instances: got -1"},
		{"a parameter in the machine's place", func(j *Job) { j.Parameters = []Parameter{Integer("texts", 1, 2)} }, "Parameters[0].name: got \"texts\""},
		{"a size of a local disk", func(j *Job) { j.InstanceType, j.VolumeGB = "ml.g4dn.xlarge", 50 }, "VolumeGB: got 50; allowed: 0 on ml.g4dn.xlarge"},
		{"negative volume", func(j *Job) { j.VolumeGB = -1 }, "VolumeGB: got -1"},
		{"too long", func(j *Job) { j.MaxRuntime = 2 * time.Hour }, "MaxRuntime: got 2h0m0s; allowed: at most 1h0m0s"},
		{"half a second", func(j *Job) { j.MaxRuntime = time.Second / 2 }, "MaxRuntime: got 500ms"},
		{"fixed and given", func(j *Job) { j.HyperParameters = map[string]string{"num_round": "3"} }, "Parameters[0]: got \"num_round\""},
		{"given twice", func(j *Job) { j.Parameters = append(j.Parameters, Number("num_round", 0, 1)) }, "Parameters[1]: got \"num_round\""},
		{"odd parameter", func(j *Job) { j.Parameters[0] = Number("a b", 0, 1) }, "Parameters[0].name: got \"a b\""},
		{"no number fits", func(j *Job) { j.Parameters[0] = Number("eta", 1, 0) }, "Parameters[0].min: got 1; allowed: at most max, 0"},
		{"no bound", func(j *Job) { j.Parameters[0] = Number("eta", 0, math.Inf(1)) }, "Parameters[0].bounds: got +Inf"},
		{"no text fits", func(j *Job) { j.Parameters[0] = OneOf("booster") }, "Parameters[0].allowed: got nothing; allowed: at least one text"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := good()
			test.change(&j)
			err := j.Validate(environment.Environment{Tier: environment.Development})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error lacks %q:\n%v", test.want, err)
			}
		})
	}
}

// A type that the catalog lacks is held to what was declared of it: its disk, its adapters, its GPUs and its price.
func TestADeclaredType(t *testing.T) {
	e := environment.Environment{Limits: environment.Limits{
		InstanceTypes: []string{"ml.p7.48xlarge"}, Runtime: 2 * time.Hour,
		DeclaredTypes: []catalog.InstanceType{{
			Name: "ml.p7.48xlarge", VCPU: 192, MemoryGiB: 2048, GPUs: 8, LocalNVMeGB: 30_000, EFAInterfaces: 16, USDPerHour: 100,
		}},
	}}
	j := goodJob()
	j.Image, j.InstanceType, j.MaxRuntime, j.Instances = ImageURI(anURI+":1"), "ml.p7.48xlarge", 2*time.Hour, 2
	j.Variables, j.Distribution = map[string]string{efaVariable: "efa"}, ModelParallel(map[string]any{"tensor_parallel_degree": 2})
	if err := j.Validate(e); err != nil {
		t.Error(err)
	}
	if j.resolved(e.Resolved().Limits).takesVolumeKey() {
		t.Error("a local disk takes the key of a volume")
	}
	j.VolumeGB = 50
	if err := j.Validate(e); err == nil || !strings.Contains(err.Error(), "VolumeGB: got 50; allowed: 0 on ml.p7.48xlarge") {
		t.Errorf("got %v", err)
	}
	j.VolumeGB, e.Limits.PricePerRun = 0, 399
	if err := j.Validate(e); err == nil || !strings.Contains(err.Error(), "2 x ml.p7.48xlarge for that long can cost 400.00 USD") {
		t.Errorf("got %v", err)
	}
}

// What limits a job is said as it came: of an environment that was left out, and not of one that is wrong itself.
func TestWhoseLimitsAJobKeeps(t *testing.T) {
	job := goodJob()
	job.InstanceType = "ml.p9.48xlarge"
	const leftOut = "an Environment that is left out has those of Production"
	for name, test := range map[string]struct {
		given environment.Environment
		want  bool
		told  bool
	}{
		"left out":        {environment.Environment{}, true, true},
		"named":           {environment.Environment{Name: "prod"}, false, true},
		"wrong by itself": {environment.Environment{Name: "dev", Limits: environment.Limits{InstanceTypes: []string{"ml.p99.48xlarge"}}}, false, false},
	} {
		got := fmt.Sprint(job.Validate(test.given))
		if strings.Contains(got, leftOut) != test.want || strings.Contains(got, "InstanceType: got") != test.told {
			t.Errorf("%s: %s", name, got)
		}
	}
}
