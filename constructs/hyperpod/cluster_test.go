package hyperpod_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// props are those of a good cluster, for tests to change.
func props(stack awscdk.Stack) *hyperpod.ClusterProps {
	return &hyperpod.ClusterProps{
		Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{Capabilities: []network.Capability{network.HyperPod}}),
		Groups:  []hyperpod.Group{{Name: "train", InstanceType: "ml.g5.2xlarge", Instances: 2}},
	}
}

func lustre(stack awscdk.Stack, n *network.Isolated, zone int) *storage.FileSystem {
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{LinkedToLustre: true})
	return storage.NewLustre(stack, "Lustre", &storage.LustreProps{Network: n, Zone: zone, Data: data.Prefix("x/")})
}

func TestANetworkElsewhere(t *testing.T) {
	err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
		there := awscdk.NewStack(stack, jsii.String("There"), &awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("us-east-1")}})
		hyperpod.NewCluster(there, "C", props(stack))
	})
	if !strings.Contains(err.Error(), "Network: got network.Isolated Stack/Network, in eu-west-1; allowed: one in us-east-1") {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		change func(awscdk.Stack, *hyperpod.ClusterProps)
		want   []string
	}{
		"nothing given": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { *p = hyperpod.ClusterProps{} },
			[]string{"2 problems", "Network: got nothing", "Groups: got 0; allowed: 1 to 98", "cluster_test.go:"}},
		"no capability": {func(stack awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Network = network.NewIsolated(stack, "Other", nil)
		},
			[]string{"a network with the capability HyperPod; add network.HyperPod to its Capabilities"}},
		"no such zone": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Zone = 3 }, []string{"Zone: got 3; allowed: 0 to 2"}},
		"another zone than Lustre": {func(stack awscdk.Stack, p *hyperpod.ClusterProps) { p.Zone, p.Lustre = 2, lustre(stack, p.Network, 1) },
			[]string{"Zone: got 2; allowed: the zone of Lustre"}},
		"Lustre elsewhere": {func(stack awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Lustre = lustre(stack, network.NewIsolated(stack, "Other", nil), 0)
		}, []string{"Lustre: got \"one in another network\""}},
		"EFS": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Lustre = &storage.FileSystem{Type: storage.EFS}
			made.Record(p.Lustre, made.Home{})
		},
			[]string{"Lustre: got \"EFS\"; allowed: a file system of storage.NewLustre"}},
		"a long name of hyphens": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Name, p.Groups[0].Name = "a"+strings.Repeat("-", 30)+"b", "a"+strings.Repeat("-", 30)+"b"
		}, []string{"2 problems", "Name: got", "Groups[0].Name: got"}},
		"no zone, with Lustre": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Zone, p.Lustre = -1, &storage.FileSystem{Type: storage.Lustre, SubnetID: p.Network.SubnetIDs[0]}
			made.Record(p.Lustre, made.Home{})
		}, []string{"1 problem", "Zone: got -1; allowed: 0 to"}},
		"a long name": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Name = strings.Repeat("x", 31) }, []string{"Name: got", "at most 26 characters, since the role's name starts with \"none--\""}},
		"wrong groups": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Groups = []hyperpod.Group{
				{Name: "controller", InstanceType: "ml.g5.2xlarge"}, {Name: "a", InstanceType: "ml.m5.xlarge", Instances: -1, VolumeGB: 20_000, DeepHealthChecks: true},
				{Name: "a", InstanceType: "ml.g5.2xlarge", DeepHealthChecks: true},
			}
		}, []string{"5 problems", `Groups[0].Name: got "controller"`, "Groups[1].Instances: got -1", "Groups[1].VolumeGB: got 20000; allowed: 1 to 16384",
			"Groups[1].DeepHealthChecks: got \"ml.m5.xlarge\"", "Groups[2].Name"}},
		"types that are barred": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
			p.ControllerType, p.LoginType, p.Groups[0].InstanceType = "ml.c5.xlarge", "ml.t3.medium", "ml.p5.48xlarge"
		}, []string{"4 problems", "ControllerType: got \"ml.c5.xlarge\"", "LoginType", "Groups[0].InstanceType", "Limits.InstanceTypes", "Limits.MonthlyBudget"}},
		"more than a job may have": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Groups[0].Instances = 5 },
			[]string{"Groups[0].Instances: got 5; allowed: at most 4", "Limits.InstancesPerJob"}},
		"too dear": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Groups[0].InstanceType = "ml.g5.12xlarge" },
			[]string{"USD a month\"; allowed: at most 5000, the environment's budget", "costs whether it works or not"}},
		"too dear without one price": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Environment.Limits = environment.Limits{InstanceTypes: []string{"ml.m5.xlarge", "ml.c4.xlarge"}, MonthlyBudget: 100, PricePerRun: 50}
			p.Groups[0].InstanceType = "ml.c4.xlarge"
		}, []string{"Groups: got \"168 USD a month\"; allowed: at most 100"}},
		"labels with Slurm": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Groups[0].Labels = map[string]string{"team": "red"} },
			[]string{"1 problem", `Groups[0]: got "labels or taints"; allowed: none with Slurm`, "or give EKS"}},
		"taints with Slurm": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
			p.Groups[0].Taints = []hyperpod.Taint{{Key: "team", Effect: hyperpod.NoSchedule}}
		}, []string{"1 problem", "none with Slurm"}},
		"HyperPod's own partition": {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Groups[0].Name = "dev" }, []string{`Groups[0].Name: got "dev"`}},
		"a prefix of nothing":      {func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Reads = []storage.Prefix{{}} }, []string{"Reads[0].Bucket: got nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
				p := props(stack)
				test.change(stack, p)
				hyperpod.NewCluster(stack, "Research", p)
			})
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

// Machines take addresses all the time: a subnet has to hold them, 32 each where a type has as many EFA interfaces.
func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		addressRange string
		fits         bool
	}{{"10.0.0.0/20", true}, {"10.0.0.0/22", false}} {
		e := environment.Environment{AddressRange: test.addressRange, AZs: 1, Limits: environment.Limits{
			InstanceTypes: []string{"ml.m5.xlarge", "ml.p5.48xlarge"}, MonthlyBudget: 1e6, PricePerRun: 1e6, InstancesPerJob: 4,
		}}
		build := func(stack awscdk.Stack) {
			hyperpod.NewCluster(stack, "Research", &hyperpod.ClusterProps{
				Environment: e, Groups: []hyperpod.Group{{Name: "train", InstanceType: "ml.p5.48xlarge", Instances: 4}},
				Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: e, Capabilities: []network.Capability{network.HyperPod}}),
			})
		}
		if test.fits {
			synthtest.Template(t, "eu-west-1", build)
			continue
		}
		if err := synthtest.Error(t, "eu-west-1", build); !strings.Contains(err.Error(), "Groups: got 5") || !strings.Contains(err.Error(), "they take 130") {
			t.Error(err)
		}
	}
}

func TestPriceAndQuotas(t *testing.T) {
	p := &hyperpod.ClusterProps{LoginType: "ml.m5.xlarge", Groups: []hyperpod.Group{{Name: "a", InstanceType: "ml.m5.4xlarge", Instances: 2}}}
	usd, known := p.PricePerMonth()
	if got := fmt.Sprintf("%.0f", usd); got != "1682" || !known { // 4 x 0.23 and 2 x 0.922 USD an hour, roughly
		t.Errorf("%s USD, known: %v", got, known)
	}
	if got := fmt.Sprint(p.Quotas()); got != "[ml.m5.xlarge for cluster usage: 2 ml.m5.4xlarge for cluster usage: 2]" {
		t.Error(got)
	}
	p.Groups[0].InstanceType = "ml.unheard.of"
	if usd, known := p.PricePerMonth(); known || usd == 0 {
		t.Errorf("%g USD, known: %v; the others have theirs", usd, known)
	}
}

// Machines heal, are encrypted by the key, stand in one subnet, and start when they can reach what they need.
func TestACluster(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := props(stack)
		p.Lustre = lustre(stack, p.Network, 1)
		p.Groups[0].DeepHealthChecks, p.LoginType = true, "ml.m5.large"
		hyperpod.NewCluster(stack, "Research", p)
	})
	clusters := template.OfType("AWS::SageMaker::Cluster")
	if len(clusters) != 1 {
		t.Fatalf("%d clusters", len(clusters))
	}
	cluster := template.Resources[clusters[0]]
	text, err := json.Marshal(cluster.Properties)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"NodeRecovery":"Automatic"`, `"Orchestrator":{"Slurm":{}}`, `"NodeType":"Controller"`, `"InstanceGroupName":"login"`, `"NodeType":"Login"`, `"NodeType":"Compute","PartitionNames":["train"]`,
		`"OnStartDeepHealthChecks":["InstanceStress","InstanceConnectivity"]`, `"MountPath":"/fsx"`, `"RootVolume":true`, `"OnInitComplete":"on_init_complete.sh"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the cluster lacks %s: %s", want, text)
		}
	}
	if n := strings.Count(string(text), "EbsVolumeConfig"); n != 6 || strings.Count(string(text), "VolumeKmsKeyId") != n {
		t.Errorf("%d volumes, and not each with a key", n)
	}
	subnets := cluster.Properties["VpcConfig"].(map[string]any)["Subnets"].([]any)
	if got, _ := json.Marshal(subnets); len(subnets) != 1 || !strings.Contains(string(got), "SubnetB") && !strings.Contains(string(got), "Subnet2") {
		t.Errorf("subnets %s, want that of Lustre", got)
	}
	all, _ := json.Marshal(template)
	if strings.Contains(string(all), "0.0.0.0/0") {
		t.Error("there is a rule to anywhere")
	}
}
