package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// Protect puts every role and user below the scope under the boundary, whenever it is made: those of Plinth, of the
// CDK and of others alike.
//
// A role has one boundary, and none replaces another in silence. It is an error at synth when a role below the scope
// has another boundary, of its own or by the PermissionsBoundary of its stack or stage, when a second guard protects
// it, from further out or from further in, and when what is below the scope is of another environment or account. A
// boundary that AddPropertyOverride or an aspect gives a role stays, and is an error too. The same guard may protect a
// scope and what is in it. The CDK doesn't reach from an app into its stages: protect each stage. Roles that an aspect
// makes come too late for the guard, and those that a transform of a template, a stack of another template, a module or a
// permission set makes are not the app's: all are an error.
//
// The boundary lets roles use S3, KMS, CloudWatch, ECR, CodeArtifact, Step Functions, EventBridge, SNS, SQS, EFS, FSx,
// Airflow, X-Ray, the Features of SageMaker, and what network interfaces need. A role that is allowed what it lets
// nobody do, such as one of supplychain.NewBuilder, NewPromotion or a Lambda function that reads a DynamoDB table, is
// an error: make it outside of the scope. So is a workflow, a pipeline or a DAG below it whose jobs the guard would
// deny, whether it was given another guard or none.
func (g *Guard) Protect(scope constructs.Construct) {
	cdk.Do("access.Guard.Protect", g, func() {
		cdk.CheckScope(scope)
		g.protect(scope)
	})
}

func (g *Guard) protect(scope constructs.Construct) {
	p := &protection{guard: g, scope: scope, path: cdk.Path(scope, ""), at: fault.Caller(), root: scope.Node().Root()}
	protections[p.root], g.scopes = append(protections[p.root], p), append(g.scopes, p.path)
	leaf := constructs.NewConstruct(scope, jsii.String(fmt.Sprint("Protection", len(protections[p.root]))))
	awscdk.Aspects_Of(leaf).Add(p, nil)
	scope.Node().AddValidation(p)
}

// protection is a guard over a scope. It is the aspect of a construct with nothing in it, so that the CDK calls it once
// when it synthesizes; and a validation, which the CDK asks whether all is well when the aspects are through, before it
// writes the templates.
type protection struct {
	guard *Guard
	scope constructs.Construct
	path  string
	at    string // file and line of the user
	root  constructs.IConstruct
	// roles are what keeps roles from the boundary.
	roles error
}

// Visit puts what is below the scope under the boundary.
//
// It sets the property and no override, as the CDK's own aspect does: whoever gives a role another boundary wins, and
// [Guard.unprotected] finds it in the template.
func (p *protection) Visit(constructs.IConstruct) { p.roles = p.protectRoles() }

// protections are all of an app.
var protections = map[constructs.IConstruct][]*protection{}

// Validate gives a message that holds every problem of the scope, and one for each construct whose jobs would be
// denied.
func (p *protection) Validate() *[]*string {
	var l problem.List
	l.Include("", p.validateOthers())
	l.Include("", p.validateEnvironment())
	l.Include("", p.roles)
	messages := p.denied()
	if l.Err() != nil {
		where := fault.Where("access.Guard", cdk.Path(p.guard.Construct, ""), p.at)
		messages = append(messages, fmt.Sprintf("%s can't protect %s: %s\n%v", where, named(p.path), problem.Count(l.Err()), l.Err()))
	}
	return jsii.Strings(messages...)
}

// validateOthers reports other guards that protect the same, from further out or asked before.
func (p *protection) validateOthers() error {
	var l problem.List
	before := true
	for _, o := range protections[p.root] {
		if o == p {
			before = false
		}
		if o.guard != p.guard && in(p.path, o.path) && (before || p.path != o.path) {
			l.Add("Protect", named(p.path)+", which the guard "+cdk.Path(o.guard.Construct, "")+" protects too",
				"one guard over a role, which has one boundary",
				"protect scopes apart from each other, or attach the Policies of one of the guards instead")
		}
	}
	return l.Err()
}

// validateEnvironment reports a scope that has a construct of another environment than the guard's, or of another
// account.
func (p *protection) validateEnvironment() error {
	var l problem.List
	own, _ := made.Of(p.guard)
	for _, home := range made.Within(p.root, p.path) {
		got := fmt.Sprintf("%s, which has %s %s", named(p.path), home.Kind, home.Path)
		switch {
		case own.Environment != "" && home.Environment != "" && own.Environment != home.Environment:
			l.Add("Protect", problem.Phrase(fmt.Sprintf("%s, of environment %q", got, home.Environment)), fmt.Sprintf("a scope of environment %q, which the guard is of", own.Environment),
				"make a guard for each environment, and protect the stage of each by its own")
		case !token.Is(own.At.Account+home.At.Account) && own.At.Account != home.At.Account:
			l.Add("Protect", problem.Phrase(got+", of account "+home.At.Account), "a scope of account "+own.At.Account+", which has the guard's boundary", "make a guard for each account")
		default:
			continue
		}
		break
	}
	return l.Err()
}

// in tells whether a path is that of a scope or of something in it.
func in(path, scope string) bool {
	return scope == "" || path == scope || strings.HasPrefix(path, scope+"/")
}

func named(path string) string {
	if path == "" {
		return "the app"
	}
	return path
}

// permissionsBoundary is where the CDK keeps the PermissionsBoundary of stacks and stages.
const permissionsBoundary = "@aws-cdk/core:permissionsBoundary"

// protectRoles gives roles and users the boundary, and reports what keeps them from it, or would lose another.
func (p *protection) protectRoles() error {
	var l problem.List
	const (
		allowed = "no boundary but the guard's, which would replace it"
		instead = "attach the guard's Policies to roles instead of protecting them"
	)
	boundary, stage := *p.guard.Boundary.ManagedPolicyArn(), p.path
	if !*awscdk.Stage_IsStage(p.scope) {
		stage = stageOf(p.scope)
	}
	stacks, stages := map[awscdk.Stack]bool{}, map[string]bool{stage: true}
	home := stageOf(p.guard.Construct)
	roles := awscdk.ConstructSelector_ResourcesOfType(jsii.String("AWS::IAM::Role"), jsii.String("AWS::IAM::User"))
	for _, found := range *roles.Select(p.scope) {
		role := found.(awscdk.CfnResource)
		switch own := ownBoundary(role); {
		case own == "" && !p.reaches(role.Stack()):
		case own == "":
			setBoundary(role, boundary)
			cdk.FollowBoundary(role, boundary)
		case own != boundary && !p.ofOther(role, own):
			l.Add(strings.TrimSuffix(*role.Node().Path(), "/Resource"), problem.Phrase("another boundary, "+cdk.Describe(own)), allowed,
				"leave it out, make the role outside of "+named(p.path)+", or "+instead)
		}
		stack := role.Stack()
		if stacks[stack] {
			continue
		}
		stacks[stack] = true
		own, there := cdk.Location(p.guard.Construct), cdk.Location(stack)
		switch of := stageOf(stack); {
		case of != home:
			l.Add(*stack.Node().Path(), problem.Phrase("a stack in "+named(of)), "one in "+named(home)+", which has the guard's boundary",
				"stages are deployed apart: make a guard in each")
		case own.Account != there.Account && !token.Is(own.Account+there.Account):
			l.Add(*stack.Node().Path(), problem.Phrase("a stack of account "+there.Account), "one of account "+own.Account+", which has the guard's boundary",
				"make a guard for each account")
		case token.Is(own.Region) != token.Is(there.Region):
			l.Add(*stack.Node().Path(), problem.Phrase("a stack "+regionOf(there)), "one "+regionOf(own)+", as that of the guard is",
				"give both the same Env: the CDK refers to no other region than a known one")
		}
		if other := stack.Node().TryGetContext(jsii.String(permissionsBoundary)); other != nil {
			of, _ := other.(map[string]any)
			l.Add(*stack.Node().Path(), fmt.Sprint("the PermissionsBoundary ", cmp.Or(of["name"], of["arn"])), allowed,
				"leave it out of the stack, its stage and the context, or "+instead)
		}
		if of := stageOf(stack); !stages[of] {
			stages[of] = true
			l.Add("Protect", named(p.path), "a scope in the stage of its roles: the CDK doesn't reach into "+of, "protect that stage")
		}
	}
	return l.Err()
}

// reaches tells whether what is in a stack can refer to the guard's boundary.
func (p *protection) reaches(stack awscdk.Stack) bool {
	return stageOf(stack) == stageOf(p.guard.Construct) &&
		token.Is(cdk.Location(stack).Region) == token.Is(cdk.Location(p.guard.Construct).Region)
}

// regionOf says which region something is in.
func regionOf(at location.Location) string {
	if token.Is(at.Region) {
		return "whose region only the deployment knows"
	}
	return "in " + at.Region
}

// ofOther tells whether a boundary is that of another guard that protects the role, which validateOthers reports.
func (p *protection) ofOther(role awscdk.CfnResource, boundary string) bool {
	return slices.ContainsFunc(protections[p.root], func(o *protection) bool {
		return *o.guard.Boundary.ManagedPolicyArn() == boundary && in(*role.Node().Path(), o.path)
	})
}

// stageOf is the path of the stage that a construct stands in; empty: in the app itself.
func stageOf(c constructs.IConstruct) string { return *awscdk.Stage_Of(c).Node().Path() }

// ownBoundary is what a role or user has for a boundary without aspects; empty: none.
func ownBoundary(role awscdk.CfnResource) string {
	var own any
	switch role := role.(type) {
	case awsiam.CfnRole:
		own = role.PermissionsBoundary()
	case awsiam.CfnUser:
		own = role.PermissionsBoundary()
	default:
		own = (*role.CfnProperties())["PermissionsBoundary"]
	}
	switch own := own.(type) {
	case nil:
		return ""
	case *string:
		if own == nil {
			return ""
		}
		return *own
	default:
		return fmt.Sprint(own)
	}
}

// setBoundary gives a role or user a boundary.
func setBoundary(role awscdk.CfnResource, boundary string) {
	switch role := role.(type) {
	case awsiam.CfnRole:
		role.SetPermissionsBoundary(&boundary)
	case awsiam.CfnUser:
		role.SetPermissionsBoundary(&boundary)
	default: // of the CDK's general class, which has no setters
		role.AddPropertyOverride(jsii.String("PermissionsBoundary"), boundary)
	}
}
