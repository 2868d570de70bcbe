package storage

import (
	"path"
	"slices"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/policy"
)

const (
	inKeyPolicy = `"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Resource":"*","Sid":`
	viaS3       = `"Condition":{"StringEquals":{"kms:ViaService":["s3.us-east-1.amazonaws.com"]}},"Effect":"Allow",`
)

func TestKeyPolicies(t *testing.T) {
	const grants = `{"Action":"kms:CreateGrant","Condition":{"Bool":{"kms:GrantIsForAWSResource":"true"}},"Effect":"Allow",` + inKeyPolicy + `"Grants"}`
	tests := []struct {
		name, label string
		plan        key.Plan
		want        string
	}{
		{"used through S3 only", "Use", key.Plan{Services: []string{"s3"}},
			`{"Action":["kms:Decrypt","kms:Encrypt","kms:GenerateDataKey"],` + viaS3 + inKeyPolicy + `"Use"}`},
		{"used by EFS", "Use", key.Plan{Services: []string{"elasticfilesystem"}},
			`{"Action":["kms:Decrypt","kms:Encrypt","kms:GenerateDataKey","kms:GenerateDataKeyWithoutPlaintext"],` +
				`"Condition":{"StringEquals":{"kms:ViaService":["elasticfilesystem.us-east-1.amazonaws.com"]}},"Effect":"Allow",` + inKeyPolicy + `"Use"}`},
		{"used by any service, for AWS Backup", "Use", key.Plan{},
			`{"Action":["kms:Decrypt","kms:Encrypt","kms:GenerateDataKey"],"Effect":"Allow",` + inKeyPolicy + `"Use"}`},
		{"grants for AWS's resources only", "Grants", key.Plan{Services: []string{"s3"}}, grants},
		{"a reader", "Allow kms:Decrypt", key.Plan{Services: []string{"s3"}, Readers: []string{partner}},
			`{"Action":"kms:Decrypt",` + viaS3 + `"Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Resource":"*"}`},
		{"a writer", "Allow kms:Decrypt,kms:Encrypt,kms:GenerateDataKey", key.Plan{Services: []string{"s3"}, Writers: []string{partner}},
			`{"Action":["kms:Decrypt","kms:Encrypt","kms:GenerateDataKey"],` + viaS3 + `"Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Resource":"*"}`},
		{"Lustre's own role, of this account, through S3", "Lustre", key.Plan{Services: []string{"s3"}, Lustre: true},
			`{"Action":["kms:Decrypt","kms:Encrypt","kms:GenerateDataKey","kms:DescribeKey"],"Condition":{"ArnLike":{"aws:PrincipalArn":` +
				`"arn:aws:iam::111122223333:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*"},` +
				`"StringEquals":{"kms:ViaService":["s3.us-east-1.amazonaws.com"]}},"Effect":"Allow",` +
				`"Principal":"*","Resource":"*","Sid":"Lustre"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.plan.At = here
			same(t, labelled(t, test.plan.Statements(), test.label).JSON(), test.want)
		})
	}
}

// Whoever administers a key uses it not, and the other way round.
func TestKeysAreAdministeredAndUsedApart(t *testing.T) {
	for _, action := range key.Administration {
		for _, using := range []string{"kms:*crypt*", "kms:Generate*", "kms:CreateGrant", "kms:Sign", "kms:*Mac", "kms:Import*", "kms:Replicate*"} {
			if matches, _ := path.Match(using, action); matches || action == "kms:*" {
				t.Errorf("an administrator has %s", action)
			}
		}
	}
	all := key.Plan{At: here, Services: []string{"s3"}, Readers: []string{partner}, Writers: []string{partner}, Lustre: true}.Statements()
	if got, want := labels(all), "Administration; Use; Grants; Allow kms:Decrypt; Allow kms:Decrypt,kms:Encrypt,kms:GenerateDataKey; Lustre"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, s := range all[1:] {
		for _, action := range s.Actions {
			if slices.Contains(key.Administration, action) && action != "kms:DescribeKey" {
				t.Errorf("%s administers: %s", labels(all[1:2]), action)
			}
		}
	}
}

// The lists of actions are shared: one key's additions must not reach the next.
func TestOneKeysActionsAreNotAnothers(t *testing.T) {
	before := short(t, key.Plan{At: here, Services: []string{"s3"}}.Resource())
	key.Plan{At: here, Services: []string{"elasticfilesystem"}, Lustre: true, Writers: []string{partner}}.Statements()
	same(t, key.Plan{At: here, Services: []string{"s3"}}.Resource(), before)
}

func TestKeyResource(t *testing.T) {
	for retain, want := range map[bool][2]string{true: {"RetainExceptOnCreate", "Retain"}, false: {"Delete", "Delete"}} {
		r := key.Plan{Description: "Buckets", At: here, Retain: retain, DeletionDays: 9}.Resource()
		if r.Type != "AWS::KMS::Key" || r.DeletionPolicy != want[0] || r.UpdateReplacePolicy != want[1] {
			t.Errorf("%s: %s, %s", r.Type, r.DeletionPolicy, r.UpdateReplacePolicy)
		}
		same(t, r.Properties["KeyPolicy"], short(t, policy.Document(key.Plan{At: here}.Statements()...)))
		if p := r.Properties; p["EnableKeyRotation"] != true || p["PendingWindowInDays"] != 9 || p["Description"] != "Buckets" {
			t.Errorf("got %v", p)
		}
	}
}

// A bucket's own key knows the accounts that the bucket is shared with, each once, whatever the order.
func TestTheKeyOfABucketFollowsItsShares(t *testing.T) {
	from := []string{"555566667777", "444455556666"}
	props := DataBucketProps{
		Class: Models, LinkedToLustre: true, ReplicatedFrom: from, Environment: environment.Environment{Tier: staging},
		Shares: []Share{{Account: partner, Write: true}, {Account: "444455556666", Path: "a/"}, {Account: partner, Path: "b/"}},
	}
	k := build(props).keyPlan()
	if !slices.Equal(k.Readers, []string{"444455556666", partner}) || !slices.Equal(k.Writers, []string{"444455556666", "555566667777", partner}) {
		t.Errorf("readers %v, writers %v", k.Readers, k.Writers)
	}
	if k.Description != "Models bucket" || !k.Retain || !k.Lustre || k.DeletionDays != 0 || !slices.Equal(k.Services, []string{"s3"}) {
		t.Errorf("got %+v", k)
	}
	if !slices.Equal(from, []string{"555566667777", "444455556666"}) {
		t.Errorf("the props were changed: %v", from)
	}
}
