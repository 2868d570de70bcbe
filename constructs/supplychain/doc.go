// Package supplychain brings packages and images to training jobs, from the public indexes through stages, without the internet:
// what a job runs comes from the team's own repositories, and reaches production only by promotion.
//
//	packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{Internal: []string{"/pypi//acme~"}})
//	variables := packages.Repository("dev").GrantPull(role, net) // the role of a job, and the network that it runs in
//	registry := supplychain.NewRegistry(stack, "Registry", nil)
//	images := supplychain.NewImages(stack, "Churn", &supplychain.ImagesProps{Name: "churn"})
//	supplychain.NewBuilder(stack, "Builder", &supplychain.BuilderProps{
//		Network: net, Packages: packages.Repository("dev"), Images: images, Registry: registry,
//		Base: base, Tools: tools, Source: records.Prefix("sources/"), Records: records.Prefix("records/"),
//	})
//
// A single environment has a chain of one stage, Stages: []supplychain.Stage{{Name: "prod"}}: packages and images are the same, and nothing
// is promoted.
//
// # The way of a package
//
//	public index
//	  |  fetched by CodeArtifact itself when dev is first asked for a version; never a name that is the team's own
//	public-pypi, which nobody reads or fills
//	  |  upstream
//	dev  <--  published by whom GrantPublish names: the team's own names only
//	  |
//	  +-------------------------------------------+  NewBuilder: lock file with hashes, base from the
//	  |  promotion: found, looked up at Inspector,|  mirror, list of materials, scanned, signed
//	  |  approved by somebody else, recorded,     |
//	  |  copied by its revision                 image dev
//	staging                                       |  promotion: scanned, listed, approved by somebody
//	  |  promotion                                |  else, recorded, copied by its digest, signed again
//	prod                                        image staging --> image prod
//	  |                                                             |
//	  |  pip, when the job starts: training.Job.Packages            |  training.ImageURI
//	  +---------------------->  production job  <-------------------+
//
// Stages after the first have no upstream: CodeArtifact goes on refreshing what was fetched through one.
//
// # What is shut
//
// Package groups say for every format where its packages may come from: public names only through the public indexes that
// [PackagesProps.Connections] lists, the team's own only by publishing, all else from nowhere. The domain's policy denies, to
// administrators too, that anything but a promotion fills a later stage, and that anybody reads a public repository; once
// administrators are named, only they and deployments change policies, connections, groups, fill the mirror by hand, or withdraw what
// was promoted. Image tags can't be moved. Other accounts get what their stage holds, and nothing else.
//
// A network lets through what its [network.IsolatedProps] PackageRepositories and ImageRepositories name, so that a container of
// prod can't install packages of dev, nor a build pull its images, whatever its role may. The image of a job SageMaker pulls from a
// network of its own: there the role decides, which may pull the image of its job alone.
//
// # What has to be there first
//
// The tools image: bash, Docker with buildx 0.15 or newer, AWS CLI 2 with ECR's signing status, jq and syft
// (examples/training-container/tools). An administrator builds it where there is internet and pushes it into the mirror
// ([NewMirror], with From left empty), as with bases that are in no ECR registry. Images of AWS, such as the Deep Learning Containers, [NewMirror] copies without the internet. A package comes
// into dev by being installed from there once. A pull-through cache is [NewPullThrough].
//
// # What it costs
//
// 1 USD a month for each key: of the packages, of each image, of the mirror, of a promotion's topic. A network with ImageBuild and
// Packages has 6 interface endpoints. CodeArtifact and ECR bill what is stored, CodeBuild minutes, Inspector each image that it
// scans; their prices are not in the catalog.
//
// # What it does not do
//
// It turns Inspector on by the registry's configuration, and needs who deploys to be allowed to. SageMaker does not check
// signatures: the promotion does. Reading knows whole repositories, not packages. The token that SageMaker's toolkit installs with
// shows in the failure of an install. Domain, repositories and what they hold outlive their stack: the same names can't be made
// again beside them. CodeArtifact is in 13 regions. What was not tried against a live account is listed in docs/design.md.
package supplychain
