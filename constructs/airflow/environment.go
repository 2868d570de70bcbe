package airflow

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
)

// Environment is a private Airflow environment of MWAA.
type Environment struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Name is the environment's: aws mwaa create-cli-token --name NAME.
	Name string
	// URL is the host of its web server, which answers inside the VPC only.
	URL string
	// Bucket holds its DAGs below dags/.
	Bucket *storage.DataBucket
	// Role is its execution role.
	Role *access.ExecutionRole
	// Key encrypts all of it.
	Key awskms.IKey
	// SecurityGroupID is its security group, which nothing else is in.
	SecurityGroupID string

	at location.Location
}

// keepsVersions is for files that are told by their versions, which have to stay even where somebody writes another
// one.
var keepsVersions = storage.LifeCycle{TieringDays: storage.Never, OldVersionDays: storage.Never}

// NewEnvironment makes an environment of MWAA, its key, bucket and execution role, and writes its DAGs. It panics with
// one message that holds every problem when scope, id or props are wrong.
func NewEnvironment(scope constructs.Construct, id string, props *EnvironmentProps) *Environment {
	return cdk.Build("airflow.Environment", scope, id, props, newEnvironment)
}

func newEnvironment(this constructs.Construct, id string, props *EnvironmentProps) *Environment {
	p := props.resolved(id)
	p.Environment = p.Environment.Resolved()
	cdk.ClaimOwn(this, "airflow.Environment", "Name", p.Name, "")
	at := cdk.Location(this)
	roleName, writerName := names.Join(p.Name, roleOf), names.Join(p.Name, writerOf)
	e := &Environment{Construct: this, Name: p.Name, Key: keyOf(this, p, at), at: at}
	e.Bucket = storage.NewDataBucket(this, "Bucket", &storage.DataBucketProps{
		Environment: p.Environment, Key: e.Key, AccessLogs: p.AccessLogs, Endpoints: p.Network.S3Endpoints(),
		// AWS does not say from where MWAA reads requirements and DAGs; the writer is in no VPC.
		OutsideRoles: []string{storage.FilesRole(this, roleName), storage.FilesRole(this, writerName)},
		LifeCycle:    keepsVersions,
	})
	e.Role = access.NewAirflowRole(this, "Role", roleProps(p, roleName, e.Bucket))
	access.Starts(this, func(g *access.Guard) error { return validateDAGs(p.DAGs, g, p.Team) })
	e.SecurityGroupID = groupOf(this, p.Network, "Airflow environment "+p.Name)
	emitted := cdk.Emit(this, cdk.PathOf(this), resources(p, made{
		group: e.SecurityGroupID, bucket: e.Bucket, files: filesOf(this, p, writerName, e.Bucket), roleARN: *e.Role.Role.RoleArn(), keyARN: *e.Key.KeyArn(),
	}))
	e.URL = emitted.Att("Environment", "WebserverUrl")
	return e
}

// keyOf is the given key, or one that is used through S3 and SQS, for the environment's log groups, and by grants.
func keyOf(this constructs.Construct, p EnvironmentProps, at location.Location) awskms.IKey {
	return givenOr(this, p.Key, key.Plan{
		Description: "Airflow environment " + p.Name, At: at, Retain: p.Environment.Tier.RetainsData(),
		Services: []string{"s3", "sqs"}, LogGroups: names.AirflowLogs(p.Name),
	})
}

// givenOr is a given key, whose policy gets what it lacks if it is the app's, or one that is made below the construct.
func givenOr(this constructs.Construct, given awskms.IKey, plan key.Plan) awskms.IKey {
	if given != nil {
		cdk.LetUse(given, plan.Needs()...)
		return given
	}
	const id = "Key"
	return cdk.NewKey(constructs.NewConstruct(this, jsii.String(id)), id, plan)
}

// groupOf makes a security group in the network.
func groupOf(this constructs.Construct, n *network.Isolated, description string) string {
	const id = "Group"
	scope := constructs.NewConstruct(this, jsii.String(id))
	return cdk.Emit(scope, cdk.Path(this, id), cfn.Resources{"Group": n.MachinesGroup(description)}).Att("Group", "GroupId")
}

// roleProps are what the environment's DAGs need.
func roleProps(p EnvironmentProps, name string, bucket *storage.DataBucket) *access.AirflowRoleProps {
	r := &access.AirflowRoleProps{Name: name, Airflow: p.Name, Files: bucket, Guard: p.Guard, Team: p.Team}
	for _, d := range p.DAGs {
		if d.Workflow != nil {
			if !slices.Contains(r.Workflows, d.Workflow.Name) {
				r.Workflows = append(r.Workflows, d.Workflow.Name)
			}
			continue
		}
		if !slices.Contains(r.Jobs, d.Job.Name) {
			r.Jobs = append(r.Jobs, d.Job.Name)
		}
		if !slices.ContainsFunc(r.ExecutionRoles, func(known awsiam.IRole) bool { return known == d.Job.Role.Role }) {
			r.ExecutionRoles = append(r.ExecutionRoles, d.Job.Role.Role)
		}
	}
	if from := p.Requirements.From; from.ARN != "" {
		r.Packages = []supplychain.Repository{from}
	}
	return r
}
