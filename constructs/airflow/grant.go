package airflow

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/token"
)

// grant attaches policies with the statements to a role: in the role's own stack, so that they may know what they are about by its name
// only. Granting the same twice is granting it once.
func grant(from constructs.Construct, to awsiam.IRole, what, description string, statements ...policy.Statement) {
	stack := to.Stack()
	path := strings.TrimPrefix(*to.Node().Path(), *stack.Node().Path()+"/") + "-" + what + "-" + *from.Node().Path()
	id := strings.ReplaceAll(path, "/", "-")
	if stack.Node().TryFindChild(&id) != nil {
		return
	}
	documents, err := policy.Split(statements, policy.MaxManaged)
	cdk.Check(err)
	this := constructs.NewConstruct(stack, &id)
	resources := cfn.Resources{}
	for i, d := range documents {
		name := "Policy"
		if i > 0 {
			name += strconv.Itoa(i + 1)
		}
		resources[name] = cfn.Resource{
			Type: "AWS::IAM::ManagedPolicy",
			Properties: cfn.Properties{
				"Description": description, "Roles": []string{*to.RoleName()}, "PolicyDocument": policy.Document(d...),
			},
			Metadata: role.Metadata(role.AcceptedWildcards(d)),
		}
	}
	cdk.Emit(this, cdk.Path(stack, id), resources)
}

// validateGrantee reports a role that is missing, or of another account: a policy is attached to roles of its own account by their names.
func validateGrantee(to awsiam.IRole, at location.Location) error {
	var l problem.List
	if props.IsNil(to) {
		l.Add("role", nil, "a role", "make one with access.NewVisitor, or give one of your own")
		return l.Err()
	}
	arn := *to.RoleArn()
	if parts := strings.Split(arn, ":"); !token.Is(arn) && !token.Is(at.Account) && len(parts) > 4 && parts[4] != at.Account {
		l.Add("role", arn, "a role of account "+at.Account, "make one there that the other account may assume")
	}
	return l.Err()
}
