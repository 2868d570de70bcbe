package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/problem"
)

// What goes through the chain besides public packages: the team's own, and one image.
const image = "training"

var internal = []string{"/pypi//plinth~"}

// supplyChain is the way of packages and images to the environments, from the account of the tools.
type supplyChain struct {
	chain supplychain.Chain
	tools environment.Environment
}

// newSupplyChain is the chain through the environments, in their order.
func newSupplyChain(environments []environment.Environment, tools environment.Environment) supplyChain {
	c := supplychain.Chain{Name: "plinth", Administrators: tools.Administrators}
	for _, e := range environments {
		s := supplychain.Stage{Name: e.Name}
		if e.Account != "" && e.Account != tools.Account {
			s.Accounts = []string{e.Account}
		}
		c.Stages = append(c.Stages, s)
	}
	return supplyChain{chain: c, tools: tools}
}

// validate refuses environments that install from a chain of another region, since an endpoint reaches its own only; and accounts
// beside an unknown one, since the environments' policies name that of the tools.
func (c supplyChain) validate(environments []environment.Environment) error {
	var l problem.List
	for _, e := range environments {
		if e.RuntimeInstalls && e.Region != c.tools.Region {
			l.Add(e.Name+".Region", e.Region, fmt.Sprintf("%q, where the packages come from", c.tools.Region),
				"give both the same region, or leave out RuntimeInstalls")
		}
		if e.Account != "" && c.tools.Account == "" {
			l.Add(c.tools.Name+".Account", "", "the account of the tools, since that of "+e.Name+" is given", "-c "+contextPrefix+c.tools.Name+":account=111122223333")
		}
	}
	return l.Err()
}

// repository and image are where an environment's packages and images come from.
func (c supplyChain) repository(scope constructs.Construct, e environment.Environment) supplychain.Repository {
	return c.chain.Repository(scope, e.Name, c.tools.Account, c.tools.Region)
}

func (c supplyChain) image(scope constructs.Construct, e environment.Environment) supplychain.ImageRepository {
	return c.chain.ImageRepository(scope, image, e.Name, c.tools.Account, c.tools.Region)
}

// The permission sets of IAM Identity Center by which people come in: who asks for promotions, and who approves them.
var (
	requesters = []access.WayIn{access.IdentityCenter("DataScientist")}
	approvers  = []access.WayIn{access.IdentityCenter("MLReviewer")}
)

// newTools makes the stage of the tools: packages, images, how they are built, and how they are promoted.
func newTools(app awscdk.App, c supplyChain) {
	e := c.tools
	stage := newStageOf(app, e)
	stack := awscdk.NewStack(stage, jsii.String("SupplyChain"), stackProps(e, "packages and images, from the public to production", true))
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment: e, Capabilities: []network.Capability{network.ImageBuild, network.Packages},
	})
	records := storage.NewDataBucket(stack, "Records", &storage.DataBucketProps{
		Environment: e, Class: storage.Models, Endpoints: []string{net.S3Endpoint}, OutsideRoles: []string{c.chain.PromotionRole(stack)},
	})
	packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{Chain: c.chain, Internal: internal})
	registry := supplychain.NewRegistry(stack, "Registry", &supplychain.RegistryProps{Chain: c.chain})
	images := supplychain.NewImages(stack, "Images", &supplychain.ImagesProps{Chain: c.chain, Name: image})
	mirror := supplychain.NewMirror(stack, "Mirror", &supplychain.MirrorProps{
		Chain: c.chain, Images: []supplychain.Mirrored{{Name: "base"}, {Name: "tools"}}, // an administrator pushes both
	})
	toolbox := mirror.Repositories["tools"].URI + ":1"
	first := c.chain.Stages[0].Name
	builder := supplychain.NewBuilder(stack, "Builder", &supplychain.BuilderProps{
		Environment: e, Network: net, Packages: packages.Repository(first), Images: images, Registry: registry,
		Base: mirror.Repositories["base"].URI + ":1", Tools: toolbox, Source: records.Prefix("sources/"), Records: records.Prefix("records/"),
	})
	promotion := supplychain.NewPromotion(stack, "Promotion", &supplychain.PromotionProps{
		Environment: e, Packages: packages, Images: []*supplychain.Images{images}, Registry: registry, Network: net, Tools: toolbox,
		Records: records.Prefix("records/"),
	})
	promotion.GrantRequest(access.NewVisitor(stack, "Requester", &access.VisitorProps{
		Description: "Asks for promotions", TrustedBy: requesters,
	}).Role)
	promotion.GrantApprove(access.NewVisitor(stack, "Approver", &access.VisitorProps{
		Description: "Approves promotions", TrustedBy: approvers,
	}).Role)
	for _, s := range c.chain.Stages {
		output(stack, "Packages-"+s.Name, "The packages of "+s.Name, jsii.String(packages.Repository(s.Name).ARN))
		output(stack, "Images-"+s.Name, "The images of "+s.Name, jsii.String(images.Repositories[s.Name].URI))
	}
	output(stack, "Chain", "The way of a package", jsii.String("public:pypi -> "+c.chain.String()))
	output(stack, "Source", "Put a zip file with a Dockerfile and a lock file here, and start the build",
		jsii.String(records.Prefix("sources/").URI()+supplychain.SourceFile))
	output(stack, "Build", "The CodeBuild project that builds it", &builder.ProjectName)
	output(stack, "Promote", `Start it with an input such as {"to": "staging", "requestedBy": "ann", "package": {"format": "pypi", "name": "numpy", "version": "2.3.4"}}`,
		promotion.StateMachine.StateMachineArn())
	output(stack, "Approvals", "The topic that approvers subscribe to", promotion.Topic.TopicArn())
}
