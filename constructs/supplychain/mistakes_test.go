package supplychain_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

const base = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training@sha256:0000000000000000000000000000000000000000000000000000000000000000"

// Each construct says everything that is wrong at once, with where and what to do.
func TestMistakes(t *testing.T) {
	role := func(s awscdk.Stack) awsiam.Role {
		return awsiam.NewRole(s, jsii.String("Role"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	}
	tests := []struct {
		name  string
		build func(stack awscdk.Stack)
		want  []string
	}{
		{"packages", func(s awscdk.Stack) {
			supplychain.NewPackages(s, "X", &supplychain.PackagesProps{
				Chain: supplychain.Chain{
					Name: "Acme Corp", Organization: "acme", Administrators: []string{"admin"},
					Stages: []supplychain.Stage{{Name: "dev", Accounts: []string{"12"}}, {Name: "dev"}, {Name: "public-x"}},
				},
				Connections: []supplychain.Connection{"cpan", supplychain.PyPI, supplychain.PyPI},
				Internal:    []string{"/pypi//acme*", "/npm/acme/*"}, Blocked: []string{"/npm/acme/*", "/npm/acme/*"},
			})
		}, []string{
			"supplychain.Packages Stack/X", "mistakes_test.go:", "11 problems", `Chain.Name: got "Acme Corp"`, `Chain.Organization: got "acme"`,
			`Chain.Administrators[0]: got "admin"`, `Chain.Stages[0].Accounts[0]: got "12"`, `Chain.Stages[1].Name: got "dev"; allowed: a name that no other stage has`,
			`Chain.Stages[2].Name: got "public-x"`, `Connections[0]: got "cpan"; allowed: one of crates-io, maven-central`,
			"Connections[2]", "each entry once", `Internal[0]: got "/pypi//acme*"`, "Blocked[1]", "a package is the team's own or nobody's",
		}},
		{"a builder in a network that builds nothing", func(s awscdk.Stack) {
			p := newComplete(s).builder()
			p.Network = network.NewIsolated(s, "Training", &network.IsolatedProps{Capabilities: []network.Capability{network.Training, network.Packages}})
			supplychain.NewBuilder(s, "X", p)
		}, []string{"Network.Capabilities: got [Training Packages]; allowed: ImageBuild among them", "add network.ImageBuild"}},
		{"a promotion in a chain of one stage", func(s awscdk.Stack) {
			p := newComplete(s).promotion()
			p.Packages, p.Images = supplychain.NewPackages(s, "One", &supplychain.PackagesProps{
				Chain: supplychain.Chain{Name: "one", Stages: []supplychain.Stage{{Name: "prod"}}},
			}), nil
			supplychain.NewPromotion(s, "X", p)
		}, []string{"1 problem", `Packages: got "prod"; allowed: packages of a chain of at least 2 stages; add the stage that is promoted to`}},
		{"images", func(s awscdk.Stack) { supplychain.NewImages(s, "X", &supplychain.ImagesProps{Name: "Churn", Kept: -1}) },
			[]string{"supplychain.Images", "2 problems", `Name: got "Churn"`, "Kept: got -1"}},
		{"registry", func(s awscdk.Stack) { supplychain.NewRegistry(s, "X", &supplychain.RegistryProps{SignatureYears: 12}) },
			[]string{"supplychain.Registry", "SignatureYears: got 12; allowed: 1 to 11, or 0 for 5"}},
		{"builder, nil", func(s awscdk.Stack) { supplychain.NewBuilder(s, "X", nil) }, []string{
			"supplychain.Builder", "8 problems", "Network: got nothing", `Tools: got ""`, `Base: got ""`, `Packages.ARN: got ""`, "Images: got nothing",
			"Registry: got nothing", "Source.Bucket: got nothing", "Records.Bucket: got nothing",
		}},
		{"builder in a network for training", func(s awscdk.Stack) {
			p := newComplete(s).builder()
			p.Network = network.NewIsolated(s, "Other", nil)
			p.Base, p.FailsAt, p.Timeout = "python:3.12", 9, 90*time.Second
			supplychain.NewBuilder(s, "X", p)
		}, []string{"5 problems", "add network.ImageBuild", "add network.Packages", `Base: got "python:3.12"`, "FailsAt: got 9", "Timeout: got 1m30s"}},
		{"a base that moves", func(s awscdk.Stack) {
			p := newComplete(s).builder()
			p.Base = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/base:latest"
			supplychain.NewBuilder(s, "X", p)
		}, []string{"1 problem", `and not "latest"`}},
		{"a base of another account", func(s awscdk.Stack) {
			p := newComplete(s).builder()
			p.Base = base
			supplychain.NewBuilder(s, "X", p)
		}, []string{"1 problem", "Network.ImageRepositories", "repository/pytorch-training; it is of another account"}},
		{"a builder of images that the registry does not sign", func(s awscdk.Stack) {
			p := newComplete(s).builder()
			p.Images = supplychain.NewImages(s, "Beta", &supplychain.ImagesProps{Name: "churn", Chain: supplychain.Chain{Name: "beta"}})
			supplychain.NewBuilder(s, "X", p)
		}, []string{"1 problem", `Registry: got one of chain "ml"; allowed: one of chain "beta", as the images; it signs the images of its own chain alone`}},
		{"a promotion of images that the registry does not sign", func(s awscdk.Stack) {
			c := newComplete(s)
			beta := supplychain.Chain{Name: "beta"}
			p := c.promotion()
			p.Packages = supplychain.NewPackages(s, "BetaPackages", &supplychain.PackagesProps{Chain: beta})
			p.Images = []*supplychain.Images{supplychain.NewImages(s, "Beta", &supplychain.ImagesProps{Name: "churn", Chain: beta})}
			supplychain.NewPromotion(s, "X", p)
		}, []string{"1 problem", `Registry: got one of chain "ml"; allowed: one of chain "beta"`}},
		{"mirror", func(s awscdk.Stack) {
			supplychain.NewMirror(s, "X", &supplychain.MirrorProps{Images: []supplychain.Mirrored{{Name: "B", From: "docker.io/library/python:3.12"}}})
		}, []string{"5 problems", `Images[0].Name: got "B"`, "an image of a public registry is pushed by an administrator", `Images[0].Tag: got ""`,
			"Network: got nothing", `Tools: got ""`}},
		{"mirror, nil", func(s awscdk.Stack) { supplychain.NewMirror(s, "X", nil) }, []string{"1 problem", "Images: got nothing"}},
		{"promotion, nil", func(s awscdk.Stack) { supplychain.NewPromotion(s, "X", nil) },
			[]string{"4 problems", "Packages: got nothing", "Network: got nothing", `Tools: got ""`, "Records.Bucket: got nothing"}},
		{"promotion of other stages", func(s awscdk.Stack) {
			p := newComplete(s).promotion()
			p.Registry, p.Wait = nil, 31*24*time.Hour
			p.Images = []*supplychain.Images{nil, supplychain.NewImages(s, "Two", &supplychain.ImagesProps{
				Name: "two", Chain: supplychain.Chain{Name: "two", Stages: []supplychain.Stage{{Name: "test"}, {Name: "live"}}},
			})}
			supplychain.NewPromotion(s, "X", p)
		}, []string{"4 problems", "Images[0]: got nothing", `got "two: test -> live"; allowed: images of the chain of Packages, ml: dev -> staging -> prod`, "Registry: got nothing", "Wait: got 744h"}},
		{"pull-through", func(s awscdk.Stack) {
			supplychain.NewPullThrough(s, "X", &supplychain.PullThroughProps{Upstream: supplychain.DockerHub})
		}, []string{"1 problem", "this registry lets nobody in without"}},
		{"pull-through with a secret", func(s awscdk.Stack) {
			supplychain.NewPullThrough(s, "X", &supplychain.PullThroughProps{Upstream: supplychain.Quay, Credential: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:mine"})
		}, []string{"2 problems", "this registry knows no login", "ECR reads no other"}},
		{"pull-through of a chain with a long name", func(s awscdk.Stack) {
			supplychain.NewPullThrough(s, "X", &supplychain.PullThroughProps{Chain: supplychain.Chain{Name: "a-chain-of-20-letters"}, Upstream: supplychain.Quay})
		}, []string{"1 problem", `Chain.Name: got "a-chain-of-20-letters"; allowed: at most 18 characters, since a prefix of ECR's caches has 30`}},
		{"a chain, a stage and an image with two hyphens, which stand between parts of names", func(s awscdk.Stack) {
			supplychain.NewImages(s, "X", &supplychain.ImagesProps{
				Name: "a--b", Chain: supplychain.Chain{Name: "acme--ml", Stages: []supplychain.Stage{{Name: "dev--eu"}, {Name: "prod-"}}},
			})
		}, []string{"4 problems", `Chain.Name: got "acme--ml"; allowed: 2 to 24 lower-case letters, digits and single hyphens between them, a letter first`,
			`Chain.Stages[0].Name: got "dev--eu"`, `Chain.Stages[1].Name: got "prod-"`, `Name: got "a--b"; allowed: 2 to 40`}},
		{"an image twice in a mirror", func(s awscdk.Stack) {
			supplychain.NewMirror(s, "X", &supplychain.MirrorProps{Images: []supplychain.Mirrored{{Name: "base"}, {Name: "base"}}})
		}, []string{"1 problem", `Images[1].Name: got "base"; allowed: a name that no other image has`}},
		{"an image twice", func(s awscdk.Stack) {
			supplychain.NewImages(s, "X", &supplychain.ImagesProps{Name: "churn"})
			supplychain.NewImages(s, "Y", &supplychain.ImagesProps{Name: "churn"})
		}, []string{"Stack/Y (", "1 problem", `Name: got "ml/image/churn"; allowed: one that no other supplychain.Images has`, "Stack/X ("}},
		{"a chain twice", func(s awscdk.Stack) {
			supplychain.NewPackages(s, "X", nil)
			supplychain.NewPackages(s, "Y", nil)
		}, []string{"Stack/Y (", "1 problem", `Chain.Name: got "ml"`, "Stack/X (", "set the Name of one Chain"}},
		{"a registry twice", func(s awscdk.Stack) {
			supplychain.NewRegistry(s, "X", nil)
			supplychain.NewRegistry(s, "Y", &supplychain.RegistryProps{Chain: supplychain.Chain{Name: "other"}})
		}, []string{"Stack/Y (", "1 problem", "one in an account and region; Stack/X (", "make one Registry and hand it on"}},
		{"a promotion twice", func(s awscdk.Stack) {
			c := newComplete(s)
			supplychain.NewPromotion(s, "X", c.promotion())
			supplychain.NewPromotion(s, "Y", c.promotion())
		}, []string{"Stack/Y (", "1 problem", `Packages: got "ml"; allowed: one that no other supplychain.Promotion has`, "Stack/X (", "promote all of a Chain by one Promotion"}},
		{"records that the promotion can't reach", func(s awscdk.Stack) {
			c := newComplete(s)
			p := c.promotion()
			p.Records = storage.NewDataBucket(s, "Kept", &storage.DataBucketProps{Class: storage.Models, Endpoints: []string{"vpce-0123456789abcdef0"}}).Prefix("records/")
			supplychain.NewPromotion(s, "X", p)
		}, []string{"1 problem", `Records: got "records/" of Stack/Kept, which is reached through its Endpoints`, "role/ml--promotion--eu-west-1 in the bucket's OutsideRoles"}},
		{"grant to nobody", func(s awscdk.Stack) { supplychain.Repository{}.GrantPull(nil, network.NewIsolated(s, "N", nil)) },
			[]string{"supplychain.Repository.GrantPull", "2 problems", "role: got nothing", `Repository.ARN: got ""`}},
		{"grant in a network without packages", func(s awscdk.Stack) {
			supplychain.NewPackages(s, "P", nil).Repositories["dev"].GrantPull(role(s), network.NewIsolated(s, "N", nil))
		}, []string{"1 problem", "add network.Packages"}},
		{"grant of another region", func(s awscdk.Stack) {
			supplychain.Repository{ARN: "arn:aws:codeartifact:us-east-1:111122223333:repository/ml/dev"}.GrantPull(role(s), nil)
		}, []string{"1 problem", `got "one in us-east-1"; allowed: one in eu-west-1`, "deploy a chain to eu-west-1"}},
		{"a stage that is none", func(s awscdk.Stack) { supplychain.Chain{}.Repository(s, "live", "", "") },
			[]string{"supplychain.Chain.Repository", `stage: got "live"; allowed: one of dev, staging, prod`}},
		{"packages of a stage that is none", func(s awscdk.Stack) {
			supplychain.NewPackages(s, "P", nil).Repository("live").GrantPull(role(s), nil)
		}, []string{"supplychain.Packages.Repository Stack/P", "1 problem", `stage: got "live"; allowed: one of dev, staging, prod`}},
		{"images of a stage that is none", func(s awscdk.Stack) { supplychain.Chain{}.ImageRepository(s, "churn", "live", "", "") },
			[]string{"supplychain.Chain.ImageRepository", `stage: got "live"`}},
		{"publishing nothing", func(s awscdk.Stack) { supplychain.NewPackages(s, "P", nil).GrantPublish(role(s)) },
			[]string{"supplychain.Packages.GrantPublish", "1 problem", "set PackagesProps.Internal"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, "eu-west-1", test.build)
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the message lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

// The project of an image is not taken for another that is called like the image.
func TestAnImageThatIsCalledLikeAProject(t *testing.T) {
	synthtest.Template(t, "eu-west-1", func(s awscdk.Stack) {
		c := newComplete(s)
		supplychain.NewPromotion(s, "Promotion", c.promotion())
		b := c.builder()
		b.Images = supplychain.NewImages(s, "Check", &supplychain.ImagesProps{Name: "check"})
		supplychain.NewBuilder(s, "Builder", b)
	})
}

// A chain of one stage holds packages and images of a single environment: no statement of its policies is about
// nothing.
func TestAChainOfOneStage(t *testing.T) {
	one := supplychain.Chain{Stages: []supplychain.Stage{{Name: "prod"}}, Administrators: []string{"arn:aws:iam::111122223333:role/Admin"}}
	template := synthtest.Template(t, "eu-west-1", func(s awscdk.Stack) {
		supplychain.NewPackages(s, "Packages", &supplychain.PackagesProps{Chain: one, Internal: []string{"/pypi//acme~"}})
		supplychain.NewImages(s, "Images", &supplychain.ImagesProps{Name: "churn", Chain: one})
	})
	text := fmt.Sprint(template)
	for _, want := range []string{"Protection", "PublicByNobody"} {
		if !strings.Contains(text, want) {
			t.Errorf("no statement %s", want)
		}
	}
	for _, not := range []string{"NothingPublished", "FilledByPromotion", "WithdrawnByAdministrators", "Resource:<nil>", "Resource:[]"} {
		if strings.Contains(text, not) {
			t.Errorf("the template has %s", not)
		}
	}
}

// A region without CodeArtifact is said at synth.
func TestARegionWithoutCodeArtifact(t *testing.T) {
	err := synthtest.Error(t, "sa-east-1", func(s awscdk.Stack) { supplychain.NewPackages(s, "X", nil) })
	if want := `got "a stack in sa-east-1"; allowed: a region that has CodeArtifact`; !strings.Contains(err.Error(), want) {
		t.Errorf("the message lacks %q:\n%v", want, err)
	}
}
