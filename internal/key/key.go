// Package key writes KMS keys that only the services they are for can use. It is pure Go.
package key

import (
	"cmp"
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// MaxDeletionDays is the longest that a deletion of a key can be taken back, in days
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html).
const MaxDeletionDays = 30

// Plan is every decision about a key.
type Plan struct {
	Description string
	At          location.Location
	Retain      bool
	// DeletionDays is how long its deletion can be taken back; 0: MaxDeletionDays.
	DeletionDays int
	// Services are the ones through which alone the account's roles may use it: "s3". Empty: any.
	Services []string
	// Readers and Writers are other accounts.
	Readers, Writers []string
	// Lustre lets FSx for Lustre get at the buckets of the key.
	Lustre bool
	// LogGroups are patterns of names of log groups, for which CloudWatch Logs may use it; empty: none.
	LogGroups []string
	// Workflows is a pattern of ARNs of workflows of MWAA Serverless, for which the account's roles may use it by
	// themselves; empty: none.
	Workflows string
}

// Administration is what the account's identity policies may allow about the key itself, listed so that none of it is
// use. That it holds for the account, and not for one role, is what keeps a key from being locked for good
// (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
var Administration = []string{
	"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants", "kms:ListKeyPolicies", "kms:ListKeyRotations",
	"kms:ListResourceTags", "kms:PutKeyPolicy", "kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation", "kms:DisableKeyRotation",
	"kms:RotateKeyOnDemand", "kms:UpdateKeyDescription", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias", "kms:TagResource",
	"kms:UntagResource", "kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
}

// use is what services do with a key for a caller. Who writes decrypts too: an upload in parts, what it has written so
// far, and a copy, the bucket key.
var use = []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}

// withoutPlaintext are the services that ask for data keys without their text
// (https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html,
// https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html).
var withoutPlaintext = []string{"elasticfilesystem", "fsx"}

// granting are the services that use a key by grants which they make for whoever makes a repository, domain or file
// system, and retire with it: a key policy has no say in that
// (https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html). No document says that such a grant counts
// as one for an AWS resource
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html,
// https://docs.aws.amazon.com/codeartifact/latest/ug/domain-create.html,
// https://docs.aws.amazon.com/efs/latest/ug/EFSKMS.html,
// https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html).
var granting = []string{"codeartifact", "ecr", "elasticfilesystem", "fsx"}

// Statements are the key's policy. Nobody may use the key but through one of its services.
func (k Plan) Statements() []policy.Statement {
	account := policy.AccountPrincipal(k.At.Partition, k.At.Account)
	return append([]policy.Statement{allow("Administration", account, Administration, nil)}, k.Uses()...)
}

// Uses are those of the statements that let somebody use the key.
func (k Plan) Uses() []policy.Statement {
	account := policy.AccountPrincipal(k.At.Partition, k.At.Account)
	through := Through(k.At, k.Services...)
	use, viaServices := through.Actions, through.Conditions
	all := []policy.Statement{
		through,
		// The volumes of jobs, file systems and backups are encrypted through grants.
		allow("Grants", account, []string{"kms:CreateGrant"}, policy.Conditions{"Bool": {"kms:GrantIsForAWSResource": "true"}}),
	}
	if slices.ContainsFunc(k.Services, func(s string) bool { return slices.Contains(granting, s) }) {
		all = append(all, allow("GrantsThroughServices", account, []string{"kms:CreateGrant"}, viaServices))
	}
	for _, reader := range k.Readers {
		all = append(all, allow("", policy.AccountPrincipal(k.At.Partition, reader), []string{"kms:Decrypt"}, viaServices))
	}
	for _, writer := range k.Writers {
		all = append(all, allow("", policy.AccountPrincipal(k.At.Partition, writer), use, viaServices))
	}
	if k.Lustre {
		all = append(all, allow("Lustre", policy.AnyPrincipal,
			append(slices.Clone(use), "kms:DescribeKey"), policy.Conditions{
				"StringEquals": viaServices["StringEquals"],
				"ArnLike":      {"aws:PrincipalArn": LustreRole(k.At)},
			}))
	}
	if len(k.LogGroups) > 0 {
		all = append(all, Logs(k.At, k.LogGroups...))
	}
	if k.Workflows != "" {
		all = append(all, allow("Workflows", account, []string{"kms:Decrypt", "kms:GenerateDataKey"},
			policy.Conditions{"ArnLike": {"kms:EncryptionContext:aws:airflow-serverless:workflow-arn": k.Workflows}}))
	}
	return all
}

// Needs are what the policy of a key has to have that is given in the place of this one: its uses, and to look at it,
// which services do for whoever names a key to them.
func (k Plan) Needs() []policy.Statement {
	return append(k.Uses(), allow("", policy.AccountPrincipal(k.At.Partition, k.At.Account), []string{"kms:DescribeKey"}, nil))
}

// Through lets the account's roles use a key through services alone; without any, for everything.
func Through(at location.Location, services ...string) policy.Statement {
	var conditions policy.Conditions
	if len(services) > 0 {
		var through []string
		for _, s := range services {
			through = append(through, s+"."+at.Region+".amazonaws.com")
		}
		conditions = policy.Conditions{"StringEquals": {"kms:ViaService": through}}
	}
	use := use
	if slices.ContainsFunc(services, func(s string) bool { return slices.Contains(withoutPlaintext, s) }) {
		use = append(slices.Clone(use), "kms:GenerateDataKeyWithoutPlaintext")
	}
	return allow("Use", policy.AccountPrincipal(at.Partition, at.Account), use, conditions)
}

// Logs lets CloudWatch Logs use a key for log groups of the account, by patterns of their names
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).
func Logs(at location.Location, groups ...string) policy.Statement {
	var arns []string
	for _, g := range groups {
		arns = append(arns, at.ARN("logs", "log-group:"+g))
	}
	return allow("Logs", policy.ServicePrincipal("logs."+at.Region+".amazonaws.com"),
		append(slices.Clone(use), "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"),
		policy.Conditions{"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arns}})
}

func allow(sid string, who policy.Principal, actions []string, conditions policy.Conditions) policy.Statement {
	return policy.Statement{
		Sid: sid, Effect: policy.Allow, Principal: who, Actions: actions,
		Resources: []string{"*"}, Why: "in a key policy: this key", Conditions: conditions,
	}
}

// LustreRole is the ARN of the service-linked roles by which FSx for Lustre gets at buckets, one a file system. A key's
// policy must name them, since their own permissions have none for keys
// (https://docs.aws.amazon.com/fsx/latest/LustreGuide/s3-server-side-encryption-support.html).
func LustreRole(at location.Location) string {
	return "arn:" + at.Partition + ":iam::" + at.Account +
		":role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"
}

// Resource is the key: it rotates once a year, and for DeletionDays its deletion can be taken back.
func (k Plan) Resource() cfn.Resource {
	return cfn.Resource{
		Type: "AWS::KMS::Key",
		Properties: cfn.Properties{
			"Description":         k.Description,
			"EnableKeyRotation":   true,
			"PendingWindowInDays": cmp.Or(k.DeletionDays, MaxDeletionDays),
			"KeyPolicy":           policy.Document(k.Statements()...),
		},
	}.Stateful(k.Retain)
}
