package airflow

import (
	_ "embed"
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

//go:embed write_files.py
var writeFiles string

// writingSeconds is how long writing the files may take.
const writingSeconds = 300

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
func files(p EnvironmentProps) []any {
	var all []any
	for _, d := range p.DAGs {
		all = append(all, cfn.Properties{"Path": dagsPath + d.ID + ".py", "Text": d.File()})
	}
	if !p.Requirements.none() {
		all = append(all, cfn.Properties{"Path": requirementsPath, "Text": p.Requirements.file(), "Name": requirementsName})
	}
	if p.Requirements.From.ARN != "" {
		all = append(all, cfn.Properties{"Path": startupPath, "Text": p.Requirements.startup(), "Name": startupName})
	}
	return all
}

// writerRole is the name of the role that writes the files: the bucket's policy names it before it is there.
func writerRole(name string, at location.Location) string { return name + "-files-" + at.Region }

// writer is the function that writes the files of the environment into its bucket, and reads them first.
func writer(p EnvironmentProps, at location.Location, bucket *storage.DataBucket) cfn.Resources {
	r := role.Role{
		Name: writerRole(p.Name, at), Description: "Writes the files of an Airflow environment", Service: "lambda.amazonaws.com",
		// No document says that Lambda fills the key in, so that its absence must do.
		TrustConditions: policy.Conditions{"StringEqualsIfExists": {"aws:SourceAccount": at.Account}},
		Statements: append(storage.Statements(bucket.Prefix(dagsPath).GrantReadWriteDelete(), bucket.Prefix(configPath).GrantReadWriteDelete()),
			policy.Statement{
				Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, References: []any{cfn.Att("WriterLogs", "Arn")},
			}),
	}
	const waits = "It runs in a deployment only; CloudFormation waits for it and fails with its error"
	resources := r.Resources("WriterRole")
	maps.Copy(resources, cfn.Resources{
		"WriterLogs": cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{
			"RetentionInDays": p.Environment.LogRetentionDays, "KmsKeyId": *p.Network.LogKey.KeyArn(),
		}}.Stateful(false),
		"Writer": {
			Type: "AWS::Lambda::Function",
			Properties: cfn.Properties{
				"Description": "Writes the files of an Airflow environment", "Runtime": "python3.14", "Handler": "index.handler",
				"Code": cfn.Properties{"ZipFile": writeFiles}, "Role": cfn.Att("WriterRole", "Arn"), "Timeout": writingSeconds,
				"LoggingConfig": cfn.Properties{"LogGroup": cfn.Ref("WriterLogs")},
			},
			Metadata: role.Metadata(slices.Concat(role.AcceptInPacks("LambdaInsideVPC", waits),
				role.AcceptInPacks("LambdaConcurrency", waits, role.NIST, role.HIPAA), role.AcceptInPacks("LambdaDLQ", waits, role.NIST, role.HIPAA))),
		},
		"Files": {
			Type: "Custom::AirflowFiles",
			Properties: cfn.Properties{
				"ServiceToken": cfn.Att("Writer", "Arn"), "ServiceTimeout": writingSeconds, "Bucket": bucket.Name, "Files": files(p),
			},
		},
	})
	return resources
}
