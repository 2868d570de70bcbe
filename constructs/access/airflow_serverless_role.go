package access

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
)

// AirflowServerlessRoleProps say what a workflow of MWAA Serverless may start. Workflow, LogGroup, Key and Guard are required.
type AirflowServerlessRoleProps struct {
	// Workflow is the name of the workflow of MWAA Serverless: a letter first, then letters, digits, hyphens and underscores. Required.
	Workflow string
	// LogGroup is the ARN of the log group of its tasks, as CloudFormation gives it, with :* at the end. Required.
	LogGroup string
	// Key is the ARN of the key that the workflow is encrypted with. Required.
	Key string
	// Guard is what its jobs are held to. Required.
	Guard *Guard
	// StateMachine is the name of the account's state machine that it may start. Empty: none.
	StateMachine string
	// Job starts the names of the jobs that it may start and look at, without the two hyphens that follow: the Name of
	// training.Request. Empty: none.
	Job string
	// ExecutionRole is the only role that its jobs may run under. Required with Job.
	ExecutionRole awsiam.IRole
	// Inputs are the data of its jobs. Airflow's operator looks whether they are there: it lists the names in their buckets, and reads none.
	Inputs []storage.Prefix
	// Team is the team that its jobs are tagged with. Required with a guard for Teams, and only then.
	Team string
}

var serverlessPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,254}$`)

// Validate reports every problem of the props.
func (p *AirflowServerlessRoleProps) Validate() error {
	p, l := props.Of(p)
	check(&l, "Workflow", p.Workflow, serverlessPattern, "1 to 255 letters, digits, hyphens and underscores, a letter first")
	arn.ValidateOne(&l, "LogGroup", strings.TrimSuffix(p.LogGroup, ":*"), "logs", ":log-group:", "the ARN of a log group, arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*")
	arn.ValidateOne(&l, "Key", p.Key, "kms", ":key/", keyARN)
	if p.Guard == nil {
		l.Add("Guard", nil, "what the jobs are held to", "make one with access.NewGuard")
	}
	l.Include("", p.Guard.ValidateTeam(p.Team))
	if p.StateMachine != "" {
		check(&l, "StateMachine", p.StateMachine, machinePattern, "the name of a state machine, 1 to 80 letters, digits, hyphens and underscores")
	}
	if p.Job != "" {
		validateJobs(&l, "Job", p.Job)
	}
	if p.Job != "" && p.ExecutionRole == nil {
		l.Add("ExecutionRole", nil, "the role that the jobs run under", "make one with access.NewExecutionRole")
	}
	for i, prefix := range p.Inputs {
		l.Include(fmt.Sprintf("Inputs[%d]", i), prefix.Validate())
	}
	return l.Err()
}

// NewAirflowServerlessRole makes the execution role of one workflow of MWAA Serverless: it writes the log of its tasks, and starts the
// given state machine or jobs, under the guard. It panics with one message that holds every problem when scope, id or props are wrong.
func NewAirflowServerlessRole(scope constructs.Construct, id string, props *AirflowServerlessRoleProps) *ExecutionRole {
	return cdk.Build("access.AirflowServerlessRole", scope, id, props, newAirflowServerlessRole)
}

func newAirflowServerlessRole(this constructs.Construct, _ string, props *AirflowServerlessRoleProps) *ExecutionRole {
	at := cdk.Location(this)
	workflow := at.ServerlessWorkflow(props.Workflow)
	r := role.Role{
		Description: "Runs the tasks of a workflow of MWAA Serverless", Service: "airflow-serverless.amazonaws.com",
		// https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/cross-service-confused-deputy-prevention.html
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": workflow},
		},
		Statements: serverlessItself(workflow, props.LogGroup, props.Key),
	}
	if props.StateMachine != "" {
		r.Statements = append(r.Statements, startsExecutions(at, []string{props.StateMachine}))
	}
	if props.Job != "" {
		r.Statements = slices.Concat(r.Statements, startsJobs(at, []string{props.Job}, []awsiam.IRole{props.ExecutionRole}), looks(at, props.Inputs))
	}
	props.Guard.attach(this, &r, props.Team)
	arn := makeRole(this, r)
	return &ExecutionRole{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &arn, nil)}
}

// serverlessItself is what MWAA Serverless does by the role. It uses the key by the role itself, and not through a service
// (https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/data-protection.html).
func serverlessItself(workflow, logGroup, key string) []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, Resources: []string{logGroup},
		Why: "MWAA names the streams of its log group itself",
	}, {
		Effect: policy.Allow, Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: []string{key},
		Conditions: policy.Conditions{"ArnLike": {"kms:EncryptionContext:aws:airflow-serverless:workflow-arn": workflow}},
	}}
}

// looks lets Airflow's operator see whether a job's data are there: whether there is the bucket, an object of the very name of the
// folder, as the console makes them, or any below it
// (https://github.com/apache/airflow/blob/main/providers/amazon/src/airflow/providers/amazon/aws/hooks/sagemaker.py, check_s3_url).
func looks(at location.Location, inputs []storage.Prefix) []policy.Statement {
	var buckets, folders, keys []string
	for _, p := range inputs {
		buckets = append(buckets, p.Bucket.ARN)
		if p.Path != "" {
			folders = append(folders, p.Bucket.ARN+"/"+p.Path)
		}
		if p.Bucket.KeyARN != "" {
			keys = append(keys, p.Bucket.KeyARN)
		}
	}
	var all []policy.Statement
	for _, s := range []policy.Statement{
		{Actions: []string{"s3:ListBucket"}, Resources: buckets},
		{Actions: []string{"s3:GetObject"}, Resources: folders},
		{Actions: []string{"kms:Decrypt"}, Resources: keys, Conditions: policy.Conditions{
			"StringEquals": {"kms:ViaService": "s3." + at.Region + ".amazonaws.com"},
		}},
	} {
		if s.Effect = policy.Allow; len(s.Resources) > 0 {
			all = append(all, s)
		}
	}
	return all
}
