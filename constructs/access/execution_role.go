package access

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
)

// JobKind is a kind of SageMaker job.
type JobKind int

// The kinds.
const (
	// TrainingJobs are training jobs, those of a tuning job too.
	TrainingJobs JobKind = iota
	// ProcessingJobs are processing jobs.
	ProcessingJobs
)

// String is the kind's name.
func (k JobKind) String() string {
	if k == ProcessingJobs {
		return "ProcessingJobs"
	}
	return "TrainingJobs"
}

// logGroups are the log groups that SageMaker names, and all jobs of a kind share.
var logGroups = []string{TrainingJobs: "/aws/sagemaker/TrainingJobs", ProcessingJobs: "/aws/sagemaker/ProcessingJobs"}

// ExecutionRoleProps say what a job is given. All fields may be left out: the job then gets nothing but its logs.
type ExecutionRoleProps struct {
	// Jobs is their kind. Zero: TrainingJobs.
	Jobs JobKind
	// Network is where the job runs. Nil: in no VPC, which a guard allows to none; the role then has no permission for
	// one.
	Network *network.Isolated
	// Reads are what it may read. Empty: nothing.
	Reads []storage.Prefix
	// Objects are single objects that it may read, such as manifests. Empty: none.
	Objects []storage.Object
	// Writes are what it may write. Their keys also encrypt the volumes of its instances. Empty: nothing.
	Writes []storage.Prefix
	// Checkpoints are what it may read, write and delete: SageMaker keeps there what a job resumes from, and deletes
	// what the job deleted (https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html). Empty: nothing.
	Checkpoints []storage.Prefix
	// Mounts are the directories of file systems that it may read. Empty: none.
	Mounts []storage.Directory
	// Packages are the repositories that it may install packages from when it starts. Empty: none.
	Packages []supplychain.Repository
	// Repositories are the ARNs of the ECR repositories that it may pull its image from. Empty: none.
	Repositories []string
	// AnyRepository lets it pull its image from every ECR repository of its account and region: for an image that only
	// the deployment knows. Off: from Repositories only.
	AnyRepository bool
}

// Validate reports every problem of the props.
func (p *ExecutionRoleProps) Validate() error {
	p, l := props.Of(p)
	if p.Jobs < TrainingJobs || p.Jobs > ProcessingJobs {
		l.Add("Jobs", int(p.Jobs), "TrainingJobs or ProcessingJobs", "")
	}
	for i, prefix := range p.Reads {
		l.Include(fmt.Sprintf("Reads[%d]", i), prefix.Validate())
	}
	for i, object := range p.Objects {
		l.Include(fmt.Sprintf("Objects[%d]", i), object.Validate())
	}
	for i, prefix := range p.Writes {
		l.Include(fmt.Sprintf("Writes[%d]", i), prefix.ValidateWritten())
	}
	for i, prefix := range p.Checkpoints {
		l.Include(fmt.Sprintf("Checkpoints[%d]", i), prefix.ValidateWritten())
	}
	for i, d := range p.Mounts {
		l.Include(fmt.Sprintf("Mounts[%d]", i), d.Validate())
	}
	for i, r := range p.Packages {
		err := r.Validate()
		l.Include(fmt.Sprintf("Packages[%d]", i), err)
		if err == nil && p.Network != nil {
			l.Include("", p.Network.ValidatePackages(r.ARN))
		}
	}
	arn.Validate(&l, "Repositories", p.Repositories, "ecr", ":repository/", "the ARN of an ECR repository, arn:aws:ecr:REGION:ACCOUNT:repository/NAME")
	return l.Err()
}

// ExecutionRole is the role by which SageMaker runs a job. A role of IAM that stands already can't be one: what a job
// needs could not be held against it.
type ExecutionRole struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Role is the role. It is for its service alone: GrantAssumeRole lets nobody else in. What is granted on it to an
	// account, a service or an ARN, which have no policies in the app, is dropped: Success of the Grant alone says so.
	Role awsiam.IRole

	given *ExecutionRoleProps // nil: the role is for something else than jobs
}

// NewExecutionRole makes the execution role of a job. The props may be nil. It panics with one message that holds every
// problem when scope, id or props are wrong.
func NewExecutionRole(scope constructs.Construct, id string, props *ExecutionRoleProps) *ExecutionRole {
	return cdk.Build("access.ExecutionRole", scope, id, props, newExecutionRole)
}

func newExecutionRole(this constructs.Construct, _ string, props *ExecutionRoleProps) *ExecutionRole {
	p := *props
	g := grants{
		jobs: p.Jobs, reads: p.Reads, objects: p.Objects, writes: p.Writes, checkpoints: p.Checkpoints, mounts: p.Mounts, packages: p.Packages,
		repositories: p.Repositories, anyRepository: p.AnyRepository,
	}
	if p.Network != nil {
		g.subnets, g.securityGroup = p.Network.SubnetIDs, *p.Network.JobSecurityGroup.SecurityGroupId()
	}
	arn := makeRole(this, executionRole(cdk.Location(this), g))
	return &ExecutionRole{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &arn, nil), given: &p}
}

// makeRole makes a role and its policies, and gives its ARN.
func makeRole(this constructs.Construct, r role.Role) string {
	cdk.Check(r.Check())
	return cdk.Emit(this, cdk.PathOf(this), r.Resources("Role")).Att("Role", "Arn")
}
