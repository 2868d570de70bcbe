package access

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/token"
)

const keyARN = "the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID; an alias is not what AWS compares"

// GuardProps say what requests to SageMaker are held to. All fields may be left out.
type GuardProps struct {
	// Environment gives the limits: instance types, runtime, and the name that every job's tag Environment must have. Zero:
	// the preset of Production, without a tag.
	Environment environment.Environment
	// Network is the only one that jobs may run in. Nil: any VPC.
	Network *network.Isolated
	// Keys are the ARNs of the KMS keys that volumes and outputs may be encrypted with. Empty: every key of the account.
	Keys []string
	// Features are the parts of SageMaker that may be used besides Training. Empty: none; all others are denied.
	Features []Feature
	// KeepAlive is how long a warm pool may stay, in whole seconds, at most six hours. Zero: no warm pools.
	KeepAlive time.Duration
	// Teams demands that every job has the tag Team of its caller: see [NewLauncher]. Off: no such tag.
	Teams bool
}

// maxKeepAlive is what CreateTrainingJob takes
// (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html).
const maxKeepAlive = 6 * time.Hour

// Validate reports every problem of the props.
func (p *GuardProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	l.Include("", validateFeatures(p.Features))
	arn.Validate(&l, "Keys", p.Keys, "kms", ":key/", keyARN)
	if p.KeepAlive < 0 || p.KeepAlive > maxKeepAlive || p.KeepAlive%time.Second != 0 {
		l.Add("KeepAlive", p.KeepAlive, "whole seconds up to 6h, or 0 for no warm pools", "")
	}
	return l.Err()
}

// Guard is what makes a request to SageMaker impossible unless it is isolated, encrypted, bounded and of an allowed size.
type Guard struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Policies are the guard as identity policies, to attach to whoever starts jobs: denies only, they allow nothing.
	Policies []awsiam.IManagedPolicy
	// Boundary is the guard as a permissions boundary: see [Guard.Protect].
	Boundary awsiam.IManagedPolicy

	guard           // what it holds requests to
	at     string   // file and line of the user
	scopes []string // the paths of what it protects
}

// NewGuard makes the guard's policies. The props may be nil. It panics with one message that holds every problem when scope,
// id or props are wrong, or when the boundary outgrows what IAM takes.
func NewGuard(scope constructs.Construct, id string, props *GuardProps) *Guard {
	return cdk.Build("access.Guard", scope, id, props, newGuard)
}

func newGuard(this constructs.Construct, _ string, props *GuardProps) *Guard {
	at := cdk.Location(this)
	g := props.plan(at)
	documents, err := g.split(policy.MaxManaged)
	if err == nil && g.boundarySize(at) > policy.MaxManaged {
		err = g.tooLarge("the boundary", policy.MaxManaged, func(g guard) int { return g.boundarySize(at) })
	}
	cdk.Check(err)
	resources := cfn.Resources{boundaryName: managed("The most that roles of the environment can do", g.boundary(at),
		role.AcceptInPacks("IAMPolicyNoStatementsWithFullAccess", "A boundary allows nothing by itself: it is the most that a role's own policies can")...)}
	for i, d := range documents {
		resources[policyName(i)] = managed("Denies jobs that are not isolated, encrypted and bounded", d)
	}
	emitted := cdk.Emit(this, cdk.PathOf(this), resources)
	of := func(name string) awsiam.IManagedPolicy {
		return awsiam.ManagedPolicy_FromManagedPolicyArn(this, jsii.String(name), jsii.String(emitted.Ref(name)))
	}
	made := &Guard{Construct: this, Boundary: of(boundaryName), guard: g, at: fault.Caller()}
	for i := range documents {
		made.Policies = append(made.Policies, of(policyName(i)))
	}
	cdk.AtEnd(this, made.findings)
	return made
}

// ValidateTeam reports a team that the guard demands and is not given, or that is given and not demanded. A nil guard demands none.
func (g *Guard) ValidateTeam(team string) error {
	var l problem.List
	if g != nil && g.teams != (team != "") {
		l.Add("Team", team, "a team's name with a guard for Teams, and none without", "the guard demands the tag Team or does not")
	}
	if team != "" && !token.Is(team) && !names.IsTeam(team) {
		l.Add("Team", team, names.TeamAllowed, "")
	}
	return l.Err()
}

// PolicyARNs are the ARNs of Policies. A nil guard has none.
func (g *Guard) PolicyARNs() []string {
	if g == nil {
		return nil
	}
	var all []string
	for _, p := range g.Policies {
		all = append(all, *p.ManagedPolicyArn())
	}
	return all
}

// attach puts the role of a construct, which starts jobs, under the guard, for a team.
func (g *Guard) attach(this constructs.Construct, r *role.Role, team string) {
	for _, p := range g.PolicyARNs() {
		r.Attached = append(r.Attached, p)
	}
	if team != "" {
		r.Tags = map[string]string{"Team": team}
	} else if startsAny(*r) {
		startsWithout(this)
	}
}

// SCP is the guard as service control policies for the organization's accounts, as JSON without white space, each as long as
// AWS Organizations takes it. It holds in every account: a network is demanded without naming it, keys are the account's own.
// The props may be nil.
func SCP(props *GuardProps) ([]string, error) {
	if err := props.Validate(); err != nil {
		return nil, err
	}
	g := props.plan(location.Location{Partition: "aws", Region: "*", Account: "${aws:PrincipalAccount}"})
	g.subnets, g.groups = nil, nil
	documents, err := g.split(policy.MaxSCP)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, d := range documents {
		text, err := json.Marshal(policy.Document(d...))
		if err != nil {
			return nil, err
		}
		all = append(all, string(text))
	}
	return all, nil
}

// plan is the guard of the props.
func (p *GuardProps) plan(at location.Location) guard {
	if p == nil {
		p = &GuardProps{}
	}
	limits := p.Environment.Resolved().Limits
	g := guard{
		features: p.Features, keys: p.Keys, types: limits.InstanceTypes, local: localOf(limits),
		runtimeSeconds: int(limits.Runtime.Seconds()), keepAliveSeconds: int(p.KeepAlive.Seconds()),
		environment: p.Environment.Name, runtimeInstalls: p.Environment.RuntimeInstalls, teams: p.Teams,
	}
	if len(g.keys) == 0 {
		g.keys = []string{at.ARN("kms", "key/*")}
	}
	if p.Network != nil {
		g.subnets, g.groups = p.Network.SubnetIDs, []string{*p.Network.JobSecurityGroup.SecurityGroupId()}
	}
	return g
}

// boundaryName is what the boundary is called among the guard's resources.
const boundaryName = "Boundary"

func policyName(i int) string {
	if i == 0 {
		return "Policy"
	}
	return fmt.Sprintf("Policy%d", i+1)
}

func managed(description string, statements []policy.Statement, accepted ...role.Accepted) cfn.Resource {
	metadata := role.Metadata(append(role.AcceptedWildcards(statements), accepted...))
	if metadata == nil {
		metadata = map[string]any{}
	}
	// cfn-lint's list of actions is older than CreateJob.
	metadata["cfn-lint"] = map[string]any{"config": map[string]any{"ignore_checks": []any{"W3037"}}}
	return cfn.Resource{
		Type:       "AWS::IAM::ManagedPolicy",
		Properties: cfn.Properties{"Description": description, "PolicyDocument": policy.Document(statements...)},
		Metadata:   metadata,
	}
}
