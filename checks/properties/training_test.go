package properties

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"pgregory.net/rapid"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/problem"
)

// drawnJob is a job, right or wrong, in an environment.
func drawnJob(t *rapid.T, data *storage.DataBucket) (training.Job, environment.Environment) {
	e := environment.Environment{
		Name: "x", Tier: rapid.SampledFrom([]environment.Tier{environment.Development, environment.Staging, environment.Production}).Draw(t, "tier"),
		RuntimeInstalls: rapid.Bool().Draw(t, "installs"),
	}
	short := func(label string, longest time.Duration) time.Duration {
		return time.Duration(rapid.IntRange(0, int(longest.Minutes())).Draw(t, label)) * time.Minute
	}
	j := training.Job{
		Image:        rapid.SampledFrom([]training.Image{training.XGBoost("3.2-0"), training.ImageURI("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1"), {}}).Draw(t, "image"),
		Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/")}},
		Output:       data.Prefix("models/"),
		InstanceType: rapid.SampledFrom([]string{"ml.m5.large", "ml.m5.xlarge", "ml.g4dn.xlarge", "ml.g5.xlarge", "ml.p4d.24xlarge"}).Draw(t, "type"),
		Instances:    rapid.IntRange(0, 3).Draw(t, "instances"),
		MaxRuntime:   short("runtime", 5*time.Hour),
		Spot:         rapid.Bool().Draw(t, "spot"),
		Variables:    rapid.MapOf(rapid.StringMatching(`[A-Z]{1,3}`), rapid.StringMatching(`[a-z]{0,3}`)).Draw(t, "variables"),
		Parameters:   []training.Parameter{training.Integer("n", 1, 9), training.OneOf("kind", "a", "b")}[:rapid.IntRange(0, 2).Draw(t, "parameters")],
	}
	if rapid.IntRange(0, 2).Draw(t, "cluster") == 0 {
		drawnCluster(t, &j)
	}
	if rapid.Bool().Draw(t, "waits") {
		j.MaxWait = short("wait", 9*time.Hour)
	}
	if rapid.Bool().Draw(t, "checkpoints") {
		j.Checkpoints = data.Prefix("checkpoints/")
	}
	packages := rapid.SampledFrom([]string{"none", "somehow", "as it should be"}).Draw(t, "packages")
	if packages == "as it should be" {
		e.RuntimeInstalls, j.Image, j.InstanceType = true, training.ImageURI("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1"), "ml.m5.large"
	}
	if packages != "none" {
		j.Packages = supplychain.Repository{ARN: "arn:aws:codeartifact:us-east-1:111122223333:repository/ml/dev"}
	}
	if rapid.IntRange(0, 2).Draw(t, "mended") > 0 {
		mend(&j, &e, data)
	}
	return j, e
}

// mend takes the likeliest mistakes out of a drawn job, so that enough of them pass.
func mend(j *training.Job, e *environment.Environment, data *storage.DataBucket) {
	limits := e.Resolved().Limits
	if j.Image == (training.Image{}) {
		j.Image = training.ImageURI("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1")
	}
	if j.Packages.ARN != "" {
		e.RuntimeInstalls, j.Image = true, training.ImageURI("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1")
	}
	j.MaxRuntime = min(j.MaxRuntime, 30*time.Minute)
	if j.Spot {
		j.MaxWait, j.Checkpoints = 0, data.Prefix("checkpoints/")
	} else {
		j.MaxWait = 0
	}
	allowed := func(name string) string {
		if slices.Contains(limits.InstanceTypes, name) {
			return name
		}
		return "ml.m5.xlarge"
	}
	if len(j.Groups) == 0 {
		j.InstanceType, j.Instances = allowed(j.InstanceType), min(j.Instances, limits.InstancesPerJob)
		return
	}
	j.InstanceType, j.Instances, j.Inputs[0].Groups, j.Distribution = "", 0, nil, training.Distribution{}
	j.Groups = j.Groups[:min(len(j.Groups), limits.InstancesPerJob)]
	for i := range j.Groups {
		j.Groups[i].InstanceType, j.Groups[i].Instances = "ml.m5.xlarge", 0
	}
}

// drawnCluster gives a job groups, right or wrong, and a distribution. Most are such that they may pass.
func drawnCluster(t *rapid.T, j *training.Job) {
	if rapid.IntRange(0, 9).Draw(t, "replaced") > 0 {
		j.InstanceType, j.Instances = "", 0
		j.Image = training.ImageURI("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1")
	}
	types := rapid.SampledFrom([][]string{{"ml.m5.large", "ml.m5.xlarge"}, {"ml.g4dn.xlarge", "ml.g5.xlarge"}, {"ml.m5.large", "ml.g5.xlarge", "ml.p4d.24xlarge"}}).Draw(t, "types")
	for i := range rapid.IntRange(1, 3).Draw(t, "groups") {
		j.Groups = append(j.Groups, training.InstanceGroup{
			Name: []string{"a", "b", "c"}[i], InstanceType: rapid.SampledFrom(types).Draw(t, "group's type"), Instances: rapid.IntRange(0, 2).Draw(t, "group's instances"),
		})
	}
	if rapid.Bool().Draw(t, "restricted") {
		j.Inputs[0].Groups = []string{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "restricted to")}
	}
	j.Distribution = rapid.SampledFrom([]training.Distribution{{}, training.TorchDistributed().In("a"), training.MPI(2).In("b"), training.DataParallel(),
		training.ModelParallel(map[string]any{"tensor_parallel_degree": 2}).In("a")}).Draw(t, "distribution")
}

// allowedOf tells whether all instances of a job are of types that a guard lets through, at most as many as there may
// be, and whether it lets their volumes through: those of a type on EBS need a key, and a local disk takes none.
func allowedOf(resources object, limits environment.Limits) bool {
	groups, several := resources["InstanceGroups"].([]any)
	if !several {
		groups = []any{resources}
	}
	count, local := 0.0, 0
	for _, g := range groups {
		name := g.(object)["InstanceType"].(string)
		if !slices.Contains(limits.InstanceTypes, name) {
			return false
		}
		count += g.(object)["InstanceCount"].(float64)
		if t, _ := catalog.LookupInstanceType(name); t.HasLocalNVMe() {
			local++
		}
	}
	keyed := resources["VolumeKmsKeyId"] != nil
	return count <= float64(limits.InstancesPerJob) && (keyed && local == 0 || !keyed && local == len(groups))
}

// drawnProcessing is a processing job, right or wrong, or none.
func drawnProcessing(t *rapid.T, label string, data *storage.DataBucket) *training.Processing {
	if rapid.IntRange(0, 3).Draw(t, label) > 0 {
		return nil
	}
	return &training.Processing{
		Image:        rapid.SampledFrom([]training.Image{training.XGBoost("3.2-0"), training.ImageURI("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1")}).Draw(t, label+" image"),
		Inputs:       []training.Input{{Channel: "x", From: data.Prefix("x/")}, {Channel: "y", Prepared: "y/"}}[:rapid.IntRange(1, 2).Draw(t, label+" inputs")],
		Output:       data.Prefix(label + "/"),
		InstanceType: rapid.SampledFrom([]string{"ml.m5.xlarge", "ml.m5.xlarge", "ml.p4d.24xlarge"}).Draw(t, label+" type"),
		Instances:    rapid.IntRange(0, 2).Draw(t, label+" instances"),
		MaxRuntime:   time.Duration(rapid.IntRange(0, 40).Draw(t, label+" minutes")) * time.Minute,
	}
}

// checkProcessing holds the request of a processing job against what a guard demands.
func checkProcessing(t *rapid.T, request object, limits environment.Limits) {
	cluster, network := request["ProcessingResources"].(object)["ClusterConfig"].(object), request["NetworkConfig"].(object)
	runtime := request["StoppingCondition"].(object)["MaxRuntimeInSeconds"].(float64)
	switch {
	case network["EnableNetworkIsolation"] != true, network["EnableInterContainerTrafficEncryption"] != true, network["VpcConfig"] == nil,
		request["ProcessingOutputConfig"].(object)["KmsKeyId"] == nil:
		t.Fatalf("open: %v", request)
	case !slices.Contains(limits.InstanceTypes, cluster["InstanceType"].(string)), cluster["InstanceCount"].(float64) > float64(limits.InstancesPerJob):
		t.Fatalf("uses %v", cluster)
	case runtime <= 0 || runtime > limits.Runtime.Seconds():
		t.Fatalf("runs for %v s", runtime)
	}
}

// known is a text of a template, with a word in the place of what is known at deployment.
func known(v any) string {
	if text, isText := v.(string); isText {
		return text
	}
	join, isJoin := v.(object)["Fn::Join"].([]any)
	if !isJoin {
		return "unknown"
	}
	var b strings.Builder
	for _, part := range join[1].([]any) {
		b.WriteString(known(part))
	}
	return b.String()
}

// definitionOf is a state machine.
func definitionOf(t *rapid.T, v any) object {
	var d object
	if err := json.Unmarshal([]byte(known(v)), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// Whatever passes validation asks for jobs that a guard of the environment lets through, and what does not is told in
// full.
func TestEveryJobIsBoundedOrRefused(t *testing.T) {
	made, refused, several := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var e environment.Environment
		var j training.Job
		var want error
		template, err := tried(t, "us-east-1", func(stack awscdk.Stack) {
			data := storage.NewDataBucket(stack, "Data", nil)
			j, e = drawnJob(t, data)
			p := &training.WorkflowProps{
				Environment: e, Job: j, Name: "x",
				Prepare: drawnProcessing(t, "prepare", data), Evaluate: drawnProcessing(t, "evaluate", data),
				Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: e, Capabilities: []network.Capability{network.Training, network.Packages}}),
			}
			want = p.Validate("Workflow")
			training.NewWorkflow(stack, "Workflow", p)
		})
		f := faultOf(err, "training.Workflow")
		if (want != nil) != (f != nil) || f != nil && f.Err.Error() != want.Error() {
			t.Fatalf("Validate says\n%v\nand the error is\n%v", want, err)
		}
		for _, e := range problem.All(want) {
			if said := e.Error(); !strings.Contains(said, ": got ") || !strings.Contains(said, "; allowed: ") {
				t.Fatalf("got %s", said)
			}
		}
		machines := template.OfType("AWS::StepFunctions::StateMachine")
		if len(machines) == 0 {
			refused++
			return
		}
		made++
		several += min(len(j.Groups), 1)
		limits := e.Resolved().Limits
		workflow := slices.IndexFunc(machines, func(id string) bool { return strings.Contains(id, "StateMachine") })
		for name, state := range definitionOf(t, template.Resources[machines[workflow]].Properties["DefinitionString"])["States"].(object) {
			request, _ := state.(object)["Parameters"].(object)
			if request != nil && (name == "Prepare" || name == "Evaluate") {
				checkProcessing(t, request, limits)
			}
			if !strings.HasPrefix(name, "Train") || request["ResourceConfig"] == nil {
				continue // it starts no job
			}
			resources, stopping := request["ResourceConfig"].(object), request["StoppingCondition"].(object)
			spot := name == "TrainOnSpot"
			runtime, wait := stopping["MaxRuntimeInSeconds"].(float64), stopping["MaxWaitTimeInSeconds"]
			switch {
			case request["EnableNetworkIsolation"] != (j.Packages.ARN == ""), j.Packages.ARN != "" && !e.RuntimeInstalls:
				t.Fatalf("%s is isolated: %v", name, request["EnableNetworkIsolation"])
			case request["EnableInterContainerTrafficEncryption"] != true, request["VpcConfig"] == nil, request["OutputDataConfig"].(object)["KmsKeyId"] == nil:
				t.Fatalf("%s is open: %v", name, request)
			case !allowedOf(resources, limits):
				t.Fatalf("%s uses %v", name, resources)
			case runtime <= 0 || runtime > limits.Runtime.Seconds():
				t.Fatalf("%s runs for %v s", name, runtime)
			case spot != (request["EnableManagedSpotTraining"] == true), spot != (wait != nil), spot && (wait.(float64) <= runtime || request["CheckpointConfig"] == nil):
				t.Fatalf("%s on spot: %v, waits %v", name, request["EnableManagedSpotTraining"], wait)
			}
		}
	})
	t.Logf("%d jobs were made, %d of them of groups, and %d refused", made, several, refused)
	if made == 0 || refused == 0 || several == 0 {
		t.Errorf("%d jobs were made, %d of them of groups, and %d refused", made, several, refused)
	}
}
