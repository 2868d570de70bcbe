package network_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/network"
)

// What each capability needs, written down a second time: a job hangs where an endpoint is missing.
func TestWhatEachCapabilityNeeds(t *testing.T) {
	want := map[network.Capability]string{
		network.Training:          "ecr.api ecr.dkr s3",
		network.Packages:          "codeartifact.api codeartifact.repositories s3",
		network.ImageBuild:        "ecr.api ecr.dkr inspector-scan logs s3",
		network.LaunchJobs:        "logs s3 sagemaker.api sts",
		network.Studio:            "ecr.api ecr.dkr logs s3 sagemaker.api sagemaker.runtime sts studio",
		network.Pipelines:         "s3 sagemaker.api sts",
		network.Airflow:           "airflow.api airflow.env airflow.ops kms logs monitoring s3 sagemaker.api sqs states sts",
		network.AirflowServerless: "kms logs monitoring s3 sagemaker.api states",
		network.Monitoring:        "logs monitoring sagemaker.metrics",
		network.Secrets:           "kms secretsmanager",
		network.FeatureStore:      "s3 sagemaker.api sagemaker.featurestore-runtime",
		network.HyperPod:          "logs monitoring s3 ssm ssmmessages",
		network.Remote:            "ssm ssmmessages",
		network.HyperPodEKS:       "ec2 ecr.api ecr.dkr eks-auth logs monitoring s3 ssm ssmmessages",
	}
	if len(network.Capabilities()) != len(want) {
		t.Errorf("%d capabilities, want %d", len(network.Capabilities()), len(want))
	}
	for capability, services := range want {
		var got []string
		for _, e := range network.PlanEndpoints([]network.Capability{capability}, 1) {
			got = append(got, e.Service)
			if !slices.Equal(e.AskedBy, []network.Capability{capability}) {
				t.Errorf("%s of %s is asked by %v", e.Service, capability, e.AskedBy)
			}
		}
		if strings.Join(got, " ") != services {
			t.Errorf("%s needs %s, want %s", capability, strings.Join(got, " "), services)
		}
	}
}
