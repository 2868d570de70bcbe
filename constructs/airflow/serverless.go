package airflow

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
)

// Serverless is DAGs as workflows of MWAA Serverless: there is no environment, and nothing is billed between runs.
type Serverless struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Workflows are the ARNs of the workflows, by the IDs of their DAGs: aws mwaa-serverless start-workflow-run --workflow-arn ARN.
	Workflows map[string]string
	// Roles are their execution roles, by the IDs of their DAGs.
	Roles map[string]*access.ExecutionRole
	// Bucket holds the definitions.
	Bucket *storage.DataBucket
	// Key encrypts all but the logs, which the network's LogKey does.
	Key awskms.IKey

	name string
	at   location.Location
}

// definitions is where the definitions are in the bucket.
const definitions = "workflows/"

// NewServerless makes a workflow of MWAA Serverless for each DAG, its execution role and log group, and a key and a
// bucket for all of them. It panics with one message that holds every problem when scope, id or props are wrong.
func NewServerless(scope constructs.Construct, id string, props *ServerlessProps) *Serverless {
	return cdk.BuildTables("airflow.Serverless", scope, id, props, (*ServerlessProps).ids, newServerless)
}

// ids are those of the DAGs.
func (p *ServerlessProps) ids() []string {
	var all []string
	for _, d := range p.DAGs {
		all = append(all, d.ID)
	}
	return all
}

func newServerless(this constructs.Construct, id string, props *ServerlessProps) *Serverless {
	p, at := *props, cdk.Location(this)
	p.Name, p.Environment = p.name(id), p.Environment.Resolved()
	cdk.ClaimOwn(this, "airflow.Serverless", "Name", p.Name, "")
	s := &Serverless{
		Construct: this, Workflows: map[string]string{}, Roles: map[string]*access.ExecutionRole{}, name: p.Name, at: at,
	}
	s.Key = givenOr(this, p.Key, key.Plan{
		Description: "Workflows of MWAA Serverless " + p.Name, At: at, Retain: p.Environment.Tier.RetainsData(),
		Services: []string{"s3", "airflow-serverless"}, Workflows: at.ServerlessWorkflow(names.ServerlessWorkflow(p.Name, names.Any)),
	})
	writer := names.Join(p.Name, definitionsOf)
	s.Bucket = storage.NewDataBucket(this, "Bucket", &storage.DataBucketProps{
		Environment: p.Environment, Key: s.Key, AccessLogs: p.AccessLogs, Endpoints: p.Network.S3Endpoints(),
		// A definition is read once, as whoever deploys it; the writer is in no VPC.
		OutsideRoles: []string{storage.DeploymentRole(this), storage.FilesRole(this, writer)},
		LifeCycle:    keepsVersions,
	})
	var files []storage.File
	for i, d := range p.DAGs {
		files = append(files, storage.File{Path: definitions + d.ID + ".yaml", Text: d.definition(), Name: fileName(i)})
	}
	written := storage.NewFiles(this, "Files", &storage.FilesProps{
		Environment: p.Environment, Bucket: s.Bucket, Folders: []string{definitions}, Role: writer, LogKey: p.Network.LogKey, Files: files,
	})
	access.Starts(this, func(g *access.Guard) error { return validateDAGs(p.DAGs, g, p.Team) })
	description := "Tasks of MWAA Serverless " + p.Name
	group := groupOf(this, p.Network, description)
	const waysID = "Ways"
	cdk.Emit(constructs.NewConstruct(this, jsii.String(waysID)), cdk.Path(this, waysID), p.Network.MembersRules(group, description, 443)) // AWS asks for a rule to itself
	const workflowsID = "Workflows"
	all := constructs.NewConstruct(this, jsii.String(workflowsID))
	for i, d := range p.DAGs {
		s.add(all, cdk.Path(this, workflowsID), p, d, group, written.Version(fileName(i)))
	}
	return s
}

// fileName is what the file of a DAG is called to ask for its version.
func fileName(i int) string { return fmt.Sprintf("D%d", i) }

// add makes the workflow of a DAG, whose tasks are in that security group and whose definition has that version.
func (s *Serverless) add(scope constructs.Construct, path string, p ServerlessProps, d DAG, group, version string) {
	this, name := constructs.NewConstruct(scope, &d.ID), names.ServerlessWorkflow(s.name, d.ID)
	path += "/" + d.ID
	logs := cdk.Emit(this, path, cfn.Resources{"Logs": cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{
		"RetentionInDays": p.Environment.LogRetentionDays, "KmsKeyId": *p.Network.LogKey.KeyArn(),
	}}.Stateful(false)})
	asked := &access.AirflowServerlessRoleProps{Workflow: name, LogGroup: logs.Att("Logs", "Arn"), Key: *s.Key.KeyArn(), Guard: p.Guard, Team: p.Team}
	if d.Workflow != nil {
		asked.StateMachine = d.Workflow.Name
	} else {
		asked.Job, asked.ExecutionRole, asked.Inputs = d.Job.Name, d.Job.Role.Role, d.Job.Inputs
	}
	made := access.NewAirflowServerlessRole(this, "Role", asked)
	const workflowID = "Workflow"
	emitted := cdk.Emit(constructs.NewConstruct(this, jsii.String(workflowID)), path+"/"+workflowID, cfn.Resources{"Workflow": {
		Type: "AWS::MWAAServerless::Workflow",
		Properties: cfn.Properties{
			"Name": name, "RoleArn": *made.Role.RoleArn(), "Tags": tagMap(p.Environment, p.Team),
			"DefinitionS3Location":    cfn.Properties{"Bucket": s.Bucket.Name, "ObjectKey": definitions + d.ID + ".yaml", "VersionId": version},
			"EncryptionConfiguration": cfn.Properties{"Type": "CUSTOMER_MANAGED_KEY", "KmsKeyId": *s.Key.KeyArn()},
			"LoggingConfiguration":    cfn.Properties{"LogGroupName": logs.Ref("Logs")},
			"NetworkConfiguration":    cfn.Properties{"SubnetIds": p.Network.OneInEachZone(), "SecurityGroupIds": []any{group}},
		},
	}})
	s.Workflows[d.ID], s.Roles[d.ID] = emitted.Att("Workflow", "WorkflowArn"), made
}
