package hyperpod

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// TaintEffect is what a taint does to pods that do not tolerate it.
type TaintEffect string

// The effects, as Kubernetes names them.
const (
	// NoSchedule keeps new pods away.
	NoSchedule TaintEffect = "NoSchedule"
	// PreferNoSchedule keeps new pods away where there is another node.
	PreferNoSchedule TaintEffect = "PreferNoSchedule"
	// NoExecute keeps new pods away and ends those that run.
	NoExecute TaintEffect = "NoExecute"
)

// Taint is a taint of a group's nodes.
type Taint struct {
	// Key is its key, such as "acme.example/team": a name of up to 63 letters, after a domain of up to 253 where there is one. Required.
	Key string
	// Value is its value, up to 63 letters, digits, hyphens, points and underscores. Empty: none.
	Value string
	// Effect is one of NoSchedule, PreferNoSchedule and NoExecute. Required.
	Effect TaintEffect
}

// What SageMaker takes (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterKubernetesConfig.html).
var (
	keyPattern   = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
	valuePattern = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
)

const (
	maxDomain, maxValue, maxEach = 253, 63, 50

	keyAllowed   = "a key of Kubernetes: NAME of at most 63 letters, or DOMAIN/NAME, the domain of at most 253"
	valueAllowed = "at most 63 letters, digits, hyphens, points and underscores, a letter or digit first and last"
)

// validateKubernetes checks the labels and taints of a group.
func (g Group) validateKubernetes() error {
	var l problem.List
	few := func(field string, n int) {
		if n > maxEach {
			l.Add(field, n, fmt.Sprintf("at most %d", maxEach), "")
		}
	}
	few("Labels", len(g.Labels))
	few("Taints", len(g.Taints))
	for _, k := range slices.Sorted(maps.Keys(g.Labels)) {
		validateKey(&l, "Labels", k)
		if k == "Ref" {
			l.Add("Labels", k, "any key but Ref", "CloudFormation would take it for a reference to a resource")
		}
		validateValue(&l, fmt.Sprintf("Labels[%q]", k), g.Labels[k])
	}
	for i, t := range g.Taints {
		l.Include(fmt.Sprintf("Taints[%d]", i), t.validate(g.Taints[:i]))
	}
	if g.DeepHealthChecks && len(g.Taints) > 0 {
		l.Add("Taints", len(g.Taints), "none with DeepHealthChecks", "HyperPod's checks use taints of their own: leave out one of the two")
	}
	return l.Err()
}

// validate checks a taint, and that none of those before it is the same.
func (t Taint) validate(before []Taint) error {
	var l problem.List
	validateKey(&l, "Key", t.Key)
	if t.Value != "" {
		validateValue(&l, "Value", t.Value)
	}
	if !slices.Contains([]TaintEffect{NoSchedule, PreferNoSchedule, NoExecute}, t.Effect) {
		l.Add("Effect", string(t.Effect), "NoSchedule, PreferNoSchedule or NoExecute", "")
	}
	if slices.ContainsFunc(before, func(o Taint) bool { return o.Key == t.Key && o.Effect == t.Effect }) {
		l.Add("Key", t.Key, "a key that no other taint of the same Effect has", "")
	}
	return l.Err()
}

// validateKey checks a key, which is no token: CloudFormation takes no reference for the key of a map.
func validateKey(l *problem.List, field, value string) {
	name := value[strings.LastIndex(value, "/")+1:]
	if len(name) > maxValue || len(value)-len(name)-1 > maxDomain || !keyPattern.MatchString(value) {
		l.Add(field, value, keyAllowed, "")
	}
}

func validateValue(l *problem.List, field, value string) {
	if !token.Is(value) && (len(value) > maxValue || !valuePattern.MatchString(value)) {
		l.Add(field, value, valueAllowed, "")
	}
}

// kubernetes are the labels and taints of a group's nodes; empty: none.
func (g Group) kubernetes() cfn.Properties {
	config := cfn.Properties{}
	if len(g.Labels) > 0 {
		config["Labels"] = g.Labels
	}
	var taints []any
	for _, t := range g.Taints {
		taint := cfn.Properties{"Key": t.Key, "Effect": string(t.Effect)}
		if t.Value != "" {
			taint["Value"] = t.Value
		}
		taints = append(taints, taint)
	}
	if len(taints) > 0 {
		config["Taints"] = taints
	}
	return config
}
