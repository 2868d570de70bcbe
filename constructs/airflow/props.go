package airflow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// EnvironmentProps say what an Airflow environment runs, and where. Network and Guard are required.
type EnvironmentProps struct {
	// Environment decides the size, how long logs of the deployment are kept, and whether the DAGs' bucket outlives its
	// stack. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where it stands: in its first two zones. It needs the capability Airflow, and Packages with
	// Requirements.From. Other subnets need another Name too, since they make another environment. Required.
	Network *network.Isolated
	// Guard is what the jobs of DAGs are held to: its Policies are attached to the role that starts them, and what it
	// would deny of a Job is an error at synth. A Workflow starts its jobs by itself, and has a guard of its own.
	// Required.
	Guard *access.Guard
	// DAGs are what it runs. Files that somebody else puts below dags/ in its bucket run too, under the same role.
	// Empty: none.
	DAGs []DAG
	// Requirements are further Python packages. Zero: those that MWAA has.
	Requirements Requirements
	// Name is what it is called in its name, dev--NAME, or with a team dev---red--NAME, at most 33 characters in all:
	// lower-case letters, digits and single hyphens between them. Another name makes another environment, and the
	// history of runs is lost. Empty: the construct's id, in lower case.
	Name string
	// Version is that of Airflow: 2.11 or newer, one that MWAA has. A 2 can't become a 3. Empty: 3.3.1.
	Version string
	// Class is the size. Empty: Micro in Development, Small elsewhere.
	Class Class
	// MaxWorkers is how many workers there are at most; the first is in the price of the environment. Not with Micro.
	// Zero: 2 in Staging and 5 in Production, 2 for another class in Development.
	MaxWorkers int
	// MaintenanceWindow is when AWS may replace containers each week, in UTC, such as "SUN:03:30". Empty: SUN:03:00.
	MaintenanceWindow string
	// Team is the value of the tag Team of the execution role, which a guard for Teams demands, and a part of names.
	// Empty: none.
	Team string
	// Key encrypts the environment, its logs and its bucket. Its policy must let the account use it through S3 and SQS,
	// CloudWatch Logs for the groups airflow-NAME-*, NAME being the whole, and AWS's services make grants, which is
	// added to a key of the app. Nil: a key is made. Another key needs another Name too, since it makes another
	// environment.
	Key awskms.IKey
	// AccessLogs is the Logs bucket that the accesses to the environment's bucket are logged to. Nil: one is made.
	AccessLogs *storage.DataBucket
}

const (
	defaultVersion = "3.3.1"
	defaultWindow  = "SUN:03:00"
	// zones is how many MWAA stands in: exactly two
	// (https://docs.aws.amazon.com/mwaa/latest/userguide/networking-about.html).
	zones = 2
)

var (
	versionPattern = regexp.MustCompile(`^(2\.(1[1-9]|[2-9][0-9])|3\.[0-9]+)\.[0-9]+$`)
	windowPattern  = regexp.MustCompile(`^(MON|TUE|WED|THU|FRI|SAT|SUN):([01][0-9]|2[0-3]):(00|30)$`)
)

// resolved are the props with their zero fields filled in, for a construct of that id.
func (p EnvironmentProps) resolved(id string) EnvironmentProps {
	tier := workloadOf(p.Environment.Tier)
	p.Name = p.owner().Name(names.Part(p.Name, id))
	if p.Version == "" {
		p.Version = defaultVersion
	}
	if p.Class == "" {
		p.Class = tier.class
	}
	if p.MaxWorkers == 0 && p.Class != Micro {
		p.MaxWorkers = max(tier.workers, 2)
	}
	if p.MaintenanceWindow == "" {
		p.MaintenanceWindow = defaultWindow
	}
	return p
}

func (p EnvironmentProps) owner() names.Owner {
	return names.Owner{Environment: p.Environment.Name, Team: p.Team}
}

// What the names of roles have after that of the environment.
const (
	roleOf   = "airflow"
	writerOf = "airflow-files"
)

// Validate reports every problem of the props, for an environment of that construct id.
func (p *EnvironmentProps) Validate(id string) error {
	p, l := props.Of(p)
	r := p.resolved(id)
	l.Include("Environment", p.Environment.Validate())
	l.Include("", p.validateNetwork())
	if p.Guard == nil {
		l.Add("Guard", nil, "what the jobs of DAGs are held to", "make one with access.NewGuard")
	}
	l.Include("", p.Guard.ValidateTeam(p.Team))
	skipOther(&l, p.DAGs)
	l.Include("", validateDAGs(p.DAGs, p.Guard, p.Team))
	l.Include("Requirements", p.Requirements.validate())
	p.owner().Validate(&l, "Name", p.Name, id, names.RoomFor(names.AirflowEnvironment, ""), names.RoleRoom(roleOf, writerOf))
	text(&l, "Version", r.Version, versionPattern, "three numbers of a version of Airflow from 2.11.0 on, such as "+defaultVersion, "MWAA's guide lists those that it has")
	text(&l, "MaintenanceWindow", r.MaintenanceWindow, windowPattern, "a day and a half hour in UTC, such as SUN:03:30", "")
	l.Include("", r.validateSize())
	return l.Err()
}

func text(l *problem.List, field, value string, pattern *regexp.Regexp, allowed, fix string) {
	if !token.Is(value) && !pattern.MatchString(value) {
		l.Add(field, value, allowed, fix)
	}
}

func (p *EnvironmentProps) validateNetwork() error {
	var l problem.List
	if p.Network == nil {
		l.Add("Network", nil, "the network that it stands in", "make one with network.NewIsolated")
		return l.Err()
	}
	if !slices.Contains(p.Network.Capabilities, network.Airflow) {
		l.Add("Network.Capabilities", p.Network.Capabilities, "Airflow among them", "without it MWAA reaches neither its queue nor its logs: add network.Airflow")
	}
	if n := len(p.Network.OneInEachZone()); n < zones {
		l.Add("Network", problem.Phrase(problem.Plural(n, "zone")), "at least 2 zones, which MWAA needs", "set the environment's AZs to 2, or bring Subnets of two zones")
	}
	if from := p.Requirements.From; from.ARN != "" && from.Validate() == nil {
		l.Include("", p.Network.ValidatePackages(from.ARN))
	}
	return l.Err()
}

// validateSize checks the size of resolved props.
func (p EnvironmentProps) validateSize() error {
	var l problem.List
	if _, known := sizes[p.Class]; !known {
		var names []string
		for _, c := range Classes() {
			names = append(names, string(c))
		}
		l.Add("Class", string(p.Class), "one of "+strings.Join(names, ", "), "")
	} else if n := len(p.DAGs); n > p.Class.DAGs() {
		l.Add("DAGs", n, fmt.Sprintf("at most %d, which %s holds", p.Class.DAGs(), p.Class), "take a larger Class")
	}
	switch {
	case p.Class == Micro && p.MaxWorkers != 0:
		l.Add("MaxWorkers", p.MaxWorkers, "none with "+string(Micro), "it has one container for all, and does not grow: take a larger Class")
	case p.MaxWorkers < 0:
		l.Add("MaxWorkers", p.MaxWorkers, "1 or more, or 0 for the tier's", "")
	}
	return l.Err()
}
