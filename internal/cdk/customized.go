package cdk

import (
	"maps"
	"slices"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/problem"
)

// validateCustomized reports roles and policies in a scope for which Role_CustomizeRoles says that the CDK makes none:
// Plinth has roles of its own, which no precreated role stands for. The context is the CDK's
// (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/helpers-internal/customize-roles.ts).
func validateCustomized(scope constructs.Construct, resources cfn.Resources) error {
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		switch resources[id].Type {
		case "AWS::IAM::Role", "AWS::IAM::ManagedPolicy":
		default:
			continue
		}
		custom, _ := scope.Node().TryGetContext(jsii.String("@aws-cdk/iam:customizeRoles")).(map[string]any)
		if custom == nil || custom["preventSynthesis"] == false {
			return nil
		}
		return problem.Problem{
			Field: "scope", Got: problem.Phrase("one in which awsiam.Role_CustomizeRoles prevents roles from being made"), Allowed: "one without",
			Fix: "the construct makes " + id + " and takes no precreated role for it: customize the roles of other stacks only, or with PreventSynthesis: false",
		}
	}
	return nil
}
