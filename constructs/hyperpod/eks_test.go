package hyperpod_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

const eksGroup = "sg-0123456789abcdef0"

// eksProps are those of a good cluster with EKS, for tests to change.
func eksProps(stack awscdk.Stack) *hyperpod.ClusterProps {
	return &hyperpod.ClusterProps{
		Network: network.NewIsolated(stack, "Network", &network.IsolatedProps{Capabilities: []network.Capability{network.HyperPodEKS}}),
		Groups:  []hyperpod.Group{{Name: "train", InstanceType: "ml.g5.2xlarge", Instances: 2}},
		EKS:     &hyperpod.EKS{ClusterARN: "arn:aws:eks:eu-west-1:111122223333:cluster/research", SecurityGroupID: eksGroup, Prepared: true},
	}
}

// built is the cluster's properties as JSON, and the whole template.
func built(t *testing.T, change func(awscdk.Stack, *hyperpod.ClusterProps)) (string, assembly.Template) {
	t.Helper()
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := eksProps(stack)
		change(stack, p)
		hyperpod.NewCluster(stack, "Research", p)
	})
	text, err := json.Marshal(template.Resources[template.OfType("AWS::SageMaker::Cluster")[0]].Properties)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), template
}

// withEKS are the rules of one kind with EKS's group, sorted: whether they lead to or from it, the port and the protocol.
func withEKS(template assembly.Template, kind, peer string) []string {
	var all []string
	for _, id := range template.OfType("AWS::EC2::SecurityGroup" + kind) {
		p := template.Resources[id].Properties
		of, other := "TO", "FROM"
		if kind == "Egress" {
			of, other = other, of
		}
		rule := fmt.Sprintf(" %v %v", p["FromPort"], p["IpProtocol"])
		switch {
		case p["GroupId"] == eksGroup:
			all = append(all, of+rule)
		case p[peer] == eksGroup:
			all = append(all, other+rule)
		}
	}
	slices.Sort(all)
	return all
}

func TestMistakesWithEKS(t *testing.T) {
	long := strings.Repeat("x", 64)
	for name, test := range map[string]struct {
		change func(*hyperpod.ClusterProps)
		want   []string
	}{
		"nothing said of the cluster": {func(p *hyperpod.ClusterProps) { p.EKS = &hyperpod.EKS{} },
			[]string{"3 problems", `EKS.ClusterARN: got ""; allowed: the ARN of an EKS cluster`, "EKS.SecurityGroupID: got", "clusterSecurityGroupId",
				"EKS.Prepared: got false", "HyperPod's Helm chart", "docs/hyperpod.md", "leave EKS out for Slurm", "eks_test.go:"}},
		"of another service": {func(p *hyperpod.ClusterProps) {
			p.EKS.ClusterARN = "arn:aws:ecs:eu-west-1:111122223333:cluster/research"
		},
			[]string{"1 problem", "EKS.ClusterARN: got"}},
		"elsewhere": {func(p *hyperpod.ClusterProps) {
			p.EKS.ClusterARN = "arn:aws:eks:eu-west-2:999988887777:cluster/research"
		},
			[]string{"2 problems", "of the account 111122223333", "of the region eu-west-1, where the stack is deployed to"}},
		"Slurm's machines": {func(p *hyperpod.ClusterProps) { p.ControllerType, p.LoginType = "ml.m5.large", "ml.m5.xlarge" },
			[]string{"2 problems", `ControllerType: got "ml.m5.large"; allowed: none with EKS`, "LoginType"}},
		"a type that is barred": {func(p *hyperpod.ClusterProps) { p.Groups[0].InstanceType = "ml.c5.xlarge" },
			[]string{"1 problem", `Groups[0].InstanceType: got "ml.c5.xlarge"`, "Limits.InstanceTypes"}},
		"a network for Slurm": {func(p *hyperpod.ClusterProps) {
			p.Network.Capabilities = []network.Capability{network.HyperPod}
			made.Accept(p.Network)
		},
			[]string{"1 problem", "a network with the capability HyperPodEKS; add network.HyperPodEKS to its Capabilities"}},
		"too many groups": {func(p *hyperpod.ClusterProps) {
			p.Groups = nil
			for i := range 21 {
				p.Groups = append(p.Groups, hyperpod.Group{Name: fmt.Sprintf("g%d", i), InstanceType: "ml.m5.large"})
			}
		}, []string{"1 problem", "Groups: got 21; allowed: 1 to 20"}},
		"labels and taints": {func(p *hyperpod.ClusterProps) {
			p.Groups[0].Labels = map[string]string{"-team": "red", "ok": "no way", "long": long, "empty": ""}
			p.Groups[0].Taints = []hyperpod.Taint{{Key: "A/b", Value: "ok"}, {Key: "a.b/c", Value: "-", Effect: "Never"}}
		}, []string{"8 problems", `Groups[0].Labels: got "-team"`, `Groups[0].Labels["ok"]: got "no way"`, `Groups[0].Labels["long"]: got`, `Groups[0].Labels["empty"]: got`,
			`Groups[0].Taints[0].Key: got "A/b"`, `Groups[0].Taints[0].Effect: got ""; allowed: NoSchedule, PreferNoSchedule or NoExecute`,
			`Groups[0].Taints[1].Value: got "-"`, `Groups[0].Taints[1].Effect: got "Never"`}},
		"a label that CloudFormation takes for a reference": {func(p *hyperpod.ClusterProps) {
			p.Groups[0].Labels = map[string]string{"Ref": "x"}
			p.Groups[0].Taints = []hyperpod.Taint{{Key: "Ref", Effect: hyperpod.NoExecute}}
		}, []string{"1 problem", `Groups[0].Labels: got "Ref"; allowed: any key but Ref`}},
		"too many of them": {func(p *hyperpod.ClusterProps) {
			p.Groups[0].Taints, p.Groups[0].Labels = nil, map[string]string{}
			for i := range 51 {
				p.Groups[0].Labels[strconv.Itoa(i)] = "x"
				p.Groups[0].Taints = append(p.Groups[0].Taints, hyperpod.Taint{Key: strconv.Itoa(i), Effect: hyperpod.NoExecute})
			}
		}, []string{": 2 problems", "Groups[0].Labels: got 51; allowed: at most 50", "Groups[0].Taints: got 51"}},
		"keys that Kubernetes refuses": {func(p *hyperpod.ClusterProps) {
			name, domain := strings.Repeat("n", 63), strings.Repeat("d.", 126)+"d"
			p.Groups[0].Labels = map[string]string{domain + "/" + name: "right", name + "n": "x", domain + "d/n": "x", "${Token[TOKEN.7]}": "x"}
			p.Groups[0].Taints = []hyperpod.Taint{{Key: "a", Effect: hyperpod.NoExecute}, {Key: "a", Effect: hyperpod.NoSchedule}, {Key: "a", Value: "b", Effect: hyperpod.NoExecute}}
		}, []string{": 4 problems", "Groups[0].Labels: got \"nnn", "Groups[0].Labels: got \"d.d", "Groups[0].Labels: got \"${Token", `Groups[0].Taints[2].Key: got "a"; allowed: a key that no other taint of the same Effect has`}},
		"taints with deep checks": {func(p *hyperpod.ClusterProps) {
			p.Groups[0].DeepHealthChecks, p.Groups[0].Taints = true, []hyperpod.Taint{{Key: "a", Effect: hyperpod.PreferNoSchedule}}
		}, []string{"1 problem", "Groups[0].Taints: got 1; allowed: none with DeepHealthChecks"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
				p := eksProps(stack)
				test.change(p)
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

// Nodes have addresses for their pods too: AWS gives 81 for ml.p5.48xlarge, and 50 are taken for a type without EFA.
func TestAddressesWithEKS(t *testing.T) {
	for _, test := range []struct {
		instanceType, addressRange string
		instances                  int
		want                       string // empty: it fits
	}{
		{"ml.p5.48xlarge", "10.0.0.0/21", 3, ""}, {"ml.p5.48xlarge", "10.0.0.0/21", 4, "they take 324"},
		{"ml.m5.xlarge", "10.0.0.0/22", 2, ""}, {"ml.m5.xlarge", "10.0.0.0/22", 3, "they take 150"},
	} {
		e := environment.Environment{AddressRange: test.addressRange, AZs: 1, Limits: environment.Limits{
			InstanceTypes: []string{"ml.m5.xlarge", "ml.p5.48xlarge"}, MonthlyBudget: 1e6, PricePerRun: 1e6, InstancesPerJob: 8,
		}}
		build := func(stack awscdk.Stack) {
			p := eksProps(stack)
			p.Environment, p.Groups = e, []hyperpod.Group{{Name: "train", InstanceType: test.instanceType, Instances: test.instances}}
			p.Network = network.NewIsolated(stack, "Small", &network.IsolatedProps{Environment: e, Capabilities: []network.Capability{network.HyperPodEKS}})
			hyperpod.NewCluster(stack, "Research", p)
		}
		if test.want == "" {
			synthtest.Template(t, "eu-west-1", build)
			continue
		}
		if err := synthtest.Error(t, "eu-west-1", build); !strings.Contains(err.Error(), test.want) {
			t.Error(err)
		}
	}
}

// A cluster of another stack is known when it is deployed: nothing can be said of it before.
func TestAnEKSClusterOfAnotherStack(t *testing.T) {
	text, _ := built(t, func(_ awscdk.Stack, p *hyperpod.ClusterProps) {
		p.EKS.ClusterARN, p.EKS.SecurityGroupID = *awscdk.Fn_ImportValue(jsii.String("arn")), *awscdk.Fn_ImportValue(jsii.String("group"))
	})
	if !strings.Contains(text, `"Eks":{"ClusterArn":{"Fn::ImportValue":"arn"}}`) {
		t.Error(text)
	}
}

// There is no machine of Slurm's; groups may have its names, and the price is that of the groups alone.
func TestNothingOfSlurm(t *testing.T) {
	p := &hyperpod.ClusterProps{EKS: &hyperpod.EKS{}, Groups: []hyperpod.Group{{Name: "a", InstanceType: "ml.m5.4xlarge"}}}
	if usd, _ := p.PricePerMonth(); fmt.Sprintf("%.0f", usd) != "673" || fmt.Sprint(p.Quotas()) != "[ml.m5.4xlarge for cluster usage: 1]" {
		t.Errorf("%.0f USD, %v", usd, p.Quotas())
	}
	text, template := built(t, func(_ awscdk.Stack, p *hyperpod.ClusterProps) { p.Groups[0].Name = "controller" })
	for _, wrong := range []string{"Slurm", "NodeType", "OnInitComplete", "KubernetesConfig", "FsxLustreConfig"} {
		if strings.Contains(text, wrong) {
			t.Errorf("the cluster has %s: %s", wrong, text)
		}
	}
	if n := strings.Count(text, "InstanceGroupName"); n != 1 {
		t.Errorf("%d groups", n)
	}
	if all, _ := json.Marshal(template); strings.Contains(string(all), "0.0.0.0/0") {
		t.Error("there is a rule to anywhere")
	}
}

// Machines become nodes of that cluster, with the labels and taints asked for; Lustre is reached and left to pods.
func TestAClusterWithEKS(t *testing.T) {
	text, template := built(t, func(stack awscdk.Stack, p *hyperpod.ClusterProps) {
		p.Lustre = lustre(stack, p.Network, 1)
		p.Groups[0].Labels = map[string]string{"acme.example/team": "red"}
		p.Groups[0].Taints = []hyperpod.Taint{{Key: "gpu", Value: "only", Effect: hyperpod.NoSchedule}, {Key: "bare", Effect: hyperpod.NoExecute}}
	})
	for _, want := range []string{
		`"Orchestrator":{"Eks":{"ClusterArn":"arn:aws:eks:eu-west-1:111122223333:cluster/research"}}`, `"NodeRecovery":"Automatic"`, `"OnCreate":"on_create.sh"`,
		`"KubernetesConfig":{"Labels":{"acme.example/team":"red"},"Taints":[{"Effect":"NoSchedule","Key":"gpu","Value":"only"},{"Effect":"NoExecute","Key":"bare"}]}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the cluster lacks %s: %s", want, text)
		}
	}
	if strings.Contains(text, "FsxLustreConfig") || strings.Count(text, "VolumeKmsKeyId") != 2 {
		t.Errorf("other volumes than two with a key: %s", text)
	}
	want := []string{"FROM 10250 tcp", "FROM 53 tcp", "FROM 53 udp", "TO 443 tcp", "TO 53 tcp", "TO 53 udp"}
	if in, out := withEKS(template, "Ingress", "SourceSecurityGroupId"), withEKS(template, "Egress", "DestinationSecurityGroupId"); !slices.Equal(in, want) || !slices.Equal(out, want) {
		t.Errorf("in: %v\nout: %v\nwant both: %v", in, out, want)
	}
}
