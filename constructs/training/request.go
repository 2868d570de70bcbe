package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/names"
)

// request is the request as a state machine makes it.
func request(j Job, w wiring, spot bool) map[string]any {
	r := common(j, w, ofMachine, spot)
	// The integration refuses a field that it does not know, and the whole stack with it; whether it knows this one no
	// document settles.
	delete(r, "ProfilerConfig")
	hyperParameters, _ := r["HyperParameters"].(map[string]any)
	for _, p := range j.Parameters {
		hyperParameters[p.name+".$"] = p.path("$." + textsField)
	}
	return r
}

// trainingJobName names the job of an attempt, by the execution.
func trainingJobName(w wiring) string {
	return fmt.Sprintf("States.Format('%s', States.Hash(States.Format('{}-{}', $$.Execution.Id, $.run.attempt), 'MD5'))", names.Run(w.namePrefix, "{}"))
}

// common is the request of CreateTrainingJob
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html), but for what each execution
// has of its own: the name and the parameters.
func common(j Job, w wiring, d dialect, spot bool) map[string]any {
	resources := j.instances()
	resources["VolumeSizeInGB"] = j.VolumeGB // a type on EBS needs it; one with a local disk takes it and uses the whole disk all the same
	if w.volumeKeyARN != "" && j.takesVolumeKey() {
		resources["VolumeKmsKeyId"] = w.volumeKeyARN
	}
	if j.KeepAlive > 0 {
		resources["KeepAlivePeriodInSeconds"] = int(j.KeepAlive.Seconds())
	}
	stopping := map[string]any{"MaxRuntimeInSeconds": int(j.MaxRuntime.Seconds())}
	if spot {
		stopping["MaxWaitTimeInSeconds"] = int(j.MaxWait.Seconds())
	}
	output := map[string]any{"S3OutputPath": j.Output.URI()}
	if w.volumeKeyARN != "" {
		output["KmsKeyId"] = w.volumeKeyARN
	}
	r := map[string]any{
		"AlgorithmSpecification":                j.algorithm(w),
		"RoleArn":                               w.roleARN,
		"OutputDataConfig":                      output,
		"ResourceConfig":                        resources,
		"StoppingCondition":                     stopping,
		"ProfilerConfig":                        map[string]any{"DisableProfiler": true}, // and no debugger: they cost, and start jobs of their own
		"VpcConfig":                             map[string]any{"Subnets": j.subnets(w.subnets), "SecurityGroupIds": []string{w.securityGroup}},
		"HyperParameters":                       j.allHyperParameters(),
		"EnableNetworkIsolation":                !j.installs(),
		"EnableInterContainerTrafficEncryption": true,
		"Tags":                                  tags(w.tags),
	}
	if inputs := j.channels(); len(inputs) > 0 {
		r["InputDataConfig"] = channels(inputs, d)
	}
	if variables := j.variables(); len(variables) > 0 {
		r["Environment"] = variables
	}
	if j.Checkpoints.Bucket != nil {
		folder := map[string]any{}
		d.set(folder, "S3Uri", d.folder(j.Checkpoints, ""))
		r["CheckpointConfig"] = folder
	}
	if spot {
		r["EnableManagedSpotTraining"] = true
	}
	return r
}
