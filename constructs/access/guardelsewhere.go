package access

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
)

// elsewhere are the types of resources that make others, roles among them, of what is not in the app.
var elsewhere = map[string]string{
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
	"AWS::CloudFormation::Stack": "a template that is not the app's",
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html
	"AWS::CloudFormation::StackSet": "a template, in accounts and regions of its own",
	// https://docs.aws.amazon.com/servicecatalog/latest/adminguide/getstarted-product.html
	"AWS::ServiceCatalog::CloudFormationProvisionedProduct": "the template of a product",
	// https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates.html
	"AWS::SageMaker::Project": "the template of a project",
	// https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html
	"AWS::SSO::PermissionSet": "a permission set: a role in each account that it is assigned to",
}

// module ends the types of modules, which CloudFormation replaces by the resources in them
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/modules.html).
const module = "::MODULE"

// madeElsewhere finds what makes roles below the guard's scopes that the app does not see.
func (g *Guard) madeElsewhere(stacks []assembly.Stack) []assembly.Finding {
	var all []assembly.Finding
	for _, s := range stacks {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			of, makes := elsewhere[r.Type]
			if strings.HasSuffix(r.Type, module) {
				of, makes = "a module", true
			}
			read := slices.ContainsFunc(stacks, func(n assembly.Stack) bool { return n.Nested != nil && n.Nested.In == s.Path && n.Nested.ID == id })
			if !makes || read || !g.protects(r.Path()) {
				continue
			}
			all = append(all, assembly.Finding{
				Rule: cdk.ElsewhereRule, Severity: "error", Path: strings.TrimSuffix(r.Path(), "/Resource"),
				Description: fmt.Sprintf("the %s makes what is in %s: the guard %s (%s), which protects it, does not hold the roles that come of it",
					r.Type, of, cdk.Path(g.Construct, ""), g.at),
				Fix: "make the roles in the app, such as in an awscdk.NewNestedStack, or name the guard's Boundary there; then acknowledge this. What " +
					"makes no roles can be acknowledged too",
			})
		}
	}
	return all
}
