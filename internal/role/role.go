// Package role writes IAM roles, and what a review accepts of them. It is pure Go.
package role

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Role is an IAM role.
type Role struct {
	Description string
	// Service is the AWS service that may assume it: "sagemaker.amazonaws.com". Empty: see Trust.
	Service string
	// TrustConditions close the trust policy to confused deputies.
	TrustConditions policy.Conditions
	// Trust says who may assume it, where that is no service.
	Trust []policy.Statement
	// Statements are what it may do.
	Statements []policy.Statement
	// Attached are the ARNs of further policies.
	Attached []any
	// Tags are its tags besides those of the stack.
	Tags map[string]string
	// Name is its name; empty: CloudFormation's choice.
	Name string
	// SessionSeconds is how long a session of it lasts at most; 0: an hour, as IAM has it.
	SessionSeconds int
	// Fields are the fields of the props that decide what a statement names, by the statement's first action: for the
	// error of a role that is too large.
	Fields map[string]string
	// Apart is for statements that name what waits for the role: the policy then refers to the role, and may be there
	// later.
	Apart bool
}

// JobTag is the tag of the execution roles of jobs, by which buckets know them: their names are CloudFormation's
// choice.
const (
	JobTag      = "PlinthJob"
	JobTagValue = "true"
)

// maxPolicies is how many policies a role has at most
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
const maxPolicies = 10

// Check tells whether the role fits into what IAM takes.
func (r Role) Check() error {
	var l problem.List
	if size := policy.Size(r.trust()...); size > policy.MaxTrust {
		l.Add("TrustedBy", problem.Phrase(fmt.Sprintf("a trust policy of %d characters", size)), fmt.Sprintf("at most %d, the default of a quota of IAM's", policy.MaxTrust),
			"Plinth counts on no higher one: name fewer who may assume the role, or make two roles")
	}
	documents, err := policy.Split(r.Statements, policy.MaxManaged)
	var p problem.Problem
	if errors.As(err, &p) {
		l.Add(cmp.Or(r.Fields[p.Field], p.Field), p.Got, p.Allowed, p.Fix)
	}
	if n := len(documents) + len(r.Attached); n > maxPolicies && len(documents) > 0 {
		largest := r.largest()
		l.Add(cmp.Or(r.Fields[largest.Actions[0]], "Statements"), problem.Phrase(fmt.Sprintf("%d policies, most of their text for %s on %d resources", n, largest.Actions[0],
			len(largest.Resources)+len(largest.References))), fmt.Sprintf("%d policies of %d characters, which IAM takes", maxPolicies, policy.MaxManaged),
			"give the role fewer, with shorter names, or make two roles")
	}
	return l.Err()
}

// largest is the statement that takes the most characters.
func (r Role) largest() policy.Statement {
	return slices.MaxFunc(policy.Compact(r.Statements), func(a, b policy.Statement) int { return policy.Size(a) - policy.Size(b) })
}

func (r Role) trust() []policy.Statement {
	if r.Service == "" {
		return r.Trust
	}
	return []policy.Statement{{
		Effect: policy.Allow, Principal: policy.ServicePrincipal(r.Service), Actions: []string{"sts:AssumeRole"}, Conditions: r.TrustConditions,
	}}
}

// Resources are the role and its permissions, named name and namePolicy, namePolicy2 and so on: customer-managed
// policies rather than inline ones, so that a reviewer finds each under a name of its own. The role refers to them, so
// that whatever waits for the role waits for its permissions too.
func (r Role) Resources(name string) cfn.Resources {
	properties := cfn.Properties{"Description": r.Description, "AssumeRolePolicyDocument": policy.Document(r.trust()...)}
	if r.Name != "" {
		properties["RoleName"] = r.Name
	}
	var tags []string
	for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
		tags = append(tags, key, r.Tags[key])
	}
	if len(tags) > 0 {
		properties["Tags"] = cfn.Tags(tags...)
	}
	if r.SessionSeconds != 0 {
		properties["MaxSessionDuration"] = r.SessionSeconds
	}
	resources := cfn.Resources{}
	attached := slices.Clone(r.Attached)
	documents, _ := policy.Split(r.Statements, policy.MaxManaged) // whose error Check has found
	for i, d := range documents {
		policyName := name + "Policy"
		if i > 0 {
			policyName = fmt.Sprintf("%sPolicy%d", name, i+1)
		}
		permissions := cfn.Properties{"Description": r.Description, "PolicyDocument": policy.Document(d...)}
		if r.Apart {
			permissions["Roles"] = []any{cfn.Ref(name)}
		} else {
			attached = append(attached, cfn.Ref(policyName))
		}
		resources[policyName] = cfn.Resource{Type: "AWS::IAM::ManagedPolicy", Properties: permissions, Metadata: Metadata(AcceptedWildcards(d))}
	}
	if len(attached) > 0 {
		properties["ManagedPolicyArns"] = attached
	}
	resources[name] = cfn.Resource{Type: "AWS::IAM::Role", Properties: properties}
	return resources
}
