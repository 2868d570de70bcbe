package airflow

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/storage"
)

// Where files are in the bucket.
const (
	dagsPath         = "dags/"
	configPath       = "config/"
	requirementsPath = configPath + "requirements.txt"
	startupPath      = configPath + "startup.sh"
	wheelsPath       = "plugins.zip"
)

// Names of the files whose versions are asked for.
const (
	requirementsName = "Requirements"
	startupName      = "Startup"
)

// files are those of the environment. CloudFormation takes the versions of requirements and script from whoever wrote them: MWAA wants
// each by its version.
func files(p EnvironmentProps) []storage.File {
	var all []storage.File
	for _, d := range p.DAGs {
		all = append(all, storage.File{Path: dagsPath + d.ID + ".py", Text: d.File()})
	}
	if !p.Requirements.none() {
		all = append(all, storage.File{Path: requirementsPath, Text: p.Requirements.file(), Name: requirementsName})
	}
	if p.Requirements.From.ARN != "" {
		all = append(all, storage.File{Path: startupPath, Text: p.Requirements.startup(), Name: startupName})
	}
	return all
}

// filesOf are the files of the environment, as a deployment writes them; nil: there are none.
func filesOf(this constructs.Construct, p EnvironmentProps, role string, bucket *storage.DataBucket) *storage.Files {
	all := files(p)
	if len(all) == 0 {
		return nil
	}
	return storage.NewFiles(this, "Files", &storage.FilesProps{
		Environment: p.Environment, Bucket: bucket, Folders: []string{dagsPath, configPath}, Role: role, LogKey: p.Network.LogKey, Files: all,
	})
}
