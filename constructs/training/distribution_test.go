package training

import (
	"math"
	"strings"
	"testing"
	"time"
)

// distributed is a job of several instances, with each hyperparameter that AWS's toolkit reads.
func distributed(d Distribution, on string) Job {
	j := own()
	j.InstanceType, j.Instances, j.Distribution, j.MaxRuntime, j.HyperParameters = on, 2, d, time.Hour, map[string]string{"epochs": "3"}
	return j
}

func TestDistributions(t *testing.T) {
	smp := map[string]any{"tensor_parallel_degree": 8, "sm_activation_offloading": true, "hybrid_shard_degree": 0}
	grouped := clustered()
	grouped.HyperParameters, grouped.Distribution = nil, DataParallel().In("gpu")
	grouped.Groups[1].InstanceType = "ml.p4d.24xlarge"
	for name, test := range map[string]struct {
		job  Job
		want string
	}{
		"none":             {distributed(Distribution{}, "ml.p4d.24xlarge"), `{"epochs":"3"}`},
		"PyTorch":          {distributed(TorchDistributed(), "ml.g5.12xlarge"), `{"epochs":"3","sagemaker_instance_type":"\"ml.g5.12xlarge\"","sagemaker_torch_distributed_enabled":"true"}`},
		"Trainium":         {distributed(TorchDistributed(), "ml.trn1.32xlarge"), `{"epochs":"3","sagemaker_instance_type":"\"ml.trn1.32xlarge\"","sagemaker_torch_distributed_enabled":"true"}`},
		"MPI":              {distributed(MPI(4), "ml.g5.12xlarge"), `{"epochs":"3","sagemaker_mpi_enabled":"true","sagemaker_mpi_num_of_processes_per_host":"4"}`},
		"MPI for each GPU": {distributed(MPI(0), "ml.m5.large"), `{"epochs":"3","sagemaker_mpi_enabled":"true"}`},
		"data":             {distributed(DataParallel(), "ml.p4d.24xlarge"), `{"epochs":"3","sagemaker_distributed_dataparallel_enabled":"true","sagemaker_instance_type":"\"ml.p4d.24xlarge\""}`},
		"data, on a token": {distributed(DataParallel(), aToken), `{"epochs":"3","sagemaker_distributed_dataparallel_enabled":"true","sagemaker_instance_type":"\"` + aToken + `\""}`},
		"a model": {distributed(ModelParallel(smp), "ml.p4d.24xlarge"),
			`{"epochs":"3","mp_parameters":"{\"hybrid_shard_degree\":0,\"sm_activation_offloading\":true,\"tensor_parallel_degree\":8}",` +
				`"sagemaker_instance_type":"\"ml.p4d.24xlarge\"","sagemaker_torch_distributed_enabled":"true"}`},
		"a model, as the library has it": {distributed(ModelParallel(nil), "ml.p4d.24xlarge"),
			`{"epochs":"3","mp_parameters":"{}","sagemaker_instance_type":"\"ml.p4d.24xlarge\"","sagemaker_torch_distributed_enabled":"true"}`},
		"data, in a group": {grouped, `{"sagemaker_distributed_dataparallel_enabled":"true","sagemaker_distribution_instance_groups":"[\"gpu\"]"}`},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.job.Validate(roomy); err != nil {
				t.Error(err)
			}
			wantJSON(t, "the hyperparameters", askedOf(t, test.job, goodWiring())["HyperParameters"], test.want)
		})
	}
}

func TestWrongDistributions(t *testing.T) {
	tests := []struct {
		name   string
		job    Job
		change func(*Job)
		want   string
	}{
		{"the built-in algorithm", distributed(MPI(0), "ml.m5.large"), func(j *Job) { j.Image = XGBoost("3.2-0") },
			`Distribution: got "MPI"; allowed: none with the built-in sagemaker-xgboost; it spreads over several instances by itself`},
		{"negative processes", distributed(MPI(-1), "ml.m5.large"), nil, "Distribution: got -1; allowed: 1 or more processes on each instance"},
		{"a type of another library", distributed(DataParallel(), "ml.g5.12xlarge"), nil,
			`Distribution: got DataParallel on ml.g5.12xlarge; allowed: DataParallel on one of ml.p4d.24xlarge, ml.p4de.24xlarge; take one of them, or TorchDistributed`},
		{"a model on CPUs", distributed(ModelParallel(nil), "ml.m5.large"), nil, `Distribution: got ModelParallel on ml.m5.large; allowed: ModelParallel on a type with GPUs`},
		{"MPI on Trainium", distributed(MPI(0), "ml.trn1.32xlarge"), nil, `Distribution: got MPI on ml.trn1.32xlarge; allowed: MPI on a type without Trainium; take TorchDistributed`},
		{"parameters that are no JSON", distributed(ModelParallel(map[string]any{"degree": math.NaN()}), "ml.p4d.24xlarge"), nil,
			`Distribution["degree"]: got NaN; allowed: a text, a finite number`},
		{"parameters with a map of no JSON", distributed(ModelParallel(map[string]any{"c": map[string]any{"d": func() {}, "e": 1}}), "ml.p4d.24xlarge"), nil,
			`Distribution["c"]["d"]: got a value of type func(); allowed: a text, a finite number`},
		{"parameters with a list of no JSON", distributed(ModelParallel(map[string]any{"a": []any{1, make(chan int)}}), "ml.p4d.24xlarge"), nil,
			`Distribution["a"][1]: got a value of type chan int; allowed`},
		{"parameters that contain themselves", distributed(ModelParallel(itself), "ml.p4d.24xlarge"), nil, `Distribution["itself"]: got a map that contains itself`},
		{"parameters that are too long", distributed(ModelParallel(map[string]any{"x": strings.Repeat("y", 2500)}), "ml.p4d.24xlarge"), nil,
			"Distribution: got 2508; allowed: parameters of at most 2500 characters as JSON"},
		{"a group of a job without", distributed(MPI(0).In("gpu"), "ml.m5.large"), nil, `Distribution: got "gpu"; allowed: no group in a job without Groups; leave out In`},
		{"no group of a job with groups", clustered(), func(j *Job) { j.Distribution = MPI(0) }, `Distribution: got ""; allowed: one of Groups; name it: MPI(...).In(group); it runs in one group only`},
		{"a group that is not there", clustered(), func(j *Job) { j.Distribution = MPI(0).In("cpu") }, `Distribution: got "cpu"; allowed: one of Groups`},
		{"a group and no distribution", clustered(), func(j *Job) { j.Distribution = Distribution{}.In("gpu") }, `Distribution: got "gpu"; allowed: training.TorchDistributed, MPI`},
		{"a group of another type", clustered(), func(j *Job) { j.Distribution = DataParallel().In("data") }, `Distribution: got DataParallel on ml.g4dn.xlarge; allowed: DataParallel on one of`},
		{"the same name fixed", distributed(MPI(2), "ml.m5.large"), func(j *Job) { j.HyperParameters["sagemaker_mpi_enabled"] = "false" },
			`HyperParameters["sagemaker_mpi_enabled"]: got "false"; allowed: a name that the distribution does not set; leave it out, or leave out Distribution`},
		{"the same name given", distributed(TorchDistributed(), "ml.m5.large"), func(j *Job) { j.Parameters = []Parameter{OneOf("sagemaker_instance_type", "x")} },
			`Parameters[0]: got "sagemaker_instance_type"; allowed: a name that the distribution does not set`},
		{"too many together", distributed(MPI(2), "ml.m5.large"), func(j *Job) { j.HyperParameters = texts(99) },
			"HyperParameters: got 101; allowed: at most 100 together with Parameters and those of Distribution"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.change != nil {
				test.change(&test.job)
			}
			oneProblem(t, test.job.Validate(roomy), test.want)
		})
	}
}

// itself is a map that contains itself.
var itself = func() map[string]any {
	m := map[string]any{}
	m["itself"] = m
	return m
}()
