package network_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

func TestNilPropsMakeAProductionNetwork(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) { network.NewIsolated(stack, "Network", nil) })
	if got := len(template.OfType("AWS::EC2::Subnet")); got != 3 {
		t.Errorf("%d subnets, want 3", got)
	}
	if got := len(template.OfType("AWS::EC2::VPCEndpoint")); got != 3 {
		t.Errorf("%d endpoints, want those of Training: s3, ecr.api, ecr.dkr", got)
	}
	for _, id := range template.OfType("AWS::Logs::LogGroup") {
		if group := template.Resources[id]; group.Properties["KmsKeyId"] == nil || group.DeletionPolicy != "RetainExceptOnCreate" {
			t.Errorf("%s is not encrypted and retained: %v", id, group)
		}
	}
}

// A security group without an egress rule of its own gets one from EC2 that allows everything.
func TestNoGroupReachesEverything(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) { network.NewIsolated(stack, "Network", nil) })
	groups := template.OfType("AWS::EC2::SecurityGroup")
	if len(groups) != 2 {
		t.Fatalf("groups %v, want one of the jobs and one of the endpoints", groups)
	}
	for _, id := range groups {
		egress, _ := template.Resources[id].Properties["SecurityGroupEgress"].([]any)
		if len(egress) == 0 {
			t.Errorf("%s has no inline egress rule", id)
		}
		for _, rule := range egress {
			if cidr := rule.(map[string]any)["CidrIp"]; cidr != nil && cidr != "127.0.0.1/32" {
				t.Errorf("%s reaches %v", id, cidr)
			}
		}
	}
}

func TestAGivenLogKeyIsUsed(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		key := awskms.NewKey(stack, jsii.String("Own"), nil)
		key.GrantEncryptDecrypt(awsiam.NewServicePrincipal(jsii.String("logs.eu-west-1.amazonaws.com"), nil))
		network.NewIsolated(stack, "Network", &network.IsolatedProps{LogKey: key})
	})
	if keys := template.OfType("AWS::KMS::Key"); len(keys) != 1 {
		t.Errorf("keys %v, want only the given one", keys)
	}
}

func TestPeersOnlyWhereJobsHaveSeveralInstances(t *testing.T) {
	count := func(limits environment.Limits) int {
		template := synthtest.Template(t, "", func(stack awscdk.Stack) {
			network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: environment.Environment{Limits: limits}})
		})
		return len(template.OfType("AWS::EC2::SecurityGroupIngress"))
	}
	if got := count(environment.Limits{InstancesPerJob: 1}); got != 0 {
		t.Errorf("single instances: %d rules between jobs, want none", got)
	}
	if got := count(environment.Limits{InstancesPerJob: 2, InstanceTypes: []string{"ml.m5.large"}}); got != 2 {
		t.Errorf("two instances: %d rules, want IKE and ESP", got)
	}
	if got := count(environment.Limits{InstancesPerJob: 2, InstanceTypes: []string{"ml.p4d.24xlarge"}, PricePerRun: 500}); got != 1 {
		t.Errorf("EFA: %d rules, want one for everything", got)
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct {
		name, region string
		props        *network.IsolatedProps
		want         []string
	}{
		{"environment", "", &network.IsolatedProps{Environment: environment.Environment{AZs: 7, LogRetentionDays: 2}},
			[]string{"Stack/Network", "isolated_test.go:", "2 problems", "Environment.AZs", "Environment.LogRetentionDays"}},
		{"capability", "", &network.IsolatedProps{Capabilities: []network.Capability{"Internet"}},
			[]string{`Capabilities[0]: got "Internet"; allowed: one of Airflow`}},
		{"more zones than the stack's region has", "af-south-1", &network.IsolatedProps{Environment: environment.Environment{AZs: 4}},
			[]string{"Environment.AZs: got 4; allowed: at most 3, the Availability Zones of af-south-1"}},
		{"zones of another region", "af-south-1", &network.IsolatedProps{Environment: environment.Environment{Zones: []string{"eu-west-1a"}}},
			[]string{"Environment.Zones[0]: got \"eu-west-1a\"; allowed: a zone of af-south-1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, test.region, func(stack awscdk.Stack) { network.NewIsolated(stack, "Network", test.props) })
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}
