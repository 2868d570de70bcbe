package storage

import (
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// keyPlan is every decision about a key.
type keyPlan struct {
	description  string
	at           location.Location
	retain       bool
	deletionDays int
	// services are the ones through which alone the account's roles may use it: "s3". Empty: any.
	services []string
	// readers and writers are other accounts.
	readers, writers []string
	lustre           bool
}

// administration is what the account's identity policies may allow about the key itself, listed so that none of it is use.
// That it holds for the account, and not for one role, is what keeps a key from being locked for good
// (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
var administration = []string{
	"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListGrants", "kms:ListKeyPolicies", "kms:ListKeyRotations",
	"kms:ListResourceTags", "kms:PutKeyPolicy", "kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation", "kms:DisableKeyRotation",
	"kms:RotateKeyOnDemand", "kms:UpdateKeyDescription", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias", "kms:TagResource",
	"kms:UntagResource", "kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
}

// use is what services do with a key for a caller. Who writes decrypts too: an upload in parts, what it has written so far, and
// a copy, the bucket key.
var use = []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}

// statements are the key's policy. Nobody may use the key but through one of its services.
func (k keyPlan) statements() []policy.Statement {
	account := policy.AccountPrincipal(k.at.Partition, k.at.Account)
	var through []string
	for _, s := range k.services {
		through = append(through, s+"."+k.at.Region+".amazonaws.com")
	}
	allow := func(sid string, who policy.Principal, actions []string, conditions policy.Conditions) policy.Statement {
		return policy.Statement{
			Sid: sid, Effect: policy.Allow, Principal: who, Actions: actions,
			Resources: []string{"*"}, Why: "in a key policy: this key", Conditions: conditions,
		}
	}
	use := use
	if slices.Contains(k.services, "elasticfilesystem") {
		use = append(slices.Clone(use), "kms:GenerateDataKeyWithoutPlaintext")
	}
	var viaServices policy.Conditions
	if len(through) > 0 {
		viaServices = policy.Conditions{"StringEquals": {"kms:ViaService": through}}
	}
	all := []policy.Statement{
		allow("Administration", account, administration, nil),
		allow("Use", account, use, viaServices),
		// The volumes of jobs, file systems and backups are encrypted through grants.
		allow("Grants", account, []string{"kms:CreateGrant"}, policy.Conditions{"Bool": {"kms:GrantIsForAWSResource": "true"}}),
	}
	for _, reader := range k.readers {
		all = append(all, allow("", policy.AccountPrincipal(k.at.Partition, reader), []string{"kms:Decrypt"}, viaServices))
	}
	for _, writer := range k.writers {
		all = append(all, allow("", policy.AccountPrincipal(k.at.Partition, writer), use, viaServices))
	}
	if k.lustre {
		all = append(all, allow("Lustre", policy.AnyPrincipal,
			append(slices.Clone(use), "kms:DescribeKey"), policy.Conditions{
				"StringEquals": {"kms:ViaService": through},
				"ArnLike":      {"aws:PrincipalArn": lustreRole(k.at)},
			}))
	}
	return all
}

// lustreRole is the ARN of the service-linked roles by which FSx for Lustre gets at buckets, one a file system. A key's policy
// must name them, since their own permissions have none for keys
// (https://docs.aws.amazon.com/fsx/latest/LustreGuide/s3-server-side-encryption-support.html).
func lustreRole(at location.Location) string {
	return "arn:" + at.Partition + ":iam::" + at.Account +
		":role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"
}

// resource is the key: it rotates once a year, and for deletionDays its deletion can be taken back.
func (k keyPlan) resource() cfn.Resource {
	return cfn.Resource{
		Type: "AWS::KMS::Key",
		Properties: cfn.Properties{
			"Description":         k.description,
			"EnableKeyRotation":   true,
			"PendingWindowInDays": k.deletionDays,
			"KeyPolicy":           policy.Document(k.statements()...),
		},
	}.Stateful(k.retain)
}

// keyPlan is the key of the bucket's own.
func (b *builder) keyPlan() keyPlan {
	k := keyPlan{
		description: b.p.Class.String() + " bucket", at: b.at, retain: b.retain(), deletionDays: maxDeletionDays,
		services: []string{"s3"}, lustre: b.p.LinkedToLustre, writers: slices.Clone(b.p.ReplicatedFrom),
	}
	for _, s := range b.p.Shares {
		k.readers = append(k.readers, s.Account)
		if s.Write {
			k.writers = append(k.writers, s.Account)
		}
	}
	k.readers, k.writers = unique(k.readers), unique(k.writers)
	return k
}

func unique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
