package constructs_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// looking are the types whose services look at their network when they are created: with a rule or permission that
// comes later they fail, or not, depending on what CloudFormation makes first
// (https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html,
// https://docs.aws.amazon.com/mwaa/latest/userguide/vpc-security.html,
// https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html).
var looking = []string{"AWS::FSx::FileSystem", "AWS::EFS::MountTarget", "AWS::MWAA::Environment", "AWS::SageMaker::Cluster"}

// belonging are the types of what belongs to another resource without being a part of it, and the properties that name
// that one.
var belonging = map[string]string{
	"AWS::EC2::SecurityGroupIngress": "GroupId", "AWS::EC2::SecurityGroupEgress": "GroupId",
	"AWS::IAM::ManagedPolicy": "Roles", "AWS::S3::BucketPolicy": "Bucket",
}

// later is what a cluster opens for itself on a file system, which stands by then.
var later = regexp.MustCompile(`^SlurmWaysLustre`)

// belated are the resources that belong to what a resource refers to, and that it does not wait for.
func belated(resources map[string]assembly.Resource, id string) []string {
	waits := map[string]bool{}
	for next := []string{id}; len(next) > 0; next = next[1:] {
		r := resources[next[0]]
		for _, to := range r.References() {
			if _, known := resources[to]; known && !waits[to] {
				waits[to] = true
				next = append(next, to)
			}
		}
	}
	direct := assembly.ReferencesIn(resources[id].Properties)
	var all []string
	for _, other := range slices.Sorted(maps.Keys(resources)) {
		r := resources[other]
		property, belongs := belonging[r.Type]
		if !belongs || other == id || waits[other] {
			continue
		}
		for _, owner := range assembly.ReferencesIn(r.Properties[property]) {
			if slices.Contains(direct, owner) {
				all = append(all, other)
			}
		}
	}
	return all
}

// What a service looks at when it creates something is there by then.
func TestNothingComesTooLate(t *testing.T) {
	template := synthtest.Template(t, region, func(stack awscdk.Stack) {
		valid := validProps(stack)
		for _, name := range []string{"storage.NewEFS", "airflow.NewEnvironment"} {
			constructors[name].make(stack, strings.ReplaceAll(name, ".", ""), valid[name]())
		}
		cluster := valid["hyperpod.NewCluster"]().(*hyperpod.ClusterProps)
		cluster.Lustre = storage.NewLustre(stack, "Lustre", valid["storage.NewLustre"]().(*storage.LustreProps))
		hyperpod.NewCluster(stack, "Slurm", cluster)
		net := network.NewIsolated(stack, "EKSNetwork", &network.IsolatedProps{Environment: dev, Capabilities: []network.Capability{network.HyperPodEKS}})
		eks := valid["hyperpod.NewCluster"]().(*hyperpod.ClusterProps)
		eks.Network = net
		eks.EKS = &hyperpod.EKS{
			ClusterARN: "arn:aws:eks:" + region + ":" + account + ":cluster/ml", SecurityGroupID: "sg-0fedcba9876543210", Prepared: true,
		}
		hyperpod.NewCluster(stack, "Kubernetes", eks)
	})
	seen := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(template.Resources)) {
		kind := template.Resources[id].Type
		if !slices.Contains(looking, kind) {
			continue
		}
		seen[kind] = true
		for _, late := range belated(template.Resources, id) {
			if later.MatchString(late) {
				continue
			}
			t.Errorf("%s (%s) does not wait for %s (%s)", id, kind, late, template.Resources[late].Type)
		}
	}
	for _, kind := range looking {
		if !seen[kind] {
			t.Errorf("no %s was looked at", kind)
		}
	}
}
