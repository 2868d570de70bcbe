package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

var replica = storage.Replica{
	Bucket: "arn:aws:s3:::replica", Key: "arn:aws:kms:us-west-2:444455556666:key/1234abcd", Region: "us-west-2", Account: "444455556666",
}

// Every option reaches the template, with references to the right resources.
func TestEveryOptionTogether(t *testing.T) {
	template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
		prod := environment.Environment{Administrators: []string{"arn:aws:iam::111122223333:role/Admin"}}
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{
			Environment: prod, Endpoints: []string{"vpce-0123456789abcdef0"}, OutsideRoles: []string{"arn:aws:iam::111122223333:role/Uploader"},
			Organization: "o-a1b2c3d4e5", Shares: []storage.Share{{Account: "777788889999", Path: "public/", Write: true}},
			ReplicatedFrom: []string{"444455556666"}, Lock: storage.Lock{Mode: storage.Governance, Days: 30}, ReplicateTo: replica,
			Backup: storage.NewBackup(stack, "Backup", &storage.BackupProps{Environment: prod, Days: 14}), Inventory: storage.Weekly, Events: true,
			LifeCycle: storage.LifeCycle{TieringDays: 3, ExpiryDays: 400},
		})
	})
	bucket, resource := find(t, template, "Data/Default/Bucket")
	logs, _ := find(t, template, "Data/AccessLogs/Default/Bucket")
	replication, _ := find(t, template, "Data/Default/Replication")
	backup, _ := find(t, template, "Data/Default/Backup")
	plan, planned := find(t, template, "Backup/Default/Plan")
	vault, kept := find(t, template, "Backup/Default/Vault")
	key, _ := find(t, template, "Backup/Default/Key")
	properties, policy := text(t, resource.Properties), text(t, at(t, template, "Data/Policy/Resource").Properties)
	document, err := policySize(policy)
	if err != nil || document > 20480 {
		t.Errorf("a policy of %d letters, of which S3 takes 20,480: %v", document, err)
	}
	tests := []struct{ name, in, want string }{
		{"replication", properties, `"Role":{"Fn::GetAtt":["` + replication + `","Arn"]}`},
		{"lock", properties, `"DefaultRetention":{"Days":30,"Mode":"GOVERNANCE"}`},
		{"events", properties, `"EventBridgeEnabled":true`},
		{"inventory", properties, `"BucketArn":{"Fn::Join":["",["arn:aws:s3:::",{"Ref":"` + logs + `"}]]}`},
		{"inventory's place", properties, `"Prefix":"inventory/Stack/Data"`},
		{"life cycle", properties, `"TransitionInDays":3`},
		{"perimeter", policy, `"aws:SourceVpce":["vpce-0123456789abcdef0"]`},
		{"from outside", policy, `"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/Admin","arn:aws:iam::111122223333:role/Uploader",` +
			`{"Fn::GetAtt":["` + replication + `","Arn"]},{"Fn::GetAtt":["` + backup + `","Arn"]}]}`},
		{"accounts", policy, `"aws:PrincipalAccount":["111122223333","777788889999","444455556666"],"aws:PrincipalOrgID":"o-a1b2c3d4e5"`},
		{"share", policy, `{"Fn::Join":["",[{"Fn::GetAtt":["` + bucket + `","Arn"]},"/public/*"]]}`},
		{"key of the share", text(t, at(t, template, "Data/Key/Resource").Properties), `"Principal":{"AWS":["arn:aws:iam::444455556666:root","arn:aws:iam::777788889999:root"]}`},
		{"selection", text(t, at(t, template, "Data/Default/BackupSelection").Properties), `"BackupPlanId":{"Ref":"` + plan + `"},` +
			`"BackupSelection":{"IamRoleArn":{"Fn::GetAtt":["` + backup + `","Arn"]},"Resources":[{"Fn::GetAtt":["` + bucket + `","Arn"]}]`},
		{"plan", text(t, planned.Properties), `{"BackupPlan":{"BackupPlanName":"Plinth","BackupPlanRule":[{"EnableContinuousBackup":true,` +
			`"Lifecycle":{"DeleteAfterDays":14},"RuleName":"Continuous","ScheduleExpression":"cron(0 3 * * ? *)","TargetBackupVault":{"Ref":"` + vault + `"}}]}}`},
		{"vault's key", text(t, kept.Properties), `"EncryptionKeyArn":{"Fn::GetAtt":["` + key + `","Arn"]}`},
		{"types", planned.Type + " " + kept.Type, "AWS::Backup::BackupPlan AWS::Backup::BackupVault"},
		{"vault stays", kept.DeletionPolicy + kept.UpdateReplacePolicy, "RetainExceptOnCreateRetain"},
		{"replication's permissions", text(t, at(t, template, "Data/Default/ReplicationPolicy").Properties), `"Roles":[{"Ref":"` + replication + `"}]`},
		{"backup's permissions", text(t, at(t, template, "Data/Default/BackupPolicy").Properties), `"Roles":[{"Ref":"` + backup + `"}]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(test.in, test.want) {
				t.Errorf("no %s in\n%s", test.want, test.in)
			}
		})
	}
}

// policySize is about the length of a policy's document, without blanks, as S3 counts it.
func policySize(properties string) (int, error) {
	_, document, found := strings.Cut(properties, `"PolicyDocument":`)
	if !found {
		return 0, fmt.Errorf("no document in %s", properties)
	}
	return len(document), nil
}

// FSx tries the link as whoever makes it, and reads with a role of its own.
func TestLinkedToLustre(t *testing.T) {
	const role = `role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_fs-*`
	template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
		key := storage.NewKey(stack, "Key", &storage.KeyProps{LinkedToLustre: true})
		for id, p := range map[string]*storage.DataBucketProps{
			"Linked": {LinkedToLustre: true, Endpoints: []string{"vpce-0123456789abcdef0"}},
			"Shared": {LinkedToLustre: true, Endpoints: []string{"vpce-0123456789abcdef0"}, Key: key.Key},
			"Other":  {Endpoints: []string{"vpce-0123456789abcdef0"}},
		} {
			storage.NewDataBucket(stack, id, p)
		}
	})
	for path, linked := range map[string]bool{
		"Linked/Policy/Resource": true, "Linked/Key/Resource": true, "Key/Key/Resource": true, "Shared/Policy/Resource": true,
		"Other/Policy/Resource": false, "Other/Key/Resource": false, "Linked/AccessLogs/Policy/Resource": false,
	} {
		if got := strings.Contains(text(t, at(t, template, path).Properties), role); got != linked {
			t.Errorf("%s lets FSx in: %t", path, got)
		}
	}
}

// Who deploys into a stack without an environment has tokens in the place of account and region.
func TestWithoutAnEnvironment(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}})
	})
	policy := text(t, at(t, template, "Data/Policy/Resource").Properties)
	for _, want := range []string{
		`"aws:PrincipalAccount":[{"Ref":"AWS::AccountId"}]`,
		`{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::",{"Ref":"AWS::AccountId"},":role/cdk-*-cfn-exec-role-",{"Ref":"AWS::AccountId"},"-",{"Ref":"AWS::Region"}]]}`,
	} {
		if !strings.Contains(policy, want) {
			t.Errorf("no %s in\n%s", want, policy)
		}
	}
	if strings.Contains(text(t, template), "${Token") {
		t.Error("a token stays in the template")
	}
}
