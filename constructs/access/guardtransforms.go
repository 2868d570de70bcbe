package access

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// extensions is the transform that makes nothing that is not in the template
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html).
const extensions = "AWS::LanguageExtensions"

// transformed finds stacks below the guard's scopes whose templates CloudFormation rewrites when it deploys them: a
// transform makes resources that the app does not see, as that of SAM makes a role for each function
// (https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html),
// and an inline one rewrites what it stands in
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-transform.html).
func (g *Guard) transformed(stacks []assembly.Stack) []assembly.Finding {
	var all []assembly.Finding
	add := func(path, name string) {
		all = append(all, assembly.Finding{
			Rule: cdk.TransformRule, Severity: "error", Path: path,
			Description: fmt.Sprintf("CloudFormation rewrites this by the transform %s: the guard %s (%s), which protects it, does not hold the roles that come of it",
				name, cdk.Path(g.Construct, ""), g.at),
			Fix: "make the roles in the app and name them in what is transformed, or name the guard's Boundary there, as PermissionsBoundary of a " +
				"serverless function; then acknowledge this",
		})
	}
	for _, s := range stacks {
		if g.protects(s.Path) {
			for _, name := range transforms(s.Template) {
				add(s.Path, name)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			if isPrincipal(r) && g.protects(r.Path()) && strings.Contains(rendered(r.Properties), `"Fn::Transform"`) {
				add(strings.TrimSuffix(r.Path(), "/Resource"), "in it")
			}
		}
	}
	return all
}

// protects tells whether a path is that of one of the guard's scopes, or of something in it.
func (g *Guard) protects(path string) bool {
	return path != "" && slices.ContainsFunc(g.scopes, func(scope string) bool { return in(path, scope) })
}

// transforms are the names of the macros of a template that can make resources.
func transforms(t assembly.Template) []string {
	var names []string
	for _, one := range cfn.List(t.Transform) {
		if named, ok := one.(map[string]any); ok {
			one = named["Name"]
		}
		if one != extensions {
			names = append(names, cfn.Show(one))
		}
	}
	if _, inline := t.Resources["Fn::Transform"]; inline {
		names = append(names, "among its resources")
	}
	return names
}
