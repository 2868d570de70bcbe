package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

// ValidateRequest reports everything in the request that the guard denies, by the fields of the props that it comes
// from. Of what a CDK token stands for it claims nothing, unless two tokens are known to stand for two resources. A nil
// guard denies nothing.
func (g *Guard) ValidateRequest(r JobRequest) error {
	if g == nil {
		return nil
	}
	var l problem.List
	asked, known := forms[r.Action]
	if !known {
		l.Add("Action", r.Action, "CreateTrainingJob, CreateHyperParameterTuningJob or CreateProcessingJob", "")
		return l.Err()
	}
	all, err := g.breaks(r, differ)
	l.Include("", err)
	told := map[string]bool{}
	for _, b := range all {
		p := g.problem(r, asked, b)
		if told[p.Field] {
			continue // a missing key of the volume is that of the output too, and a network both subnets and a group
		}
		told[p.Field] = true
		l.Include("", p)
	}
	return l.Err()
}

// differ tells tokens apart where the CDK knows what they refer to, also from what is written out.
func differ(a, b string) policy.Answer {
	if cdk.Different(a, b) || cdk.StoodAlready(a, b) {
		return policy.No
	}
	return policy.ByText(a, b)
}

// problem says which field of the props broke a rule, and what to do.
func (g guard) problem(r JobRequest, asked form, b broken) problem.Problem {
	if b.key == "" {
		return notUsed(r, asked)
	}
	h := help[b.key]
	p := problem.Problem{Allowed: h.allowed(g), Fix: h.fix}
	if len(b.values) > 0 {
		p.Field, p.Got = b.values[0].field, h.got(b.values)
	} else {
		p.Field = fieldOf(asked, b.key)
		if b.key == "sagemaker:VolumeKmsKeyArn" || b.key == "sagemaker:OutputKmsKeyArn" {
			p.Got, p.Fix = problem.Phrase("a bucket whose key the app does not know"), "give its Key in ExistingBucketProps, or take another bucket"
		}
	}
	if below, ok := strings.CutPrefix(p.Field, "."); ok {
		p.Field = r.Field + "." + below
	}
	return p
}

// notUsed is told of a request that no feature of the guard makes.
func notUsed(r JobRequest, asked form) problem.Problem {
	var name string
	for _, f := range featureActions {
		if slices.Contains(f.actions, r.Action) {
			name = string(f.feature)
		}
	}
	field := asked.field
	if field == "" {
		field = r.Field
	}
	return problem.Problem{
		Field: field, Got: "given", Allowed: "none under a guard without " + name, Fix: "add access." + name + " to GuardProps.Features",
	}
}

func fieldOf(asked form, key string) string {
	if field := tagFields[key]; field != "" {
		return field
	}
	return asked.places[slices.IndexFunc(asked.places, func(p place) bool { return p.key == key })].field
}

// advice is what is said of a broken rule.
type advice struct {
	got     func([]value) any
	allowed func(guard) string
	fix     string
}

// The advice of several rules.
var (
	onNetwork = advice{described, func(g guard) string {
		if len(g.subnets) == 0 {
			return "a network"
		}
		return "the guard's network"
	}, "give the network that the guard has, or make a guard for this one"}
	onKey = advice{described, func(g guard) string {
		if strings.HasSuffix(g.keys[0], ":key/*") {
			return "a bucket with a key of the guard's account"
		}
		return "a bucket with a key of the guard, " + strings.Join(describe(g.keys), ", ")
	}, "take such a bucket, or add the KeyARN of this one to GuardProps.Keys"}
)

// help is the advice by the condition key of the rule.
var help = map[string]advice{
	"sagemaker:VpcSubnets":          onNetwork,
	"sagemaker:VpcSecurityGroupIds": onNetwork,
	"sagemaker:VolumeKmsKeyArn":     onKey,
	"sagemaker:OutputKmsKeyArn":     onKey,
	"sagemaker:NetworkIsolation": {given, always("none under a guard whose environment has no RuntimeInstalls"),
		"set RuntimeInstalls in the environment of the guard, or leave it out"},
	"sagemaker:InterContainerTrafficEncryption": {first, always("true"), ""},
	"sagemaker:InstanceTypes": {first,
		func(g guard) string { return "one of the guard's, " + strings.Join(g.types, ", ") },
		"take one of them, or give the guard an environment whose Limits.InstanceTypes has it"},
	"sagemaker:MaxRuntimeInSeconds": {duration,
		func(g guard) string { return "at most the guard's " + seconds(g.runtimeSeconds) },
		"take less, or give the guard an environment whose Limits.Runtime is as long"},
	"sagemaker:KeepAlivePeriod": {duration,
		func(g guard) string { return "at most the guard's " + seconds(g.keepAliveSeconds) },
		"raise GuardProps.KeepAlive"},
	"sagemaker:EnableRemoteDebug": {first, always("not true"), ""},
	"aws:RequestTag/Environment": {first, func(g guard) string { return fmt.Sprintf("%q, the guard's", g.environment) },
		"take the guard of this environment, or the environment of this guard"},
	teamTag: {first, always("the team of who starts the job"),
		"the guard is for Teams: give all of them the same Team"},
}

// always is what is allowed under any guard.
func always(s string) func(guard) string { return func(guard) string { return s } }

func given([]value) any { return "given" }

func first(all []value) any { return all[0].text }

// described are the values as a message has them.
func described(all []value) any {
	var texts []string
	for _, v := range all {
		texts = append(texts, v.text)
	}
	return strings.Join(describe(texts), ", ")
}

func describe(all []string) []string {
	var texts []string
	for _, t := range all {
		texts = append(texts, cdk.Describe(t))
	}
	return texts
}

func duration(all []value) any {
	n, err := strconv.Atoi(all[0].text)
	if err != nil {
		return all[0].text
	}
	return time.Duration(n) * time.Second
}

func seconds(n int) string { return (time.Duration(n) * time.Second).String() }
