// Command complete-supplychain is a chain of packages and images in an account for tools, and jobs in two other accounts that
// install from it.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func main() { synth.Main(build) }

const region, tools, development, production = "us-east-1", "111122223333", "222233334444", "333344445555"

// An image of AWS's, whose digest whoever takes it has looked up.
const pytorch = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training" +
	"@sha256:0000000000000000000000000000000000000000000000000000000000000000"

var chain = supplychain.Chain{
	Name: "acme", Organization: "o-a1b2c3d4e5", Administrators: []string{"arn:aws:iam::" + tools + ":role/PlatformAdmin"},
	Stages: []supplychain.Stage{
		{Name: "dev", Accounts: []string{development}}, {Name: "staging"}, {Name: "prod", Accounts: []string{production}},
	},
}

func build(app awscdk.App) {
	newTools(stackIn(app, "Tools", tools))
	newJobs(stackIn(app, "Dev", development), "dev")
	newJobs(stackIn(app, "Prod", production), "prod")
}

func stackIn(app awscdk.App, id, account string) awscdk.Stack {
	return awscdk.NewStack(app, &id, &awscdk.StackProps{Env: &awscdk.Environment{Account: &account, Region: jsii.String(region)}})
}

func newTools(stack awscdk.Stack) {
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment:         environment.Environment{Tier: environment.Staging, AZs: 1},
		Capabilities:        []network.Capability{network.ImageBuild, network.Packages},
		PackageRepositories: []string{chain.Repository(stack, "dev", "", "").ARN},
		ImageRepositories:   []string{"arn:aws:ecr:us-east-1:763104351884:repository/pytorch-training"},
	})
	records := storage.NewDataBucket(stack, "Records", &storage.DataBucketProps{
		Class: storage.Models, Endpoints: []string{net.S3Endpoint}, OutsideRoles: []string{chain.PromotionRole(stack)},
	})
	packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{
		Chain: chain, Connections: []supplychain.Connection{supplychain.PyPI, supplychain.NPM},
		Internal: []string{"/pypi//acme~", "/npm/acme/*"}, Blocked: []string{"/pypi//reqeusts$"},
	})
	registry := supplychain.NewRegistry(stack, "Registry", &supplychain.RegistryProps{Chain: chain})
	toolbox := chain.MirrorRepository(stack, "tools").URI + ":1"
	mirror := supplychain.NewMirror(stack, "Mirror", &supplychain.MirrorProps{
		Chain: chain, Network: net, Tools: toolbox,
		Images: []supplychain.Mirrored{{Name: "tools"}, {Name: "pytorch", Tag: "2.13", From: pytorch}},
	})
	supplychain.NewPullThrough(stack, "Public", &supplychain.PullThroughProps{Chain: chain, Upstream: supplychain.ECRPublic})
	images := supplychain.NewImages(stack, "Churn", &supplychain.ImagesProps{Chain: chain, Name: "churn"})
	supplychain.NewBuilder(stack, "ChurnBuilder", &supplychain.BuilderProps{
		Network: net, Packages: packages.Repository("dev"), Images: images, Registry: registry,
		Base: mirror.Repositories["pytorch"].URI + ":2.13", Tools: toolbox,
		Source: records.Prefix("sources/churn/"), Records: records.Prefix("images/"),
	})
	promotion := supplychain.NewPromotion(stack, "Promotion", &supplychain.PromotionProps{
		Packages: packages, Images: []*supplychain.Images{images}, Registry: registry, Network: net, Tools: toolbox,
		Records: records.Prefix("images/"),
	})
	person := func(id string) awsiam.Role {
		return awsiam.NewRole(stack, &id, &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	}
	promotion.GrantRequest(person("Scientist"))
	promotion.GrantApprove(person("Reviewer"))
	packages.GrantPublish(person("Publisher"))
}

func newJobs(stack awscdk.Stack, stage string) {
	repository := chain.Repository(stack, stage, tools, region)
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment:         environment.Environment{Name: stage, Tier: environment.Development},
		Capabilities:        []network.Capability{network.Training, network.Packages},
		PackageRepositories: []string{repository.ARN},
		ImageRepositories:   []string{chain.ImageRepository(stack, "churn", stage, tools, region).ARN},
	})
	job := awsiam.NewRole(stack, jsii.String("Job"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil),
	})
	repository.GrantPull(job, net)
}
