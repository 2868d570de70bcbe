package supplychain

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/topic"
)

//go:embed scripts/check.sh
var checkScript string

//go:embed scripts/check-image.sh
var checkImageScript string

// PromotionProps say what is promoted. Packages, Network, Tools and Records are required.
type PromotionProps struct {
	// Packages are those that are promoted; their chain is the promotion's. Required.
	Packages *Packages
	// Images are those that are promoted, of the same chain. Empty: none.
	Images []*Images
	// Registry signs the copies: one of the same chain. Required with Images.
	Registry *Registry
	// Network is where checking and copying run, with the capability ImageBuild. Required.
	Network *network.Isolated
	// Tools is the image that they run in: see [BuilderProps]; with jq besides. Required.
	Tools string
	// Records take who promoted what, and what was known of it; and hold the lists of materials that builders wrote. A
	// bucket with Endpoints names [Chain.PromotionRole] in its OutsideRoles. Required.
	Records storage.Prefix
	// FailsAt is the lowest severity of a finding that refuses a promotion. Zero: High.
	FailsAt Severity
	// Wait is how long a request waits for its approval, in whole seconds, up to 30 days. Zero: 7 days.
	Wait time.Duration
	// Environment decides how long logs are kept. Zero: the preset of Production.
	Environment environment.Environment
	// Publishers are AWS services that may publish to the Topic for resources of the account, by their principals:
	// "cloudwatch.amazonaws.com" for alarms, "events.amazonaws.com" for EventBridge rules, "budgets.amazonaws.com",
	// "costalerts.amazonaws.com". The policies of the topic and of its key follow. EventBridge takes no condition
	// there, so that with it a rule of any account that knows the topic's ARN may publish. Empty: none.
	Publishers []string
}

// What the promotion's projects are called.
const (
	checkProject      = "check"
	checkImageProject = "check-image"
	copyProject       = "copy"
)

const (
	defaultWait = 7 * 24 * time.Hour
	maxWait     = 30 * 24 * time.Hour
)

// Validate reports every problem of the props.
func (p *PromotionProps) Validate() error {
	p, l := props.Of(p)
	if p.Packages == nil {
		l.Add("Packages", nil, "what is promoted", "make it with supplychain.NewPackages")
	} else if n := len(p.Packages.chain.Stages); n == 1 {
		l.Add("Packages", p.Packages.chain.String(), "packages of a chain of at least 2 stages", "add the stage that is promoted to, or leave out the promotion")
	}
	for i, images := range p.Images {
		at := fmt.Sprintf("Images[%d]", i)
		switch {
		case images == nil:
			l.Add(at, nil, "what is promoted", "make it with supplychain.NewImages")
		case p.Packages != nil && (images.chain.Name != p.Packages.chain.Name || images.chain.String() != p.Packages.chain.String()):
			l.Add(at, images.chain.Name+": "+images.chain.String(), "images of the chain of Packages, "+p.Packages.chain.Name+": "+p.Packages.chain.String(), "")
		}
	}
	if len(p.Images) > 0 && p.Registry == nil {
		l.Add("Registry", nil, "what signs the images", "make it with supplychain.NewRegistry")
	} else if len(p.Images) > 0 && p.Images[0] != nil {
		l.Include("", p.Registry.validateSigns(p.Images[0].chain))
	}
	validateBuilding(&l, p.Network, p.Tools)
	l.Include("Records", p.Records.ValidateWritten())
	l.Include("", p.FailsAt.validate())
	if p.Wait < 0 || p.Wait > maxWait || p.Wait%time.Second != 0 {
		l.Add("Wait", p.Wait, "whole seconds up to 720h, or 0 for 168h", "")
	}
	l.Include("Environment", p.Environment.Validate())
	l.Include("", topic.ValidatePublishers("Publishers", p.Publishers))
	return l.Err()
}

// Promotion is a state machine that brings a package version or an image from one stage to the next, once for each
// execution.
type Promotion struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// StateMachine is the state machine. Its input: {"to": "prod", "requestedBy": "ann", "package": {"format": "pypi",
	// "name": "numpy", "version": "2.3.4"}} or, in the place of package, "image": {"name": "churn", "digest":
	// "sha256:..."}. What is granted on it to an account, a service or an ARN, which have no policies in the app, is
	// dropped, and Success of the Grant alone says so: state machines have none either
	// (https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html). Grant it to a role
	// here that they may assume.
	StateMachine awsstepfunctions.IStateMachine
	// Topic tells approvers what waits for them and how it ended. Subscribe them to it. Alarms and the like publish to
	// it where Publishers names them.
	Topic awssns.ITopic

	executions string // their ARNs
}

// NewPromotion makes a promotion, the projects that check and copy, and the topic. Nothing is copied that was not
// scanned, that has findings from FailsAt on, or that nobody approved; what was approved is copied as it was seen: a
// package by its revision, an image by its digest. A record of who and what is written before the copy. One account and
// region has one promotion of a chain. It panics with one message that holds every problem when scope, id or props are
// wrong.
func NewPromotion(scope constructs.Construct, id string, props *PromotionProps) *Promotion {
	return cdk.Build("supplychain.Promotion", scope, id, props, newPromotion)
}

func newPromotion(this constructs.Construct, _ string, props *PromotionProps) *Promotion {
	at := cdk.Location(this)
	w := props.wiring(at)
	var l problem.List
	l.Include("Records", props.Records.GrantWrite().ValidateOutside(at.Role(w.chain.promotionRole(at.Region))))
	cdk.Check(l.Err())
	cdk.ClaimOwn(this, "supplychain.Promotion", "Packages", w.chain.Name, "promote all of a Chain by one Promotion")
	topicKey := cdk.NewKey(this, "TopicKey", w.topicKey())
	topic, _ := cdk.NewTopic(this, at, "", topicKey, props.Publishers) // which can add to the policy of a key of its own
	w.topicARN, w.topicKeyARN = *topic.TopicArn(), *topicKey.KeyArn()
	l.Include("", w.role().Check())
	resources := cfn.Resources{}
	projects := props.projects(w)
	for _, prefix := range slices.Sorted(maps.Keys(projects)) {
		plan := projects[prefix]
		plan.in(props.Network)
		l.Include("", plan.role().Check())
		maps.Copy(resources, plan.resources(prefix))
	}
	cdk.Check(l.Err())
	maps.Copy(resources, w.resources(*props.Network.LogKey.KeyArn()))
	emitted := cdk.Emit(this, cdk.PathOf(this), resources)
	name := emitted.Att("StateMachine", "Name")
	machine := at.ARN("states", "stateMachine:"+name) // by a reference alone the CDK would not know its account and region
	return &Promotion{
		Construct:    this,
		StateMachine: awsstepfunctions.StateMachine_FromStateMachineArn(this, jsii.String("StateMachine"), &machine),
		Topic:        topic,
		executions:   at.ARN("states", "execution:"+name+":*"),
	}
}

// projects are what checks a package, what checks an image and what copies one, by the prefixes of their resources.
func (p *PromotionProps) projects(w promotion) map[string]project {
	chain, at := w.chain, w.at
	e := p.Environment.Resolved()
	base := project{at: at, tools: p.Tools, timeout: defaultTimeout, logDays: e.LogRetentionDays, retain: e.Tier.RetainsData()}
	failsAt := strings.Join(p.FailsAt.andAbove(), " ")
	check := base
	check.name, check.description, check.script = names.Project(chain.Name, checkProject), "Looks up what is known of a package", checkScript
	check.variables = map[string]string{"RECORDS": p.Records.URI(), "FAILS_AT": failsAt}
	check.statements = append(storage.Statements(p.Records.GrantWrite()), scanStatement)
	if len(p.Images) == 0 {
		return map[string]project{"Check": check}
	}
	from, to := w.imageRepositories()
	image := base
	image.name, image.description = names.Project(chain.Name, checkImageProject), "Looks up what scanning found in an image"
	image.script = scanScript + checkImageScript
	image.variables = scanVariables(failsAt)
	image.statements = append(findingsStatements(from), policy.Statement{Effect: policy.Allow, Actions: []string{"ecr:DescribeImages"}, Resources: from})
	copying := base
	copying.name, copying.description, copying.script = names.Project(chain.Name, copyProject), "Copies images that were approved", copyScript
	copying.roleName = chain.copyRole(at.Region)
	copying.variables = map[string]string{"REGISTRIES": registryHost(at), "SIGNED": "yes", "ATTEMPTS": "60", "PAUSE": "10"}
	copying.statements = append(copyStatements(from, to), signStatements(slices.Concat(from, to), p.Registry)...)
	return map[string]project{"Check": check, "CheckImage": image, "Copy": copying}
}

// What a role is granted.
const (
	requests = "Requests"
	approves = "Approves"
)

// GrantRequest lets a role of the account ask for promotions and look at how they end. It panics with one message when
// the role is wrong, or may approve.
func (p *Promotion) GrantRequest(role awsiam.IRole) {
	cdk.Do("supplychain.Promotion.GrantRequest", p, func() {
		g := p.grant(role, requests, approves, "Asks for promotions")
		g.Attach(requestStatements(*p.StateMachine.StateMachineArn(), p.executions)...)
	})
}

// GrantApprove lets a role of the account approve and refuse what waits, by the token that the topic sends. The action
// knows no resource: what waits in other state machines can be approved too by whoever holds their tokens. It panics
// with one message when the role is wrong, or may request a promotion of the app.
func (p *Promotion) GrantApprove(role awsiam.IRole) {
	cdk.Do("supplychain.Promotion.GrantApprove", p, func() {
		p.grant(role, approves, requests, "Approves promotions").Attach(approveStatements()...)
	})
}

// grant returns a grant, and refuses a role that already has the other one. Step Functions takes no caller of another account
// (https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html).
func (p *Promotion) grant(to awsiam.IRole, name, not, description string) cdk.Grant {
	g := cdk.Grant{To: to, Account: cdk.Location(p.Construct).Account, Name: name, Not: not, Description: description}
	cdk.Check(g.Validate())
	return g
}

// wiring is what the plan of the promotion needs to know.
func (p *PromotionProps) wiring(at location.Location) promotion {
	w := promotion{
		chain: p.Packages.chain, at: at, records: p.Records, wait: cmp.Or(p.Wait, defaultWait),
		host: registryHost(at), formats: p.Packages.formats,
	}
	e := p.Environment.Resolved()
	w.logDays, w.retain = e.LogRetentionDays, e.Tier.RetainsData()
	for _, i := range p.Images {
		w.images = append(w.images, i.name)
	}
	return w
}
