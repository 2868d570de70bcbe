package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
)

// document is one that a service takes up to a size.
type document struct {
	resource, property string
	// what it is called in messages.
	what string
	// most is how many of its units it may have.
	most int
	unit unit
	// fills names the fields of Plinth that it grows by, where Plinth makes it.
	fills string
}

// unit is what a service counts.
type unit string

const (
	characters unit = "characters"
	bytes      unit = "bytes"
)

// of is how many there are in a text.
func (u unit) of(text string) int {
	if u == bytes {
		return len(text)
	}
	return utf8.RuneCountInString(text)
}

// documents are all of them. White space does not count: templates have none in them.
var documents = []document{
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
	{"AWS::S3::BucketPolicy", "PolicyDocument", "a bucket policy", 20 << 10, bytes,
		"DataBucketProps.Shares, ReplicatedFrom, OutsideRoles and Endpoints"},
	// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
	{"AWS::EC2::VPCEndpoint", "PolicyDocument", "the policy of a VPC endpoint", 20480, characters,
		"IsolatedProps.PackageRepositories, ImageRepositories, AWSBuckets and AdditionalEndpoints"},
	// The default is 2,048, and an account's quota at most this
	// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
	{"AWS::IAM::Role", "AssumeRolePolicyDocument", "a trust policy", 4096, characters, "TrustedBy"},
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
	{"AWS::IAM::ManagedPolicy", "PolicyDocument", "a managed policy", 6144, characters, "the grants that were added to the role"},
	// https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
	{"AWS::KMS::Key", "KeyPolicy", "the policy of a key", 32 << 10, bytes, "Environment.Administrators, and DataBucketProps.Shares of a bucket"},
	// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
	{"AWS::SNS::TopicPolicy", "PolicyDocument", "the policy of a topic", 30 << 10, bytes, "Publishers"},
	// https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_PutDomainPermissionsPolicy.html
	{"AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", "the policy of a CodeArtifact domain", 7168, characters,
		"Chain.Stages and Administrators"},
	// https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_PutRepositoryPermissionsPolicy.html
	{"AWS::CodeArtifact::Repository", "PermissionsPolicyDocument", "the policy of a CodeArtifact repository", 7168, characters,
		"Chain.Stages and Administrators"},
	// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
	{"AWS::ECR::Repository", "RepositoryPolicyText", "the policy of an ECR repository", 10240, characters, "Chain.Stages and Administrators"},
	// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
	{"AWS::StepFunctions::StateMachine", "DefinitionString", "the definition of a state machine", 1 << 20, characters,
		"HyperParameters, Variables and Parameters of the jobs"},
	// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
	{"AWS::SageMaker::Pipeline", "PipelineDefinition.PipelineDefinitionBody", "the definition of a pipeline", 1 << 20, characters,
		"HyperParameters, Variables and Parameters of the jobs"},
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
	{"AWS::SQS::QueuePolicy", "PolicyDocument", "the policy of a queue", 8192, bytes, "what sends to it"},
	// https://docs.aws.amazon.com/efs/latest/APIReference/API_PutFileSystemPolicy.html
	{"AWS::EFS::FileSystem", "FileSystemPolicy", "the policy of a file system", 20000, characters, "what was added to it"},
}

// maxQueueStatements is how many statements the policy of a queue may have
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html).
const maxQueueStatements = 20

// An identity is what inline policies belong to, which count together.
type identity struct {
	resource, what string
	// property names it in a policy beside it, and in one that is a resource of its own for one.
	property, name string
	// most is how many characters they may have, white space left out
	// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
	most  int
	fills string
}

var identities = []identity{
	{"AWS::IAM::Role", "all inline policies of a role", "Roles", "RoleName", 10240, "what it may read, write and start"},
	{"AWS::IAM::Group", "all inline policies of a group", "Groups", "GroupName", 5120, "what it may read, write and start"},
	{"AWS::IAM::User", "all inline policies of a user", "Users", "UserName", 2048, "what it may read, write and start"},
}

// maxTemplate is how many bytes a template may have
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const maxTemplate = 1_000_000

// tooLarge finds documents that no service takes, templates among them. Of what only the deployment knows the least is
// counted that it can have, so that what is found is too large.
func tooLarge(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, d := range documents {
		for _, r := range a.of(d.resource) {
			if n := d.unit.of(written(r.stack, within(r.Properties, d.property))); n > d.most {
				all = append(all, a.large(r, d.what, n, d.most, d.unit, d.fills))
			}
		}
	}
	for _, r := range a.of("AWS::SQS::QueuePolicy") {
		if n := len(policy.Read(r.Properties["PolicyDocument"])); n > maxQueueStatements {
			all = append(all, a.large(r, "the policy of a queue", n, maxQueueStatements, "statements", "what sends to it"))
		}
	}
	for _, i := range identities {
		attached := a.attached(i)
		for _, r := range a.of(i.resource) {
			if n := inline(r) + attached[r.Path()]; n > i.most {
				all = append(all, a.large(r, i.what, n, i.most, characters, i.fills))
			}
		}
	}
	for i := range a.stacks {
		if s := &a.stacks[i]; s.Bytes > maxTemplate {
			all = append(all, assembly.Finding{
				Path: s.Path, Description: fmt.Sprintf("the template has %d bytes, and CloudFormation takes %d", s.Bytes, maxTemplate),
				Fix: "put some of its constructs into another stack",
			})
		}
	}
	return all
}

// within is the value at a path.
func within(properties map[string]any, path string) any {
	first, rest, deeper := strings.Cut(path, ".")
	if inner, ok := properties[first].(map[string]any); ok && deeper {
		return within(inner, rest)
	}
	return properties[first]
}

// large is what is found of a resource.
func (a *app) large(r resource, what string, n, most int, of unit, fills string) assembly.Finding {
	f := assembly.Finding{
		Path: r.Path(), Description: fmt.Sprintf("%s has at least %d %s, and AWS takes %d", what, n, of, most),
		Fix: "name less in it: a prefix in the place of many, or fewer",
	}
	if construct, ok := a.maker(r); ok {
		f.Fix = fmt.Sprintf("give %s less: it grows by %s", construct, fills)
	}
	return f
}

// maker is the construct of Plinth that made a resource.
func (a *app) maker(r resource) (construct string, ok bool) {
	if construct, ok := emitted(r.Path()); ok {
		return construct, true
	}
	for _, of := range []string{"/Topic/Policy/Resource", "/Policy/Resource", "/Key/Resource"} {
		if construct, ok := a.made(r.stack, r.Path(), of); ok {
			return construct, true
		}
	}
	return "", false
}

// inline is the size of the policies in a role, group or user.
func inline(r resource) int {
	n := 0
	for _, p := range cfn.List(r.Properties["Policies"]) {
		if p, ok := p.(map[string]any); ok {
			n += characters.of(written(r.stack, p["PolicyDocument"]))
		}
	}
	return n
}

// attached is the size of the inline policies beside roles, groups or users, by their paths.
func (a *app) attached(i identity) map[string]int {
	all := map[string]int{}
	for _, p := range a.of("AWS::IAM::Policy", i.resource+"Policy") {
		for _, of := range slices.Concat(cfn.List(p.Properties[i.property]), cfn.List(p.Properties[i.name])) {
			if to, ok := a.target(p.stack, of); ok {
				all[to.Path()] += characters.of(written(p.stack, p.Properties["PolicyDocument"]))
			}
		}
	}
	return all
}

// written is the shortest text that a document can be, as JSON where it is none yet.
func written(s *assembly.Stack, value any) string {
	if value == nil {
		return ""
	}
	shortest := least(s, value)
	if text, ok := shortest.(string); ok {
		return text
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(shortest); err != nil {
		panic(err) // it was read from JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// leastUnknown stands for what only the deployment knows: no ARN, and no id of a VPC, subnet or endpoint, is shorter.
const leastUnknown = "unknown-unknown-unkn"

// pseudo are the shortest values of what every stack knows.
var pseudo = map[string]string{
	"AWS::Partition": "aws", "AWS::Region": "us-east-1", "AWS::AccountId": "111122223333", "AWS::URLSuffix": "amazonaws.com",
}

// least is a value with the shortest texts in the place of what only the deployment knows.
func least(s *assembly.Stack, value any) any {
	switch v := value.(type) {
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = least(s, v[i])
		}
		return all
	case map[string]any:
		if len(v) == 1 {
			for key, of := range v {
				if key == "Ref" || strings.HasPrefix(key, "Fn::") {
					return leastOf(s, key, of)
				}
			}
		}
		all := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all[key] = least(s, v[key])
		}
		return all
	}
	return value
}

func leastOf(s *assembly.Stack, function string, of any) string {
	name, _ := of.(string)
	parts, _ := of.([]any)
	switch {
	case name == "AWS::Region" && s.Region != "":
		return s.Region
	case function == "Ref" && pseudo[name] != "":
		return pseudo[name]
	case function == "Fn::Join" && len(parts) == 2:
		separator, _ := parts[0].(string)
		var texts []string
		for _, part := range cfn.List(parts[1]) {
			texts = append(texts, fmt.Sprint(least(s, part)))
		}
		return strings.Join(texts, separator)
	}
	return leastUnknown
}
