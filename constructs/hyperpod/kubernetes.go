package hyperpod

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

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
	// Key is its key, such as "acme.example/team": up to 317 letters, as Kubernetes has it. Required.
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
	maxKey, maxValue, maxEach = 317, 63, 50

	keyAllowed   = "a key of Kubernetes of at most 317 letters: NAME or DOMAIN/NAME"
	valueAllowed = "at most 63 letters, digits, hyphens, points and underscores, a letter or digit first and last"
)

// validateKubernetes checks the labels and taints of a group.
func (g Group) validateKubernetes() error {
	var l problem.List
	text := func(field, value string, pattern *regexp.Regexp, most int, allowed string) {
		if !token.Is(value) && (len(value) > most || !pattern.MatchString(value)) {
			l.Add(field, value, allowed, "")
		}
	}
	few := func(field string, n int) {
		if n > maxEach {
			l.Add(field, n, fmt.Sprintf("at most %d", maxEach), "")
		}
	}
	few("Labels", len(g.Labels))
	few("Taints", len(g.Taints))
	for _, key := range slices.Sorted(maps.Keys(g.Labels)) {
		text("Labels", key, keyPattern, maxKey, keyAllowed)
		text(fmt.Sprintf("Labels[%s]", key), g.Labels[key], valuePattern, maxValue, valueAllowed)
	}
	for i, t := range g.Taints {
		at := fmt.Sprintf("Taints[%d]", i)
		text(at+".Key", t.Key, keyPattern, maxKey, keyAllowed)
		if t.Value != "" {
			text(at+".Value", t.Value, valuePattern, maxValue, valueAllowed)
		}
		if !slices.Contains([]TaintEffect{NoSchedule, PreferNoSchedule, NoExecute}, t.Effect) {
			l.Add(at+".Effect", string(t.Effect), "NoSchedule, PreferNoSchedule or NoExecute", "")
		}
	}
	if g.DeepHealthChecks && len(g.Taints) > 0 {
		l.Add("Taints", len(g.Taints), "none with DeepHealthChecks", "HyperPod's checks use taints of their own: leave out one of the two")
	}
	return l.Err()
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
