package cdk

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/token"
)

// Grant is what a method gives to a role: every method does it by this.
type Grant struct {
	To awsiam.IRole
	// Account is the one whose roles alone can use it; empty: any.
	Account string
	// Name tells apart what a role is granted, as the last part of the policy's id. Not is the name of a grant that no
	// role has besides it; empty: any may.
	Name, Not string
	// Description is that of the policies.
	Description string
}

const granteeField = "role"

// Validate reports a role that no policy of the grant can be attached to.
func (g Grant) Validate() error {
	var l problem.List
	if props.IsNil(g.To) {
		l.Add(granteeField, nil, "a role", "make one with access.NewExecutionRole or access.NewVisitor, or give one of your own")
		return l.Err()
	}
	if err := validateWrapper(granteeField, g.To); err != nil {
		return err
	}
	p, account := placeOf(g.To.Stack()), *g.To.Env().Account
	switch of := p.known().Account; {
	case token.Differ(account, g.Account):
		l.Add(granteeField, Describe(*g.To.RoleArn()), "a role of account "+g.Account, "make one there that the other account may assume")
	case token.Differ(account, of):
		l.Add(granteeField, Describe(*g.To.RoleArn()), "a role of account "+of+", which its stack is deployed to",
			"import it in a stack of account "+account+": a policy is attached to roles of its own account by their names")
	case isImmutable(g.To):
		l.Add(granteeField, problem.Phrase(Describe(*g.To.RoleArn())+", which asks for no change of its policies"), "a role that policies can be attached to",
			"give the role itself, without Mutable: false and WithoutPolicyUpdates, or let whoever keeps the role add the policy there")
	}
	if g.Not != "" && allGranted[p.app][granted{*g.To.RoleArn(), g.Not}] {
		l.Add(granteeField, problem.Phrase("one that was granted "+g.Not), "one that was not", "use two roles: nobody decides on what they asked for")
	}
	return l.Err()
}

// isImmutable tells whether a role is one that the CDK leaves as it is. It has no type of its own: its id, or that of
// the role that it stands for, tells
// (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-iam/lib/role.ts, fromRoleArn and
// withoutPolicyUpdates).
func isImmutable(r awsiam.IRole) bool {
	id, scope := *r.Node().Id(), r.Node().Scope()
	if props.IsNil(scope) {
		return false
	}
	has := func(id string) bool { return scope.Node().TryFindChild(&id) != nil }
	of, wraps := strings.CutPrefix(id, "ImmutableRole")
	return wraps && has(of) || has("MutableRole"+id)
}

// granted is what a role was granted, by its ARN and a name.
type granted struct{ role, name string }

// allGranted is what was granted in each app.
var allGranted = map[constructs.IConstruct]map[granted]bool{}

// attached are the statements of policies that grants attached, by the construct that the policies stand in.
var attached = map[constructs.IConstruct]string{}

// Attach attaches policies with the statements to the role, in the role's own stack: they can name what they are about,
// but not refer to it. Granting the same thing twice is like granting it once.
func (g Grant) Attach(statements ...policy.Statement) {
	documents, err := policy.Split(statements, policy.MaxManaged)
	Check(err)
	p := placeOf(g.To.Stack())
	text, err := json.Marshal(statements)
	Check(err)
	if allGranted[p.app] == nil {
		allGranted[p.app] = map[granted]bool{}
	}
	allGranted[p.app][granted{*g.To.RoleArn(), g.Name}] = true
	id := strings.ReplaceAll(strings.TrimPrefix(*g.To.Node().Path(), p.path+"/")+"-"+g.Name, "/", "-")
	first := id
	for n := 2; ; n++ {
		there := p.stack.Node().TryFindChild(&id)
		if there == nil {
			break
		}
		if attached[there] == string(text) {
			return
		}
		id = first + strconv.Itoa(n) // the same name of something else
	}
	resources := cfn.Resources{}
	for i, d := range documents {
		name := "Policy"
		if i > 0 {
			name = fmt.Sprintf("Policy%d", i+1)
		}
		resources[name] = cfn.Resource{
			Type: "AWS::IAM::ManagedPolicy",
			Properties: cfn.Properties{
				"Description": g.Description, "Roles": []string{*g.To.RoleName()}, "PolicyDocument": policy.Document(d...),
			},
			Metadata: role.Metadata(role.AcceptedWildcards(d)),
		}
	}
	made := constructs.NewConstruct(p.stack, &id)
	attached[made] = string(text)
	Emit(made, Path(p.stack, id), resources)
}
