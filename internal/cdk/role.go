package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

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

// NewRole makes the role and its permissions, as one customer-managed policy rather than an inline one, so that a
// reviewer finds it under a name of its own. The role refers to the policy, so that whatever waits for the role waits for
// its permissions too.
func NewRole(scope constructs.Construct, id string, r Role) awsiam.Role {
	conditions := map[string]any{}
	for operator, keys := range r.TrustConditions {
		conditions[operator] = keys
	}
	permissions := awsiam.NewCfnManagedPolicy(scope, jsii.String(id+"Policy"), &awsiam.CfnManagedPolicyProps{
		Description:    &r.Description,
		PolicyDocument: policy.Document(r.Statements...),
	})
	Accept(permissions, acceptedWildcards(r.Statements)...)
	return awsiam.NewRole(scope, &id, &awsiam.RoleProps{
		Description: &r.Description,
		AssumedBy:   awsiam.NewServicePrincipal(&r.Service, &awsiam.ServicePrincipalOpts{Conditions: &conditions}),
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromManagedPolicyArn(scope, jsii.String(id+"Permissions"), permissions.Ref()),
		},
	})
}

// Resources are the role and its permissions as resources of a construct, named name and namePolicy.
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
