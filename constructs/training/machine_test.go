package training

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/location"
)

const keyARN = "arn:aws:kms:eu-west-1:111122223333:key/k"

var ireland = location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}

// goodJob is a job that every tier allows, for tests to change.
func goodJob() Job {
	bucket := &storage.DataBucket{Name: "data"}
	return Job{
		Image:           XGBoost("3.2-0"),
		Inputs:          []Input{{Channel: "train", From: bucket.Prefix("train/"), ContentType: "text/csv"}, {Channel: "validation", From: bucket.Prefix("validation/")}},
		Output:          bucket.Prefix("models/"),
		InstanceType:    "ml.m5.xlarge",
		MaxRuntime:      20 * time.Minute,
		HyperParameters: map[string]string{"objective": "binary:logistic"},
	}
}

func goodWiring() wiring {
	return wiring{
		at: ireland, imageURI: "1.dkr.ecr.eu-west-1.amazonaws.com/xgboost:1", roleARN: "arn:aws:iam::111122223333:role/job",
		volumeKeyARN: keyARN, subnets: []string{"subnet-a", "subnet-b"}, securityGroup: "sg-jobs",
		namePrefix: "dev-churn", tags: map[string]string{"Owner": "ml", "Environment": "dev"},
	}
}

// document is the definition as Step Functions reads it: JSON.
type document struct {
	StartAt string
	States  map[string]map[string]any
}

func machineOf(t *testing.T, j Job, w wiring) document {
	t.Helper()
	text, err := json.Marshal(definition(j.resolved(environment.Environment{}.Resolved().Limits), w))
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// askedOf is what SageMaker is asked for.
func askedOf(t *testing.T, j Job, w wiring) map[string]any {
	t.Helper()
	request, _ := machineOf(t, j, w).States["Train"]["Parameters"].(map[string]any)
	return request
}

// dig follows keys into nested objects.
func dig(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func wantJSON(t *testing.T, what string, got any, want string) {
	t.Helper()
	if text, _ := json.Marshal(got); string(text) != want {
		t.Errorf("%s is %s, want %s", what, text, want)
	}
}

func TestTheRequestIsIsolatedEncryptedAndBounded(t *testing.T) {
	j := goodJob()
	j.Instances, j.VolumeGB = 2, 50
	r := askedOf(t, j, goodWiring())
	for _, test := range []struct {
		keys []string
		want string
	}{
		{[]string{"EnableNetworkIsolation"}, `true`},
		{[]string{"EnableInterContainerTrafficEncryption"}, `true`},
		{[]string{"VpcConfig"}, `{"SecurityGroupIds":["sg-jobs"],"Subnets":["subnet-a","subnet-b"]}`},
		{[]string{"OutputDataConfig"}, `{"KmsKeyId":"` + keyARN + `","S3OutputPath":"s3://data/models/"}`},
		{[]string{"ResourceConfig"}, `{"InstanceCount":2,"InstanceType":"ml.m5.xlarge","VolumeKmsKeyId":"` + keyARN + `","VolumeSizeInGB":50}`},
		{[]string{"StoppingCondition", "MaxRuntimeInSeconds"}, `1200`},
		{[]string{"RoleArn"}, `"arn:aws:iam::111122223333:role/job"`},
		{[]string{"AlgorithmSpecification", "TrainingImage"}, `"1.dkr.ecr.eu-west-1.amazonaws.com/xgboost:1"`},
		{[]string{"HyperParameters"}, `{"objective":"binary:logistic"}`},
		{[]string{"Tags"}, `[{"Key":"Environment","Value":"dev"},{"Key":"Owner","Value":"ml"}]`},
	} {
		wantJSON(t, strings.Join(test.keys, "."), dig(r, test.keys...), test.want)
	}
	// Bounded by SageMaker, and by Step Functions should SageMaker never answer; the latter must not come first.
	timeout, _ := machineOf(t, j, goodWiring()).States["Train"]["TimeoutSeconds"].(float64)
	if timeout <= 1200 || timeout > 1200+86400 {
		t.Errorf("the state times out after %v s, want a little more than the job's 1200", timeout)
	}
}

func TestChannels(t *testing.T) {
	got, _ := askedOf(t, goodJob(), goodWiring())["InputDataConfig"].([]any)
	if len(got) != 2 {
		t.Fatalf("%d channels, want 2", len(got))
	}
	for i, want := range []struct{ name, uri, contentType string }{{"train", "s3://data/train/", `"text/csv"`}, {"validation", "s3://data/validation/", `null`}} {
		if dig(got[i], "ChannelName") != want.name || dig(got[i], "DataSource", "S3DataSource", "S3Uri") != want.uri {
			t.Errorf("channel %d is %v, want %s of %s", i, got[i], want.name, want.uri)
		}
		wantJSON(t, want.name+".ContentType", dig(got[i], "ContentType"), want.contentType)
	}
}

// SageMaker refuses a volume key for a type with its own disk, and the job would never start.
func TestVolumeKey(t *testing.T) {
	for _, test := range []struct {
		name, instanceType, key string
		wantVolume, wantOutput  any
	}{
		{"EBS", "ml.m5.xlarge", keyARN, keyARN, keyARN},
		{"local NVMe", "ml.g4dn.xlarge", keyARN, nil, keyARN},
		{"local NVMe without a GPU", "ml.r5d.large", keyARN, nil, keyARN},
		{"a type that is a token: never without its key", aToken, keyARN, keyARN, keyARN},
		{"a bucket without a key", "ml.m5.xlarge", "", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			j, w := goodJob(), goodWiring()
			j.InstanceType, w.volumeKeyARN = test.instanceType, test.key
			r := askedOf(t, j, w)
			if got := dig(r, "ResourceConfig", "VolumeKmsKeyId"); got != test.wantVolume {
				t.Errorf("volume key %v, want %v", got, test.wantVolume)
			}
			wantJSON(t, "the size, which a local disk ignores", dig(r, "ResourceConfig", "VolumeSizeInGB"), "30")
			if got := dig(r, "OutputDataConfig", "KmsKeyId"); got != test.wantOutput {
				t.Errorf("output key %v, want %v", got, test.wantOutput)
			}
		})
	}
}

// The role may start jobs below the prefix only, and one execution must not start two: the name comes from its id.
func TestJobName(t *testing.T) {
	name, _ := askedOf(t, goodJob(), goodWiring())["TrainingJobName.$"].(string)
	if !strings.HasPrefix(name, "States.Format('dev-churn--{}'") || !strings.Contains(name, "$$.Execution.Id") {
		t.Errorf("the name is %s", name)
	}
	allowed := runsJobs(ireland, "dev-churn")[0].Resources
	if want := "arn:aws:sagemaker:eu-west-1:111122223333:training-job/dev-churn--*"; !slices.Equal(allowed, []string{want}) {
		t.Errorf("the role may start %v, want %s", allowed, want)
	}
}

// A job that ran and failed must not be paid for again: only what SageMaker refused at once is retried, and not for ever.
func TestRetries(t *testing.T) {
	list, _ := machineOf(t, goodJob(), goodWiring()).States["Train"]["Retry"].([]any)
	if len(list) == 0 {
		t.Error("a throttled call is not made again")
	}
	for _, retry := range list {
		names, _ := dig(retry, "ErrorEquals").([]any)
		for _, name := range names {
			if strings.HasPrefix(name.(string), "States.") {
				t.Errorf("%s is retried", name)
			}
		}
		if attempts, _ := dig(retry, "MaxAttempts").(float64); len(names) == 0 || attempts < 1 || attempts > 100 {
			t.Errorf("%v: %v attempts", names, attempts)
		}
	}
}

// variants are the shapes that a state machine takes.
func variants() map[string]Job {
	with := func(p ...Parameter) Job {
		j := goodJob()
		j.Parameters = p
		return j
	}
	spot := with(Number("x", 0, 1))
	spot.Spot, spot.Checkpoints = true, spot.Output.Bucket.Prefix("checkpoints/")
	return map[string]Job{
		"on spot, with gate and registry": spot,
		"no parameter":                    with(), "whole number": with(Integer("n", 1, 9)), "number": with(Number("x", 0, 1)), "text": with(OneOf("kind", "a", "b")),
		"all":     with(Integer("n", 1, 9), Integer("m", -5, 5), Number("x", 0, 1), OneOf("kind", "a", "b")),
		"several": clustered(),
	}
}

func TestEveryStateIsReachedAndEnds(t *testing.T) {
	for name, j := range variants() {
		t.Run(name, func(t *testing.T) {
			w := goodWiring()
			if strings.HasPrefix(name, "on spot") {
				w.gate, w.registration = []Threshold{AtLeast("validation:auc", 0.8)}, &Registration{}
			}
			d := machineOf(t, j, w)
			reached := map[string]bool{}
			var visit func(from, to string)
			visit = func(from, to string) {
				state, ok := d.States[to]
				if !ok {
					t.Fatalf("%s leads to %q, which is no state", from, to)
				}
				if reached[to] {
					return
				}
				reached[to] = true
				next := nexts(state)
				if end := slices.Contains([]any{"Succeed", "Fail"}, state["Type"]); end != (len(next) == 0) {
					t.Errorf("%s is a %v and leads to %v", to, state["Type"], next)
				}
				for _, n := range next {
					visit(to, n)
				}
			}
			visit("the start", d.StartAt)
			for _, state := range slices.Sorted(maps.Keys(d.States)) {
				if !reached[state] {
					t.Errorf("nothing leads to %s", state)
				}
			}
		})
	}
}

// nexts are all states that a state leads to.
func nexts(v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if name, ok := value.(string); ok && (key == "Next" || key == "Default") {
				all = append(all, name)
			} else if key == "Choices" || key == "Catch" {
				all = append(all, nexts(value)...)
			}
		}
	case []any:
		for _, item := range v {
			all = append(all, nexts(item)...)
		}
	}
	return all
}
