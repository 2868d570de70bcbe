package training

import (
	"fmt"

	"github.com/plinth-ml/plinth/constructs/catalog"
)

// request is the request as a state machine makes it.
func request(j Job, w wiring, spot bool) map[string]any {
	r := common(j, w, spot)
	r["TrainingJobName.$"] = fmt.Sprintf("States.Format('%s-{}', States.Hash(States.Format('{}-{}', $$.Execution.Id, $.run.attempt), 'MD5'))", w.namePrefix)
	hyperParameters, _ := r["HyperParameters"].(map[string]any)
	for _, p := range j.Parameters {
		hyperParameters[p.name+".$"] = "$.texts." + p.name
	}
	if j.Checkpoints.Bucket != nil {
		// One folder for all attempts of an execution, so that the next goes on where the last one was; and for no other execution.
		r["CheckpointConfig"] = map[string]any{"S3Uri.$": fmt.Sprintf("States.Format('%s{}/', States.Hash($$.Execution.Id, 'MD5'))", j.Checkpoints.URI())}
	}
	return r
}

// common is the request of CreateTrainingJob
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html), but for what each execution has of its own:
// the name, the parameters and the folder of checkpoints.
func common(j Job, w wiring, spot bool) map[string]any {
	// A type on EBS needs the size; one with a local disk takes it and uses the whole disk all the same.
	resources := map[string]any{
		"InstanceType": j.InstanceType, "InstanceCount": j.Instances, "VolumeSizeInGB": j.VolumeGB,
	}
	// A type that is a token gets the key: should it have a local disk, SageMaker refuses the job rather than run it on a
	// volume without the key.
	if t, _ := catalog.LookupInstanceType(j.InstanceType); !t.HasLocalNVMe() && w.volumeKeyARN != "" {
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
	hyperParameters := map[string]any{}
	for name, value := range j.HyperParameters {
		hyperParameters[name] = value
	}
	r := map[string]any{
		"AlgorithmSpecification":                j.algorithm(w.imageURI),
		"RoleArn":                               w.roleARN,
		"InputDataConfig":                       channels(j.Inputs),
		"OutputDataConfig":                      output,
		"ResourceConfig":                        resources,
		"StoppingCondition":                     stopping,
		"ProfilerConfig":                        map[string]any{"DisableProfiler": true}, // and no debugger: they cost, and start jobs of their own
		"VpcConfig":                             map[string]any{"Subnets": j.subnets(w.subnets), "SecurityGroupIds": []string{w.securityGroup}},
		"HyperParameters":                       hyperParameters,
		"EnableNetworkIsolation":                !j.installs(),
		"EnableInterContainerTrafficEncryption": true,
		"Tags":                                  tags(w.tags),
	}
	if variables := j.variables(); len(variables) > 0 {
		r["Environment"] = variables
	}
	if spot {
		r["EnableManagedSpotTraining"] = true
	}
	return r
}
