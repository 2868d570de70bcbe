package access

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/principal"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// WayIn is how people or machines come to assume a role: one of [IdentityCenter], [GitHub] and [Role].
type WayIn struct {
	kind                 wayInKind
	permissionSet        string
	repository, workflow string
	role                 string
}

type wayInKind int

const (
	noWayIn wayInKind = iota
	identityCenter
	gitHub
	namedRole
)

// IdentityCenter lets in whoever IAM Identity Center gives that permission set in the account. The permission set has
// to allow sts:AssumeRole on the role: a role that trusts an account lets in only who may assume it
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html).
func IdentityCenter(permissionSet string) WayIn {
	return WayIn{kind: identityCenter, permissionSet: permissionSet}
}

// GitHub lets in workflows of a repository that run in that environment of GitHub's, whose protection rules so decide
// who starts them. The repository is "owner/name", and one that was created, renamed or transferred after July 15, 2026
// or has immutable subjects is "owner@ID/name@ID", in capitals and small letters as GitHub shows it: gh api
// repos/OWNER/NAME/actions/oidc/customization/sub prints which. The environment is named as GitHub shows it, with
// spaces and colons; what a CDK token stands for has %3A for each colon
// (https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims). The account needs GitHub's OIDC
// provider, token.actions.githubusercontent.com.
func GitHub(repository, environment string) WayIn {
	return WayIn{kind: gitHub, repository: repository, workflow: environment}
}

// Role lets in one role or user of the account, by its ARN.
func Role(arn string) WayIn { return WayIn{kind: namedRole, role: arn} }

var (
	permissionSetPattern = regexp.MustCompile(`^[\w+=,.@-]{1,32}$`)
	repositoryPattern    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,39}/[A-Za-z0-9._-]{1,100}$|^[A-Za-z0-9_-]{1,39}@[0-9]+/[A-Za-z0-9._-]{1,100}@[0-9]+$`)
	// What a trust policy holds of what GitHub takes: Latin-1
	// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html).
	workflowPattern = regexp.MustCompile(`^[ -~\x{a0}-\x{ff}]{1,255}$`)
)

func validateWaysIn(all []WayIn) error {
	const field = "TrustedBy"
	var l problem.List
	if len(all) == 0 {
		l.Add(field, nil, "at least one way in", "access.IdentityCenter, access.GitHub or access.Role")
	}
	for i, w := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch w.kind {
		case namedRole:
			err := principal.Validate("", "", []string{w.role})
			l.Include("", renamed(at, err))
			if err == nil && strings.Contains(w.role, "*") && !token.Is(w.role) {
				l.Add(at, w.role, "the ARN of one role or user, without *", "name each; access.IdentityCenter lets in the roles of a permission set")
			}
		case gitHub:
			check(&l, at, w.repository, repositoryPattern, "a repository, owner/name or owner@ID/name@ID, without wildcards")
			w.validateWorkflow(&l, at)
		case identityCenter:
			check(&l, at, w.permissionSet, permissionSetPattern, "the name of a permission set, 1 to 32 letters")
		case noWayIn:
			l.Add(at, nil, "access.IdentityCenter, access.GitHub or access.Role", "")
		}
	}
	return l.Err()
}

// renamed puts another field into the one problem of an error.
func renamed(field string, err error) error {
	if err == nil {
		return nil
	}
	var p problem.Problem
	if !errors.As(problem.All(err)[0], &p) {
		return err
	}
	p.Field = field
	return p
}

func check(l *problem.List, field, value string, pattern *regexp.Regexp, allowed string) {
	if !token.Is(value) && !pattern.MatchString(value) {
		l.Add(field, value, allowed, "")
	}
}

// validateWorkflow checks the name of an environment of GitHub's. A policy takes ${ as a variable.
func (w WayIn) validateWorkflow(l *problem.List, at string) {
	literal := token.Pattern.ReplaceAllString(w.workflow, "")
	if !token.Is(w.workflow) && !workflowPattern.MatchString(w.workflow) || strings.ContainsAny(literal, "*?") || strings.Contains(literal, "${") {
		l.Add(at, w.workflow, "an environment of GitHub's, 1 to 255 characters of ASCII and Latin-1 without wildcards (* and ?) and ${", "")
	}
}

// subject is what GitHub says a workflow is, in which a colon is written as %3A.
func (w WayIn) subject() string {
	var environment strings.Builder
	rest := w.workflow
	for rest != "" {
		at := token.Pattern.FindStringIndex(rest)
		if at == nil {
			at = []int{len(rest), len(rest)}
		}
		environment.WriteString(strings.ReplaceAll(rest[:at[0]], ":", "%3A") + rest[at[0]:at[1]])
		rest = rest[at[1]:]
	}
	return "repo:" + w.repository + ":environment:" + environment.String()
}

// checkName checks the name of something of a kind.
func checkName(l *problem.List, field, value, kind string) {
	if allowed := names.Lookup(kind).Allowed(value); allowed != "" && !token.Is(value) {
		l.Add(field, value, allowed, "")
	}
}

// trust is a statement of a trust policy for each way in.
func trust(at location.Location, all []WayIn) []policy.Statement {
	var s []policy.Statement
	root := policy.AccountPrincipal(at.Partition, at.Account)
	iam := "arn:" + at.Partition + ":iam::" + at.Account + ":"
	for _, w := range all {
		switch w.kind {
		case namedRole:
			s = append(s, assumed(root, policy.Conditions{"ArnEquals": {"aws:PrincipalArn": w.role}}))
		case gitHub:
			s = append(s, policy.Statement{
				Effect: policy.Allow, Actions: []string{"sts:AssumeRoleWithWebIdentity"},
				Principal: policy.Principal{"Federated": iam + "oidc-provider/token.actions.githubusercontent.com"},
				Conditions: policy.Conditions{"StringEquals": {
					"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
					"token.actions.githubusercontent.com:sub": w.subject(),
				}},
			})
		case identityCenter:
			// The name ends in 16 digits that Identity Center chose; outside us-east-1 a region stands before it.
			const path = "role/aws-reserved/sso.amazonaws.com/"
			name := "AWSReservedSSO_" + w.permissionSet + "_????????????????"
			s = append(s, assumed(root, policy.Conditions{"ArnLike": {"aws:PrincipalArn": []string{iam + path + name, iam + path + "*/" + name}}}))
		case noWayIn: // which validation refuses
		}
	}
	return s
}

func assumed(who policy.Principal, conditions policy.Conditions) policy.Statement {
	return policy.Statement{Effect: policy.Allow, Principal: who, Actions: []string{"sts:AssumeRole"}, Conditions: conditions}
}
