package storage

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/policy"
)

func TestVaultPolicies(t *testing.T) {
	const (
		all      = `"Effect":"Deny","Principal":"*","Resource":"*","Sid":`
		deleting = `{"Action":["backup:DeleteRecoveryPoint","backup:UpdateRecoveryPointLifecycle"],`
		but      = `"Condition":{"ArnNotLike":{"aws:PrincipalArn":[`
	)
	tests := []struct {
		name           string
		administrators []string
		want           string
	}{
		{"nobody", nil, `[` + deleting + all + `"Kept"}]`},
		{"administrators", []string{admin}, `[` + deleting + but + `"` + admin + `"]}},` + all + `"Kept"},` +
			`{"Action":["backup:PutBackupVaultAccessPolicy","backup:DeleteBackupVaultAccessPolicy"],` + but + `"` + admin + `",` +
			`"arn:aws:iam::111122223333:role/cdk-*-cfn-exec-role-111122223333-us-east-1"]}},` + all + `"Settings"}]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []any
			for _, s := range vaultPolicy(here, test.administrators) {
				got = append(got, s.JSON())
			}
			same(t, got, test.want)
		})
	}
}

// Roles of services may be used for the one bucket, by the service for this account.
func TestRolesOfReplicationAndBackup(t *testing.T) {
	b := build(DataBucketProps{ReplicateTo: replica})
	locked := build(DataBucketProps{ReplicateTo: replica, Lock: Lock{Governance, 1}})
	same(t, b.replicationRole().TrustConditions, `{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}`)
	same(t, b.backupRole().TrustConditions, `{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}`)
	if services := b.replicationRole().Service + " " + b.backupRole().Service; services != "s3.amazonaws.com backup.amazonaws.com" {
		t.Errorf("assumed by %s", services)
	}
	const via = `"Condition":{"StringEquals":{"kms:ViaService":`
	tests := []struct {
		name string
		s    interface{ JSON() map[string]any }
		want string
	}{
		{"reads the bucket's objects", b.replicationRole().Statements[1], `{"Action":["s3:GetObjectVersionForReplication","s3:GetObjectVersionAcl",` +
			`"s3:GetObjectVersionTagging"],"Effect":"Allow","Resource":"BUCKET/*"}`},
		{"reads their locks too", locked.replicationRole().Statements[1], `{"Action":["s3:GetObjectVersionForReplication","s3:GetObjectVersionAcl",` +
			`"s3:GetObjectVersionTagging","s3:GetObjectRetention","s3:GetObjectLegalHold"],"Effect":"Allow","Resource":"BUCKET/*"}`},
		{"writes the replica's", b.replicationRole().Statements[2],
			`{"Action":["s3:ReplicateObject","s3:ReplicateDelete","s3:ReplicateTags"],"Effect":"Allow","Resource":"arn:aws:s3:::replica/*"}`},
		{"decrypts here", b.replicationRole().Statements[3],
			`{"Action":"kms:Decrypt",` + via + `"s3.us-east-1.amazonaws.com"}},"Effect":"Allow","Resource":"KEY"}`},
		{"encrypts there", b.replicationRole().Statements[4], `{"Action":["kms:Encrypt","kms:Decrypt","kms:GenerateDataKey"],` + via +
			`"s3.us-west-2.amazonaws.com"}},"Effect":"Allow","Resource":"arn:aws:kms:us-west-2:444455556666:key/1234abcd"}`},
		{"a backup decrypts here", b.backupRole().Statements[3],
			`{"Action":["kms:Decrypt","kms:DescribeKey"],` + via + `"s3.us-east-1.amazonaws.com"}},"Effect":"Allow","Resource":"KEY"}`},
		{"a backup names its recovery points", b.backupRole().Statements[5],
			`{"Action":"backup:TagResource","Effect":"Allow","Resource":"arn:aws:backup:us-east-1:111122223333:recovery-point:*"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { same(t, test.s.JSON(), test.want) })
	}
	same(t, b.backupRole().Statements[4].Resources, `["arn:aws:events:us-east-1:111122223333:rule/AwsBackupManagedRule*"]`)
	for _, s := range append(b.replicationRole().Statements, b.backupRole().Statements...) {
		if s.Effect != policy.Allow || len(s.Wildcards()) > 0 && s.Why == "" {
			t.Errorf("%s, or without a reason: %v", s.Effect, s.Wildcards())
		}
		for _, action := range s.Actions {
			if strings.Contains(action, "*") || strings.HasPrefix(action, "s3:PutObject") || strings.HasPrefix(action, "s3:DeleteObject") {
				t.Errorf("a role of S3 or AWS Backup may %s", action)
			}
		}
	}
}
