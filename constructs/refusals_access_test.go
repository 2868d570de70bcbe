package constructs_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/training"
)

func inGuard(p access.GuardProps) said { return said{err: p.Validate()} }

func inRole(p access.ExecutionRoleProps) said { return said{err: p.Validate()} }

func byWays(ways ...access.WayIn) said {
	return said{err: (&access.OperatorProps{TrustedBy: ways}).Validate()}.at("TrustedBy")
}

func inAirflow(change func(*airflow.EnvironmentProps)) said {
	p := &airflow.EnvironmentProps{}
	change(p)
	return said{err: p.Validate("X")}
}

func inDAG(d airflow.DAG) said {
	return inAirflow(func(p *airflow.EnvironmentProps) { p.DAGs = []airflow.DAG{d} })
}

func inLock(lines string) said {
	return inAirflow(func(p *airflow.EnvironmentProps) { p.Requirements.Lock = lines })
}

// someGuard is a guard as far as values need one.
var someGuard = &access.Guard{Boundary: struct{ awsiam.IManagedPolicy }{}}

// inZones is what is said of an environment of Airflow in a network of so many zones.
func inZones(n int) said {
	return inAirflow(func(p *airflow.EnvironmentProps) {
		p.Network = &network.Isolated{SubnetIDs: []string{"a", "b"}[:n], Capabilities: []network.Capability{network.Airflow}}
	})
}

func manyDAGs(n int) said {
	return inAirflow(func(p *airflow.EnvironmentProps) {
		p.Class = airflow.Micro
		for i := range n {
			p.DAGs = append(p.DAGs, airflow.DAG{ID: fmt.Sprint("d", i), Workflow: &training.Workflow{Name: "w"}})
		}
	})
}

func wheels(version string) said {
	return inAirflow(func(p *airflow.EnvironmentProps) {
		p.Requirements = airflow.Requirements{Lock: "numpy==1.0.0 --hash=sha256:" + strings.Repeat("a", 64), Wheels: version}
	})
}

const (
	aKey           = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
	gitHubSubjects = "https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims"
	mwaaClasses    = "https://docs.aws.amazon.com/mwaa/latest/userguide/environment-class.html"
	inHand         = "ours: what is made elsewhere is not known"
)

var refusalsOfAccess = []refusal{
	{"access SecurityGroupID", "sg- and 8 to 17 hexadecimal digits", ids, said{err: (&access.ClusterRoleProps{SecurityGroupID: "sg-1234567"}).Validate()}, said{err: (&access.ClusterRoleProps{SecurityGroupID: "sg-12345678"}).Validate()}, ""},
	{"access Description", "at most 1000 characters of ASCII and Latin-1", "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html", said{err: (&access.VisitorProps{Description: strings.Repeat("é", 1001)}).Validate()}, said{err: (&access.VisitorProps{Description: strings.Repeat("é", 1000)}).Validate()}, ""},
	{"access Keys", "the ARN of a key", byPolicies, inGuard(access.GuardProps{Keys: []string{"alias/data"}}), inGuard(access.GuardProps{Keys: []string{aKey}}), ""},
	{"access KeepAlive", "up to six hours", resource, inGuard(access.GuardProps{KeepAlive: 6*time.Hour + time.Second}), inGuard(access.GuardProps{KeepAlive: 6 * time.Hour}), ""},
	in(`../told_once_test.go TestToldOnce: e.Name: got "X"`, "access Name", "the name of an environment", "ours: it starts the names of roles"),
	in(`../told_once_test.go TestToldOnce: team: got "T"`, "access team", "the name of a team", "ours: it is a part of the names of roles"),
	in(`../told_once_test.go TestToldOnce: name: got ""`, "access name", "a part of a name", "ours: it is a part of the names of roles"),
	{"access Features", "a feature, once", "ours: all others are denied", inGuard(access.GuardProps{Features: []access.Feature{"Chess"}}), inGuard(access.GuardProps{Features: []access.Feature{access.Tuning}}), ""},
	{"access Jobs", "a kind of job", "ours: it decides the log group", inRole(access.ExecutionRoleProps{Jobs: 9}), inRole(access.ExecutionRoleProps{Jobs: access.ProcessingJobs}), ""},
	{"access Repositories", "the ARN of an ECR repository", byPolicies, inRole(access.ExecutionRoleProps{Repositories: []string{"base"}}),
		inRole(access.ExecutionRoleProps{Repositories: []string{"arn:aws:ecr:us-east-1:111122223333:repository/base"}}), ""},
	{"access (validateWaysIn)", "at least one way in", "ours: nobody could assume the role", byWays(), byWays(access.Role("arn:aws:iam::111122223333:role/CI")), ""},
	{"access (validateWaysIn)", "one role, and no pattern", "ours: a pattern lets in who was not meant", byWays(access.Role("arn:aws:iam::111122223333:role/Admin*")).at("TrustedBy[0]"),
		byWays(access.Role("arn:aws:iam::111122223333:role/Admin")).at("TrustedBy[0]"), ""},
	{"access (check)", "a permission set of 1 to 32 letters", "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html", byWays(access.IdentityCenter(strings.Repeat("x", 33))),
		byWays(access.IdentityCenter(strings.Repeat("x", 32))), ""},
	{"access (check)", "a repository without wildcards", "ours: a pattern lets in who was not meant", byWays(access.GitHub("acme/*", "prod")), byWays(access.GitHub("acme/a.b_c-d", "prod")), ""},
	{"access (check)", "with the IDs of both, or of none", gitHubSubjects, byWays(access.GitHub("acme@1/churn", "prod")), byWays(access.GitHub("acme@1/churn@2", "prod")), ""},
	{"access (validateWorkflow)", "an environment without wildcards", "ours: a pattern lets in who was not meant", byWays(access.GitHub("acme/a", "prod*")), byWays(access.GitHub("acme/a", "Prod EU:V1")), ""},
	{"access Guard", "a guard", "ours: launchers are held by it", said{err: (&access.LauncherProps{}).Validate()}, none, ""},
	{"access Workflows", "the ARN of a state machine", byPolicies, said{err: (&access.LauncherProps{Workflows: []string{"churn"}}).Validate()},
		said{err: (&access.LauncherProps{Workflows: []string{"arn:aws:states:us-east-1:111122223333:stateMachine:churn"}}).Validate()}, ""},
	{"access ExecutionRoles", "the roles of the jobs", "ours: a job without one never starts", said{err: (&access.AirflowRoleProps{Jobs: []string{"churn"}}).Validate()}, said{err: (&access.AirflowRoleProps{}).Validate()}, ""},
	{"access (validateJobs)", "a name of jobs, and no pattern", "ours: a pattern holds names that were not meant", said{err: (&access.AirflowRoleProps{Jobs: []string{"*"}}).Validate()}.at("Jobs"),
		said{err: (&access.AirflowRoleProps{Jobs: []string{"dev--churn"}}).Validate()}.at("Jobs"), ""},
	{"access Files", "a bucket with a key", "ours: the environment has the same key", said{err: (&access.AirflowRoleProps{}).Validate()}, none, ""},
	{"access Buckets", "some", "ours: without any it is no more than an operator", said{err: (&access.BreakGlassProps{}).Validate()}, none, ""},
	{"access SubnetIDs", "some", "ours: machines stand in a VPC", said{err: (&access.ClusterRoleProps{}).Validate()}, said{err: (&access.ClusterRoleProps{SubnetIDs: []string{"subnet-12345678"}}).Validate()}, ""},
	{"access ExecutionRole", "the role of the job", noSuch, said{err: (&access.AirflowServerlessRoleProps{Job: "dev--churn"}).Validate()}, none, ""},
	in(`covers_test.go TestWhatARoleCovers: allowed: a prefix that the role was given`, "access (Covers)", "the prefixes that the role was given", "ours: a job would be denied what it reads"),
	in(`covers_test.go TestWhatARoleCovers: Network: got nothing; allowed: the network that the job runs in`, "access Network", "the network of the job", "ours: the role could make no network interface"),
	in(`objects_test.go TestCoveredObjects: allowed: an object that the role was given`, "access Objects", "the objects that the role was given", "ours: a job would be denied what it reads"),
	{"access (checkName)", "a name that is no pattern", "ours: a pattern holds names that were not meant", said{err: (&access.ClusterRoleProps{Cluster: "c*"}).Validate()}.at("Cluster"), said{err: (&access.ClusterRoleProps{Cluster: "c-1"}).Validate()}.at("Cluster"), ""},
	{"access ExecutionRoles", "a role", noSuch, said{err: (&access.LauncherProps{ExecutionRoles: make([]awsiam.IRole, 1)}).Validate()}, said{err: (&access.LauncherProps{}).Validate()}, ""},
	in(`protect_test.go TestBoundariesThatAreInEachOthersWay: dev/Stack/Own: got another boundary`, "access (protectRoles)", "stacks of the guard's account, without a boundary of their own", "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"),
	{"access Team", "one with a guard for Teams, and only then", "ours: the guard compares tags", said{err: (&access.LauncherProps{Team: "red", Guard: someGuard}).Validate()}, said{err: (&access.LauncherProps{Guard: someGuard}).Validate()}, ""},
	in(`jobrequest_test.go TestWhatIsToldOfADeniedRequest: none under a guard without Tuning`, "access (notUsed)", "a guard with the feature", "ours: it denies what it has no feature for"),
	in(`guard_test.go TestGuardMistakes: allowed: fewer: a policy would have`, "access (tooLarge)", "policies that IAM takes", "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"),
	in(`protect_test.go TestBoundariesThatAreInEachOthersWay: dev/Stack/Own: got another boundary, dev/Stack/Most/Resource`, "access /Resource", "no other boundary", "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"),
	in(`protect_test.go TestStartsWithoutAReport: denied: got nothing`, "access denied", "a function that reports what a guard would deny", "ours: nobody else knows which jobs start"),
	in(`protect_test.go TestBoundariesThatAreInEachOthersWay: allowed: one guard over a role`, "access Protect", "one guard for a role", "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"),
	{"access Action", "a request that a guard looks at", inHand, said{err: someGuard.ValidateRequest(access.JobRequest{Action: "CreateAutoMLJob"})}, said{err: someGuard.ValidateRequest(access.JobRequest{Action: "CreateTrainingJob"})}, ""},
	{"access VolumeKeys", "the ARN of a key", byPolicies, said{err: (&access.ClusterRoleProps{VolumeKeys: []string{"alias/x"}}).Validate()}, said{err: (&access.ClusterRoleProps{VolumeKeys: []string{aKey}}).Validate()}, ""},
}

var refusalsOfAirflow = []refusal{
	{"airflow Guard", "a guard", "ours: jobs are held by it", inAirflow(func(*airflow.EnvironmentProps) {}), none, ""},
	{"airflow Network", "a network of two zones", "https://docs.aws.amazon.com/mwaa/latest/userguide/networking-about.html", inZones(1), inZones(2), ""},
	{"airflow Class", "a class of MWAA", mwaaClasses, inAirflow(func(p *airflow.EnvironmentProps) { p.Class = "mw1.huge" }), inAirflow(func(p *airflow.EnvironmentProps) { p.Class = airflow.Small }), ""},
	{"airflow MaxWorkers", "none with Micro", mwaaClasses, inAirflow(func(p *airflow.EnvironmentProps) { p.Class, p.MaxWorkers = airflow.Micro, 2 }), inAirflow(func(p *airflow.EnvironmentProps) { p.Class, p.MaxWorkers = airflow.Small, 2 }), ""},
	{"airflow ID", "letters, digits, hyphens and underscores", "ours: it is a part of names of AWS", inDAG(airflow.DAG{ID: "a b"}), inDAG(airflow.DAG{ID: "A_b-1"}), ""},
	{"airflow Workflow", "a workflow or a job", "ours: a DAG starts one of them", inDAG(airflow.DAG{ID: "a"}), none, ""},
	{"airflow Schedule", "five fields or a preset", "https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html", inDAG(airflow.DAG{ID: "a", Schedule: "@day"}), inDAG(airflow.DAG{ID: "a", Schedule: "@quarterly"}), ""},
	{"airflow Schedule", "values of the fields", "https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/cron.html", inDAG(airflow.DAG{ID: "a", Schedule: "60 6 * * 1"}), inDAG(airflow.DAG{ID: "a", Schedule: "59 6 * * 1"}), ""},
	{"airflow Schedule", "times", "ours: MWAA Serverless takes cron expressions only", inDAG(airflow.DAG{ID: "a", Schedule: "@once"}), inDAG(airflow.DAG{ID: "a", Schedule: "@yearly"}), ""},
	{"airflow Schedule", "one that comes", "ours: Airflow could not read the DAG", inDAG(airflow.DAG{ID: "a", Schedule: "0 6 30-31 2 *"}), inDAG(airflow.DAG{ID: "a", Schedule: "0 6 29-31 2 *"}), ""},
	{"airflow Lock", "packages with one version and hashes", "ours: what is installed has to be what was looked at", inLock("numpy"), inLock(""), ""},
	{"airflow From", "From or Wheels", "ours: packages come from one place", inLock("numpy==1.0.0 --hash=sha256:" + strings.Repeat("a", 64)), inLock(""), ""},
	{"airflow Capabilities", "a network with Airflow", "ours: no endpoint leads to MWAA", inAirflow(func(p *airflow.EnvironmentProps) { p.Network = &network.Isolated{SubnetIDs: []string{"a", "b"}} }), inZones(2), ""},
	{"airflow DAGs", "as many as the class holds", mwaaClasses, manyDAGs(26), manyDAGs(25), ""},
	in(`serverless_test.go TestServerlessMistakes: DAGs[1].Job: got`, "airflow Job", "a job that the operator can run", "https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/operators.html"),
	in(`serverless_test.go TestServerlessMistakes: DAGs[1].Settings: got 0`, "airflow Settings", "a value for each parameter", "ours: a run takes no others"),
	{"airflow Name", "a name that leaves room", inNames, inAirflow(func(p *airflow.EnvironmentProps) { p.Environment.Name, p.Name = "dev", strings.Repeat("a", 29) }), inAirflow(func(p *airflow.EnvironmentProps) { p.Environment.Name, p.Name = "dev", strings.Repeat("a", 28) }), ""},
	{"airflow Wheels", "the version of an object", "https://docs.aws.amazon.com/mwaa/latest/userguide/working-dags-dependencies.html", wheels("the latest"), wheels("3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"), ""},
	in(`mistakes_test.go TestWrongLogins: as: got "Admin"`, "airflow as", "a role of Airflow", "https://docs.aws.amazon.com/mwaa/latest/userguide/access-policies.html"),
}
