package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/verify"
)

// A document of just the size that AWS takes passes, and one character more does not. What refers to something counts as
// the least that it can be.
func TestSizes(t *testing.T) {
	for name, test := range map[string]struct {
		resource, property string
		most               int
	}{
		"a bucket policy":             {"AWS::S3::BucketPolicy", "PolicyDocument", 20480},
		"an endpoint policy":          {"AWS::EC2::VPCEndpoint", "PolicyDocument", 20480},
		"a trust policy":              {"AWS::IAM::Role", "AssumeRolePolicyDocument", 4096},
		"a managed policy":            {"AWS::IAM::ManagedPolicy", "PolicyDocument", 6144},
		"a key policy":                {"AWS::KMS::Key", "KeyPolicy", 32768},
		"a topic policy":              {"AWS::SNS::TopicPolicy", "PolicyDocument", 30720},
		"a domain's policy":           {"AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", 7168},
		"a repository's policy":       {"AWS::CodeArtifact::Repository", "PermissionsPolicyDocument", 7168},
		"an image repository's":       {"AWS::ECR::Repository", "RepositoryPolicyText", 10240},
		"a queue's policy":            {"AWS::SQS::QueuePolicy", "PolicyDocument", 8192},
		"a file system's policy":      {"AWS::EFS::FileSystem", "FileSystemPolicy", 20000},
		"the definition of a machine": {"AWS::StepFunctions::StateMachine", "DefinitionString", 1048576},
		"the definition of a pipeline": {
			"AWS::SageMaker::Pipeline", "PipelineDefinition", 1048576,
		},
	} {
		// {"Sid":"<>&xxx...","Of":"aws REFERENCE"} has as many characters besides those of the Sid.
		const besides = len(`{"Sid":"<>&","Of":"aws `) + 20 + len(`"}`)
		for more, want := range map[int]string{0: "", 1: "TooLarge dev/X/Resource"} {
			filler := strings.Repeat("x", test.most-besides+more)
			value := `{"Sid": "<>&` + filler + `", "Of": {"Fn::Join": ["", [{"Ref": "AWS::Partition"}, " ", {"Fn::GetAtt": ["Y", "Arn"]}]]}}`
			if strings.HasSuffix(test.resource, "Machine") {
				value = `{"Fn::Join": ["", ["` + strings.Repeat("x", test.most-20+more) + `", {"Ref": "Y"}]]}`
			}
			if strings.HasSuffix(test.resource, "Pipeline") {
				value = `{"PipelineDefinitionBody": "` + strings.Repeat("x", test.most+more) + `"}`
			}
			s := stack(t, "dev", resources(at("X", test.resource, "dev/X/Resource", fmt.Sprintf("%q: %s", test.property, value))), "")
			if got := found(s); got != want {
				t.Errorf("%s of %d characters: got %q, want %q", name, test.most+more, got, want)
			}
		}
	}
}

// What a service counts in bytes has more of them than characters.
func TestSizesInBytes(t *testing.T) {
	text := strings.Repeat("é", 11000)
	for name, test := range map[string]struct{ resource, property, want string }{
		"bytes":      {"AWS::S3::BucketPolicy", "PolicyDocument", "TooLarge dev/X/Resource"},
		"characters": {"AWS::EC2::VPCEndpoint", "PolicyDocument", ""},
	} {
		s := stack(t, "dev", resources(at("X", test.resource, "dev/X/Resource", fmt.Sprintf(`%q: {"Sid": %q}`, test.property, text))), "")
		if got := found(s); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestStatementsOfQueues(t *testing.T) {
	for n, want := range map[int]string{20: "", 21: "TooLarge dev/X/Resource"} {
		statements := strings.TrimSuffix(strings.Repeat(`{"Effect": "Deny"},`, n), ",")
		s := stack(t, "dev", resources(at("X", "AWS::SQS::QueuePolicy", "dev/X/Resource", `"PolicyDocument": {"Statement": [`+statements+`]}`)), "")
		if got := found(s); got != want {
			t.Errorf("%d statements: got %q, want %q", n, got, want)
		}
	}
}

// What fills a document is named where Plinth makes it.
func TestSizesOfPlinths(t *testing.T) {
	large := `"PolicyDocument": {"Sid": "` + strings.Repeat("x", 30000) + `"}`
	for path, want := range map[string]string{
		"dev/Data/Policy/Resource":       "give dev/Data less: it grows by DataBucketProps.Shares",
		"dev/Data/Default/Policy":        "give dev/Data less: it grows by DataBucketProps.Shares",
		"dev/Of/Others/Policy/Resource2": "name less in it",
	} {
		s := stack(t, "dev", resources(at("B", "AWS::S3::Bucket", "dev/Data/Default/Bucket", ""), at("P", "AWS::S3::BucketPolicy", path, large)), "")
		if all := verify.Check([]assembly.Stack{s}); len(all) != 1 || !strings.Contains(all[0].Fix, want) {
			t.Errorf("%s: got %v, want %s", path, all, want)
		}
	}
}

// The inline policies of a role count together, wherever they stand.
func TestInlinePolicies(t *testing.T) {
	document := func(n int) string { return `{"Sid": "` + strings.Repeat("x", n-len(`{"Sid":""}`)) + `"}` }
	for more, want := range map[int]string{0: "", 1: "TooLarge dev/R/Resource"} {
		s := stack(t, "dev", resources(
			at("R", "AWS::IAM::Role", "dev/R/Resource", `"Policies": [{"PolicyDocument": `+document(5000)+`}]`),
			at("P", "AWS::IAM::Policy", "dev/R/Policy/Resource", `"Roles": [{"Ref": "R"}, "other"], "PolicyDocument": `+document(5000)),
			at("Q", "AWS::IAM::RolePolicy", "dev/Q", `"RoleName": {"Ref": "R"}, "PolicyDocument": `+document(240+more)),
			at("S", "AWS::IAM::Policy", "dev/S", `"Roles": [{"Ref": "Other"}], "PolicyDocument": `+document(9000))), "")
		if got := found(s); got != want {
			t.Errorf("%d more: got %q, want %q", more, got, want)
		}
	}
}

// Those of groups and users do too.
func TestInlinePoliciesOfOthers(t *testing.T) {
	for kind, most := range map[string]int{"Group": 5120, "User": 2048} {
		for more, want := range map[int]string{0: "", 1: "TooLarge dev/R/Resource"} {
			document := func(n int) string {
				return `"PolicyDocument": {"Sid": "` + strings.Repeat("x", n-len(`{"Sid":""}`)) + `"}`
			}
			s := stack(t, "dev", resources(
				at("R", "AWS::IAM::"+kind, "dev/R/Resource", `"Policies": [{`+document(500)+`}]`),
				at("P", "AWS::IAM::Policy", "dev/P", `"`+kind+`s": [{"Ref": "R"}], `+document(500)),
				at("Q", "AWS::IAM::"+kind+"Policy", "dev/Q", `"`+kind+`Name": {"Ref": "R"}, `+document(most-1000+more))), "")
			if got := found(s); got != want {
				t.Errorf("%s, %d more: got %q, want %q", kind, more, got, want)
			}
		}
	}
}

func TestTemplateSize(t *testing.T) {
	for bytes, want := range map[int]string{1_000_000: "", 1_000_001: "TooLarge dev/Foundation"} {
		if got := found(assembly.Stack{Path: "dev/Foundation", Bytes: bytes}); got != want {
			t.Errorf("%d bytes: got %q, want %q", bytes, got, want)
		}
	}
}
