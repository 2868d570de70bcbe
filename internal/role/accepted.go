package role

import (
	"regexp"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/token"
)

// Accepted is a finding of a rule pack that is right as it is, with the reason. It is written into the template, where
// cdk-nag and a reviewer read it.
type Accepted struct {
	// Rule is the id: "AwsSolutions-IAM5".
	Rule string
	// Findings are regular expressions that narrow it to these findings of the rule; empty for a rule that has one finding
	// a resource.
	Findings []string
	// Reason is why.
	Reason string
}

// The rule packs that name the same rules.
const (
	NIST  = "NIST.800.53.R5-"
	HIPAA = "HIPAA.Security-"
	PCI   = "PCI.DSS.321-"
)

// AcceptInPacks is one reason for the same rule in several packs; without any: in all.
func AcceptInPacks(rule, reason string, packs ...string) []Accepted {
	if len(packs) == 0 {
		packs = []string{NIST, HIPAA, PCI}
	}
	var all []Accepted
	for _, pack := range packs {
		all = append(all, Accepted{Rule: pack + rule, Reason: reason})
	}
	return all
}

// Metadata is the metadata of a resource of which something is accepted; nil when nothing is.
func Metadata(accepted []Accepted) map[string]any {
	if len(accepted) == 0 {
		return nil
	}
	rules := make([]any, len(accepted))
	for i, a := range accepted {
		rule := map[string]any{"id": a.Rule, "reason": a.Reason}
		if len(a.Findings) > 0 {
			var patterns []any
			for _, f := range a.Findings {
				patterns = append(patterns, map[string]any{"regex": "/^" + f + "$/"})
			}
			rule["applies_to"] = patterns
		}
		rules[i] = rule
	}
	return map[string]any{"cdk_nag": map[string]any{"rules_to_suppress": rules}}
}

// AcceptedWildcards hands on why each resource or action with a wildcard is the narrowest there is: one entry for each, with
// the reasons of all statements that name it. A deny needs no reason.
func AcceptedWildcards(statements []policy.Statement) []Accepted {
	var findings []string
	reasons := map[string][]string{}
	for _, s := range statements {
		if s.Effect == policy.Deny {
			continue
		}
		var found []string
		for _, resource := range s.Wildcards() {
			found = append(found, finding("Resource", resource))
		}
		for _, action := range s.Actions {
			if strings.Contains(action, "*") {
				found = append(found, finding("Action", action))
			}
		}
		for _, finding := range found {
			if !slices.Contains(findings, finding) {
				findings = append(findings, finding)
			}
			if !slices.Contains(reasons[finding], s.Why) {
				reasons[finding] = append(reasons[finding], s.Why)
			}
		}
	}
	var all []Accepted
	for _, f := range findings {
		all = append(all, Accepted{Rule: "AwsSolutions-IAM5", Findings: []string{f}, Reason: strings.Join(reasons[f], "; ")})
	}
	return all
}

// finding is the regular expression of what the rule says about a resource or an action. Where the resource has a token the rule sees
// what that stands for, such as <AWS::Region>.
func finding(element, resource string) string {
	var parts []string
	for _, fixed := range token.Pattern.Split(resource, -1) {
		parts = append(parts, strings.ReplaceAll(regexp.QuoteMeta(fixed), "/", `\/`))
	}
	return element + "::" + strings.Join(parts, ".+")
}
