package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// Accepted is a finding of a rule pack that is right as it is, with the reason. It is written into the template, where
// cdk-nag and a reviewer read it.
type Accepted struct {
	// Rule is the id: "AwsSolutions-IAM5".
	Rule string
	// Findings narrow it to these findings of the rule; empty for a rule that has one finding a resource.
	Findings []string
	// Reason is why.
	Reason string
}

// Accept notes what is accepted of a resource.
func Accept(resource awscdk.CfnResource, accepted ...Accepted) {
	if len(accepted) == 0 {
		return
	}
	rules := make([]any, len(accepted))
	for i, a := range accepted {
		rule := map[string]any{"id": a.Rule, "reason": a.Reason}
		if len(a.Findings) > 0 {
			rule["applies_to"] = a.Findings
		}
		rules[i] = rule
	}
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": rules})
}
