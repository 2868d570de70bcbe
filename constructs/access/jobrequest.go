package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/policy"
)

// JobRequest is a request that starts a job, to be held against a guard before anybody makes it: see
// [Guard.ValidateRequest].
type JobRequest struct {
	// Action is CreateTrainingJob, CreateHyperParameterTuningJob or CreateProcessingJob.
	Action string
	// Document is the request, as the API of SageMaker takes it.
	Document map[string]any
	// Field is the field of the props that says what runs, which problems are told of: "Job".
	Field string
	// Team is the tag Team of the role that makes it. Empty: the role has none.
	Team string
}

// place is where a request holds the value of a condition key, and the field of the props that it comes from: below the
// job's own where it starts with a dot. Both may have a list in them: Groups[].
type place struct{ key, path, field string }

// encryption is said by no field of the props: it is always on.
const encryption = "EnableInterContainerTrafficEncryption"

// form is what is known of the requests of an action.
type form struct {
	places []place
	// field says that such a request is made at all; empty: what runs says it.
	field string
}

// forms are those of the actions that Plinth makes requests of. AWS lists which keys there are
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html) and what requests hold
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations.html).
var forms = map[string]form{
	"CreateTrainingJob":             {places: ofTraining("")},
	"CreateHyperParameterTuningJob": {places: ofTraining("TrainingJobDefinition."), field: "Search"},
	"CreateProcessingJob": {places: []place{
		{"sagemaker:VpcSubnets", "NetworkConfig.VpcConfig.Subnets", "Network"},
		{"sagemaker:VpcSecurityGroupIds", "NetworkConfig.VpcConfig.SecurityGroupIds", "Network"},
		{"sagemaker:NetworkIsolation", "NetworkConfig.EnableNetworkIsolation", ".Packages"},
		{"sagemaker:InterContainerTrafficEncryption", "NetworkConfig." + encryption, "." + encryption},
		{"sagemaker:VolumeKmsKey", "ProcessingResources.ClusterConfig.VolumeKmsKeyId", ".Output"},
		{"sagemaker:VolumeKmsKeyArn", "ProcessingResources.ClusterConfig.VolumeKmsKeyId", ".Output"},
		{"sagemaker:OutputKmsKey", "ProcessingOutputConfig.KmsKeyId", ".Output"},
		{"sagemaker:OutputKmsKeyArn", "ProcessingOutputConfig.KmsKeyId", ".Output"},
		{"sagemaker:InstanceTypes", "ProcessingResources.ClusterConfig.InstanceType", ".InstanceType"},
		{"sagemaker:MaxRuntimeInSeconds", "StoppingCondition.MaxRuntimeInSeconds", ".MaxRuntime"},
	}},
}

// ofTraining are the places of a training job, which is what a request holds at prefix.
func ofTraining(prefix string) []place {
	return []place{
		{"sagemaker:VpcSubnets", prefix + "VpcConfig.Subnets", "Network"},
		{"sagemaker:VpcSecurityGroupIds", prefix + "VpcConfig.SecurityGroupIds", "Network"},
		{"sagemaker:NetworkIsolation", prefix + "EnableNetworkIsolation", ".Packages"},
		{"sagemaker:InterContainerTrafficEncryption", prefix + encryption, "." + encryption},
		{"sagemaker:VolumeKmsKey", prefix + "ResourceConfig.VolumeKmsKeyId", ".Output"},
		{"sagemaker:VolumeKmsKeyArn", prefix + "ResourceConfig.VolumeKmsKeyId", ".Output"},
		{"sagemaker:OutputKmsKey", prefix + "OutputDataConfig.KmsKeyId", ".Output"},
		{"sagemaker:OutputKmsKeyArn", prefix + "OutputDataConfig.KmsKeyId", ".Output"},
		{"sagemaker:InstanceTypes", prefix + "ResourceConfig.InstanceType", ".InstanceType"},
		{"sagemaker:InstanceTypes", prefix + "ResourceConfig.InstanceGroups[].InstanceType", ".Groups[].InstanceType"},
		{"sagemaker:MaxRuntimeInSeconds", prefix + "StoppingCondition.MaxRuntimeInSeconds", ".MaxRuntime"},
		{"sagemaker:KeepAlivePeriod", prefix + "ResourceConfig.KeepAlivePeriodInSeconds", ".KeepAlive"},
		{"sagemaker:EnableRemoteDebug", prefix + "RemoteDebugConfig.EnableRemoteDebug", ".EnableRemoteDebug"},
	}
}

// tagFields are the fields that tags come from.
var tagFields = map[string]string{"aws:RequestTag/Environment": "Environment.Name", teamTag: "Team"}

// teamTag is the condition key of the tag of a job that says whose it is.
const teamTag = "aws:RequestTag/Team"

// value is one value of a condition key, and the field that it comes from.
type value struct{ text, field string }

// values are what the condition keys of the request hold.
func (r JobRequest) values() (map[string][]value, error) {
	text, err := json.Marshal(r.Document)
	if err != nil {
		return nil, err
	}
	var document any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	all := map[string][]value{}
	for _, p := range forms[r.Action].places {
		all[p.key] = append(all[p.key], find(document, strings.Split(p.path, "."), p.field)...)
	}
	request, _ := document.(map[string]any)
	tags, _ := request["Tags"].([]any)
	for _, tag := range tags {
		for _, name := range find(tag, []string{"Key"}, "") {
			key := "aws:RequestTag/" + name.text
			all[key] = find(tag, []string{"Value"}, tagFields[key])
		}
	}
	if r.Team != "" {
		all["aws:PrincipalTag/Team"] = []value{{text: r.Team}}
	}
	return all, nil
}

// computed stands for what only the run of a job decides.
const computed = "${Token[computed]}"

// find are the values at a path in a part of a request. An empty list is as if it was left out.
func find(part any, path []string, field string) []value {
	switch part := part.(type) {
	case nil:
		return nil
	case []any:
		var all []value
		for i, item := range part {
			all = append(all, find(item, path, strings.Replace(field, "[]", fmt.Sprintf("[%d]", i), 1))...)
		}
		return all
	case map[string]any:
		if len(path) == 0 {
			return []value{{computed, field}} // a function of a pipeline
		}
		name, _ := strings.CutSuffix(path[0], "[]")
		if _, there := part[name+".$"]; there { // a path of a state machine
			return []value{{computed, field}}
		}
		return find(part[name], path[1:], field)
	default:
		return []value{{fmt.Sprint(part), field}}
	}
}

// broken is a statement of the guard that denies a request.
type broken struct {
	// key is the condition key of the rule; empty: no feature uses the action.
	key, sid string
	// values are those of the key that break the rule; none: it is missing.
	values []value
}

// breaks are the statements that deny the request for certain. It is an error where a statement can't be evaluated.
func (g guard) breaks(r JobRequest, differ policy.Equality) ([]broken, error) {
	values, err := r.values()
	if err != nil {
		return nil, err
	}
	c := policy.Context{}
	for key, all := range values {
		for _, v := range all {
			c[key] = append(c[key], v.text)
		}
	}
	var all []broken
	for _, d := range g.denials() {
		for _, s := range d.statements {
			if err := r.has(s); err != nil {
				return nil, err
			}
			switch a, err := s.Applies("sagemaker:"+r.Action, c, differ); {
			case err != nil:
				return nil, fmt.Errorf("statement %s of the guard: %w", s.Sid, err)
			case a == policy.Yes:
				b := broken{key: d.rule, sid: s.Sid}
				if d.rule == "aws:RequestTag" {
					b.key = s.Keys()[0]
				}
				for _, v := range values[b.key] {
					if r.alone(s, c, b.key, v.text, differ) {
						b.values = append(b.values, v)
					}
				}
				all = append(all, b)
			}
		}
	}
	return all, nil
}

// has checks that the request is known to hold every key that decides on the statement.
func (r JobRequest) has(s policy.Statement) error {
	if !slices.Contains(s.Actions, "sagemaker:"+r.Action) {
		return nil
	}
	for _, key := range s.Keys() {
		known := slices.ContainsFunc(forms[r.Action].places, func(p place) bool { return p.key == key })
		if !known && tagFields[key] == "" {
			return fmt.Errorf("statement %s of the guard: where requests of %s hold %s is not known", s.Sid, r.Action, key)
		}
	}
	return nil
}

// alone tells whether the statement denies the request for one value of a key, whatever the others are.
func (r JobRequest) alone(s policy.Statement, c policy.Context, key, text string, differ policy.Equality) bool {
	only := policy.Context{}
	for k, v := range c {
		only[k] = v
	}
	only[key] = []string{text}
	a, err := s.Applies("sagemaker:"+r.Action, only, differ)
	return err == nil && a == policy.Yes
}
