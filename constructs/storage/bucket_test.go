package storage_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

func TestNilPropsMakeASafeBucket(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) { storage.NewDataBucket(stack, "Data", nil) })
	buckets := template.OfType("AWS::S3::Bucket")
	if len(buckets) != 2 {
		t.Fatalf("buckets %v, want the bucket and that of its access logs", buckets)
	}
	for _, id := range buckets {
		bucket := template.Resources[id]
		block, _ := bucket.Properties["PublicAccessBlockConfiguration"].(map[string]any)
		for _, field := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			if block[field] != true {
				t.Errorf("%s: %s is %v", id, field, block[field])
			}
		}
		if bucket.DeletionPolicy != "Retain" || bucket.UpdateReplacePolicy != "Retain" {
			t.Errorf("%s does not outlive its stack", id)
		}
		if bucket.Properties["VersioningConfiguration"] == nil {
			t.Errorf("%s is not versioned", id)
		}
		isLogs := strings.Contains(bucket.Path(), "AccessLogs")
		if logged := bucket.Properties["LoggingConfiguration"] != nil; logged == isLogs {
			t.Errorf("%s: logged %v", id, logged)
		}
	}
	keys := template.OfType("AWS::KMS::Key")
	if len(keys) != 1 || template.Resources[keys[0]].Properties["EnableKeyRotation"] != true {
		t.Errorf("keys %v, want one that rotates", keys)
	}
}

func TestDevelopmentGoesWithItsStack(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: environment.Environment{Tier: environment.Development}})
	})
	for _, id := range append(template.OfType("AWS::S3::Bucket"), template.OfType("AWS::KMS::Key")...) {
		if got := template.Resources[id].DeletionPolicy; got != "Delete" {
			t.Errorf("%s: DeletionPolicy %s, want Delete", id, got)
		}
	}
}

func TestAGivenKeyIsUsed(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		key := awskms.NewKey(stack, jsii.String("Own"), nil)
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Key: key})
	})
	if keys := template.OfType("AWS::KMS::Key"); len(keys) != 1 {
		t.Errorf("keys %v, want only the given one", keys)
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct {
		name  string
		props func(stack awscdk.Stack) *storage.DataBucketProps
		want  []string
	}{
		{"class", func(awscdk.Stack) *storage.DataBucketProps { return &storage.DataBucketProps{Class: 9} },
			[]string{"Class: got Class(9); allowed: Datasets, Models or Logs"}},
		{"logs with a key", func(stack awscdk.Stack) *storage.DataBucketProps {
			return &storage.DataBucketProps{Class: storage.Logs, Key: awskms.NewKey(stack, jsii.String("K"), nil)}
		}, []string{"Key: got \"a key\"", "leave it out"}},
		{"logs into data", func(stack awscdk.Stack) *storage.DataBucketProps {
			return &storage.DataBucketProps{AccessLogs: storage.NewDataBucket(stack, "Other", nil)}
		}, []string{"AccessLogs: got Datasets", "storage.Logs"}},
		{"all at once", func(stack awscdk.Stack) *storage.DataBucketProps {
			return &storage.DataBucketProps{Class: 9, Environment: environment.Environment{Region: "mars"},
				AccessLogs: storage.NewDataBucket(stack, "Other", nil)}
		}, []string{"3 problems", "Stack/Data", "bucket_test.go:"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := synthtest.Error(t, "", func(stack awscdk.Stack) { storage.NewDataBucket(stack, "Data", test.props(stack)) })
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestPrefixes(t *testing.T) {
	bucket := &storage.DataBucket{}
	for path, ok := range map[string]bool{"": true, "a/": true, "a/b/": true, "a": false, "/a/": false, "a/*/": false} {
		if err := bucket.Prefix(path).Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", path, err)
		}
	}
	if err := (storage.Prefix{}).Validate(); err == nil {
		t.Error("a prefix of no bucket is valid")
	}
}
