package storage

import (
	"cmp"
	"fmt"
	"maps"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
)

// maxBackupDays is how far back a continuous backup goes at most
// (https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html).
const maxBackupDays = 35

// BackupProps say how far back the buckets of a backup can be restored. All fields may be left out.
type BackupProps struct {
	// Environment decides whether the backup outlives its stack, and who administers it. Zero: the preset of
	// Production.
	Environment environment.Environment
	// Days is how far back, 1 to 35. Zero: 35.
	Days int
}

// Validate reports every problem of the props.
func (p *BackupProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	if p.Days < 0 || p.Days > maxBackupDays {
		l.Add("Days", p.Days, fmt.Sprintf("1 to %d, or 0 for %d", maxBackupDays, maxBackupDays), "")
	}
	return l.Err()
}

// Backup is a vault and a plan of AWS Backup: give it to buckets as their Backup.
type Backup struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Vault is the name of the vault, for whoever restores.
	Vault string

	plan    string
	selects bool // some bucket
}

// NewBackup makes a vault, with a key of its own, and a plan by which the buckets that are given it can be restored to
// any second of the last 35 days. Recovery points are deleted by nobody but the environment's administrators before
// their time. The props may be nil. It panics with one message that holds every problem when scope, id or props are
// wrong.
//
// A vault that holds recovery points can't be deleted: in Development too it keeps its stack from going until they have
// expired or an administrator has deleted them. AWS Backup bills by the GB that it keeps
// (https://aws.amazon.com/backup/pricing/). Who restores brings a role that may.
func NewBackup(scope constructs.Construct, id string, props *BackupProps) *Backup {
	return cdk.Build("storage.Backup", scope, id, props, newBackup)
}

func newBackup(this constructs.Construct, _ string, props *BackupProps) *Backup {
	p := *props
	at := cdk.Location(this)
	retain := p.Environment.Tier.RetainsData()
	key := key.Plan{Description: "Backups", At: at, Retain: retain}
	plan := cfn.Properties{
		"BackupPlanName": "Plinth",
		"BackupPlanRule": []any{cfn.Properties{
			"RuleName": "Continuous", "TargetBackupVault": cfn.Ref("Vault"), "EnableContinuousBackup": true,
			"ScheduleExpression": "cron(0 3 * * ? *)", // a continuous rule needs one and keeps what lies between
			"Lifecycle":          cfn.Properties{"DeleteAfterDays": cmp.Or(p.Days, maxBackupDays)},
		}},
	}
	emitted := cdk.Emit(this, cdk.PathOf(this), cfn.Resources{
		"Key": key.Resource(),
		"Vault": cfn.Resource{
			Type: "AWS::Backup::BackupVault",
			Properties: cfn.Properties{
				"BackupVaultName":  names.Vault(cdk.PathOf(this)),
				"EncryptionKeyArn": cfn.Att("Key", "Arn"),
				"AccessPolicy":     policy.Document(vaultPolicy(at, p.Environment.Administrators)...),
			},
		}.Stateful(retain),
		"Plan": {Type: "AWS::Backup::BackupPlan", Properties: cfn.Properties{"BackupPlan": plan}},
	})
	made := &Backup{Construct: this, Vault: emitted.Ref("Vault"), plan: emitted.Ref("Plan")}
	cdk.Warn(this, assembly.Finding{
		Rule: cdk.BackupRule, Description: "the backup backs up nothing", Fix: "give it to buckets as their Backup, or leave it out",
	}, func() bool { return made.selects })
	return made
}

// vaultPolicy denies to delete or shorten what is backed up to all but administrators; where they are named,
// deployments and they alone change the policy itself.
func vaultPolicy(at location.Location, administrators []string) []policy.Statement {
	deny := func(sid string, may []any, actions ...string) policy.Statement {
		return but(may, policy.Statement{
			Sid: sid, Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: actions,
			Resources: []string{"*"}, Why: "in a vault's policy: its recovery points",
		})
	}
	named := anyOf(administrators)
	all := []policy.Statement{deny("Kept", named, "backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle")}
	if len(named) > 0 {
		all = append(all, deny("Settings", append(named, deployment(at)), "backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"))
	}
	return all
}

// backup makes the bucket's own role and selection in the plan.
func (b *builder) backup() {
	b.p.Backup.selects = true
	maps.Copy(b.resources, b.backupRole().Resources("Backup"))
	b.resources["BackupSelection"] = cfn.Resource{Type: "AWS::Backup::BackupSelection", DependsOn: []string{"BackupPolicy"}, Properties: cfn.Properties{
		"BackupPlanId": b.p.Backup.plan,
		"BackupSelection": cfn.Properties{
			"SelectionName": "Bucket", "IamRoleArn": cfn.Att("Backup", "Arn"), "Resources": []any{b.bucket()},
		},
	}}
}

// backupRole is AWS's own policy for the purpose, held to the one bucket
// (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForS3Backup.html).
func (b *builder) backupRole() role.Role {
	rules := b.at.ARN("events", "rule/AwsBackupManagedRule*")
	return role.Role{
		Description: "Backs up a bucket",
		Service:     "backup.amazonaws.com",
		// No document says that AWS Backup fills the key in.
		TrustConditions: policy.Conditions{"StringEqualsIfExists": {"aws:SourceAccount": b.at.Account}},
		Apart:           true,
		Statements: []policy.Statement{{
			Effect: policy.Allow, References: []any{b.bucket()},
			Actions: []string{"s3:GetBucketTagging", "s3:GetInventoryConfiguration", "s3:ListBucketVersions", "s3:ListBucket", "s3:GetBucketVersioning",
				"s3:GetBucketLocation", "s3:GetBucketAcl", "s3:PutInventoryConfiguration", "s3:GetBucketNotification", "s3:PutBucketNotification"},
		}, {
			Effect: policy.Allow, References: []any{b.objects("")}, Why: "every object of the bucket is backed up",
			Actions: []string{"s3:GetObjectAcl", "s3:GetObject", "s3:GetObjectVersionTagging", "s3:GetObjectVersionAcl", "s3:GetObjectTagging",
				"s3:GetObjectVersion"},
		}, {
			Effect: policy.Allow, Actions: []string{"s3:ListAllMyBuckets", "cloudwatch:GetMetricData", "events:ListRules"},
			Resources: []string{"*"}, Why: "listing buckets, metrics and rules knows no resource",
		}, {
			Effect: policy.Allow, Actions: []string{"kms:Decrypt", "kms:DescribeKey"}, Resources: []string{b.keyARN},
			Conditions: policy.Conditions{"StringEquals": {"kms:ViaService": "s3." + b.at.Region + ".amazonaws.com"}},
		}, {
			Effect: policy.Allow, Resources: []string{rules}, Why: "AWS Backup names the rules by which it hears of new objects",
			Actions: []string{"events:DeleteRule", "events:PutTargets", "events:DescribeRule", "events:EnableRule", "events:PutRule",
				"events:RemoveTargets", "events:ListTargetsByRule", "events:DisableRule"},
		}, {
			Effect: policy.Allow, Actions: []string{"backup:TagResource"}, Resources: []string{b.at.ARN("backup", "recovery-point:*")},
			Why: "AWS Backup names the recovery points",
		}},
	}
}
