package access_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

const (
	key1       = "arn:aws:kms:us-east-1:111122223333:key/11111111-1111-1111-1111-111111111111"
	key2       = "arn:aws:kms:us-east-1:111122223333:key/22222222-2222-2222-2222-222222222222"
	foreignKey = "arn:aws:kms:us-east-1:444455556666:key/33333333-3333-3333-3333-333333333333"
)

// guards are some of every kind.
func guards() map[string]access.Guard {
	subnets := []string{"subnet-1", "subnet-2"}
	prod := environment.Environment{Name: "prod"}
	return map[string]access.Guard{
		"without anything": (*access.GuardProps)(nil).Plan(nil, ""),
		"with everything": (&access.GuardProps{
			Environment: prod, Keys: []string{key1, key2}, KeepAlive: 10 * time.Minute, Teams: true, Features: []access.Feature{access.Tuning, access.Processing},
		}).Plan(subnets, "sg-1"),
		"that lets install": (&access.GuardProps{
			Environment: environment.Environment{Name: "dev", Tier: environment.Development, RuntimeInstalls: true}, Features: access.Features(),
		}).Plan(subnets, "sg-1"),
	}
}

// requests are good ones of every action, under each of the guards but for the features.
func requests() map[string]any {
	const tags = `"Tags": [{"Key": "Environment", "Value": "prod"}, {"Key": "Team", "Value": "red"}]`
	training := func(resources string) string {
		return `"OutputDataConfig": {"KmsKeyId": "` + key1 + `"}, "ResourceConfig": {` + resources + `},
			"StoppingCondition": {"MaxRuntimeInSeconds": 3600}, "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
			"EnableNetworkIsolation": true, "EnableInterContainerTrafficEncryption": true`
	}
	one := `"InstanceType": "ml.m5.xlarge", "VolumeKmsKeyId": "` + key1 + `"`
	groups := `"InstanceGroups": [{"InstanceType": "ml.m5.xlarge"}, {"InstanceType": "ml.g5.xlarge"}], "VolumeKmsKeyId": "` +
		key1 + `", "KeepAlivePeriodInSeconds": 600`
	all := map[string]any{}
	for name, text := range map[string]string{
		"CreateTrainingJob":             `{` + training(one) + `, "RemoteDebugConfig": {"EnableRemoteDebug": false}, ` + tags + `}`,
		"CreateTrainingJob of groups":   `{` + training(groups) + `, ` + tags + `}`,
		"CreateHyperParameterTuningJob": `{"TrainingJobDefinition": {` + training(one) + `}, ` + tags + `}`,
		"CreateProcessingJob": `{"ProcessingOutputConfig": {"KmsKeyId": "` + key1 + `"}, "ProcessingResources": {"ClusterConfig": {` + one + `}},
			"NetworkConfig": {"EnableNetworkIsolation": true, "EnableInterContainerTrafficEncryption": true, "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
			"StoppingCondition": {"MaxRuntimeInSeconds": 3600}, ` + tags + `}`,
	} {
		var document any
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			panic(err)
		}
		all[name] = document
	}
	return all
}

// others are what a request may say in the place of a value.
func others(v any) []any {
	all := []any{nil}
	switch v := v.(type) {
	case bool:
		return append(all, !v)
	case float64:
		return append(all, 0, 86400, 8640000)
	case string:
		for _, other := range []string{"ml.p5.48xlarge", "ml.g5.xlarge", "ml.m5.large", foreignKey, key2, "subnet-2", "subnet-9", "sg-9", "dev", "prod", "blue"} {
			if kind(other) == kind(v) && other != v {
				all = append(all, other)
			}
		}
	}
	return all
}

// kind is how a text starts.
func kind(s string) string { return strings.TrimRight(s[:min(3, len(s))], "abcdeoprlu") }

// changes calls f with every way to change one thing in a document.
func changes(at any, path []any, f func(path []any, to any)) {
	switch at := at.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(at)) {
			changes(at[name], append(slices.Clone(path), name), f)
		}
	case []any:
		for i := range at {
			changes(at[i], append(slices.Clone(path), i), f)
		}
		if text, ok := at[0].(string); ok {
			for _, other := range others(text)[1:] { // one more
				f(append(slices.Clone(path), len(at)), other)
			}
		}
		f(path, nil)
	default:
		for _, to := range others(at) {
			f(path, to)
		}
	}
}

// changed is a document with something else at a path.
func changed(at any, path []any, to any) any {
	if len(path) == 0 {
		return to
	}
	switch at := at.(type) {
	case map[string]any:
		m, name := maps.Clone(at), path[0].(string)
		if m[name] = changed(at[name], path[1:], to); m[name] == nil {
			delete(m, name)
		}
		return m
	case []any:
		l, i := slices.Clone(at), path[0].(int)
		if i == len(l) {
			return append(l, to)
		}
		if l[i] = changed(at[i], path[1:], to); l[i] == nil {
			return slices.Delete(l, i, i+1)
		}
		return l
	}
	return at
}

// checks/iam/decisions.test.js asks the IAM evaluator the same: which statements of each guard deny each request, when one thing in it is
// changed by a caller of team red. A line has where, what is said there instead (null: nothing), and the statements.
func TestDecisions(t *testing.T) {
	var b strings.Builder
	asJSON := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	of, bases := guards(), requests()
	fmt.Fprintf(&b, "{\n\"requests\": %s,\n\"guards\": {", asJSON(bases))
	for i, name := range slices.Sorted(maps.Keys(of)) {
		g, denied := of[name], map[string]bool{}
		fmt.Fprintf(&b, "%s\n%q: {\"statements\": %s, \"decisions\": {", comma(i), name, asJSON(policy.Document(g.Statements()...)["Statement"]))
		for i, request := range slices.Sorted(maps.Keys(bases)) {
			fmt.Fprintf(&b, "%s\n%q: [\n[[], null, %s]", comma(i), request, asJSON(denies(t, g, request, bases[request], denied)))
			changes(bases[request], nil, func(path []any, to any) {
				sids := denies(t, g, request, changed(bases[request], path, to), denied)
				fmt.Fprintf(&b, ",\n[%s, %s, %s]", asJSON(path), asJSON(to), asJSON(sids))
			})
			b.WriteString("\n]")
		}
		b.WriteString("\n}}")
		for _, s := range g.Statements() {
			for _, action := range []string{"CreateTrainingJob", "CreateHyperParameterTuningJob", "CreateProcessingJob"} {
				if slices.Contains(s.Actions, "sagemaker:"+action) && !denied[action+s.Sid] {
					t.Errorf("guard %s: no request of %s is denied by %s", name, action, s.Sid)
				}
			}
		}
	}
	b.WriteString("\n}}\n")
	golden(t, "testdata/decisions.golden.json", b.String())
}

func comma(i int) string { return ","[:min(i, 1)] }

// denies are the sids of the statements that deny a request; which ones do is noted.
func denies(t *testing.T, g access.Guard, request string, document any, noted map[string]bool) []string {
	t.Helper()
	action, _, _ := strings.Cut(request, " ")
	r := access.JobRequest{Action: action, Document: document.(map[string]any), Field: "Job", Team: "red"}
	sids, err := g.Denies(r)
	if err != nil {
		t.Fatal(request, err)
	}
	if err := g.ValidateRequest(r); (err == nil) != (len(sids) == 0) {
		t.Errorf("%s is denied by %v, and told of: %v", request, sids, err)
	}
	for _, sid := range sids {
		noted[action+sid] = true
	}
	return sids
}

// Everything that a guard denies is told of by the field that it comes from, once.
func TestWhatIsToldOfADeniedRequest(t *testing.T) {
	const (
		foreign  = `Job.Output: got "` + foreignKey + `"; allowed: a bucket with a key of the guard, ` + key1 + ", " + key2 + "; take such a bucket, or add"
		noKey    = `Job.Output: got a bucket whose key the app does not know; allowed: a bucket with a key of the guard`
		types    = `; allowed: one of the guard's, ml.`
		takeType = "; take one of them, or give the guard an environment whose Limits.InstanceTypes has it"
		training = "CreateTrainingJob"
	)
	path := func(names ...any) []any { return names }
	tests := []struct {
		name, guard, request string
		path                 []any
		to                   any
		want                 []string
	}{
		{"nothing", "with everything", training, nil, nil, nil},
		{"network", "with everything", training, path("VpcConfig"), map[string]any{"Subnets": []any{"subnet-9", "subnet-1"}, "SecurityGroupIds": []any{"sg-9"}},
			[]string{`Network: got "subnet-9"; allowed: the guard's network; give the network that the guard has, or make a guard for this one`}},
		{"group", "with everything", training, path("VpcConfig", "SecurityGroupIds", 0), "sg-9", []string{`Network: got "sg-9"`}},
		{"no network", "without anything", training, path("VpcConfig"), nil, []string{"Network: got nothing; allowed: a network; "}},
		{"another key", "with everything", training, path("OutputDataConfig", "KmsKeyId"), foreignKey, []string{foreign}},
		{"another key of the volumes", "with everything", training, path("ResourceConfig", "VolumeKmsKeyId"), foreignKey, []string{foreign}},
		{"no key", "with everything", training, path("OutputDataConfig", "KmsKeyId"), nil, []string{noKey}},
		{"no key of the volumes", "with everything", "CreateProcessingJob", path("ProcessingResources", "ClusterConfig", "VolumeKmsKeyId"), nil, []string{noKey}},
		{"key of another account", "without anything", training, path("OutputDataConfig", "KmsKeyId"), foreignKey,
			[]string{"; allowed: a bucket with a key of the guard's account; take such a bucket"}},
		{"type", "with everything", training, path("ResourceConfig", "InstanceType"), "ml.p5.48xlarge", []string{`Job.InstanceType: got "ml.p5.48xlarge"` + types, takeType}},
		{"type of a group", "with everything", "CreateTrainingJob of groups", path("ResourceConfig", "InstanceGroups", 1, "InstanceType"), "ml.p5.48xlarge",
			[]string{`Job.Groups[1].InstanceType: got "ml.p5.48xlarge"` + types}},
		{"type in a search", "with everything", "CreateHyperParameterTuningJob", path("TrainingJobDefinition", "ResourceConfig", "InstanceType"), "ml.p5.48xlarge",
			[]string{`Job.InstanceType: got "ml.p5.48xlarge"` + types}},
		{"runtime", "with everything", training, path("StoppingCondition", "MaxRuntimeInSeconds"), 3600000,
			[]string{"Job.MaxRuntime: got 1000h0m0s; allowed: at most the guard's 24h0m0s; take less, or give the guard an environment whose Limits.Runtime is as long"}},
		{"warm pool", "with everything", "CreateTrainingJob of groups", path("ResourceConfig", "KeepAlivePeriodInSeconds"), 900,
			[]string{"Job.KeepAlive: got 15m0s; allowed: at most the guard's 10m0s; raise GuardProps.KeepAlive"}},
		{"packages", "with everything", "CreateProcessingJob", path("NetworkConfig", "EnableNetworkIsolation"), false,
			[]string{`Job.Packages: got "given"; allowed: none under a guard whose environment has no RuntimeInstalls; set`}},
		{"in the clear", "with everything", training, path("EnableInterContainerTrafficEncryption"), false,
			[]string{`Job.EnableInterContainerTrafficEncryption: got "false"; allowed: true`}},
		{"shell", "with everything", training, path("RemoteDebugConfig", "EnableRemoteDebug"), true, []string{`Job.EnableRemoteDebug: got "true"; allowed: not true`}},
		{"environment", "with everything", training, path("Tags", 0, "Value"), "dev",
			[]string{`Environment.Name: got "dev"; allowed: "prod", the guard's; take the guard of this environment, or the environment of this guard`}},
		{"no environment", "with everything", training, path("Tags", 0), nil, []string{`Environment.Name: got nothing; allowed: "prod"`}},
		{"team", "with everything", training, path("Tags", 1, "Value"), "blue", []string{`Team: got "blue"; allowed: the team of who starts the job; the guard is for Teams`}},
		{"no team", "with everything", training, path("Tags", 1), nil, []string{"Team: got nothing; allowed: the team"}},
		{"search", "without anything", "CreateHyperParameterTuningJob", nil, nil,
			[]string{`Search: got "given"; allowed: none under a guard without Tuning; add access.Tuning to GuardProps.Features`}},
		{"processing", "without anything", "CreateProcessingJob", nil, nil, []string{`Job: got "given"; allowed: none under a guard without Processing; add access.Processing`}},
		// Nothing is claimed of what the deployment or the run decides.
		{"token", "with everything", training, path("ResourceConfig", "InstanceType"), "${Token[TOKEN.1]}", nil},
		{"token for a key", "with everything", training, path("OutputDataConfig", "KmsKeyId"), "${Token[TOKEN.1]}", nil},
		{"token for a subnet", "with everything", training, path("VpcConfig", "Subnets", 0), "${Token[TOKEN.1]}", nil},
		{"token for a runtime", "with everything", training, path("StoppingCondition", "MaxRuntimeInSeconds"), "${Token[TOKEN.1]}", nil},
		{"path of a state machine", "with everything", training, path("ResourceConfig"), map[string]any{"InstanceType.$": "$.x", "VolumeKmsKeyId.$": "$.y"}, nil},
		{"function of a pipeline", "with everything", training, path("StoppingCondition", "MaxRuntimeInSeconds"), map[string]any{"Get": "Parameters.x"}, nil},
		{"a type beside a token", "with everything", "CreateTrainingJob of groups", path("ResourceConfig", "InstanceGroups"), []any{
			map[string]any{"InstanceType": "${Token[TOKEN.1]}"}, map[string]any{"InstanceType": "ml.p5.48xlarge"},
		}, []string{`Job.Groups[1].InstanceType: got "ml.p5.48xlarge"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g, document := guards()[test.guard], requests()[test.request]
			if test.path != nil {
				document = changed(document, test.path, test.to)
			}
			action, _, _ := strings.Cut(test.request, " ")
			err := g.ValidateRequest(access.JobRequest{Action: action, Document: document.(map[string]any), Field: "Job", Team: "red"})
			if n := len(problem.All(err)); n != min(len(test.want), 1) {
				t.Errorf("%d problems", n)
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestRequestsThatNobodyKnows(t *testing.T) {
	g := guards()["with everything"]
	err := g.ValidateRequest(access.JobRequest{Action: "CreateTransformJob"})
	if err == nil || !strings.Contains(err.Error(), `Action: got "CreateTransformJob"; allowed: CreateTrainingJob, CreateHyperParameterTuningJob or`) {
		t.Errorf("error %v", err)
	}
	if err := (*access.Guard)(nil).ValidateRequest(access.JobRequest{Action: "CreateTrainingJob"}); err != nil {
		t.Errorf("a nil guard denies: %v", err)
	}
}

// A rule whose key nobody looks for in requests is an error, not a rule that holds.
func TestEveryRuleIsLookedFor(t *testing.T) {
	g := guards()["with everything"]
	for name, document := range requests() {
		action, _, _ := strings.Cut(name, " ")
		restore := access.Forget(action, "sagemaker:NetworkIsolation")
		_, err := g.Denies(access.JobRequest{Action: action, Document: document.(map[string]any), Team: "red"})
		restore()
		if want := "statement Isolation of the guard: where requests of " + action + " hold sagemaker:NetworkIsolation is not known"; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
