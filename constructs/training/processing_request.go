package training

import "cmp"

// processing is a processing job, and what is known of the resources around it.
type processing struct {
	job               Job // as far as it is one like any other: resolved, with all inputs
	command           []string
	arguments         []string
	imageURI, roleARN string
	name              string // of the job in its workflow
}

// request is the request of CreateProcessingJob, but for its name.
func (p *processing) request(w wiring, d dialect) map[string]any {
	output := map[string]any{"LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
	d.set(output, "S3Uri", d.folder(p.job.Output, ""))
	outputs := map[string]any{"Outputs": []any{map[string]any{"OutputName": "output", "S3Output": output}}}
	cluster := map[string]any{"InstanceType": p.job.InstanceType, "InstanceCount": p.job.Instances, "VolumeSizeInGB": p.job.VolumeGB}
	if key := p.job.Output.Bucket.KeyARN; key != "" {
		outputs["KmsKeyId"] = key
		if p.job.takesVolumeKey() {
			cluster["VolumeKmsKeyId"] = key
		}
	}
	application := map[string]any{}
	w.pushed.put(application, "ImageUri", p.name, p.imageURI)
	putWords(application, p.command, p.arguments)
	var inputs []any
	for _, in := range p.job.Inputs {
		source := map[string]any{"LocalPath": "/opt/ml/processing/input/" + in.Channel, "S3DataType": in.dataType(),
			"S3InputMode": cmp.Or(string(in.Mode), string(File)), "S3DataDistributionType": "FullyReplicated"}
		in.put(source, d)
		inputs = append(inputs, map[string]any{"InputName": in.Channel, "S3Input": source})
	}
	r := map[string]any{
		"AppSpecification":       application,
		"ProcessingOutputConfig": outputs,
		"ProcessingResources":    map[string]any{"ClusterConfig": cluster},
		"StoppingCondition":      map[string]any{"MaxRuntimeInSeconds": int(p.job.MaxRuntime.Seconds())},
		"NetworkConfig": map[string]any{
			"EnableNetworkIsolation": true, "EnableInterContainerTrafficEncryption": true,
			"VpcConfig": map[string]any{"Subnets": w.subnets, "SecurityGroupIds": []string{w.securityGroup}},
		},
		"RoleArn": p.roleARN,
		"Tags":    tags(w.tags),
	}
	if len(inputs) > 0 {
		r["ProcessingInputs"] = inputs
	}
	if variables := p.job.variables(); len(variables) > 0 {
		r["Environment"] = variables
	}
	return r
}
