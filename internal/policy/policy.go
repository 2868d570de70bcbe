// Package policy writes IAM policy documents as Go values. A whole document goes to the CDK in one call; a statement at
// a time would be dozens.
package policy

import (
	"slices"
	"strings"
)

// Effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Statement is one statement of a policy document, in IAM's own terms.
type Statement struct {
	Sid    string
	Effect string
	// Principal is set in resource policies only.
	Principal Principal
	Actions   []string
	Resources []string
	// References are further resources, as CloudFormation's intrinsic functions.
	References []any
	// Conditions by operator, then key.
	Conditions Conditions
	// Why says why a resource with a wildcard is the narrowest there is. It is not rendered: roles hand it on to whoever
	// reviews their template.
	Why string
}

// Principal is whom a statement of a resource policy is about: AnyPrincipal, an Account or a Service.
type Principal map[string]any

// Conditions is the condition block of a statement: operator, key, values.
type Conditions map[string]map[string]any

// AnyPrincipal is everybody, to be narrowed by conditions or by resource. It is written "*", the one form that the policy of
// a gateway endpoint takes (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html).
var AnyPrincipal = Principal{"*": "*"}

// AccountPrincipal is an account: whoever its own identity policies allow.
func AccountPrincipal(partition, account string) Principal {
	return Principal{"AWS": "arn:" + partition + ":iam::" + account + ":root"}
}

// ServicePrincipal is an AWS service.
func ServicePrincipal(service string) Principal { return Principal{"Service": service} }

// Wildcards are the resources of the statement that hold a wildcard. What a reference stands for is a token in them.
func (s Statement) Wildcards() []string {
	var all []string
	for _, r := range slices.Concat(s.Resources, texts(s.References)) {
		if strings.Contains(r, "*") {
			all = append(all, r)
		}
	}
	return all
}

// texts are references with a token in the place of everything but the texts that Fn::Join joins.
func texts(references []any) []string {
	unknown := "${Token[reference.0]}"
	all := make([]string, len(references))
	for i, r := range references {
		m, _ := r.(map[string]any)
		join, ok := m["Fn::Join"].([]any)
		if !ok {
			all[i] = unknown
			continue
		}
		for _, part := range join[1].([]any) {
			if text, ok := part.(string); ok {
				all[i] += text
			} else {
				all[i] += unknown
			}
		}
	}
	return all
}

// Document renders a whole policy document.
func Document(statements ...Statement) map[string]any {
	rendered := make([]any, len(statements))
	for i, s := range statements {
		rendered[i] = s.JSON()
	}
	return map[string]any{"Version": "2012-10-17", "Statement": rendered}
}

// JSON renders one statement.
func (s Statement) JSON() map[string]any {
	m := map[string]any{"Effect": s.Effect, "Action": single(items(s.Actions))}
	if s.Sid != "" {
		m["Sid"] = s.Sid
	}
	if s.Principal["*"] != nil {
		m["Principal"] = "*"
	} else if s.Principal != nil {
		m["Principal"] = map[string]any(s.Principal)
	}
	if resources := append(items(s.Resources), s.References...); len(resources) > 0 {
		m["Resource"] = single(resources)
	}
	if len(s.Conditions) > 0 {
		conditions := map[string]any{}
		for operator, keys := range s.Conditions {
			conditions[operator] = keys
		}
		m["Condition"] = conditions
	}
	return m
}

func items(values []string) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// single writes one value as IAM does, without a list around it.
func single(values []any) any {
	if len(values) == 1 {
		return values[0]
	}
	return values
}
