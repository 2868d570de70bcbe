package access

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/problem"
)

// TrainingRoleProps say what a training job is given. Network is required.
type TrainingRoleProps struct {
	// Network is where the job runs. Required.
	Network *network.Isolated
	// Reads are what it may read. Empty: nothing.
	Reads []storage.Prefix
	// Writes are what it may write. Their keys also encrypt the volumes of its instances. Empty: nothing.
	Writes []storage.Prefix
	// Mounts are the directories of file systems that it may read. Empty: none.
	Mounts []storage.Directory
	// Repositories are the ARNs of the ECR repositories that it may pull its image from. Empty: none.
	Repositories []string
}

// Validate reports every problem of the props.
func (p *TrainingRoleProps) Validate() error {
	if p == nil {
		p = &TrainingRoleProps{}
	}
	var l problem.List
	if p.Network == nil {
		l.Add("Network", nil, "the network that the job runs in", "make one with network.NewIsolated")
	}
	for i, prefix := range p.Reads {
		l.Include(fmt.Sprintf("Reads[%d]", i), prefix.Validate())
	}
	for i, prefix := range p.Writes {
		l.Include(fmt.Sprintf("Writes[%d]", i), prefix.Validate())
	}
	for i, d := range p.Mounts {
		l.Include(fmt.Sprintf("Mounts[%d]", i), d.Validate())
	}
	validateARNs(&l, "Repositories", p.Repositories, "ecr", ":repository/", "the ARN of an ECR repository, arn:aws:ecr:REGION:ACCOUNT:repository/NAME")
	return l.Err()
}

// TrainingRole is the execution role of one kind of training job.
type TrainingRole struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Role is the role.
	Role awsiam.IRole
}

// NewTrainingRole makes the execution role of a training job. It panics with one message that holds every problem when
// scope, id or props are wrong.
func NewTrainingRole(scope constructs.Construct, id string, props *TrainingRoleProps) *TrainingRole {
	this := cdk.New("access.TrainingRole", scope, id, props.Validate())
	role := trainingRole(cdk.Location(this), grants{
		reads:         props.Reads,
		writes:        props.Writes,
		mounts:        props.Mounts,
		repositories:  props.Repositories,
		subnets:       props.Network.SubnetIDs,
		securityGroup: *props.Network.JobSecurityGroup.SecurityGroupId(),
	})
	arn := cdk.Emit(this, cdk.Path(scope, id), role.Resources("Role")).Att("Role", "Arn")
	return &TrainingRole{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &arn, nil)}
}
