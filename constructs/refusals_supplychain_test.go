package constructs_test

import (
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
)

func inChain(c supplychain.Chain) said { return said{err: c.Validate()} }

func inStage(s supplychain.Stage) said {
	return inChain(supplychain.Chain{Stages: []supplychain.Stage{s}})
}

func inPackages(p supplychain.PackagesProps) said { return said{err: p.Validate()} }

func internal(patterns ...string) said {
	return inPackages(supplychain.PackagesProps{Internal: patterns}).at("Internal")
}

func inBuilder(p supplychain.BuilderProps) said { return said{err: p.Validate()} }

func mirrored(m supplychain.Mirrored) said {
	return said{err: (&supplychain.MirrorProps{Images: []supplychain.Mirrored{m}}).Validate()}
}

func cached(p supplychain.PullThroughProps) said { return said{err: p.Validate()} }

const (
	digest      = "763104351884.dkr.ecr.us-east-1.amazonaws.com/base@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	groupDocs   = "https://docs.aws.amazon.com/codeartifact/latest/ug/package-group-definition-syntax-matching-behavior.html"
	pullThrough = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html"
	fixed       = "ours: what moves is not what was looked at"
)

var refusalsOfChains = []refusal{
	{"supplychain Name", "2 to 24 lower-case letters, digits and single hyphens, a letter first", inNames, inChain(supplychain.Chain{Name: "acme--ml"}), inChain(supplychain.Chain{Name: "a23456789-123456789-1234"}), ""},
	{"supplychain Name", "1 to 20 lower-case letters, digits and single hyphens of a stage", inNames, inStage(supplychain.Stage{Name: "P"}), inStage(supplychain.Stage{Name: "prod"}), ""},
	{"supplychain Organization", "o- and 10 to 32 letters and digits", "https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html",
		inChain(supplychain.Chain{Organization: "o-123456789"}), inChain(supplychain.Chain{Organization: "o-1234567890"}), ""},
	{"supplychain Accounts", "12 digits", accounts, inStage(supplychain.Stage{Name: "prod", Accounts: []string{"1"}}), inStage(supplychain.Stage{Name: "prod", Accounts: []string{"123456789012"}}), ""},
	{"supplychain (validateConnections)", "a public index of CodeArtifact", "https://docs.aws.amazon.com/codeartifact/latest/ug/external-connection.html",
		inPackages(supplychain.PackagesProps{Connections: []supplychain.Connection{"cpan"}}).at("Connections"), inPackages(supplychain.PackagesProps{Connections: []supplychain.Connection{supplychain.PyPI}}).at("Connections"), ""},
	{"supplychain (parsePattern)", "a pattern of package groups", groupDocs, internal("pypi/acme*"), internal("/pypi//acme~"), ""},
	{"supplychain (parsePattern)", "a namespace where the format has one", "ours: it would hold for everything of the format", internal("/npm//*"), internal("/npm/acme/*"), ""},
	{"supplychain (parsePatterns)", "each once", groupDocs, internal("/npm/acme/*", "/npm/acme/*"), internal("/npm/acme/*", "/npm/acme~"), ""},
	{"supplychain Blocked", "no pattern of Internal", "ours: a package is the team's own or nobody's", inPackages(supplychain.PackagesProps{Internal: []string{"/npm/acme/*"}, Blocked: []string{"/npm/acme/*"}}),
		inPackages(supplychain.PackagesProps{Internal: []string{"/npm/acme/*"}, Blocked: []string{"/npm/other/*"}}), ""},
	{"supplychain KeptPromoted", "0 or more", "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html", said{err: (&supplychain.ImagesProps{Name: "ab", KeptPromoted: -1}).Validate()},
		said{err: (&supplychain.ImagesProps{Name: "ab", KeptPromoted: 1}).Validate()}, ""},
	{"supplychain Kept", "0 or more in a mirror too", "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html", said{err: (&supplychain.MirrorProps{Images: []supplychain.Mirrored{{Name: "ab"}}, Kept: -1}).Validate()},
		said{err: (&supplychain.MirrorProps{Images: []supplychain.Mirrored{{Name: "ab"}}, Kept: 1}).Validate()}, ""},
	{"supplychain Kept", "0 or more", "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html", said{err: (&supplychain.ImagesProps{Name: "ab", Kept: -1}).Validate()},
		said{err: (&supplychain.ImagesProps{Name: "ab", Kept: 1}).Validate()}, ""},
	{"supplychain SignatureYears", "1 to 11", "https://docs.aws.amazon.com/signer/latest/developerguide/gs-profile.html", said{err: (&supplychain.RegistryProps{SignatureYears: 12}).Validate()},
		said{err: (&supplychain.RegistryProps{SignatureYears: 11}).Validate()}, ""},
	{"supplychain Network", "a network", "ours: builds run without the internet", inBuilder(supplychain.BuilderProps{}), none, ""},
	{"supplychain (validateImage)", "a private image by a tag that does not move, or its digest", fixed, inBuilder(supplychain.BuilderProps{Base: strings.Replace(ownImage, ":1", ":latest", 1)}).at("Base"),
		inBuilder(supplychain.BuilderProps{Base: ownImage}).at("Base"), ""},
	{"supplychain Images", "some", "ours: there is nowhere for an image to go", inBuilder(supplychain.BuilderProps{}), none, ""},
	{"supplychain Registry", "one", "ours: images are scanned and signed", inBuilder(supplychain.BuilderProps{}), none, ""},
	{"supplychain FailsAt", "a severity", "https://docs.aws.amazon.com/inspector/latest/user/findings-understanding-severity.html", inBuilder(supplychain.BuilderProps{FailsAt: 9}), inBuilder(supplychain.BuilderProps{FailsAt: supplychain.Low}), ""},
	{"supplychain Timeout", "up to 8 hours", "ours: CloudFormation's schema of a project takes no more, though CodeBuild takes 36 hours", inBuilder(supplychain.BuilderProps{Timeout: 8*time.Hour + time.Minute}),
		inBuilder(supplychain.BuilderProps{Timeout: 8 * time.Hour}), ""},
	{"supplychain Timeout", "5 minutes or more", "https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html", inBuilder(supplychain.BuilderProps{Timeout: 4 * time.Minute}),
		inBuilder(supplychain.BuilderProps{Timeout: 5 * time.Minute}), ""},
	{"supplychain ARN", "the ARN of a CodeArtifact repository", byPolicies, said{err: supplychain.Repository{ARN: "ml/dev"}.Validate()}, said{err: supplychain.Repository{ARN: repositoryARN}.Validate()}, ""},
	{"supplychain From", "an image of ECR by its digest", fixed, mirrored(supplychain.Mirrored{Name: "base", From: ownImage, Tag: "1"}), mirrored(supplychain.Mirrored{Name: "base", From: digest, Tag: "1"}), ""},
	{"supplychain Tag", "1 to 128 letters, digits, ., _ and -, and not latest", fixed, mirrored(supplychain.Mirrored{Name: "base", From: digest, Tag: "latest"}), mirrored(supplychain.Mirrored{Name: "base", From: digest, Tag: "_1"}), ""},
	{"supplychain Upstream", "a registry that ECR caches, and that takes no more than a credential", "ours: Azure's have addresses of their own, and ECR's take a role", cached(supplychain.PullThroughProps{Upstream: "mine.azurecr.io"}),
		cached(supplychain.PullThroughProps{Upstream: supplychain.Chainguard}), ""},
	{"supplychain Credential", "a secret for a registry with a login", pullThrough, cached(supplychain.PullThroughProps{Upstream: supplychain.DockerHub}),
		cached(supplychain.PullThroughProps{Upstream: supplychain.DockerHub, Credential: "arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/x"}), ""},
	{"supplychain Wait", "up to 720 hours", "ours: nobody decides after a month", said{err: (&supplychain.PromotionProps{Wait: 721 * time.Hour}).Validate()}, said{err: (&supplychain.PromotionProps{Wait: 720 * time.Hour}).Validate()}, ""},
	{"supplychain Packages", "those of a chain of two stages or more", "ours: a chain of one promotes nothing", said{err: (&supplychain.PromotionProps{}).Validate()}, none, ""},
	in(`mistakes_test.go TestMistakes: allowed: images of the chain of Packages`, "supplychain (Validate)", "images of the same chain", "ours: a promotion is that of one chain"),
	in(`mistakes_test.go TestMistakes: Network.Capabilities: got [Training Packages]`, "supplychain Capabilities", "a network with ImageBuild or Packages", "ours: no endpoint leads there"),
	in(`mistakes_test.go TestMistakes: set PackagesProps.Internal`, "supplychain Internal", "some, to publish", "ours: nothing else can be published"),
	in(`mistakes_test.go TestARegionWithoutCodeArtifact: allowed: a region that has CodeArtifact`, "supplychain scope", "one of the repository's region", "ours: CodeArtifact is asked by the endpoints of a region"),
	in(`mistakes_test.go TestMistakes: allowed: one of dev, staging, prod`, "supplychain stage", "a stage of the chain", noSuch),
	in(`../told_once_test.go TestToldOnce: region: got `, "supplychain (elsewhere)", "an account and a region", "ours: the ARN would be one of nothing"),
	{"supplychain (validateImageName)", "2 to 40 lower-case letters, digits and hyphens", "ours: it is a part of the repositories' names", said{err: (&supplychain.ImagesProps{Name: "A"}).Validate()}.at("Name"), said{err: (&supplychain.ImagesProps{Name: "ab"}).Validate()}.at("Name"), ""},
	in(`mistakes_test.go TestMistakes: deploy a chain to eu-west-1`, "supplychain Repository", "one that the network lets through", "ours: endpoints deny others"),
}

// inCluster is what is said of a cluster of one group without a network.
func inCluster(change func(*hyperpod.ClusterProps)) said {
	p := &hyperpod.ClusterProps{
		Environment: environment.Environment{Limits: environment.Limits{MonthlyBudget: 1e6}},
		Groups:      []hyperpod.Group{{Name: "workers", InstanceType: "ml.m5.xlarge"}},
	}
	change(p)
	return said{err: p.Validate("X")}
}

func inGroup(change func(*hyperpod.Group)) said {
	return inCluster(func(p *hyperpod.ClusterProps) { change(&p.Groups[0]) })
}

func withEKS(change func(*hyperpod.ClusterProps)) said {
	return inCluster(func(p *hyperpod.ClusterProps) {
		p.EKS = &hyperpod.EKS{ClusterARN: "arn:aws:eks:us-east-1:111122223333:cluster/ml", SecurityGroupID: "sg-12345678", Prepared: true}
		change(p)
	})
}

func named(name string) said {
	return withEKS(func(p *hyperpod.ClusterProps) { p.Groups[0].Name = name }).at("Groups[0].Name")
}

func labeled(key, value string) said {
	return withEKS(func(p *hyperpod.ClusterProps) { p.Groups[0].Labels = map[string]string{key: value} }).at("Labels")
}

func tainted(taints ...hyperpod.Taint) said {
	return withEKS(func(p *hyperpod.ClusterProps) { p.Groups[0].Taints = taints })
}

func manyGroups(n int) func(*hyperpod.ClusterProps) {
	return func(p *hyperpod.ClusterProps) {
		p.Groups = nil
		for i := range n {
			p.Groups = append(p.Groups, hyperpod.Group{Name: strings.Repeat("g", i+1), InstanceType: "ml.m5.large"})
		}
	}
}

const (
	clusterAPI    = api + "API_ClusterInstanceGroupSpecification.html"
	kubernetesAPI = api + "API_ClusterKubernetesConfig.html"
)

var refusalsOfClusters = []refusal{
	{"hyperpod Groups", "at most 20 with EKS", "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-operate-cli-command-create-cluster.html", withEKS(manyGroups(21)).at("Groups"), withEKS(manyGroups(20)).at("Groups"), ""},
	{"hyperpod Groups", "at most 98 with Slurm", "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCluster.html", inCluster(manyGroups(99)).at("Groups"), inCluster(manyGroups(98)).at("Groups"), ""},
	{"hyperpod Name", "1 to 63 letters, digits and hyphens with EKS", clusterAPI, named("a_b"), named("GPU-" + strings.Repeat("x", 59)), ""},
	{"hyperpod Name", "lower case with Slurm, and no name that it has", "ours: it is the name of a partition", inGroup(func(g *hyperpod.Group) { g.Name = "dev" }).at("Groups[0].Name"), inGroup(func(g *hyperpod.Group) { g.Name = "dev2" }).at("Groups[0].Name"), ""},
	{"hyperpod (validateGroups)", "labels and taints with EKS", "ours: Slurm has none", inGroup(func(g *hyperpod.Group) { g.Labels = map[string]string{"a": "b"} }).at("Groups[0]"), labeled("a", "b").at("Groups[0]"), ""},
	{"hyperpod MinInstances", "at most the group's Instances", "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClusterInstanceGroupSpecification.html",
		inGroup(func(g *hyperpod.Group) { g.MinInstances = 2 }), inGroup(func(g *hyperpod.Group) { g.MinInstances = 1 }), ""},
	{"hyperpod Instances", "1 or more", "ours: a group of none is left out", inGroup(func(g *hyperpod.Group) { g.Instances = -1 }), inGroup(func(g *hyperpod.Group) { g.Instances = 1 }), ""},
	{"hyperpod VolumeGB", "1 to 16,384", api + "API_ClusterEbsVolumeConfig.html", inGroup(func(g *hyperpod.Group) { g.VolumeGB = 16_385 }), inGroup(func(g *hyperpod.Group) { g.VolumeGB = 16_384 }), ""},
	{"hyperpod DeepHealthChecks", "GPUs or Trainium", "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-resiliency-deep-health-checks.html", inGroup(func(g *hyperpod.Group) { g.DeepHealthChecks = true }),
		inGroup(func(g *hyperpod.Group) { g.DeepHealthChecks, g.InstanceType = true, "ml.g5.xlarge" }), ""},
	{"hyperpod (validateKubernetes)", "at most 50", kubernetesAPI, withEKS(func(p *hyperpod.ClusterProps) { p.Groups[0].Labels = texts(51) }).at("Labels"), withEKS(func(p *hyperpod.ClusterProps) { p.Groups[0].Labels = texts(50) }).at("Labels"), ""},
	{"hyperpod Labels", "any key but Ref", "ours: CloudFormation takes it for a reference", labeled("Ref", "x"), labeled("ref", "x"), ""},
	{"hyperpod (validateKey)", "a key of Kubernetes", kubernetesAPI, labeled(strings.Repeat("x", 64), "x"), labeled("example.com/"+strings.Repeat("x", 63), "x"), ""},
	{"hyperpod (validateValue)", "a value of Kubernetes", kubernetesAPI, labeled("x", strings.Repeat("x", 64)), labeled("x", strings.Repeat("x", 63)), ""},
	{"hyperpod Taints", "none with deep checks", "ours: they use taints of their own", inGroup(func(g *hyperpod.Group) {
		g.DeepHealthChecks, g.Taints = true, []hyperpod.Taint{{Key: "a", Effect: hyperpod.NoExecute}}
	}), tainted(hyperpod.Taint{Key: "a", Effect: hyperpod.NoExecute}), ""},
	{"hyperpod Effect", "an effect of Kubernetes", kubernetesAPI, tainted(hyperpod.Taint{Key: "a", Effect: "No"}), tainted(hyperpod.Taint{Key: "a", Effect: hyperpod.PreferNoSchedule}), ""},
	{"hyperpod Key", "each once for an effect", "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/",
		tainted(hyperpod.Taint{Key: "a", Effect: hyperpod.NoExecute}, hyperpod.Taint{Key: "a", Value: "b", Effect: hyperpod.NoExecute}), tainted(hyperpod.Taint{Key: "a", Effect: hyperpod.NoExecute}, hyperpod.Taint{Key: "a", Effect: hyperpod.NoSchedule}), ""},
	{"hyperpod ClusterARN", "the ARN of an EKS cluster", byPolicies, withEKS(func(p *hyperpod.ClusterProps) { p.EKS.ClusterARN = "ml" }), withEKS(func(*hyperpod.ClusterProps) {}), ""},
	{"hyperpod SecurityGroupID", "sg- and 8 to 17 hexadecimal digits", ids, withEKS(func(p *hyperpod.ClusterProps) { p.EKS.SecurityGroupID = "sg-1234567" }), withEKS(func(*hyperpod.ClusterProps) {}), ""},
	{"hyperpod Prepared", "true", "ours: nodes never join a cluster without HyperPod's chart", withEKS(func(p *hyperpod.ClusterProps) { p.EKS.Prepared = false }), withEKS(func(*hyperpod.ClusterProps) {}), ""},
	{"hyperpod (validateOrchestrator)", "no Slurm machines with EKS", "ours: its control plane is its own", withEKS(func(p *hyperpod.ClusterProps) { p.LoginType = "ml.m5.large" }).at("LoginType"), withEKS(func(*hyperpod.ClusterProps) {}).at("LoginType"), ""},
	{"hyperpod (validateLimits)", "types that the environment allows", limited, inCluster(func(p *hyperpod.ClusterProps) { p.LoginType = "ml.p5.48xlarge" }).at("LoginType"), inCluster(func(p *hyperpod.ClusterProps) { p.LoginType = "ml.m5.large" }).at("LoginType"), ""},
	{"hyperpod Network", "a network", "ours: machines stand in a VPC", inCluster(func(*hyperpod.ClusterProps) {}), none, ""},
	{"hyperpod Lustre", "a file system of NewLustre in the network", "ours: machines mount it with the tools of Lustre", inCluster(func(p *hyperpod.ClusterProps) {
		p.Network, p.Lustre = &network.Isolated{SubnetIDs: []string{"a", "b"}}, &storage.FileSystem{Type: storage.EFS}
	}), inCluster(func(p *hyperpod.ClusterProps) {
		p.Network, p.Lustre = &network.Isolated{SubnetIDs: []string{"a", "b"}}, &storage.FileSystem{Type: storage.Lustre, SubnetID: "a"}
	}), ""},
	{"hyperpod Zone", "a zone of the network", "ours: there is no subnet in others", inCluster(func(p *hyperpod.ClusterProps) {
		p.Network, p.Zone = &network.Isolated{SubnetIDs: []string{"a", "b"}}, 2
	}), inCluster(func(p *hyperpod.ClusterProps) {
		p.Network, p.Zone = &network.Isolated{SubnetIDs: []string{"a", "b"}}, 1
	}), ""},
}
