package access

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/role"
)

// BuilderRoleProps say which image is built. Network, Project and Repository are required.
type BuilderRoleProps struct {
	// Network is where the build runs. Required.
	Network *network.Isolated
	// Project is the name of the CodeBuild project. Required.
	Project string
	// Repository is the ARN of the ECR repository that the image goes to. Required.
	Repository string
	// Bases are the ARNs of the ECR repositories that base images come from. Empty: none.
	Bases []string
	// Domains and Packages are the ARNs of the CodeArtifact domains and repositories that packages come from. Empty: none.
	Domains, Packages []string
}

// Validate reports every problem of the props.
func (p *BuilderRoleProps) Validate() error {
	if p == nil {
		p = &BuilderRoleProps{}
	}
	var l problem.List
	if p.Network == nil {
		l.Add("Network", nil, "the network that the build runs in", "make one with network.NewIsolated")
	}
	if p.Project == "" {
		l.Add("Project", "", "the name of the CodeBuild project", "")
	}
	const image, domain = "the ARN of an ECR repository, arn:aws:ecr:REGION:ACCOUNT:repository/NAME", "the ARN of a CodeArtifact "
	validateARNs(&l, "Repository", []string{p.Repository}, "ecr", ":repository/", image)
	validateARNs(&l, "Bases", p.Bases, "ecr", ":repository/", image)
	validateARNs(&l, "Domains", p.Domains, "codeartifact", ":domain/", domain+"domain")
	validateARNs(&l, "Packages", p.Packages, "codeartifact", ":repository/", domain+"repository")
	if (len(p.Domains) == 0) != (len(p.Packages) == 0) {
		l.Add("Domains", p.Domains, "both Domains and Packages, or neither", "a repository is read with a token of its domain")
	}
	return l.Err()
}

// NewBuilderRole makes the role of a CodeBuild project that builds an image inside the network, from named bases and packages,
// and pushes it to one repository. It panics with one message that holds every problem when scope, id or props are wrong.
func NewBuilderRole(scope constructs.Construct, id string, props *BuilderRoleProps) *ExecutionRole {
	const kind = "access.BuilderRole"
	this := cdk.New(kind, scope, id, props.Validate())
	at := cdk.Location(this)
	group := at.ARN("logs", "log-group:/aws/codebuild/"+props.Project)
	statements := append(images(slices.Concat(props.Bases, []string{props.Repository})), policy.Statement{
		Effect: policy.Allow, Actions: []string{"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"},
		Resources: []string{props.Repository},
	}, policy.Statement{
		Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{group + ":*"},
		Why: "the streams of the project's own group",
	})
	if len(props.Packages) > 0 {
		statements = append(statements, policy.Statement{
			Effect: policy.Allow, Actions: []string{"codeartifact:GetAuthorizationToken"}, Resources: props.Domains,
		}, policy.Statement{
			Effect: policy.Allow, Actions: []string{"codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"}, Resources: props.Packages,
		}, policy.Statement{
			Effect: policy.Allow, Actions: []string{"sts:GetServiceBearerToken"}, Resources: []string{"*"}, Why: "a bearer token knows no resource",
			Conditions: policy.Conditions{"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}},
		})
	}
	r := role.Role{
		Description: "Builds an image", Service: "codebuild.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnEquals":    {"aws:SourceArn": at.ARN("codebuild", "project/"+props.Project)},
		},
		Statements: append(statements, interfacesFor(at, "codebuild.amazonaws.com", props.Network.SubnetIDs,
			*props.Network.JobSecurityGroup.SecurityGroupId())...),
	}
	arn := makeRole(this, kind, scope, id, r)
	return &ExecutionRole{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &arn, nil)}
}
