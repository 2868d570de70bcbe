package access

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/token"
)

// AirflowRoleProps say what the DAGs of an MWAA environment may start. Airflow, Files and Guard are required.
type AirflowRoleProps struct {
	// Name is the role's, to which two hyphens and the region are added, since roles are those of the whole account: NAME--REGION.
	// Empty: CloudFormation's choice.
	Name string
	// Airflow is the name of the MWAA environment: a letter first, then letters, digits, hyphens and underscores, at most 80. Required.
	Airflow string
	// Files is the bucket of its DAGs, encrypted by the environment's key. Required.
	Files *storage.DataBucket
	// Guard is what its jobs are held to. Required.
	Guard *Guard
	// Jobs start the names of the jobs that it may start, look at and stop, without the two hyphens that follow: the Name of
	// training.Request. Empty: none.
	Jobs []string
	// ExecutionRoles are the only roles that its jobs may run under. Required with Jobs.
	ExecutionRoles []awsiam.IRole
	// Workflows are the names of the account's state machines that it may start, look at and stop. Empty: none.
	Workflows []string
	// Packages are the repositories that it may install packages from. Empty: none.
	Packages []supplychain.Repository
	// Team is the team that its jobs are tagged with. Required with a guard for Teams, and only then.
	Team string
}

var (
	airflowPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,79}$`)
	machinePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)
	jobsPattern    = regexp.MustCompile(`^[a-z0-9](-*[a-z0-9])*$`)
)

// validateJobs notes what can't start the names of jobs.
func validateJobs(l *problem.List, field, name string) {
	room := names.JobRoom().Most
	if !token.Is(name) && (len(name) > room || !jobsPattern.MatchString(name)) {
		l.Add(field, name, fmt.Sprintf("1 to %d lower-case letters, digits and hyphens: no pattern", room), "the Name of training.Request")
	}
}

// roleName is the name of a role that is given one; empty: CloudFormation's choice.
func roleName(at location.Location, name string) string {
	if name == "" {
		return ""
	}
	return names.Role(at.Region, name)
}

// Validate reports every problem of the props.
func (p *AirflowRoleProps) Validate() error {
	p, l := props.Of(p)
	check(&l, "Airflow", p.Airflow, airflowPattern, "1 to 80 letters, digits, hyphens and underscores, a letter first")
	switch {
	case p.Files == nil:
		l.Add("Files", nil, "the bucket of the DAGs", "make one with storage.NewDataBucket")
	case p.Files.KeyARN == "":
		l.Add("Files", p.Files.Class, "a bucket with a key, which is the environment's too", "a bucket of Logs has none")
	}
	if p.Guard == nil {
		l.Add("Guard", nil, "what the jobs are held to", "make one with access.NewGuard")
	}
	l.Include("", p.Guard.ValidateTeam(p.Team))
	l.Include("", validateRoles(p.ExecutionRoles))
	if len(p.Jobs) > 0 && len(p.ExecutionRoles) == 0 {
		l.Add("ExecutionRoles", nil, "the roles that the jobs run under", "make one with access.NewExecutionRole")
	}
	for i, j := range p.Jobs {
		validateJobs(&l, fmt.Sprintf("Jobs[%d]", i), j)
	}
	for i, w := range p.Workflows {
		check(&l, fmt.Sprintf("Workflows[%d]", i), w, machinePattern, "the name of a state machine, 1 to 80 letters, digits, hyphens and underscores")
	}
	for i, r := range p.Packages {
		l.Include(fmt.Sprintf("Packages[%d]", i), r.Validate())
	}
	return l.Err()
}

// NewAirflowRole makes the execution role of an MWAA environment: what MWAA itself needs, and starting, watching and stopping the
// given workflows and jobs, under the guard. It panics with one message that holds every problem when scope, id or props are wrong.
func NewAirflowRole(scope constructs.Construct, id string, props *AirflowRoleProps) *ExecutionRole {
	return cdk.Build("access.AirflowRole", scope, id, props, newAirflowRole)
}

func newAirflowRole(this constructs.Construct, _ string, props *AirflowRoleProps) *ExecutionRole {
	at := cdk.Location(this)
	r := role.Role{
		Fields: map[string]string{
			"states:StartExecution": "Workflows", "states:DescribeExecution": "Workflows", "sagemaker:CreateTrainingJob": "Jobs",
			"iam:PassRole": "ExecutionRoles", "codeartifact:GetAuthorizationToken": "Packages",
		},
		Description: "Runs the DAGs of Airflow",
		Name:        roleName(at, props.Name),
		Trust:       airflowTrust(at, props.Airflow),
		Statements: slices.Concat(airflowItself(at, props.Airflow, props.Files), startsWorkflows(at, props.Workflows),
			startsJobs(at, props.Jobs, props.ExecutionRoles, "sagemaker:StopTrainingJob"), supplychain.Statements(props.Packages...)),
	}
	props.Guard.attach(this, &r, props.Team)
	arn := makeRole(this, r)
	return &ExecutionRole{Construct: this, Role: awsiam.Role_FromRoleArn(this, jsii.String("Role"), &arn, nil)}
}

// airflowTrust lets MWAA assume the role for that environment
// (https://docs.aws.amazon.com/mwaa/latest/userguide/cross-service-confused-deputy-prevention.html).
func airflowTrust(at location.Location, name string) []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"sts:AssumeRole"},
		Principal: policy.Principal{"Service": []string{"airflow.amazonaws.com", "airflow-env.amazonaws.com"}},
		Conditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("airflow", "environment/"+name)},
		},
	}}
}

// airflowItself is what MWAA does by the role (https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html). Where the guide
// gives patterns, such as s3:GetBucket*, these are what they are for: AWS has no list. It also gives logs:GetLogRecord and
// logs:GetQueryResults on log groups, which know no resource and so are not allowed by it.
func airflowItself(at location.Location, name string, files *storage.DataBucket) []policy.Statement {
	through := func(services ...string) policy.Conditions {
		var names []string
		for _, s := range services {
			names = append(names, s+"."+at.Region+".amazonaws.com")
		}
		return policy.Conditions{"StringEquals": {"kms:ViaService": names}}
	}
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"airflow:PublishMetrics"}, Resources: []string{at.ARN("airflow", "environment/"+name)},
	}, {
		Effect: policy.Allow, Actions: []string{"s3:GetObject", "s3:GetObjectVersion"}, Resources: []string{files.ARN + "/*"},
		Why: "every file of the bucket is the environment's",
	}, {
		Effect: policy.Allow, Resources: []string{files.ARN},
		Actions: []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetBucketPublicAccessBlock"},
	}, {
		Effect:    policy.Allow,
		Actions:   []string{"s3:GetAccountPublicAccessBlock", "logs:DescribeLogGroups", "cloudwatch:PutMetricData"},
		Resources: []string{"*"}, Why: "the actions know no resource",
	}, {
		Effect:    policy.Allow,
		Actions:   []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents", "logs:GetLogGroupFields"},
		Resources: logGroupsOf(at, name), Why: "MWAA names its groups and streams itself, after the environment",
	}, {
		Effect: policy.Allow,
		Actions: []string{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage",
			"sqs:SendMessage"},
		Resources: []string{location.Location{Partition: at.Partition, Region: at.Region, Account: "*"}.ARN("sqs", "airflow-celery-*")},
		Why:       "the queue stands in an account of AWS's own, under a name that MWAA makes",
	}, {
		Effect: policy.Allow, Actions: []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"}, Resources: []string{files.KeyARN},
		Conditions: through("sqs", "s3"),
	}}
}

// logGroupsOf are patterns of the ARNs of an environment's log groups and their streams.
func logGroupsOf(at location.Location, name string) []string {
	var all []string
	for _, group := range names.AirflowLogs(name) {
		all = append(all, at.ARN("logs", "log-group:"+group))
	}
	return all
}

// startsWorkflows lets start, look at and stop executions of state machines, by their names.
func startsWorkflows(at location.Location, names []string) []policy.Statement {
	if len(names) == 0 {
		return nil
	}
	start := startsExecutions(at, names)
	watch := policy.Statement{
		Effect: policy.Allow, Actions: []string{"states:DescribeExecution", "states:StopExecution"}, Why: "executions are named when they are started",
	}
	for _, name := range names {
		watch.Resources = append(watch.Resources, at.ARN("states", "execution:"+name+":*"))
	}
	return []policy.Statement{start, watch}
}

// startsExecutions lets start executions of state machines, by their names.
func startsExecutions(at location.Location, names []string) policy.Statement {
	start := policy.Statement{Effect: policy.Allow, Actions: []string{"states:StartExecution"}}
	for _, name := range names {
		start.Resources = append(start.Resources, at.ARN("states", "stateMachine:"+name))
	}
	return start
}

// startsJobs lets start and look at training jobs by what their names start with, under the given roles; and do more with them.
func startsJobs(at location.Location, named []string, roles []awsiam.IRole, more ...string) []policy.Statement {
	if len(named) == 0 {
		return nil
	}
	jobs := policy.Statement{
		Effect: policy.Allow, Why: "jobs are named when they are started, below the name",
		Actions: append([]string{"sagemaker:CreateTrainingJob", "sagemaker:AddTags", "sagemaker:DescribeTrainingJob"}, more...),
	}
	for _, name := range named {
		jobs.Resources = append(jobs.Resources, at.ARN("sagemaker", "training-job/"+names.Runs(name)))
	}
	pass := policy.Statement{
		Effect: policy.Allow, Actions: []string{"iam:PassRole"},
		Conditions: policy.Conditions{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
	}
	for _, r := range roles {
		pass.Resources = append(pass.Resources, *r.RoleArn())
	}
	return []policy.Statement{jobs, pass}
}
