package names

// Names of a supply chain start with its own. ECR takes slashes between parts and CodeArtifact has repositories below
// domains; CodeBuild has neither.

// PublicRepositories starts the names of the CodeArtifact repositories of public indexes, and no stage's.
const PublicRepositories = "public-"

// Image is the ECR repository of an image in a stage.
func Image(chain, image, stage string) string { return Images(chain, image+"/"+stage) }

// Images is a pattern of those of all images, or what one has below them.
func Images(chain, below string) string { return chain + "/image/" + below }

// Mirrored is the ECR repository of an image of others.
func Mirrored(chain, image string) string { return chain + "/mirror/" + image }

// Cached is what the ECR repositories of a pull-through cache start with.
func Cached(chain, upstream string) string { return chain + "/public/" + upstream }

// Repositories is a pattern of all ECR repositories of the chain.
func Repositories(chain string) string { return chain + "/" + Any }

// Project is a CodeBuild project of the chain, by its purpose.
func Project(chain, purpose string) string { return Join(chain, purpose) }

// ImageProject is the CodeBuild project that builds an image: its name is no purpose of another.
func ImageProject(chain, image string) string { return Join(chain, "image", image) }

// ProjectLogs is the log group of a CodeBuild project.
func ProjectLogs(project string) string { return "/aws/codebuild/" + project }
