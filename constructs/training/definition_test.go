package training

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/location"
)

func plan(j Job) map[string]any {
	return definition(j.resolved(environment.Environment{Tier: environment.Development}.Resolved().Limits), wiring{
		at:       location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"},
		imageURI: "image", roleARN: "role", volumeKeyARN: "key", subnets: []string{"subnet-1"}, securityGroup: "sg-1",
		namePrefix: "dev-churn", tags: map[string]string{"Owner": "me"},
	})
}

func requestOf(t *testing.T, j Job) map[string]any {
	t.Helper()
	train := plan(j)["States"].(map[string]any)[stateTrain].(map[string]any)
	return train["Parameters"].(map[string]any)
}

func TestEveryJobIsIsolatedEncryptedAndBounded(t *testing.T) {
	r := requestOf(t, good())
	if r["EnableNetworkIsolation"] != true || r["EnableInterContainerTrafficEncryption"] != true {
		t.Error("the job is not isolated, or its instances speak in the clear")
	}
	if got := r["StoppingCondition"].(map[string]any)["MaxRuntimeInSeconds"]; got != 3600 {
		t.Errorf("MaxRuntimeInSeconds %v, want the environment's hour", got)
	}
	if r["OutputDataConfig"].(map[string]any)["KmsKeyId"] != "key" || r["ResourceConfig"].(map[string]any)["VolumeKmsKeyId"] != "key" {
		t.Error("output or volume is not encrypted with the bucket's key")
	}
	if r["VpcConfig"] == nil {
		t.Error("the job runs outside the VPC")
	}
}

// SageMaker refuses a volume key for a type that brings its own disk.
func TestALocalDiskGetsNoVolumeKey(t *testing.T) {
	j := good()
	j.InstanceType = "ml.g4dn.xlarge"
	if key, given := requestOf(t, j)["ResourceConfig"].(map[string]any)["VolumeKmsKeyId"]; given {
		t.Errorf("VolumeKmsKeyId %v", key)
	}
}

// A name has 63 characters at most, and no two executions share one.
func TestJobNames(t *testing.T) {
	name := requestOf(t, good())["TrainingJobName.$"].(string)
	if name != "States.Format('dev-churn--{}', States.Hash(States.Format('{}-{}', $$.Execution.Id, $.run.attempt), 'MD5'))" {
		t.Error(name)
	}
	longest := &WorkflowProps{Environment: environment.Environment{Name: "dev"}, Name: strings.Repeat("x", 24)}
	if err := longest.validateNames(""); err != nil {
		t.Errorf("dev--, 24 letters, two hyphens and the 32 digits of the hash make 63: %v", err)
	}
	longest.Name += "x"
	if err := longest.validateNames(""); err == nil {
		t.Error("one more is one too many")
	}
}

func TestAFailedJobIsNotPaidForTwice(t *testing.T) {
	train := plan(good())["States"].(map[string]any)[stateTrain].(map[string]any)
	for _, r := range train["Retry"].([]any) {
		for _, e := range r.(map[string]any)["ErrorEquals"].([]string) {
			if slices.Contains([]string{"States.ALL", "States.TaskFailed", "States.Timeout"}, e) {
				t.Errorf("%s is retried", e)
			}
		}
	}
	if got, least := train["TimeoutSeconds"].(int), int(time.Hour.Seconds()); got <= least {
		t.Errorf("the state gives up after %d s, before the job's %d s and its waiting are over", got, least)
	}
}

// A workflow without parameters, gate and registry has none of their states.
func TestASmallWorkflowStaysSmall(t *testing.T) {
	j := good()
	j.Parameters = nil
	states := plan(j)["States"].(map[string]any)
	for _, name := range []string{stateCheckInput, stateInputRejected, statePrepare, stateTrainOnSpot, stateWaitForSpot, stateReadMetrics, stateGate, stateRegister} {
		if _, there := states[name]; there {
			t.Errorf("%s is there in vain", name)
		}
	}
}

// A directory is mounted and not copied; where Lustre stands in one zone, the job runs there.
func TestMountedInputs(t *testing.T) {
	j := good()
	j.Inputs = []Input{{Channel: "train", Mount: shared.Directory("/churn")}}
	r := requestOf(t, j)
	source := r["InputDataConfig"].([]any)[0].(map[string]any)["DataSource"].(map[string]any)["FileSystemDataSource"].(map[string]any)
	want := map[string]any{"FileSystemId": "fs-1", "FileSystemType": "EFS", "DirectoryPath": "/churn", "FileSystemAccessMode": "ro"}
	if !maps.Equal(source, want) {
		t.Errorf("source %v, want %v", source, want)
	}
	if subnets := r["VpcConfig"].(map[string]any)["Subnets"].([]string); !slices.Equal(subnets, []string{"subnet-1"}) {
		t.Errorf("subnets %v, want the network's", subnets)
	}
	j.Inputs = append(j.Inputs, Input{Channel: "more", Mount: lustre("subnet-2").Directory("/")})
	if subnets := requestOf(t, j)["VpcConfig"].(map[string]any)["Subnets"].([]string); !slices.Equal(subnets, []string{"subnet-2"}) {
		t.Errorf("subnets %v, want that of the file system", subnets)
	}
}
