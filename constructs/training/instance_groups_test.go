package training

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// roomy is an environment for jobs of several instances, with EFA and without.
var roomy = environment.Environment{Limits: environment.Limits{
	InstanceTypes:   []string{"ml.m5.large", "ml.m5.xlarge", "ml.c4.xlarge", "ml.g4dn.xlarge", "ml.g5.12xlarge", "ml.p4d.24xlarge", "ml.trn1.32xlarge"},
	InstancesPerJob: 8, Runtime: 4 * time.Hour, PricePerRun: 500,
}}

// clustered is a job on instances of two types, distributed over those with GPUs.
func clustered() Job {
	j := own()
	j.Output.Bucket.KeyARN = keyARN
	j.InstanceType, j.Distribution = "", MPI(4).In("gpu")
	j.Groups = []InstanceGroup{{Name: "data", InstanceType: "ml.g4dn.xlarge"}, {Name: "gpu", InstanceType: "ml.g5.12xlarge", Instances: 2}}
	j.Inputs[0].Groups = []string{"data"}
	return j
}

func TestGroups(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Job)
		want   string // empty: valid
	}{
		{"right", func(*Job) {}, ""},
		{"as many as there may be", func(j *Job) { j.Groups = append(j.Groups, named("a", "b", "c")...) }, ""},
		{"as many instances as there may be", func(j *Job) { j.Groups[0].Instances, j.Groups[1].Instances, j.MaxRuntime = 6, 2, time.Hour }, ""},
		{"on spot", func(j *Job) { j.Spot, j.Checkpoints = true, j.Output }, ""},
		{"all without a local disk", func(j *Job) { j.Groups[0].InstanceType, j.Groups[1].InstanceType = "ml.m5.large", aToken }, ""},
		{"mixed disks under no key", func(j *Job) {
			j.Groups[0].InstanceType, j.Output.Bucket = "ml.m5.large", &storage.DataBucket{Name: "data"}
		}, ""},
		{"no distribution", func(j *Job) { j.Distribution = Distribution{} }, ""},
		{"one too many", func(j *Job) { j.Groups = append(j.Groups, named("a", "b", "c", "d")...) }, "Groups: got 6; allowed: at most 5"},
		{"a type besides", func(j *Job) { j.InstanceType = "ml.m5.large" }, "Groups: got 2; allowed: Groups, or InstanceType and Instances"},
		{"instances besides", func(j *Job) { j.Instances = 2 }, "Groups: got 2; allowed: Groups, or InstanceType and Instances"},
		{"no name", func(j *Job) { j.Groups[0].Name, j.Inputs[0].Groups = "", nil }, `Groups[0].Name: got 0 characters; allowed: a name of 1 to 64 characters`},
		{"the same name", func(j *Job) { j.Groups[0].Name, j.Inputs[0].Groups = "gpu", nil }, `Groups[1].Name: got "gpu"`},
		{"a negative number", func(j *Job) { j.Groups[1].Instances = -1 }, "Groups[1].Instances: got -1; allowed: 1 or more, or 0 for 1"},
		{"a type that is not allowed", func(j *Job) { j.Groups[0].InstanceType = "ml.g4dn.2xlarge" },
			`Groups[0].InstanceType: got "ml.g4dn.2xlarge"; allowed: one of ml.m5.large, `},
		{"no type", func(j *Job) { j.Groups[0].InstanceType = "" }, `Groups[0].InstanceType: got ""`},
		{"too many instances together", func(j *Job) { j.Groups[0].Instances, j.MaxRuntime = 7, time.Minute },
			"Groups: got 9; allowed: at most 8 instances; change the job, or the environment's Limits.InstancesPerJob"},
		{"far too many", func(j *Job) {
			j.Groups[0].Instances, j.Groups[0].InstanceType = 1<<62, "ml.c4.xlarge"
			j.Groups[1] = j.Groups[0]
			j.Groups[1].Name = "gpu"
		},
			"Groups[0].Instances: got 4611686018427387904; allowed: at most 8 instances"},
		{"too dear together", func(j *Job) { j.Groups[1] = InstanceGroup{"gpu", "ml.p4d.24xlarge", 7}; j.MaxRuntime = 3 * time.Hour },
			"1 x ml.g4dn.xlarge and 7 x ml.p4d.24xlarge for that long can cost 532.49 USD"},
		{"a warm pool", func(j *Job) { j.KeepAlive = time.Minute }, "KeepAlive: got 1m0s; allowed: none with Groups"},
		{"the built-in algorithm", func(j *Job) { j.Image, j.Distribution = XGBoost("3.2-0"), Distribution{} },
			"Groups: got 2; allowed: none with the built-in sagemaker-xgboost; take an image with PyTorch 1.10"},
		{"mixed disks under one key", func(j *Job) { j.Groups[0].InstanceType = "ml.m5.large" },
			`Groups: got "ml.m5.large, ml.g5.12xlarge"; allowed: types that all have a local disk, or all none; the key of the volumes is one for all`},
		{"a size of local disks", func(j *Job) { j.VolumeGB = 50 }, "VolumeGB: got 50; allowed: 0 on ml.g4dn.xlarge, ml.g5.12xlarge; a local disk is all"},
		{"a size for some", func(j *Job) {
			j.Groups[0].InstanceType, j.Output.Bucket, j.VolumeGB = "ml.m5.large", &storage.DataBucket{Name: "data"}, 50
		}, ""},
		{"an input for a group that is not there", func(j *Job) { j.Inputs[0].Groups = []string{"gpu", "cpu"} }, `Inputs[0].Groups[1]: got "cpu"; allowed: the names of Groups of the job`},
		{"an input twice for a group", func(j *Job) { j.Inputs[0].Groups = []string{"gpu", "gpu"} }, `Inputs[0].Groups[1]: got "gpu"; allowed: the names of Groups of the job, each once`},
		{"a mounted input for a group", func(j *Job) {
			j.Inputs[0] = Input{Channel: "train", Mount: shared.Directory("/a"), Groups: []string{"gpu"}}
		},
			"Inputs[0].Groups: got [gpu]; allowed: none with Mount"},
		{"an input for a group of a job without", func(j *Job) { j.Groups, j.InstanceType, j.Distribution = nil, "ml.m5.large", MPI(0) }, `Inputs[0].Groups[0]: got "data"`},
		{"EFA", func(j *Job) { j.Variables = map[string]string{"FI_PROVIDER": "efa"} }, ""},
		{"EFA nowhere", func(j *Job) {
			j.Groups[1].InstanceType, j.Variables = "ml.g4dn.xlarge", map[string]string{"FI_PROVIDER": "efa"}
		},
			`Variables["FI_PROVIDER"]: got "efa"; allowed: EFA on a type that has it, such as ml.g5.12xlarge or ml.p4d.24xlarge; leave it out, or take another type than ml.g4dn.xlarge, ml.g4dn.xlarge`},
		{"EFA on a type that is a token", func(j *Job) {
			j.Groups[1].InstanceType, j.Output.Bucket.KeyARN, j.Variables = aToken, "", map[string]string{"FI_PROVIDER": "efa"}
		}, ""},
		{"another provider", func(j *Job) {
			j.Groups[1].InstanceType, j.Variables = "ml.g4dn.xlarge", map[string]string{"FI_PROVIDER": "tcp"}
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := clustered()
			test.change(&j)
			oneProblem(t, j.Validate(roomy), test.want)
		})
	}
}

// oneProblem wants that problem and no other, or none where there are no words.
func oneProblem(t *testing.T, err error, want string) {
	t.Helper()
	switch n := len(fieldsOf(err)); {
	case want == "" && err != nil:
		t.Error(err)
	case want != "" && (n != 1 || !strings.Contains(err.Error(), want)):
		t.Errorf("want one problem, with %q:\n%v", want, err)
	}
}

// named are groups of one small instance each.
func named(names ...string) []InstanceGroup {
	var all []InstanceGroup
	for _, name := range names {
		all = append(all, InstanceGroup{Name: name, InstanceType: "ml.g4dn.xlarge"})
	}
	return all
}

// SageMaker is asked for every group, and only those get an input that it names; their local disks refuse a key.
func TestTheRequestOfGroups(t *testing.T) {
	w := goodWiring()
	asked := askedOf(t, clustered(), w)
	wantJSON(t, "the instances", dig(asked, "ResourceConfig"), `{"InstanceGroups":[{"InstanceCount":1,"InstanceGroupName":"data","InstanceType":"ml.g4dn.xlarge"},`+
		`{"InstanceCount":2,"InstanceGroupName":"gpu","InstanceType":"ml.g5.12xlarge"}],"VolumeSizeInGB":30}`)
	inputs := asked["InputDataConfig"].([]any)
	wantJSON(t, "who gets the first input", dig(inputs[0], "DataSource", "S3DataSource", "InstanceGroupNames"), `["data"]`)
	wantJSON(t, "who gets the second input", dig(inputs[1], "DataSource", "S3DataSource", "InstanceGroupNames"), "null")
	j := clustered()
	j.Groups[0].InstanceType, j.Groups[1].InstanceType = "ml.m5.large", "ml.m5.xlarge"
	wantJSON(t, "the key of the volumes", dig(askedOf(t, j, w), "ResourceConfig", "VolumeKmsKeyId"), `"`+keyARN+`"`)
}

// What is resolved is the job's own.
func TestResolvingLeavesTheGroupsAlone(t *testing.T) {
	j := clustered()
	before := slices.Clone(j.Groups)
	if got := j.resolved(roomy.Limits).Groups[0].Instances; got != 1 || !slices.Equal(before, j.Groups) {
		t.Errorf("%d instances, and the job has %v, it had %v", got, j.Groups, before)
	}
}

// More instances than the environment allows are told of once.
func TestTooManyInstancesAreToldOnce(t *testing.T) {
	j := clustered()
	j.Groups[0].Instances = 99
	if err := j.resolved(roomy.Limits).validateIn(&network.Isolated{}, roomy.Limits); err != nil {
		t.Error(err)
	}
	j.Groups[0].Instances = 2
	oneProblem(t, j.validateIn(&network.Isolated{}, roomy.Limits), "Groups: got 4; allowed: 1 instance in this network")
}
