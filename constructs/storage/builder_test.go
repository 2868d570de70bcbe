package storage

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// What an option adds to a bucket's properties, and that no other option does.
func TestPropertiesByOption(t *testing.T) {
	const (
		byS3   = `{"ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`
		byKey  = `{"ServerSideEncryptionConfiguration":[{"BucketKeyEnabled":true,"ServerSideEncryptionByDefault":{"KMSMasterKeyID":"KEY","SSEAlgorithm":"aws:kms"}}]}`
		events = `{"EventBridgeConfiguration":{"EventBridgeEnabled":true}}`
	)
	always := map[string]string{
		"BucketEncryption":        byKey,
		"OwnershipControls":       `{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}`,
		"VersioningConfiguration": `{"Status":"Enabled"}`,
		"PublicAccessBlockConfiguration": `{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,` +
			`"RestrictPublicBuckets":true}`,
	}
	replication := `{"Role":"REPLICATION","Rules":[{"DeleteMarkerReplication":{"Status":"Enabled"},"Destination":{ACCOUNT"Bucket":"arn:aws:s3:::replica",` +
		`"EncryptionConfiguration":{"ReplicaKmsKeyID":"arn:aws:kms:us-west-2:444455556666:key/1234abcd"}},"Filter":{"Prefix":""},"Id":"Everything",` +
		`"Priority":1,"SourceSelectionCriteria":{"SseKmsEncryptedObjects":{"Status":"Enabled"}},"Status":"Enabled"}]}`
	own := replica
	own.Account = ""
	tests := []struct {
		name  string
		props DataBucketProps
		want  map[string]string // besides always; empty text: not there
	}{
		{"nothing said", DataBucketProps{}, nil},
		{"features", DataBucketProps{Class: Features}, nil},
		{"models", DataBucketProps{Class: Models}, nil},
		{"checkpoints", DataBucketProps{Class: Checkpoints}, map[string]string{"VersioningConfiguration": ""}},
		{"logs", DataBucketProps{Class: Logs}, map[string]string{"BucketEncryption": byS3}},
		{"replica in another account", DataBucketProps{ReplicateTo: replica},
			map[string]string{"ReplicationConfiguration": strings.Replace(replication, "ACCOUNT", `"Account":"444455556666",`, 1)}},
		{"replica in this account", DataBucketProps{ReplicateTo: own}, map[string]string{"ReplicationConfiguration": strings.Replace(replication, "ACCOUNT", "", 1)}},
		{"governance", DataBucketProps{Lock: Lock{Governance, 30}}, map[string]string{"ObjectLockEnabled": "true",
			"ObjectLockConfiguration": `{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Days":30,"Mode":"GOVERNANCE"}}}`}},
		{"compliance", DataBucketProps{Lock: Lock{Compliance, 1}}, map[string]string{"ObjectLockEnabled": "true",
			"ObjectLockConfiguration": `{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Days":1,"Mode":"COMPLIANCE"}}}`}},
		{"events", DataBucketProps{Events: true}, map[string]string{"NotificationConfiguration": events}},
		{"a backup hears of objects by events", DataBucketProps{Backup: &Backup{}}, map[string]string{"NotificationConfiguration": events}},
		{"inventory", DataBucketProps{Inventory: Weekly}, map[string]string{"InventoryConfigurations": `[{"Destination":{"BucketAccountId":"111122223333",` +
			`"BucketArn":"arn:aws:s3:::logs","Format":"Parquet","Prefix":"inventory/Stack/Data"},"Enabled":true,"Id":"Objects","IncludedObjectVersions":"Current",` +
			`"OptionalFields":["Size","LastModifiedDate","StorageClass","EncryptionStatus","ReplicationStatus","BucketKeyStatus"],"ScheduleFrequency":"Weekly"}]`}},
		{"Lustre sets the events by itself", DataBucketProps{LinkedToLustre: true}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := build(test.props)
			want := maps.Clone(always)
			if test.props.Class != Logs {
				b.logs = "logs"
				want["LoggingConfiguration"] = `{"DestinationBucketName":"logs","LogFilePrefix":"Stack/Data/"}`
			}
			maps.Copy(want, test.want)
			got := b.build()["Bucket"].Properties
			delete(got, "LifecycleConfiguration") // see TestLifeCycleRules
			for name, value := range got {
				if want[name] == "" {
					t.Errorf("%s is there: %v", name, value)
				}
			}
			for name, value := range want {
				if value != "" {
					same(t, got[name], value)
				}
			}
		})
	}
}

func TestResourcesByOption(t *testing.T) {
	tests := []struct {
		name  string
		props DataBucketProps
		want  string
	}{
		{"nothing said", DataBucketProps{}, "Bucket"},
		{"logs", DataBucketProps{Class: Logs}, "Bucket"},
		{"replica", DataBucketProps{ReplicateTo: replica}, "Bucket Replication ReplicationPolicy"},
		{"backup", DataBucketProps{Backup: &Backup{}}, "Backup BackupPolicy BackupSelection Bucket"},
		{"Development", DataBucketProps{Environment: environment.Environment{Tier: development}}, "Bucket EmptiedWithStack"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := build(test.props).build()
			if names := strings.Join(slices.Sorted(maps.Keys(got)), " "); names != test.want {
				t.Errorf("got %s, want %s", names, test.want)
			}
			for name, r := range got {
				if stateful := r.DeletionPolicy != ""; stateful != (name == "Bucket") {
					t.Errorf("%s: DeletionPolicy %q", name, r.DeletionPolicy)
				}
			}
		})
	}
}

// What a role is allowed is there before it is used.
func TestOrder(t *testing.T) {
	made := build(DataBucketProps{Environment: environment.Environment{Tier: development}}).build()["EmptiedWithStack"]
	same(t, made.Properties, `{"Bucket":{"Ref":"Bucket"},"ServiceTimeout":900,"ServiceToken":"arn:aws:lambda:us-east-1:111122223333:function:Empties"}`)
	if made := build(DataBucketProps{Backup: &Backup{}}).build()["BackupSelection"]; !slices.Equal(made.DependsOn, []string{"BackupPolicy"}) {
		t.Errorf("a backup may start before its role is allowed: DependsOn %v", made.DependsOn)
	}
}

// A finding is accepted where the class means it, and nowhere else.
func TestAcceptedFindings(t *testing.T) {
	tests := []struct {
		name  string
		props DataBucketProps
		want  string
	}{
		{"nothing said", DataBucketProps{}, "S3BucketReplicationEnabled"},
		{"replica", DataBucketProps{ReplicateTo: replica}, ""},
		{"checkpoints", DataBucketProps{Class: Checkpoints}, "S3BucketReplicationEnabled S3BucketVersioningEnabled"},
		{"logs", DataBucketProps{Class: Logs}, "S3BucketReplicationEnabled S3DefaultEncryptionKMS"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, a := range build(test.props).accepted() {
				if rule, of := strings.CutPrefix(a.Rule, "PCI.DSS.321-"); of {
					got = append(got, rule)
				}
				if a.Reason == "" {
					t.Errorf("%s has no reason", a.Rule)
				}
			}
			if rules := strings.Join(got, " "); rules != test.want {
				t.Errorf("got %s, want %s", rules, test.want)
			}
		})
	}
}

// The function may do two things; each bucket's policy allows it that bucket.
func TestTheEmptyingFunctionMayDoNoMore(t *testing.T) {
	resources := emptierResources("111122223333", 14)
	statements := resources["RolePolicy"].Properties["PolicyDocument"].(map[string]any)["Statement"]
	same(t, statements, `[{"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Effect":"Allow","Resource":{"Fn::GetAtt":["Logs","Arn"]},"Sid":"CreateLogStream"},`+
		`{"Action":"cloudformation:DescribeStacks","Effect":"Allow","Resource":{"Ref":"AWS::StackId"},"Sid":"DescribeStacks"}]`)
	if days := resources["Logs"].Properties["RetentionInDays"]; days != 14 {
		t.Errorf("logs are kept %v days", days)
	}
	code := resources["Function"].Properties["Code"].(cfn.Properties)["ZipFile"].(string)
	if len(code) > 4096 || !strings.Contains(code, `in ("DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")`) {
		t.Errorf("%d letters of code, of which CloudFormation takes 4,096; or it doesn't ask whether the stack goes", len(code))
	}
}
