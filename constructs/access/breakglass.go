package access

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// BreakGlassProps say who may do what nobody may otherwise. TrustedBy and Buckets are required.
type BreakGlassProps struct {
	// Name stands in the role's name between the environment's and the region, dev--NAME--eu-west-1, by which the
	// environment's Administrators can name it before it is there: see [BreakGlassRole]. Lower-case letters, digits and
	// single hyphens between them. Empty: break-glass.
	Name string
	// TrustedBy are who may assume the role. Required.
	TrustedBy []WayIn
	// Buckets are those that it may open, repair and empty, with their keys. One that has Endpoints or Administrators
	// names the role among the Administrators of its Environment: see [BreakGlassRole]. Required.
	Buckets []*storage.DataBucket
	// Environment gives the name that the names of all jobs and of the role start with: dev--. Zero: the preset of
	// Production, whose names start with none--.
	Environment environment.Environment
}

// defaultBreakGlass is what the role of an emergency is called where no name is given.
const defaultBreakGlass = "break-glass"

// BreakGlassRole is the ARN of the role of an emergency of that environment and name in the scope's account and region,
// before it is there. An empty name is that of props without one.
func BreakGlassRole(scope constructs.Construct, e environment.Environment, name string) string {
	at := cdk.Where("access.BreakGlassRole", scope, validateRoleName(e, "", cmp.Or(name, defaultBreakGlass)))
	return at.Role(breakGlassName(at, e, name))
}

func breakGlassName(at location.Location, e environment.Environment, name string) string {
	return names.Role(at.Region, names.Owner{Environment: e.Name}.Name(cmp.Or(name, defaultBreakGlass)))
}

// Validate reports every problem of the props.
func (p *BreakGlassProps) Validate() error {
	p, l := props.Of(p)
	names.Owner{Environment: p.Environment.Name}.Validate(&l, "Name", p.Name, defaultBreakGlass, names.RoleRoom())
	l.Include("", validateWaysIn(p.TrustedBy))
	l.Include("Environment", p.Environment.Validate())
	if len(p.Buckets) == 0 {
		l.Add("Buckets", nil, "the buckets that it may open", "without any it is no more than an operator")
	}
	for i, b := range p.Buckets {
		if b == nil {
			l.Add(fmt.Sprintf("Buckets[%d]", i), nil, "a bucket", "make one with storage.NewDataBucket")
		}
	}
	return l.Err()
}

// NewBreakGlass makes the role of an emergency: it reads, repairs and deletes the data of the buckets and changes their
// settings and keys, also where a policy has locked everybody else out, and stops jobs. It cannot make roles or
// policies. A bucket that keeps it out is an error. It panics with one message that holds every problem when scope, id
// or props are wrong.
func NewBreakGlass(scope constructs.Construct, id string, props *BreakGlassProps) *Person {
	return cdk.Build("access.BreakGlass", scope, id, props, newBreakGlass)
}

func newBreakGlass(this constructs.Construct, _ string, props *BreakGlassProps) *Person {
	at := cdk.Location(this)
	name := breakGlassName(at, props.Environment, props.Name)
	cdk.ClaimOwn(this, "access.BreakGlass", "Name", name, "")
	var l problem.List
	for i, b := range props.Buckets {
		l.Include(fmt.Sprintf("Buckets[%d]", i), b.ValidateAdministrator(at.Role(name)))
	}
	cdk.Check(l.Err())
	r := personRole("Repairs data in an emergency", at, props.TrustedBy, append(repair(props.Buckets), scopeOf{
		at: at, features: []Feature{Tuning, Processing}, named: namedBy(props.Environment, ""),
	}.jobs(false)...))
	r.Name = name
	r.Fields = map[string]string{"s3:GetObject": "Buckets", "s3:ListBucket": "Buckets", "kms:Decrypt": "Buckets", "kms:DescribeKey": "Buckets"}
	return newPerson(this, r)
}

// repair is everything that is done with data, its buckets and keys.
func repair(buckets []*storage.DataBucket) []policy.Statement {
	var arns, objects, keys, regions []string
	for _, b := range buckets {
		arns, objects = append(arns, b.ARN), append(objects, b.ARN+"/*")
		if b.KeyARN != "" {
			keys = append(keys, b.KeyARN)
		}
		if r := "s3." + b.Region + ".amazonaws.com"; !slices.Contains(regions, r) {
			regions = append(regions, r)
		}
	}
	return []policy.Statement{{
		Effect: policy.Allow, Resources: objects, Why: "an emergency is not told by prefix",
		Actions: []string{"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:PutObject", "s3:AbortMultipartUpload",
			"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:RestoreObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold",
			"s3:BypassGovernanceRetention"},
	}, {
		Effect: policy.Allow, Resources: arns,
		Actions: []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetBucketPolicy", "s3:PutBucketPolicy",
			"s3:DeleteBucketPolicy", "s3:GetBucketVersioning", "s3:PutBucketVersioning", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
			"s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration", "s3:GetBucketLogging", "s3:PutBucketLogging"},
	}, {
		Effect: policy.Allow, Actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, Resources: keys,
		Conditions: policy.Conditions{"StringEquals": {"kms:ViaService": regions}},
	}, {
		Effect: policy.Allow, Resources: keys,
		Actions: []string{"kms:DescribeKey", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:EnableKey", "kms:CancelKeyDeletion"},
	}}
}
