package stacks_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/assembly"
)

var update = flag.Bool("update", false, "rewrite testdata/stateful.golden: review every line of the difference")

// replacedBy lists the stateful types, each with the properties whose change replaces the resource:
// createOnlyProperties and conditionalCreateOnlyProperties of AWS's resource schemas.
var replacedBy = map[string][]string{
	"AWS::S3::Bucket":                   {"BucketName", "BucketNamePrefix", "BucketNamespace"},
	"AWS::KMS::Key":                     {},
	"AWS::CodeArtifact::Domain":         {"DomainName", "EncryptionKey"},
	"AWS::CodeArtifact::Repository":     {"DomainName", "DomainOwner", "RepositoryName"},
	"AWS::SageMaker::ModelPackageGroup": {"ModelPackageGroupName", "ModelPackageGroupDescription"},
	"AWS::ECR::Repository":              {"RepositoryName", "EncryptionConfiguration"},
	"AWS::Signer::SigningProfile":       {"PlatformId", "ProfileName", "SignatureValidityPeriod"},
	"AWS::Logs::LogGroup":               {"LogGroupName"},
	"AWS::EC2::VPC":                     {"CidrBlock", "InstanceTenancy", "Ipv4IpamPoolId", "Ipv4NetmaskLength"},
	"AWS::EC2::Subnet": {"VpcId", "AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "OutpostArn", "Ipv6Native", "Ipv6CidrBlock",
		"Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6IpamPoolId", "Ipv6NetmaskLength"},
}

// stateless types can be replaced without losing anything.
var stateless = []string{
	"AWS::CodeArtifact::PackageGroup", "AWS::CodeBuild::Project", "AWS::ECR::RegistryScanningConfiguration", "AWS::ECR::SigningConfiguration",
	"AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
	"AWS::EC2::FlowLog", "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress",
	"AWS::EC2::SecurityGroupIngress", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCEndpoint",
	"AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Route53Resolver::FirewallDomainList",
	"AWS::Route53Resolver::FirewallRuleGroup", "AWS::Route53Resolver::FirewallRuleGroupAssociation",
	"AWS::Route53Resolver::ResolverQueryLoggingConfig", "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
	"AWS::S3::BucketPolicy", "AWS::StepFunctions::StateMachine", "AWS::Events::Rule", "AWS::CDK::Metadata", "Custom::EmptySecurityGroup", "Custom::S3PrefixList",
	"Custom::EmptiedWithStack",
}

// A changed logical id deletes the resource and makes another; a changed property of the list replaces it. Either loses
// what is in it, so that this file changes only on purpose.
func TestNoStatefulResourceIsReplaced(t *testing.T) {
	const golden = "testdata/stateful.golden"
	got := stateful(t, app)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for _, line := range wantLines {
		if !slices.Contains(gotLines, line) {
			t.Errorf("deleted or replaced: %s", line)
		}
	}
	for _, line := range gotLines {
		if !slices.Contains(wantLines, line) {
			t.Errorf("new, or the replacement: %s", line)
		}
	}
	if t.Failed() {
		t.Log("if that is meant, run: go test ./apps/platform/stacks -update")
	}
}

// stateful lists the stateful resources, one a line, with what would replace them.
func stateful(t *testing.T, app []assembly.Stack) string {
	var b strings.Builder
	for _, s := range app {
		for _, id := range slices.Sorted(maps.Keys(s.Template.Resources)) {
			r := s.Template.Resources[id]
			properties, ok := replacedBy[r.Type]
			if !ok {
				if !slices.Contains(stateless, r.Type) {
					t.Errorf("%s %s: decide whether %s is stateful, and put it into replacedBy or stateless", s.Path, id, r.Type)
				}
				continue
			}
			values := map[string]any{}
			for _, p := range properties {
				if v, ok := r.Properties[p]; ok {
					values[p] = v
				}
			}
			text, err := json.Marshal(values)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %s %s %s\n", s.Path, id, r.Type, text)
		}
	}
	return b.String()
}
