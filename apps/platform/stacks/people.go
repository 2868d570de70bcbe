package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
)

// features are the parts of SageMaker that are used besides training jobs.
var features = []access.Feature{access.Tuning, access.Processing}

// The permission sets of IAM Identity Center by which people come in.
var (
	scientists = []access.WayIn{access.IdentityCenter("DataScientist")}
	operators  = []access.WayIn{access.IdentityCenter("MLOperator")}
	breakGlass = []access.WayIn{access.IdentityCenter("MLBreakGlass")}
)

// newPeople makes the roles of people: who starts jobs, who looks after them, who repairs data in an emergency. It gives the second.
func newPeople(stack awscdk.Stack, e environment.Environment, f foundation, workflow *training.Workflow) *access.Person {
	workflows := []string{*workflow.StateMachine.StateMachineArn()}
	access.NewLauncher(stack, "Launcher", &access.LauncherProps{
		Environment: e, Guard: f.guard, TrustedBy: scientists, Workflows: workflows,
		ExecutionRoles: []awsiam.IRole{workflow.Role.Role},
		Data:           []storage.Grant{f.datasets.Prefix("xgboost/").GrantReadWrite(), f.models.Prefix("xgboost/").GrantRead()},
	})
	operator := access.NewOperator(stack, "Operator", &access.OperatorProps{
		Environment: e, TrustedBy: operators, Features: features, Workflows: workflows,
	})
	access.NewBreakGlass(stack, "BreakGlass", &access.BreakGlassProps{
		Environment: e, TrustedBy: breakGlass,
		Buckets: []*storage.DataBucket{f.datasets, f.features, f.models, f.checkpoints},
	})
	return operator
}
