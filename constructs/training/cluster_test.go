package training_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// wide allows jobs of many instances, with EFA and without.
var wide = environment.Environment{Name: "wide", Tier: environment.Staging, Limits: environment.Limits{
	InstanceTypes: []string{"ml.m5.large", "ml.g5.12xlarge"}, InstancesPerJob: 20, PricePerRun: 1000,
}}

// brought is a network in subnets of somebody else, with their ranges or without.
func brought(stack awscdk.Stack, ranges ...string) *network.Isolated {
	vpc := &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("us-east-1a", "us-east-1b"),
		IsolatedSubnetIds:           jsii.Strings("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
		IsolatedSubnetRouteTableIds: jsii.Strings("rtb-0123456789abcdef0", "rtb-0123456789abcdef0"),
	}
	if len(ranges) > 0 {
		vpc.IsolatedSubnetIpv4CidrBlocks = jsii.Strings(ranges...)
	}
	existing := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), vpc)
	return network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: wide, Vpc: existing, Subnets: *existing.IsolatedSubnets()})
}

// Where a job of several instances can't run is said at synth, of a network that is made, shared or brought; in a subnet that the data
// binds it to as well.
func TestNetworksThatCannotHoldAJob(t *testing.T) {
	alone := wide
	alone.Limits.InstancesPerJob = 1
	without := wide
	without.Limits.InstanceTypes = []string{"ml.m5.large"}
	small := without
	small.AddressRange, small.Limits.InstancesPerJob = "10.0.0.0/24", 2
	in := func(e environment.Environment) func(awscdk.Stack) *network.Isolated {
		return func(stack awscdk.Stack) *network.Isolated {
			return network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: e})
		}
	}
	tests := []struct {
		name      string
		network   func(awscdk.Stack) *network.Isolated
		on        string
		instances int
		want      string // empty: valid
	}{
		{"as the environment says", in(wide), "ml.g5.12xlarge", 20, ""},
		{"one instance", in(alone), "ml.g5.12xlarge", 1, ""},
		{"a group of single instances", in(alone), "ml.m5.large", 2, "Job.Instances: got 2; allowed: 1 instance in this network: its security group lets none speak to another"},
		{"a group without EFA", in(without), "ml.g5.12xlarge", 2, "Job.Instances: got 2; allowed: 1 instance with EFA in this network"},
		{"a small network", in(small), "ml.m5.large", 13, "Job.Instances: got 13; allowed: as many as the 25 addresses of each subnet hold; they take 26"},
		{"a small network, just", in(small), "ml.m5.large", 12, ""},
		{"a small network that is shared", func(stack awscdk.Stack) *network.Isolated {
			return network.NewIsolated(stack, "Network", &network.IsolatedProps{
				Environment: wide, SharedWith: network.NewIsolated(stack, "Other", &network.IsolatedProps{Environment: small}),
			})
		}, "ml.m5.large", 13, "as many as the 25 addresses"},
		{"small subnets", func(stack awscdk.Stack) *network.Isolated { return brought(stack, "10.0.0.0/24", "10.0.1.0/28") }, "ml.m5.large", 5,
			"Job.Instances: got 5; allowed: as many as the 9 addresses of each subnet hold; they take 10"},
		{"small subnets, just", func(stack awscdk.Stack) *network.Isolated { return brought(stack, "10.0.0.0/24", "10.0.1.0/28") }, "ml.m5.large", 4, ""},
		{"subnets without ranges", func(stack awscdk.Stack) *network.Isolated { return brought(stack) }, "ml.g5.12xlarge", 20, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			build := func(stack awscdk.Stack) {
				data := storage.NewDataBucket(stack, "Data", nil)
				training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{Environment: wide, Network: test.network(stack), Job: training.Job{
					Image: training.XGBoost("3.2-0"), Output: data.Prefix("models/"), MaxRuntime: time.Hour,
					Inputs:       []training.Input{{Channel: "train", From: data.Prefix("train/")}},
					InstanceType: test.on, Instances: test.instances,
				}})
			}
			if test.want == "" {
				synthtest.Template(t, "us-east-1", build)
				return
			}
			if err := synthtest.Error(t, "us-east-1", build); !strings.Contains(err.Error(), "1 problem\n") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error lacks %q:\n%v", test.want, err)
			}
		})
	}
}

// A job that mounts Lustre runs in its subnet, and only that one has to hold it.
func TestAJobBoundToOneSubnet(t *testing.T) {
	for zone, want := range []string{"", "Job.Instances: got 5; allowed: as many as the 9 addresses of each subnet hold"} {
		t.Run(fmt.Sprint("zone ", zone), func(t *testing.T) {
			build := func(stack awscdk.Stack) {
				net := brought(stack, "10.0.0.0/24", "10.0.1.0/28")
				data := storage.NewDataBucket(stack, "Datasets", &storage.DataBucketProps{Environment: wide, LinkedToLustre: true})
				lustre := storage.NewLustre(stack, "Lustre", &storage.LustreProps{Environment: wide, Network: net, Zone: zone, Data: data.Prefix("train/")})
				training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{Environment: wide, Network: net, Job: training.Job{
					Image: training.XGBoost("3.2-0"), Output: data.Prefix("models/"), InstanceType: "ml.m5.large", Instances: 5,
					Inputs: []training.Input{{Channel: "train", Mount: lustre.Directory("/")}},
				}})
			}
			if want == "" {
				synthtest.Template(t, "us-east-1", build)
				return
			}
			if err := synthtest.Error(t, "us-east-1", build); !strings.Contains(err.Error(), want) {
				t.Errorf("error lacks %q:\n%v", want, err)
			}
		})
	}
}

// A processing job of several instances is one of a network too.
func TestNetworksThatCannotHoldAProcessingJob(t *testing.T) {
	err := synthtest.Error(t, "us-east-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Environment, p.Job.MaxRuntime = wide, time.Hour
		p.Network = network.NewIsolated(stack, "Alone", &network.IsolatedProps{Environment: environment.Environment{Tier: environment.Development}})
		p.Job.InstanceType = "ml.m5.large"
		process := training.Processing{Image: p.Job.Image, Output: p.Job.Output, InstanceType: "ml.m5.large", Instances: 2, MaxRuntime: time.Hour,
			Inputs: []training.Input{{Channel: "x", From: p.Job.Output.Bucket.Prefix("x/")}}}
		p.Prepare, p.Evaluate = &process, &process
		training.NewWorkflow(stack, "Workflow", p)
	})
	for _, want := range []string{"2 problems", "Prepare.Instances: got 2; allowed: 1 instance in this network", "Evaluate.Instances: got 2; allowed: 1 instance in this network"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}
