package supplychain_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// inTools runs build in a stack, and prints its error, if any.
func inTools(build func(stack awscdk.Stack)) {
	err := synth.App(nil, func(app awscdk.App) {
		build(awscdk.NewStack(app, jsii.String("Tools"), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("eu-west-1")},
		}))
	})
	if err != nil {
		fmt.Println(err)
	}
}

func ExampleNewPackages() {
	inTools(func(stack awscdk.Stack) {
		packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{
			Chain:    supplychain.Chain{Name: "acme"},
			Internal: []string{"/pypi//acme~"},     // acme, acme-models and so on never come from PyPI
			Blocked:  []string{"/pypi//reqeusts$"}, // nor does this typing error
		})
		fmt.Println(packages.Repositories["prod"].Name())
	})
	// Output: prod
}

func ExampleRepository_GrantPull() {
	inTools(func(stack awscdk.Stack) {
		packages := supplychain.NewPackages(stack, "Packages", nil)
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Capabilities: []network.Capability{network.Training, network.Packages}})
		role := awsiam.NewRole(stack, jsii.String("Job"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil)})
		for name := range packages.Repositories["dev"].GrantPull(role, net) {
			fmt.Println("the job needs", name)
		}
	})
	// Output: the job needs CA_REPOSITORY_ARN
}

func ExamplePackages_GrantPublish() {
	inTools(func(stack awscdk.Stack) {
		packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{Internal: []string{"/pypi//acme~"}})
		packages.GrantPublish(awsiam.NewRole(stack, jsii.String("CI"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()}))
		fmt.Println("CI publishes acme, acme-models and so on, to dev only")
	})
	// Output: CI publishes acme, acme-models and so on, to dev only
}

func ExampleNewRegistry() {
	inTools(func(stack awscdk.Stack) {
		registry := supplychain.NewRegistry(stack, "Registry", nil)
		fmt.Println(registry.SigningProfile != "")
	})
	// Output: true
}

func ExampleNewImages() {
	inTools(func(stack awscdk.Stack) {
		images := supplychain.NewImages(stack, "Churn", &supplychain.ImagesProps{Name: "churn"})
		fmt.Println(images.Repositories["staging"].Name)
	})
	// Output: ml/image/churn/staging
}

func ExampleNewMirror() {
	inTools(func(stack awscdk.Stack) {
		mirror := supplychain.NewMirror(stack, "Mirror", &supplychain.MirrorProps{
			Images: []supplychain.Mirrored{{Name: "base"}, {Name: "tools"}}, // pushed by an administrator
		})
		fmt.Println(mirror.Repositories["base"].Name, mirror.ProjectName == "")
	})
	// Output: ml/mirror/base true
}

func ExampleNewPullThrough() {
	inTools(func(stack awscdk.Stack) {
		cache := supplychain.NewPullThrough(stack, "Public", &supplychain.PullThroughProps{Upstream: supplychain.ECRPublic})
		fmt.Println(cache.Prefix)
	})
	// Output: ml/public/ecr-public
}

func ExampleNewBuilder() {
	inTools(func(stack awscdk.Stack) {
		c := newComplete(stack)
		builder := supplychain.NewBuilder(stack, "Builder", c.builder())
		fmt.Println(builder.ProjectName, "pushes to", builder.Repository.Name)
	})
	// Output: ml--image--churn pushes to ml/image/churn/dev
}

func ExampleNewPromotion() {
	inTools(func(stack awscdk.Stack) {
		c := newComplete(stack)
		promotion := supplychain.NewPromotion(stack, "Promotion", c.promotion())
		person := func(id string) awsiam.Role {
			return awsiam.NewRole(stack, &id, &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
		}
		promotion.GrantRequest(person("Scientist"))
		promotion.GrantApprove(person("Reviewer"))
		fmt.Println("what the scientist asks for, the reviewer approves")
	})
	// Output: what the scientist asks for, the reviewer approves
}

// complete is all that a builder and a promotion need.
type complete struct {
	network  *network.Isolated
	packages *supplychain.Packages
	registry *supplychain.Registry
	images   *supplychain.Images
	records  *storage.DataBucket
	tools    string
}

func newComplete(stack awscdk.Stack) complete {
	return complete{
		network: network.NewIsolated(stack, "Network", &network.IsolatedProps{
			Capabilities: []network.Capability{network.ImageBuild, network.Packages},
		}),
		packages: supplychain.NewPackages(stack, "Packages", nil),
		registry: supplychain.NewRegistry(stack, "Registry", nil),
		images:   supplychain.NewImages(stack, "Churn", &supplychain.ImagesProps{Name: "churn"}),
		records:  storage.NewDataBucket(stack, "Records", &storage.DataBucketProps{Class: storage.Models}),
		tools:    supplychain.Chain{}.MirrorRepository(stack, "tools").URI + ":1",
	}
}

func (c complete) builder() *supplychain.BuilderProps {
	return &supplychain.BuilderProps{
		Network: c.network, Packages: c.packages.Repositories["dev"], Images: c.images, Registry: c.registry,
		Base: c.tools, Tools: c.tools, Source: c.records.Prefix("sources/"), Records: c.records.Prefix("records/"),
	}
}

func (c complete) promotion() *supplychain.PromotionProps {
	return &supplychain.PromotionProps{
		Packages: c.packages, Images: []*supplychain.Images{c.images}, Registry: c.registry, Network: c.network, Tools: c.tools,
		Records: c.records.Prefix("records/"),
	}
}
