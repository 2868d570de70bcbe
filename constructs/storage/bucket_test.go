package storage_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

var dev = environment.Environment{Name: "dev", Tier: environment.Development}

// at is the resource of that construct path below the stack.
func at(t *testing.T, template assembly.Template, path string) assembly.Resource {
	t.Helper()
	_, r := find(t, template, path)
	return r
}

func find(t *testing.T, template assembly.Template, path string) (id string, r assembly.Resource) {
	t.Helper()
	var paths []string
	for id, r := range template.Resources {
		if r.Path() == "Stack/"+path {
			return id, r
		}
		paths = append(paths, strings.TrimPrefix(r.Path(), "Stack/"))
	}
	slices.Sort(paths)
	t.Fatalf("no %s in %v", path, paths)
	return "", r
}

// text is a value as JSON.
func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// types are the types of a template's resources, and how many there are of each.
func types(template assembly.Template) map[string]int {
	all := map[string]int{}
	for _, r := range template.Resources {
		all[r.Type]++
	}
	delete(all, "AWS::CDK::Metadata")
	return all
}

func TestNilPropsMakeASafeBucket(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) { storage.NewDataBucket(stack, "Data", nil) })
	want := map[string]int{"AWS::S3::Bucket": 2, "AWS::S3::BucketPolicy": 2, "AWS::KMS::Key": 1}
	if got := types(template); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for id, r := range template.Resources {
		if r.Type == "AWS::CDK::Metadata" {
			continue
		}
		if r.DeletionPolicy != "RetainExceptOnCreate" || r.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s does not outlive its stack", id)
		}
	}
	for _, path := range []string{"Data/Default/Bucket", "Data/AccessLogs/Default/Bucket"} {
		bucket := at(t, template, path).Properties
		if got := text(t, bucket["PublicAccessBlockConfiguration"]); strings.Count(got, ":true") != 4 {
			t.Errorf("%s: %s", path, got)
		}
		if bucket["VersioningConfiguration"] == nil || bucket["BucketName"] != nil {
			t.Errorf("%s is not versioned, or has a name", path)
		}
	}
	logs, _ := find(t, template, "Data/AccessLogs/Default/Bucket")
	data := at(t, template, "Data/Default/Bucket").Properties
	if got, want := text(t, data["LoggingConfiguration"]), `{"DestinationBucketName":{"Ref":"`+logs+`"},"LogFilePrefix":"Stack/Data/"}`; got != want {
		t.Errorf("logs to %s, want %s", got, want)
	}
	key, resource := find(t, template, "Data/Key/Resource")
	if got := text(t, data["BucketEncryption"]); !strings.Contains(got, `"KMSMasterKeyID":{"Fn::GetAtt":["`+key+`","Arn"]}`) {
		t.Errorf("not encrypted with its key: %s", got)
	}
	if resource.Properties["EnableKeyRotation"] != true {
		t.Error("the key does not rotate")
	}
}

func TestDevelopmentGoesWithItsStack(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		e := dev
		e.LogRetentionDays = 14
		logs := storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Environment: e, Class: storage.Logs})
		for _, id := range []string{"A", "B"} {
			storage.NewDataBucket(stack, id, &storage.DataBucketProps{Environment: e, AccessLogs: logs})
		}
	})
	want := map[string]int{"AWS::S3::Bucket": 3, "AWS::S3::BucketPolicy": 3, "AWS::KMS::Key": 2, "Custom::EmptiedWithStack": 3,
		"AWS::Lambda::Function": 1, "AWS::Logs::LogGroup": 1, "AWS::IAM::Role": 1, "AWS::IAM::ManagedPolicy": 1}
	if got := types(template); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v: one function a stack", got, want)
	}
	function, _ := find(t, template, "EmptiesBuckets/Default/Function")
	role, _ := find(t, template, "EmptiesBuckets/Default/Role")
	for _, id := range []string{"Logs", "A", "B"} {
		bucket, r := find(t, template, id+"/Default/Bucket")
		if r.DeletionPolicy != "Delete" {
			t.Errorf("%s: DeletionPolicy %s", id, r.DeletionPolicy)
		}
		emptied := at(t, template, id+"/Default/EmptiedWithStack")
		if policy, _ := find(t, template, id+"/Policy/Resource"); !slices.Contains(emptied.DependsOn.([]any), any(policy)) {
			t.Errorf("the function may lose its permission before it has emptied %s: DependsOn %v", id, emptied.DependsOn)
		}
		got := text(t, emptied.Properties)
		if !strings.Contains(got, `"ServiceToken":{"Fn::GetAtt":["`+function+`","Arn"]}`) || !strings.Contains(got, `"Bucket":{"Ref":"`+bucket+`"}`) {
			t.Errorf("%s is not emptied: %s", id, got)
		}
		if got := text(t, at(t, template, id+"/Policy/Resource").Properties); !strings.Contains(got, `"Principal":{"AWS":{"Fn::GetAtt":["`+role+`","Arn"]}}`) {
			t.Errorf("%s does not let the function in: %s", id, got)
		}
	}
	for _, id := range []string{"A", "B"} {
		if r := at(t, template, id+"/Key/Resource"); r.DeletionPolicy != "Delete" || r.Properties["PendingWindowInDays"] != 30.0 {
			t.Errorf("the key of %s: %s after %v days", id, r.DeletionPolicy, r.Properties["PendingWindowInDays"])
		}
	}
	if r := at(t, template, "EmptiesBuckets/Default/Logs"); r.Properties["RetentionInDays"] != 14.0 || r.DeletionPolicy != "Delete" {
		t.Errorf("the function's logs: %v, %s", r.Properties, r.DeletionPolicy)
	}
}

func TestGivenKeysAreUsed(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		own := awskms.NewKey(stack, jsii.String("Own"), nil)
		shared := storage.NewKey(stack, "Shared", &storage.KeyProps{DeletionDays: 8, Readers: []string{"444455556666"}})
		one := storage.NewDataBucket(stack, "One", &storage.DataBucketProps{Key: own})
		two := storage.NewDataBucket(stack, "Two", &storage.DataBucketProps{Key: shared.Key, AccessLogs: one.AccessLogs})
		storage.NewDataBucket(stack, "Three", &storage.DataBucketProps{Key: shared.Key, AccessLogs: one.AccessLogs})
		if one.Key != own || two.Key != shared.Key || two.KeyARN != *shared.Key.KeyArn() {
			t.Error("a bucket has another key than it was given")
		}
	})
	if got := types(template); got["AWS::KMS::Key"] != 2 || got["AWS::S3::Bucket"] != 4 {
		t.Errorf("got %v, want the two given keys, and one bucket of logs", got)
	}
	own, _ := find(t, template, "Own/Resource")
	shared, key := find(t, template, "Shared/Key/Resource")
	if key.Properties["PendingWindowInDays"] != 8.0 || key.DeletionPolicy != "RetainExceptOnCreate" {
		t.Errorf("the shared key: %v, %s", key.Properties["PendingWindowInDays"], key.DeletionPolicy)
	}
	for id, want := range map[string]string{"One": own, "Two": shared, "Three": shared} {
		want := `{"Fn::GetAtt":["` + want + `","Arn"]}`
		if got := text(t, at(t, template, id+"/Default/Bucket").Properties["BucketEncryption"]); !strings.Contains(got, `"KMSMasterKeyID":`+want) {
			t.Errorf("%s is encrypted by %s", id, got)
		}
		if got := text(t, at(t, template, id+"/Policy/Resource").Properties); !strings.Contains(got, `-aws-kms-key-id":`+want) {
			t.Errorf("%s takes other keys: %s", id, got)
		}
	}
}

// A key that the app makes lets in the accounts that a bucket is shared with or replicated from, which the bucket's
// policy can't do alone.
func TestGivenKeysLetInOtherAccounts(t *testing.T) {
	const partner = "444455556666"
	template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
		for _, id := range []string{"Own", "Plinths", "Imported"} {
			var key awskms.IKey
			switch id {
			case "Own":
				key = awskms.NewKey(stack, jsii.String("Own"), nil)
			case "Plinths":
				key = storage.NewKey(stack, "Plinths", nil).Key
			default:
				key = awskms.Key_FromKeyArn(stack, jsii.String("Imported"), jsii.String("arn:aws:kms:us-east-1:111122223333:key/1234abcd"))
			}
			storage.NewDataBucket(stack, id+"Read", &storage.DataBucketProps{Key: key, Shares: []storage.Share{{Account: partner, Path: "a/"}}})
			storage.NewDataBucket(stack, id+"Replica", &storage.DataBucketProps{Key: key, ReplicatedFrom: []string{"777788889999"}})
		}
	})
	for _, id := range []string{"Own/Resource", "Plinths/Key/Resource"} {
		got := text(t, at(t, template, id).Properties["KeyPolicy"])
		for account, actions := range map[string]string{partner: `"kms:Decrypt"`, "777788889999": `["kms:Decrypt","kms:Encrypt","kms:GenerateDataKey"]`} {
			want := `{"Action":` + actions + `,"Condition":{"StringEquals":{"kms:ViaService":["s3.us-east-1.amazonaws.com"]}},"Effect":"Allow",` +
				`"Principal":{"AWS":"arn:aws:iam::` + account + `:root"},"Resource":"*"}`
			if strings.Count(got, want) != 1 {
				t.Errorf("%s does not let in %s:\n%s", id, account, got)
			}
		}
	}
}

// What a bucket says of itself is what stands in the template.
func TestABucketSaysWhatItIs(t *testing.T) {
	got := map[string]string{}
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		b := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Class: storage.Models})
		if b.Region != "eu-west-1" || b.Class != storage.Models || len(b.Lacks) > 0 || b.AccessLogs.Class != storage.Logs ||
			b.AccessLogs.KeyARN != "" || b.AccessLogs.Key != nil || b.AccessLogs.AccessLogs != nil {
			t.Errorf("got %+v", b)
		}
		for name, value := range map[string]string{
			"Name": b.Name, "ARN": b.ARN, "Key": b.KeyARN, "BucketName": *b.Bucket.BucketName(), "BucketArn": *b.Bucket.BucketArn(),
			"EncryptionKey": *b.Bucket.EncryptionKey().KeyArn(), "URI": b.Prefix("a/").URI(),
		} {
			got[name] = text(t, stack.Resolve(value))
		}
	})
	bucket, _ := find(t, template, "Data/Default/Bucket")
	key, _ := find(t, template, "Data/Key/Resource")
	ref := `{"Ref":"` + bucket + `"}`
	arn := `{"Fn::Join":["",["arn:aws:s3:::",` + ref + `]]}`
	keyARN := `{"Fn::GetAtt":["` + key + `","Arn"]}`
	for name, want := range map[string]string{"Name": ref, "ARN": arn, "Key": keyARN, "BucketName": ref, "BucketArn": arn, "EncryptionKey": keyARN,
		"URI": `{"Fn::Join":["",["s3://",` + ref + `,"/a/"]]}`} {
		if got[name] != want {
			t.Errorf("%s is %s, want %s", name, got[name], want)
		}
	}
}

func TestMistakesSayWhere(t *testing.T) {
	err := synthtest.Error(t, "", func(stack awscdk.Stack) {
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Class: 9, Environment: environment.Environment{Region: "mars"},
			AccessLogs: storage.NewDataBucket(stack, "Other", nil)})
	})
	for _, want := range []string{"storage.DataBucket Stack/Data (", "bucket_test.go:", "3 problems", "Environment.Region", "AccessLogs", "Class"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

// What may not be as it is meant to be is told with the templates.
func TestWarnings(t *testing.T) {
	const old, unused = "Stack/Data: LifeCycle.OldVersionDays ", "Stack/Backup: the backup "
	for name, test := range map[string]struct {
		props storage.DataBucketProps
		want  []string
	}{
		"a backup that no bucket has":     {storage.DataBucketProps{}, []string{unused}},
		"old versions of Checkpoints":     {storage.DataBucketProps{Class: storage.Checkpoints, LifeCycle: storage.LifeCycle{OldVersionDays: 9}}, []string{unused, old}},
		"what Checkpoints have":           {storage.DataBucketProps{Class: storage.Checkpoints, LifeCycle: storage.LifeCycle{ExpiryDays: 9}}, []string{unused}},
		"old versions of data in backups": {storage.DataBucketProps{LifeCycle: storage.LifeCycle{OldVersionDays: 9}, Backup: &storage.Backup{}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
			stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
			backup := storage.NewBackup(stack, "Backup", nil)
			if test.props.Backup != nil {
				test.props.Backup = backup
			}
			storage.NewDataBucket(stack, "Data", &test.props)
			var got []string
			app.Synth(nil)
			findings, err := assembly.Findings(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				if f.Warning() {
					got = append(got, f.Path+": "+f.Description)
				}
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}
