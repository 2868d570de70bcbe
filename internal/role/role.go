// Package role writes IAM roles for AWS services, and what a review accepts of them. It is pure Go.
package role

import (
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
)

// Role is an IAM role for one AWS service.
type Role struct {
	Description string
	// Service is who may assume it: "sagemaker.amazonaws.com".
	Service string
	// TrustConditions close the trust policy to confused deputies.
	TrustConditions policy.Conditions
	// Statements are what it may do.
	Statements []policy.Statement
}

// Resources are the role and its permissions, named name and namePolicy: one customer-managed policy rather than an inline
// one, so that a reviewer finds it under a name of its own. The role refers to the policy, so that whatever waits for the
// role waits for its permissions too.
func (r Role) Resources(name string) cfn.Resources {
	trust := policy.Document(policy.Statement{
		Effect: policy.Allow, Principal: policy.ServicePrincipal(r.Service), Actions: []string{"sts:AssumeRole"},
		Conditions: r.TrustConditions,
	})
	return cfn.Resources{
		name + "Policy": {
			Type:       "AWS::IAM::ManagedPolicy",
			Properties: cfn.Properties{"Description": r.Description, "PolicyDocument": policy.Document(r.Statements...)},
			Metadata:   Metadata(acceptedWildcards(r.Statements)),
		},
		name: {
			Type: "AWS::IAM::Role",
			Properties: cfn.Properties{
				"Description":              r.Description,
				"AssumeRolePolicyDocument": trust,
				"ManagedPolicyArns":        []any{cfn.Ref(name + "Policy")},
			},
		},
	}
}
