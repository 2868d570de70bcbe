package names

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
)

// Run is what one run of what has that name is called, by what tells runs apart: one text for the name that is made
// and, with [Any], for the pattern that policies match it by.
func Run(name, apart string) string { return Join(name, apart) }

// What tells jobs apart: a hash in hexadecimal, and for searches, whose names are shorter, the end of a UUID.
const (
	hashDigits   = 32
	searchDigits = 12
)

// JobRoom is the most characters that the name of what runs jobs may have.
func JobRoom() Room { return roomForRuns(TrainingJob, hashDigits) }

// SearchRoom is the most characters that the name of what runs searches may have.
func SearchRoom() Room { return roomForRuns(TuningJob, searchDigits) }

func roomForRuns(kind string, digits int) Room {
	return RoomFor(kind, Run("", strings.Repeat("0", digits)))
}

// Runs is a pattern of the names of all runs.
func Runs(name string) string { return Run(name, Any) }

// Role is what a role is called that has to be known before it is there. Roles are those of the whole account, so that
// the region is a part (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html).
func Role(region, name string) string { return Join(name, region) }

// longestRegion is as long as the name of a region gets.
const longestRegion = "ap-southeast-1"

// RoleRoom is the most characters that the name of something may have whose roles are called after it, by what follows
// its name in theirs; without any, that the name of a role may have.
func RoleRoom(after ...string) Room {
	rooms := []Room{RoomFor(IAMRole, Role(longestRegion, ""))}
	for _, purpose := range after {
		rooms = append(rooms, RoomFor(IAMRole, Role(longestRegion, Join("", purpose))))
	}
	return least(rooms)
}

// ModelVersions is a pattern of the versions in a model package group.
func ModelVersions(group string) string { return group + "/" + Any }

// StateMachineLogs is the log group of the state machines of something, but for what tells stacks apart. Below this
// prefix groups need no entry each in the account's one policy for log delivery, which has a size limit
// (https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html).
func StateMachineLogs(kind, name string) string { return "/aws/vendedlogs/states/" + kind + "/" + name }

// ClusterLogs is a pattern of the log groups of a HyperPod cluster
// (https://docs.aws.amazon.com/sagemaker/latest/dg/security-iam-awsmanpol-cluster.html).
func ClusterLogs(cluster string) string { return "/aws/sagemaker/Clusters/" + cluster + "/" + Any }

// AirflowLogs are patterns of the log groups of an MWAA environment, airflow-NAME-KIND
// (https://docs.aws.amazon.com/mwaa/latest/API/API_ModuleLoggingConfiguration.html), whose kinds begin with a capital
// letter: DAGProcessing, Scheduler, Task, WebServer and Worker. A name in lower case that goes on after the hyphen is
// not matched.
func AirflowLogs(environment string) []string {
	var all []string
	for _, initial := range []string{"D", "S", "T", "W"} {
		all = append(all, "airflow-"+environment+"-"+initial+Any)
	}
	return all
}

// ServerlessWorkflow is what the workflow of a DAG is called in MWAA Serverless.
func ServerlessWorkflow(name, dag string) string { return Join(name, dag) }

// ServerlessID is a pattern of the id that MWAA Serverless gives a workflow of that name: ten letters and digits follow
// (https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/operators-python-bash-detail.html).
func ServerlessID(workflow string) string { return workflow + "-??????????" }

var notInName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// Vault is what a backup vault is called that a construct of that path makes: it needs a name, and has no other.
func Vault(path string) string {
	return ofPath(path, Lookup(BackupVault).Max)
}

// DNSLogs is the log group of the DNS queries of a network of that path, but for what tells stacks apart: a slash and a
// UUID. For its prefix see [StateMachineLogs].
func DNSLogs(path string) string {
	const prefix, uuid = "/aws/vendedlogs/route53resolver/", 36
	return prefix + ofPath(path, Lookup(LogGroup).Max-len(prefix)-1-uuid)
}

// ofPath is a name of at most so many letters for what a construct of that path makes.
func ofPath(path string, most int) string {
	name := notInName.ReplaceAllString(path, "-")
	hash := fmt.Sprintf("-%x", sha256.Sum256([]byte(path)))[:9] // since a/b-c and a-b/c become the same
	return name[:min(len(name), most-len(hash))] + hash
}
