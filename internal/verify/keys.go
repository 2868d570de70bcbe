package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// keyUses are the properties of resources of Plinth's that name a key, and the action that the key's policy must allow
// for them: to CloudWatch Logs, which refuses a group otherwise
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html), or to whoever works with the
// resource. A service that uses a key by a grant needs nobody's leave but that of who makes the resource.
var keyUses = []struct {
	typ, property, action string
	logs                  bool
}{
	{"AWS::Logs::LogGroup", "KmsKeyId", "kms:GenerateDataKey", true},
	{"AWS::MWAA::Environment", "KmsKey", "kms:GenerateDataKey", true},
	{"AWS::MWAA::Environment", "KmsKey", "kms:CreateGrant", false},
	{"AWS::MWAAServerless::Workflow", "EncryptionConfiguration.KmsKeyId", "kms:GenerateDataKey", false},
	{"AWS::S3::Bucket", "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.KMSMasterKeyID", "kms:GenerateDataKey", false},
	{"AWS::S3::Bucket", "ReplicationConfiguration.Rules.Destination.EncryptionConfiguration.ReplicaKmsKeyID", "kms:GenerateDataKey", false},
	{"AWS::EFS::FileSystem", "KmsKeyId", "kms:CreateGrant", false},
	{"AWS::FSx::FileSystem", "KmsKeyId", "kms:CreateGrant", false},
	{"AWS::ECR::Repository", "EncryptionConfiguration.KmsKey", "kms:CreateGrant", false},
	{"AWS::CodeArtifact::Domain", "EncryptionKey", "kms:CreateGrant", false},
	{"AWS::Backup::BackupVault", "EncryptionKeyArn", "kms:CreateGrant", false},
}

// locked finds keys of the app that are named by resources of Plinth's and whose policies do not let them be used so.
func locked(a *app) []assembly.Finding {
	var all []assembly.Finding
	told := map[string]bool{}
	for _, u := range keyUses {
		for _, r := range a.of(u.typ) {
			construct, ours := emitted(r.Path())
			for _, named := range inside(r.Properties, strings.Split(u.property, ".")...) {
				key, known := a.target(r.stack, named)
				id := fmt.Sprint(key.Path(), u.action, u.logs)
				if !ours || !known || key.Type != "AWS::KMS::Key" || told[id] || lets(statements(key.Properties["KeyPolicy"]), u.action, u.logs) {
					continue
				}
				told[id] = true
				f := assembly.Finding{
					Path:        key.Path(),
					Description: fmt.Sprintf("the policy of this key lets nobody use it (%s) for the %s of %s", u.action, u.typ, construct),
					Fix:         "allow " + u.action + " to the account, arn:aws:iam::ACCOUNT:root, by the key's AddToResourcePolicy, or give another key",
				}
				if u.logs {
					f.Description = fmt.Sprintf("the policy of this key does not let CloudWatch Logs encrypt log groups of %s", construct)
					f.Fix = `add kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe* for logs.REGION.amazonaws.com by the key's ` +
						"AddToResourcePolicy, or give another key"
				}
				all = append(all, f)
			}
		}
	}
	return all
}

// inside are the values at a path of names, of every entry of the lists on its way.
func inside(value any, path ...string) []any {
	if len(path) == 0 {
		return cfn.List(value)
	}
	var all []any
	for _, v := range cfn.List(value) {
		if m, ok := v.(map[string]any); ok {
			all = append(all, inside(m[path[0]], path[1:]...)...)
		}
	}
	return all
}

// lets tells whether a statement of a key's policy allows an action: to CloudWatch Logs in some region, or to somebody
// of some account.
func lets(all []statement, action string, logs bool) bool {
	return slices.ContainsFunc(all, func(s statement) bool {
		if !s.allows() || !s.does(action) {
			return false
		}
		accounts := s.principals("AWS")
		if !logs {
			return len(accounts) > 0
		}
		return slices.Contains(accounts, any("*")) || slices.ContainsFunc(s.principals("Service"), func(service any) bool {
			return strings.HasPrefix(cfn.Show(service), "logs.")
		})
	})
}
