package access

import (
	"slices"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// grants is everything that one job is given.
type grants struct {
	jobs          JobKind
	reads, writes []storage.Prefix
	objects       []storage.Object // that are read
	checkpoints   []storage.Prefix
	mounts        []storage.Directory
	packages      []supplychain.Repository
	repositories  []string // ARNs
	anyRepository bool     // of the account and region
	subnets       []string // ids
	securityGroup string   // id
}

// executionFields are the fields of ExecutionRoleProps and ClusterRoleProps that fill a policy.
var executionFields = map[string]string{
	"s3:ListBucket": "Reads", "s3:GetObject": "Reads", "s3:PutObject": "Writes", "s3:DeleteObject": "Checkpoints",
	"ecr:BatchCheckLayerAvailability": "Repositories", "codeartifact:GetAuthorizationToken": "Packages",
	"codeartifact:GetRepositoryEndpoint": "Packages", "elasticfilesystem:DescribeFileSystems": "Mounts",
}

// executionRole is what SageMaker needs to run one job in a VPC
// (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms).
func executionRole(at location.Location, g grants) role.Role {
	statements := slices.Concat(
		data(g),
		fileSystems(g.mounts),
		images(at, g),
		supplychain.Statements(g.packages...),
		reports(at, logGroups[g.jobs]),
		networkInterfaces(at, g),
	)
	return role.Role{
		Description: "Execution role of SageMaker jobs",
		Service:     "sagemaker.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("sagemaker", "*")},
		},
		Statements: statements,
		Tags:       map[string]string{role.JobTag: role.JobTagValue},
		Fields:     executionFields,
	}
}

// images lets the job pull its image.
func images(at location.Location, g grants) []policy.Statement {
	if !g.anyRepository {
		return role.Pull(g.repositories)
	}
	pulls := role.Pull(append(slices.Clone(g.repositories), at.ARN("ecr", "repository/*")))
	pulls[1].Why = "which image a job runs is decided by the deployment"
	return pulls
}

// data lets the job read its inputs and write its outputs, and encrypt the volume of its instances with the outputs'
// keys.
func data(g grants) []policy.Statement {
	var keys []string
	for _, p := range g.writes {
		if key := p.Bucket.KeyARN; key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return append(objects(g), volumes(keys)...)
}

// objects lets it read its inputs and write its outputs.
func objects(g grants) []policy.Statement {
	var grants []storage.Grant
	for _, p := range g.reads {
		grants = append(grants, p.GrantRead())
	}
	for _, o := range g.objects {
		grants = append(grants, o.GrantRead())
	}
	for _, p := range g.writes {
		grants = append(grants, p.GrantWrite())
	}
	for _, p := range g.checkpoints {
		grants = append(grants, p.GrantReadWriteDelete())
	}
	return storage.Statements(grants...)
}

// volumes lets volumes be encrypted with keys: by grants to AWS's own services only.
func volumes(keys []string) []policy.Statement {
	if len(keys) == 0 {
		return nil
	}
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"kms:CreateGrant"}, Resources: keys,
		Conditions: policy.Conditions{"Bool": {"kms:GrantIsForAWSResource": "true"}},
	}, {
		Effect: policy.Allow, Actions: []string{"kms:DescribeKey"}, Resources: keys,
	}}
}

// fileSystems lets SageMaker find the file systems of the job. Mounting knows no permission: the security group decides
// (https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html; which role needs these is not
// documented, AWS's own managed policy has them).
func fileSystems(mounts []storage.Directory) []policy.Statement {
	var s []policy.Statement
	var shared []string
	lustre := false
	for _, d := range mounts {
		if d.FileSystem.Type == storage.Lustre {
			lustre = true
		} else if !slices.Contains(shared, d.FileSystem.ARN) {
			shared = append(shared, d.FileSystem.ARN)
		}
	}
	if lustre {
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"fsx:DescribeFileSystems"}, Resources: []string{"*"}, Why: "describing in FSx knows no resource",
		})
	}
	if len(shared) > 0 {
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"elasticfilesystem:DescribeFileSystems", "elasticfilesystem:DescribeMountTargets"}, Resources: shared,
		})
	}
	return s
}

// reports lets the job write its logs and metrics.
func reports(at location.Location, group string) []policy.Statement {
	return []policy.Statement{{
		Effect:    policy.Allow,
		Actions:   []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
		Resources: []string{at.ARN("logs", "log-group:"+group), at.ARN("logs", "log-group:"+group+":*")},
		Why:       "the streams of the log group that SageMaker names and all jobs of the kind share",
	}, {
		Effect: policy.Allow, Actions: []string{"cloudwatch:PutMetricData"},
		Resources:  []string{"*"},
		Why:        "sending metrics knows no resource, and the condition holds it to SageMaker's namespaces",
		Conditions: policy.Conditions{"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
	}}
}

// networkInterfaces lets SageMaker put the job into its subnets and group, and no others.
func networkInterfaces(at location.Location, g grants) []policy.Statement {
	if len(g.subnets) == 0 {
		return nil
	}
	return role.Interfaces(at, "sagemaker.amazonaws.com", g.subnets, g.securityGroup)
}
