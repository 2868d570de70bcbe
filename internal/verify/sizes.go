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
)

// document is one that a service takes up to a size.
type document struct {
	resource, property string
	// what it is called in messages.
	what string
	// most is how many characters it may have: bytes, which are as many in what templates hold.
	most int
	// fills names the fields of Plinth that it grows by, where Plinth makes it.
	fills string
}

// documents are all of them. White space does not count: templates have none in them.
var documents = []document{
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
	{"AWS::S3::BucketPolicy", "PolicyDocument", "a bucket policy", 20 << 10,
		"DataBucketProps.Shares, ReplicatedFrom, OutsideRoles and Endpoints"},
	// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
	{"AWS::EC2::VPCEndpoint", "PolicyDocument", "the policy of a VPC endpoint", 20480,
		"IsolatedProps.PackageRepositories, ImageRepositories, AWSBuckets and AdditionalEndpoints"},
	// The default is 2,048, and an account's quota at most this
	// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
	{"AWS::IAM::Role", "AssumeRolePolicyDocument", "a trust policy", 4096, "TrustedBy"},
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
	{"AWS::IAM::ManagedPolicy", "PolicyDocument", "a managed policy", 6144, "the grants that were added to the role"},
	// https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
	{"AWS::KMS::Key", "KeyPolicy", "the policy of a key", 32 << 10, "Environment.Administrators, and DataBucketProps.Shares of a bucket"},
	// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
	{"AWS::SNS::TopicPolicy", "PolicyDocument", "the policy of a topic", 30 << 10, "Publishers"},
	// https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_PutDomainPermissionsPolicy.html
	{"AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", "the policy of a CodeArtifact domain", 5120,
		"Chain.Stages and Administrators"},
	// https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_PutRepositoryPermissionsPolicy.html
	{"AWS::CodeArtifact::Repository", "PermissionsPolicyDocument", "the policy of a CodeArtifact repository", 5120,
		"Chain.Stages and Administrators"},
	// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
	{"AWS::ECR::Repository", "RepositoryPolicyText", "the policy of an ECR repository", 10240, "Chain.Stages and Administrators"},
	// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
	{"AWS::StepFunctions::StateMachine", "DefinitionString", "the definition of a state machine", 1 << 20,
		"HyperParameters, Variables and Parameters of the jobs"},
	// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
	{"AWS::SageMaker::Pipeline", "PipelineDefinition.PipelineDefinitionBody", "the definition of a pipeline", 1 << 20,
		"HyperParameters, Variables and Parameters of the jobs"},
}

const (
	// maxInline is what all inline policies of a role may have together, white space left out
	// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
	maxInline = 10240
	// maxTemplate is how many bytes a template may have
	// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
	maxTemplate = 1_000_000
)

// tooLarge finds documents that no service takes, templates among them. Of what only the deployment knows the least is
// counted that it can have, so that what is found is too large.
func tooLarge(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, d := range documents {
		for _, r := range a.of(d.resource) {
			if n := size(r.stack, within(r.Properties, d.property)); n > d.most {
				all = append(all, a.large(r, d.what, n, d.most, d.fills))
			}
		}
	}
	attached := a.attached()
	for _, r := range a.of("AWS::IAM::Role") {
		if n := inline(r) + attached[r.Path()]; n > maxInline {
			all = append(all, a.large(r, "all inline policies of a role", n, maxInline, "what it may read, write and start"))
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
func (a *app) large(r resource, what string, n, most int, fills string) assembly.Finding {
	f := assembly.Finding{
		Path: r.Path(), Description: fmt.Sprintf("%s has at least %d characters, and AWS takes %d", what, n, most),
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

// inline is the size of the policies in a role.
func inline(role resource) int {
	n := 0
	for _, p := range cfn.List(role.Properties["Policies"]) {
		if p, ok := p.(map[string]any); ok {
			n += size(role.stack, p["PolicyDocument"])
		}
	}
	return n
}

// attached is the size of the inline policies beside roles, by the paths of the roles.
func (a *app) attached() map[string]int {
	all := map[string]int{}
	for _, p := range a.of("AWS::IAM::Policy", "AWS::IAM::RolePolicy") {
		for _, of := range slices.Concat(cfn.List(p.Properties["Roles"]), cfn.List(p.Properties["RoleName"])) {
			if to, ok := a.target(p.stack, of); ok {
				all[to.Path()] += size(p.stack, p.Properties["PolicyDocument"])
			}
		}
	}
	return all
}

// size is the least number of characters of a document, as JSON where it is none yet.
func size(s *assembly.Stack, value any) int {
	if value == nil {
		return 0
	}
	written := least(s, value)
	if text, ok := written.(string); ok {
		return utf8.RuneCountInString(text)
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(written); err != nil {
		panic(err) // it was read from JSON
	}
	return utf8.RuneCountInString(strings.TrimSuffix(b.String(), "\n"))
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
