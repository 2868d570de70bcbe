package airflow

import (
	"maps"
	"strings"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
)

// made is what an environment is made of that stands before it.
type made struct {
	at              location.Location
	bucket          *storage.DataBucket
	roleARN, keyARN string
}

// resources are the environment, and what writes its files.
func resources(p EnvironmentProps, m made) cfn.Resources {
	all := cfn.Resources{}
	properties := cfn.Properties{
		"Name": p.Name, "AirflowVersion": p.Version, "EnvironmentClass": string(p.Class), "Tags": tags(p),
		"SourceBucketArn": m.bucket.ARN, "DagS3Path": strings.TrimSuffix(dagsPath, "/"), "ExecutionRoleArn": m.roleARN, "KmsKey": m.keyARN,
		"NetworkConfiguration": cfn.Properties{
			"SubnetIds": p.Network.SubnetIDs[:zones], "SecurityGroupIds": []any{*p.Network.JobSecurityGroup.SecurityGroupId()},
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
		properties["RequirementsS3Path"], properties["RequirementsS3ObjectVersion"] = requirementsPath, cfn.Att("Files", requirementsName)
	}
	if p.Requirements.From.ARN != "" {
		properties["StartupScriptS3Path"], properties["StartupScriptS3ObjectVersion"] = startupPath, cfn.Att("Files", startupName)
	}
	if p.Requirements.Wheels != "" {
		properties["PluginsS3Path"], properties["PluginsS3ObjectVersion"] = wheelsPath, p.Requirements.Wheels
	}
	environment := cfn.Resource{Type: "AWS::MWAA::Environment", Properties: properties}
	if len(files(p)) > 0 {
		maps.Copy(all, writer(p, m.at, m.bucket))
		if p.Requirements.none() { // else it waits for their versions
			environment.DependsOn = []string{"Files"}
		}
	}
	all["Environment"] = environment
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

// tags are a map here.
func tags(p EnvironmentProps) map[string]any {
	all := map[string]any{}
	for key, value := range p.Environment.Tags() {
		all[key] = value
	}
	if p.Team != "" {
		all["Team"] = p.Team
	}
	return all
}
