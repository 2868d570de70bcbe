package airflow

import (
	"maps"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// made is what an environment is made of that stands before it.
type made struct {
	bucket          *storage.DataBucket
	files           *storage.Files // nil: there are none
	roleARN, keyARN string
	group           string // the security group
}

// resources are the environment, which waits for its files, and what its members may speak to.
func resources(p EnvironmentProps, m made) cfn.Resources {
	bucketARN := m.bucket.ARN
	if m.files != nil {
		bucketARN = m.files.ARN
	}
	properties := cfn.Properties{
		"Name": p.Name, "AirflowVersion": p.Version, "EnvironmentClass": string(p.Class), "Tags": tagMap(p.Environment, p.Team),
		"SourceBucketArn": bucketARN, "DagS3Path": strings.TrimSuffix(dagsPath, "/"), "ExecutionRoleArn": m.roleARN, "KmsKey": m.keyARN,
		"NetworkConfiguration": cfn.Properties{
			"SubnetIds": p.Network.OneInEachZone()[:zones], "SecurityGroupIds": []any{m.group},
		},
		"WebserverAccessMode":          "PRIVATE_ONLY",
		"EndpointManagement":           "SERVICE", // those of the database and of the web server are MWAA's own
		"LoggingConfiguration":         logging("DagProcessingLogs", "SchedulerLogs", "TaskLogs", "WebserverLogs", "WorkerLogs"),
		"WeeklyMaintenanceWindowStart": p.MaintenanceWindow,
	}
	if p.MaxWorkers > 0 {
		properties["MinWorkers"], properties["MaxWorkers"] = 1, p.MaxWorkers
	}
	if !p.Requirements.none() {
		properties["RequirementsS3Path"], properties["RequirementsS3ObjectVersion"] = requirementsPath, m.files.Version(requirementsName)
	}
	if p.Requirements.From.ARN != "" {
		properties["StartupScriptS3Path"], properties["StartupScriptS3ObjectVersion"] = startupPath, m.files.Version(startupName)
	}
	if p.Requirements.Wheels != "" {
		properties["PluginsS3Path"], properties["PluginsS3ObjectVersion"] = wheelsPath, p.Requirements.Wheels
	}
	// Without its rules it would reach neither its queue nor its database, and fail after half an hour.
	// 443 is the web server's, 5432 the database's (https://docs.aws.amazon.com/mwaa/latest/userguide/networking-about.html).
	all := p.Network.MembersRules(m.group, "Airflow environment "+p.Name, 443, 5432)
	all["Environment"] = cfn.Resource{Type: "AWS::MWAA::Environment", Properties: properties, DependsOn: slices.Sorted(maps.Keys(all))}
	return all
}

// logging turns every log on.
func logging(kinds ...string) cfn.Properties {
	all := cfn.Properties{}
	for _, kind := range kinds {
		all[kind] = cfn.Properties{"Enabled": true, "LogLevel": "INFO"}
	}
	return all
}

// tagMap is tags as MWAA takes them: in a map.
func tagMap(e environment.Environment, team string) map[string]any {
	all := map[string]any{}
	for key, value := range e.Tags() {
		all[key] = value
	}
	if team != "" {
		all["Team"] = team
	}
	return all
}
