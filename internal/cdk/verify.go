package cdk

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/verify"
)

// verified are the roots whose assemblies are looked at.
var verified = map[constructs.IConstruct]bool{}

// verifyRoot has the assembly of a stack's app looked at by [verify.Check] when it is synthesized, whoever does that: a
// finding is then an error of the synthesis, or of the CLI that started it.
func verifyRoot(stack awscdk.Stack) {
	root := stack.Node().Root()
	if app, ok := root.(awscdk.App); ok && !verified[root] {
		verified[root] = true
		awscdk.Validations_Of(root).AddPlugins(&verifier{app: root, dir: *app.Outdir()})
	}
}

// Rules of constructs that know more than the templates say: see [AtEnd].
const (
	BackupRule    = "BackupUnused"
	ElsewhereRule = "GuardElsewhere"
	GuardRule     = "Guard"
	TransformRule = "GuardTransform"
	VersionsRule  = "OldVersions"
)

// verifier is what the CDK calls once all templates are written.
type verifier struct {
	app constructs.IConstruct
	dir string
}

// Name is shown beside each finding.
func (v *verifier) Name() *string { return jsii.String("Plinth") }

// Version is not told.
func (v *verifier) Version() *string { return nil }

// RuleIds lists the rules.
func (v *verifier) RuleIds() *[]*string { //nolint:revive // the name is the CDK's
	return Strings(append(verify.Names(), AspectRule, BackupRule, ElsewhereRule, GuardRule, TransformRule, VersionsRule))
}

// Validate reports what is found in the assembly.
func (v *verifier) Validate(awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	stacks, err := assembly.Read(v.dir)
	if err != nil {
		return report([]assembly.Finding{{Rule: "Assembly", Severity: "error", Description: "can't be read: " + err.Error()}})
	}
	findings := slices.Concat(verify.Check(stacks), found(v.app, stacks), lostAspects(v.app))
	for i, f := range findings {
		findings[i].Description = v.located(f)
	}
	return report(findings)
}

// located is what a finding says, with the lines that made the constructs of Plinth that it names or is found in.
func (v *verifier) located(f assembly.Finding) string {
	words := strings.Split(f.Description, " ")
	home, inOne := made.Around(v.app, f.Path)
	for i, word := range words {
		path := strings.TrimRight(word, ",:;")
		named, ok := made.Around(v.app, path)
		if !ok || named.Path != path || named.Caller == "" {
			continue
		}
		inOne = inOne && named.Path != home.Path
		if told := i+1 < len(words) && strings.HasPrefix(words[i+1], "("); !told {
			words[i] = path + " (" + named.Caller + ")" + word[len(path):]
		}
	}
	text := strings.Join(words, " ")
	if inOne && !strings.Contains(text, home.Caller) {
		text += " [" + fault.Where(home.Kind, home.Path, home.Caller) + "]"
	}
	return text
}

// report is what the CDK is told. Warnings alone are a success, and shown.
func report(findings []assembly.Finding) *awscdk.PolicyValidationPluginReport {
	violations, success := []*awscdk.PolicyViolation{}, true
	for _, f := range findings {
		success = success && f.Warning()
		violations = append(violations, &awscdk.PolicyViolation{
			RuleName: &f.Rule, Severity: &f.Severity, Description: &f.Description, Fix: &f.Fix,
			ViolatingResources: &[]*awscdk.PolicyViolatingResource{{ConstructPath: &f.Path, Locations: &[]*string{}}},
		})
	}
	return &awscdk.PolicyValidationPluginReport{Success: &success, Violations: &violations}
}
