package airflow

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// ServerlessProps say which DAGs run on MWAA Serverless, and where. Network, Guard and DAGs are required.
type ServerlessProps struct {
	// Environment decides how long logs are kept, and whether the bucket of the definitions outlives its stack. Zero:
	// the preset of Production.
	Environment environment.Environment
	// Network is where the tasks run. It needs the capability AirflowServerless, and 2 to 16 zones. Required.
	Network *network.Isolated
	// Guard is what the jobs of DAGs are held to: its Policies are attached to the role that starts them, and what it
	// would deny of a Job is an error at synth. A Workflow starts its jobs by itself, and has a guard of its own.
	// Required.
	Guard *access.Guard
	// DAGs are what runs, 1 to 50: each is a workflow of MWAA Serverless with a role of its own. A run takes no
	// parameters: each DAG has Settings for all that its job has. A Job has one group of machines, and ends within four
	// hours. Required.
	DAGs []DAG
	// Name is what they are called in the names of the workflows, dev--NAME--ID, or with a team dev---red--NAME--ID, at
	// most 30 characters before the ID of the DAG: lower-case letters, digits and single hyphens between them. Another
	// name makes others. Empty: the construct's id, in lower case.
	Name string
	// Team is the value of the tag Team of the execution roles, which a guard for Teams demands, and a part of names.
	// Empty: none.
	Team string
	// Key encrypts workflows and bucket. Its policy must let the account use it through S3 and airflow-serverless, the
	// roles for the encryption context of the workflows, and AWS's services make grants, which is added to a key of the
	// app. Nil: a key is made. Another key needs another Name too, since it makes other workflows.
	Key awskms.IKey
	// AccessLogs is the Logs bucket that the accesses to the bucket of the definitions are logged to. Nil: one is made.
	AccessLogs *storage.DataBucket
}

// What MWAA Serverless holds
// (https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/mwaa-serverless-quotas.html,
// .../supported-airflow-parameters.html, .../networking.html).
const (
	maxServerlessDAGs  = 50         // CloudFormation takes the versions of so many definitions from the function that writes them, in 4,096 bytes
	maxAllBytes        = 400 * 1024 // of an event of 1 MB, which holds the definitions of before too
	leastZones         = 2
	mostZones          = 16
	maxDefinitionBytes = 50 * 1024
	taskTime           = time.Hour
	maxRetries         = 3
)

// longestWait is how long a job can be waited for: a task that is out of time is tried again.
const longestWait = (1 + maxRetries) * taskTime

func (p *ServerlessProps) owner() names.Owner {
	return names.Owner{Environment: p.Environment.Name, Team: p.Team}
}

// name starts the names of the workflows of a construct of that id.
func (p *ServerlessProps) name(id string) string { return p.owner().Name(names.Part(p.Name, id)) }

// definitionsOf is what the name of the role that writes definitions has after that of the workflows.
const definitionsOf = "serverless-files"

// Validate reports every problem of the props, for a construct of that id.
func (p *ServerlessProps) Validate(id string) error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	switch {
	case p.Network == nil:
		l.Add("Network", nil, "the network that tasks run in", "make one with network.NewIsolated")
	case !slices.Contains(p.Network.Capabilities, network.AirflowServerless):
		l.Add("Network.Capabilities", p.Network.Capabilities, "AirflowServerless among them", "without it tasks reach nothing: add network.AirflowServerless")
	}
	if p.Network != nil {
		if n := len(p.Network.OneInEachZone()); n < leastZones || n > mostZones {
			l.Add("Network", problem.Phrase(problem.Plural(n, "zone")), fmt.Sprintf("%d to %d zones, which MWAA Serverless needs", leastZones, mostZones),
				"set the environment's AZs to 2, or bring Subnets of two zones")
		}
	}
	if p.Guard == nil {
		l.Add("Guard", nil, "what the jobs of DAGs are held to", "make one with access.NewGuard")
	}
	l.Include("", p.Guard.ValidateTeam(p.Team))
	if n := len(p.DAGs); n == 0 || n > maxServerlessDAGs {
		l.Add("DAGs", n, fmt.Sprintf("1 to %d", maxServerlessDAGs), "make another airflow.Serverless for more: an account has 100 workflows")
	}
	skipOther(&l, p.DAGs)
	l.Include("", validateDAGs(p.DAGs, p.Guard, p.Team))
	p.owner().Validate(&l, "Name", p.Name, id, names.RoleRoom(definitionsOf))
	all := 0
	for i, d := range p.DAGs {
		if d.validate(p.Guard, p.Team) == nil {
			size := len(d.definition())
			l.Include(fmt.Sprintf("DAGs[%d]", i), d.validateServerless(size))
			all += size
		}
	}
	if all > maxAllBytes {
		l.Add("DAGs", fmt.Sprintf("definitions of %d bytes", all), fmt.Sprintf("at most %d in all", maxAllBytes), "make another airflow.Serverless for some of them")
	}
	return l.Err()
}

// validateServerless checks what MWAA Serverless asks of a DAG that is right by itself, and whose definition has so
// many bytes.
func (d DAG) validateServerless(size int) error {
	var l problem.List
	const instead = "take airflow.NewEnvironment, or a DAG that starts a Workflow"
	if missing := len(d.parameters()) - len(d.Settings); missing > 0 {
		l.Add("Settings", len(d.Settings), fmt.Sprintf("a value for each of the %d parameters", len(d.parameters())), "a run on MWAA Serverless takes no others")
	}
	if d.Job != nil {
		if d.Job.Longest > longestWait {
			l.Add("Job", fmt.Sprintf("a job of up to %g hours", d.Job.Longest.Hours()),
				fmt.Sprintf("one of up to %g, what it waits for instances and data included: a task has an hour, and is tried four times", longestWait.Hours()),
				"set the Job's MaxRuntime and MaxWait lower, or "+instead)
		}
		if len(d.Job.Manifests) > 0 {
			l.Add("Job", "a job with a Manifest", "one whose inputs are prefixes", "Airflow's operator looks for the object, which the DAG's role may not read: "+instead)
		}
		if resources, _ := d.Job.Document["ResourceConfig"].(map[string]any); resources["InstanceGroups"] != nil {
			l.Add("Job", "a job with Groups", "one with an InstanceType", "Airflow's sensor fails at the end of others: "+instead)
		}
	}
	if l.Err() == nil && size > maxDefinitionBytes {
		l.Add("Job", fmt.Sprintf("a definition of %d bytes", size), fmt.Sprintf("at most %d", maxDefinitionBytes), instead)
	}
	return l.Err()
}
