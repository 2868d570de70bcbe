package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// assemblyOf writes an assembly of one stack in the region.
func assemblyOf(t *testing.T, environment, report string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"artifacts": {
			"Tree": {"type": "cdk:tree"},
			"stage": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "stage"}}}}`,
		"stage/manifest.json": `{"artifacts": {"S": {"type": "aws:cloudformation:stack", "displayName": "dev/Net",
			"environment": "aws://unknown-account/` + environment + `", "properties": {"templateFile": "t.json"}}}}`,
		"stage/t.json": `{"Resources": {
			"A": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Interface", "SubnetIds": [1, 2],
				"Tags": [{"Key": "Name", "Value": "dev/Net/sts"}, {"Key": "Capabilities", "Value": "LaunchJobs Studio"}]}},
			"B": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Gateway",
				"Tags": [{"Key": "Name", "Value": "dev/Net/s3"}]}}}}`,
		"validation-report.json": report,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSummary(t *testing.T) {
	const clean = `{"pluginReports": []}`
	const finding = `{"pluginReports": [{"pluginName": "CloudFormation Validate", "violations": [{"ruleName": "W1", "severity": "warning", "description": "odd",
		"violatingConstructs": [{"constructPath": "dev/Net/A"}]}]}]}`
	tests := []struct {
		name, environment, report string
		findings                  int
		want                      []string
	}{
		{"region decided at deployment", "unknown-region", clean, 0,
			[]string{"at prices of us-east-1", "sts", "14.60", "LaunchJobs Studio", "all    0.00"}},
		{"region without a price", "eu-west-1", clean, 0, []string{"at prices of eu-west-1", "unknown"}},
		{"finding", "us-east-1", finding, 1, []string{"warning CloudFormation-Validate::W1 dev/Net/A: odd"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			findings, err := summarize(&b, assemblyOf(t, test.environment, test.report))
			if err != nil || findings != test.findings {
				t.Fatalf("%d findings, want %d: %v", findings, test.findings, err)
			}
			for _, want := range test.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("the summary lacks %q:\n%s", want, b.String())
				}
			}
		})
	}
}

// What a cluster's machines cost in a month is said where the prices of all types are known.
func TestHyperPod(t *testing.T) {
	for name, want := range map[string]string{"ml.m5.xlarge": " 335.80 ", "ml.m0.new": "unknown"} {
		dir := assemblyOf(t, "us-east-1", `{"pluginReports": []}`)
		template := `{"Resources": {"A": {"Type": "AWS::SageMaker::Cluster", "Properties": {"InstanceGroups": [
			{"InstanceType": "` + name + `", "InstanceCount": 1}, {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}]}}}}`
		if err := os.WriteFile(filepath.Join(dir, "stage/t.json"), []byte(template), 0o600); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if _, err := summarize(&b, dir); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("the summary lacks %q:\n%s", want, b.String())
		}
	}
}

// What Airflow costs is said where it is known, and that it is not verified.
func TestAirflow(t *testing.T) {
	const clean = `{"pluginReports": []}`
	environment := func(class string) string {
		return `{"Resources": {"A": {"Type": "AWS::MWAA::Environment", "Properties": {"EnvironmentClass": "` + class + `"}}}}`
	}
	for template, want := range map[string][]string{
		environment("mw1.small"): {"357.70, unverified ", "Airflow of dev/Net, mw1.small, is billed by the hour"},
		environment("mw1.micro"): {"unknown ", "Airflow of dev/Net, mw1.micro, is billed by the hour"},
		`{"Resources": {"A": {"Type": "AWS::MWAAServerless::Workflow"}}}`: {"by the task ", "DAGs of dev/Net, 1, run on MWAA Serverless"},
	} {
		dir := assemblyOf(t, "us-east-1", clean)
		if err := os.WriteFile(filepath.Join(dir, "stage/t.json"), []byte(template), 0o600); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if _, err := summarize(&b, dir); err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(b.String(), text) {
				t.Errorf("the summary lacks %q:\n%s", text, b.String())
			}
		}
	}
}

func TestNoAssembly(t *testing.T) {
	if _, err := summarize(&strings.Builder{}, t.TempDir()); err == nil {
		t.Error("an empty folder has a summary")
	}
}
