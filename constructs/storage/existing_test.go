package storage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// whole is a bucket of the CDK's own construct that lacks nothing.
func whole(stack awscdk.Stack, key awskms.IKey) awss3.Bucket {
	return awss3.NewBucket(stack, jsii.String("Whole"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_KMS, EncryptionKey: key, BucketKeyEnabled: jsii.Bool(true),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Versioned: jsii.Bool(true), EnforceSSL: jsii.Bool(true), MinimumTLSVersion: jsii.Number(1.2),
		ServerAccessLogsBucket: awss3.NewBucket(stack, jsii.String("Logs"), nil),
		LifecycleRules:         &[]*awss3.LifecycleRule{{AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(7))}},
	})
}

func TestExistingBuckets(t *testing.T) {
	tests := []struct {
		name string
		make func(stack awscdk.Stack) *storage.ExistingBucketProps
		want string // what it lacks
		key  bool
	}{
		{"one that lacks nothing", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			key := awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{EnableKeyRotation: jsii.Bool(true)})
			return &storage.ExistingBucketProps{Bucket: whole(stack, key)}
		}, "", true},
		{"a key that stays the same", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			return &storage.ExistingBucketProps{Bucket: whole(stack, awskms.NewKey(stack, jsii.String("Key"), nil))}
		}, "rotation of its key", true},
		{"a key that another app made", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			arn := jsii.String("arn:aws:kms:us-east-1:111122223333:key/1234abcd")
			return &storage.ExistingBucketProps{Bucket: whole(stack, awskms.Key_FromKeyArn(stack, jsii.String("Key"), arn))}
		}, "", true},
		{"the CDK's defaults, with its flags", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			return &storage.ExistingBucketProps{Bucket: awss3.NewBucket(stack, jsii.String("Bad"), nil)}
		}, "encryption by a KMS key, a bucket key, a full block of public access, enforced ownership, versions, access logs, a life cycle, " +
			"a deny of plain HTTP, a deny of TLS below 1.2", false},
		{"as checkpoints", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			return &storage.ExistingBucketProps{Bucket: awss3.NewBucket(stack, jsii.String("Bad"), nil), Class: storage.Checkpoints}
		}, "encryption by a KMS key, a bucket key, a full block of public access, enforced ownership, access logs, a life cycle, " +
			"a deny of plain HTTP, a deny of TLS below 1.2", false},
		{"one that is emptied with its stack", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			emptied := awss3.NewBucket(stack, jsii.String("Emptied"), &awss3.BucketProps{
				RemovalPolicy: awscdk.RemovalPolicy_DESTROY, AutoDeleteObjects: jsii.Bool(true), Versioned: jsii.Bool(true), EnforceSSL: jsii.Bool(true),
				MinimumTLSVersion: jsii.Number(1.2), BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
			})
			return &storage.ExistingBucketProps{Bucket: emptied, Class: storage.Logs}
		}, "objects that outlive its stack, a life cycle", false},
		{"one that this app does not make", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			return &storage.ExistingBucketProps{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Old"), jsii.String("old-data"))}
		}, "it is not made in this app, which so can't see what it lacks", false},
		{"one whose name the deployment decides", func(stack awscdk.Stack) *storage.ExistingBucketProps {
			return &storage.ExistingBucketProps{Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Old"), awscdk.Fn_ImportValue(jsii.String("name")))}
		}, "it is not made in this app, which so can't see what it lacks", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			var lacks []storage.Lack
			err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
				stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
				props := test.make(stack)
				b := storage.NewExistingBucket(stack, "Existing", props)
				lacks = b.Lacks
				var got []string
				for _, lack := range lacks {
					got = append(got, lack.What)
				}
				if all := strings.Join(got, ", "); all != test.want {
					t.Errorf("got  %s\nwant %s", all, test.want)
				}
				if (b.KeyARN != "") != test.key || (b.Key != nil) != test.key || b.Name == "" || b.ARN != *props.Bucket.BucketArn() || b.Class != props.Class {
					t.Errorf("got %+v", b)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			notes, err := os.ReadFile(filepath.Join(dir, "Stack.metadata.json"))
			said := err == nil && strings.Contains(string(notes), "Of what Plinth gives its own buckets, this one lacks:")
			if said != (test.want != "") {
				t.Errorf("said in a note: %t (%v)", said, err)
			}
			for _, lack := range lacks {
				if strings.Contains(lack.Fix, "${Token") {
					t.Errorf("a token in %q", lack)
				}
				if !strings.Contains(string(notes), " - "+lack.String()) {
					t.Errorf("the note lacks %q", lack)
				}
			}
		})
	}
}

// An existing bucket is changed by nothing that is done with it.
func TestAnExistingBucketStaysAsItIs(t *testing.T) {
	bucket := func(stack awscdk.Stack) awss3.Bucket {
		return whole(stack, awskms.NewKey(stack, jsii.String("Key"), nil))
	}
	before := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) { bucket(stack) })
	after := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
		b := storage.NewExistingBucket(stack, "Existing", &storage.ExistingBucketProps{Bucket: bucket(stack)})
		storage.PolicyDocument(b.Prefix("train/").GrantReadWrite())
		if err := (&storage.LustreProps{Network: &network.Isolated{SubnetIDs: []string{"subnet-1"}}, Data: b.Prefix("")}).Validate(); err != nil {
			t.Errorf("Lustre refuses it, of which its own policies decide: %v", err)
		}
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Key: b.Key})
	})
	for id, r := range before.Resources {
		if r.Type == "AWS::CDK::Metadata" {
			continue
		}
		if was, is := text(t, r), text(t, after.Resources[id]); was != is {
			t.Errorf("%s was\n%s\nand is\n%s", id, was, is)
		}
	}
}

// What is no general purpose bucket is an error: its name would be that of somebody else's bucket, or of none.
func TestAnExistingBucketIsABucket(t *testing.T) {
	byName := func(name string) *awss3.BucketAttributes { return &awss3.BucketAttributes{BucketName: &name} }
	byARN := func(arn string) *awss3.BucketAttributes { return &awss3.BucketAttributes{BucketArn: &arn} }
	for _, test := range []struct {
		region string
		given  *awss3.BucketAttributes
		want   string // in the error; empty: none
	}{
		{"eu-west-1", byName("data.corp-1"), ""},
		{"eu-west-1", byARN("arn:aws:s3:::data"), ""},
		{"eu-west-1", byARN("arn:" + *awscdk.Aws_PARTITION() + ":s3:::data"), ""},
		{"eu-west-1", byARN(*awscdk.Fn_ImportValue(jsii.String("Bucket"))), ""},
		{"eu-west-1", byARN("arn:aws:s3:::" + *awscdk.Fn_ImportValue(jsii.String("Name"))), ""},
		{"eu-west-1", byName(*awscdk.Fn_ImportValue(jsii.String("Name"))), ""},
		{"eu-west-1", &awss3.BucketAttributes{BucketName: jsii.String("data"), BucketArn: jsii.String("arn:aws:s3:::data")}, ""},
		{"us-east-1", byName("Data_Bucket"), ""},
		{"", byName("Data_Bucket"), ""},

		{"eu-west-1", byName("Data_Bucket"), `Bucket: got "Data_Bucket"; allowed: a bucket, arn:PARTITION:s3:::NAME`},
		{"eu-west-1", byName("data--euw1-az1--x-s3"), `Bucket: got "data--euw1-az1--x-s3"`},
		{"us-east-1", byName("data--use1-az1--x-s3"), `Bucket: got "data--use1-az1--x-s3"`},
		{"eu-west-1", byName("ap-x7mh2h8m1q4u5n0y8exa-s3alias"), `Bucket: got "ap-x7mh2h8m1q4u5n0y8exa-s3alias"`},
		{"eu-west-1", byARN("arn:aws:s3:eu-west-1:111122223333:accesspoint/ap"), `Bucket: got "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap"`},
		{"eu-west-1", byARN("arn:aws:s3express:eu-west-1:111122223333:bucket/data--euw1-az1--x-s3"), `Bucket: got "arn:aws:s3express`},
		{"eu-west-1", byARN("arn:aws:s3:::data/train"), `Bucket: got "arn:aws:s3:::data/train"`},
		{"eu-west-1", byARN("arn:aws:s3:::data/" + *awscdk.Fn_ImportValue(jsii.String("Name"))), `Bucket: got "arn:aws:s3:::data/`},
		{"eu-west-1", &awss3.BucketAttributes{BucketName: jsii.String("one"), BucketArn: jsii.String("arn:aws:s3:::other")},
			`Bucket: got one named one with the ARN of other; allowed: one bucket`},
	} {
		err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
			props := &awscdk.StackProps{}
			if test.region != "" {
				props.Env = &awscdk.Environment{Account: jsii.String("111122223333"), Region: &test.region}
			}
			stack := awscdk.NewStack(app, jsii.String("Stack"), props)
			storage.NewExistingBucket(stack, "Existing", &storage.ExistingBucketProps{Bucket: awss3.Bucket_FromBucketAttributes(stack, jsii.String("Old"), test.given)})
		})
		if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}

// Another key than the one that the bucket encrypts by is an error, where the app knows both.
func TestTheKeyOfAnExistingBucketIsItsOwn(t *testing.T) {
	arn := func(id string) *string { return jsii.String("arn:aws:kms:us-east-1:111122223333:key/" + id) }
	for name, test := range map[string]struct {
		own, given func(stack awscdk.Stack) awskms.IKey
		want       string
	}{
		"two of the app": {
			func(s awscdk.Stack) awskms.IKey { return awskms.NewKey(s, jsii.String("Own"), nil) },
			func(s awscdk.Stack) awskms.IKey { return awskms.NewKey(s, jsii.String("Other"), nil) },
			`Key: got Stack/Other/Resource; allowed: the key that the bucket encrypts by, Stack/Own/Resource`,
		},
		"two imported": {
			func(s awscdk.Stack) awskms.IKey { return awskms.Key_FromKeyArn(s, jsii.String("Own"), arn("1")) },
			func(s awscdk.Stack) awskms.IKey { return awskms.Key_FromKeyArn(s, jsii.String("Other"), arn("2")) },
			`Key: got arn:aws:kms:us-east-1:111122223333:key/2; allowed: the key that the bucket encrypts by, arn:aws:kms:us-east-1:111122223333:key/1`,
		},
		"one of each, which may be the same": {
			func(s awscdk.Stack) awskms.IKey { return awskms.NewKey(s, jsii.String("Own"), nil) },
			func(s awscdk.Stack) awskms.IKey { return awskms.Key_FromKeyArn(s, jsii.String("Other"), arn("2")) }, "",
		},
		"the same, twice": {
			func(s awscdk.Stack) awskms.IKey { return awskms.Key_FromKeyArn(s, jsii.String("Own"), arn("1")) },
			func(s awscdk.Stack) awskms.IKey { return awskms.Key_FromKeyArn(s, jsii.String("Other"), arn("1")) }, "",
		},
	} {
		err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")}})
			bucket := awss3.Bucket_FromBucketAttributes(stack, jsii.String("Old"), &awss3.BucketAttributes{BucketName: jsii.String("old"), EncryptionKey: test.own(stack)})
			storage.NewExistingBucket(stack, "Existing", &storage.ExistingBucketProps{Bucket: bucket, Key: test.given(stack)})
		})
		if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// What is imported as a bucket is one, and one only.
func TestAnExistingBucketIsOneBucket(t *testing.T) {
	for name, test := range map[string]struct {
		bucket func(s awscdk.Stack) awss3.IBucket
		want   string
	}{
		"by its name": {func(s awscdk.Stack) awss3.IBucket {
			return awss3.Bucket_FromBucketName(s, jsii.String("B"), jsii.String("old"))
		}, ""},
		"by its ARN": {func(s awscdk.Stack) awss3.IBucket {
			return awss3.Bucket_FromBucketArn(s, jsii.String("B"), jsii.String("arn:aws:s3:::old"))
		}, ""},
		"by a token": {func(s awscdk.Stack) awss3.IBucket {
			return awss3.Bucket_FromBucketName(s, jsii.String("B"), awscdk.NewCfnParameter(s, jsii.String("P"), nil).ValueAsString())
		}, ""},
		"of the app": {func(s awscdk.Stack) awss3.IBucket { return awss3.NewBucket(s, jsii.String("B"), nil) }, ""},
		"two": {func(s awscdk.Stack) awss3.IBucket {
			return awss3.Bucket_FromBucketAttributes(s, jsii.String("B"), &awss3.BucketAttributes{BucketName: jsii.String("one"), BucketArn: jsii.String("arn:aws:s3:::other")})
		}, "Bucket: got one named one with the ARN of other; allowed: one bucket"},
		"an access point": {func(s awscdk.Stack) awss3.IBucket {
			return awss3.Bucket_FromBucketArn(s, jsii.String("B"), jsii.String("arn:aws:s3:us-east-1:111122223333:accesspoint/ap"))
		}, `Bucket: got "arn:aws:s3:us-east-1:111122223333:accesspoint/ap"; allowed: a bucket, arn:PARTITION:s3:::NAME`},
	} {
		err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
			storage.NewExistingBucket(stack, "Existing", &storage.ExistingBucketProps{Bucket: test.bucket(stack)})
		})
		if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// Events are switched on in a bucket of the app, and nothing is changed of an imported one.
func TestEventsOfExistingBuckets(t *testing.T) {
	for name, test := range map[string]struct {
		bucket   func(stack awscdk.Stack) awss3.IBucket
		events   bool
		switched bool
	}{
		"of the app":                 {func(s awscdk.Stack) awss3.IBucket { return awss3.NewBucket(s, jsii.String("B"), nil) }, true, true},
		"of the app, and not wanted": {func(s awscdk.Stack) awss3.IBucket { return awss3.NewBucket(s, jsii.String("B"), nil) }, false, false},
		"of the app, and on already": {func(s awscdk.Stack) awss3.IBucket {
			return awss3.NewBucket(s, jsii.String("B"), &awss3.BucketProps{EventBridgeEnabled: jsii.Bool(true)})
		}, true, true},
		"imported": {func(s awscdk.Stack) awss3.IBucket {
			return awss3.Bucket_FromBucketName(s, jsii.String("B"), jsii.String("old"))
		}, true, false},
	} {
		template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
			b := storage.NewExistingBucket(stack, "Existing", &storage.ExistingBucketProps{Bucket: test.bucket(stack), Events: test.events})
			if b.Events != test.events {
				t.Errorf("%s: Events is %t", name, b.Events)
			}
		})
		notified := template.OfType("Custom::S3BucketNotifications")
		if (len(notified) == 1) != test.switched || len(notified) > 1 {
			t.Errorf("%s: %d resources set events", name, len(notified))
		}
		for _, id := range notified {
			if got := text(t, template.Resources[id]); !strings.Contains(got, `"EventBridgeConfiguration":{}`) {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}

// A key that is given wins over the one that the app knows.
func TestTheKeyOfAnExistingBucket(t *testing.T) {
	synthtest.Template(t, "", func(stack awscdk.Stack) {
		given := awskms.Key_FromKeyArn(stack, jsii.String("Given"), jsii.String("arn:aws:kms:us-east-1:111122223333:key/given"))
		b := storage.NewExistingBucket(stack, "Existing", &storage.ExistingBucketProps{
			Bucket: whole(stack, awskms.NewKey(stack, jsii.String("Key"), nil)), Key: given,
		})
		if b.KeyARN != "arn:aws:kms:us-east-1:111122223333:key/given" || b.Key != given {
			t.Errorf("key %s", b.KeyARN)
		}
	})
}

// A bucket that is encrypted by an alias needs the key besides: of which nothing says that it is another one.
func TestABucketWithAnAlias(t *testing.T) {
	bucket := func(stack awscdk.Stack) (awss3.IBucket, awskms.IKey) {
		key := awskms.NewKey(stack, jsii.String("Key"), nil)
		return awss3.NewBucket(stack, jsii.String("Own"), &awss3.BucketProps{
			Encryption: awss3.BucketEncryption_KMS, EncryptionKey: key.AddAlias(jsii.String("data")),
		}), key
	}
	synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		of, key := bucket(stack)
		if made := storage.NewExistingBucket(stack, "Data", &storage.ExistingBucketProps{Bucket: of, Key: key}); made.KeyARN != *key.KeyArn() {
			t.Errorf("roles are allowed %s", made.KeyARN)
		}
	})
	err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
		of, _ := bucket(stack)
		storage.NewExistingBucket(stack, "Data", &storage.ExistingBucketProps{Bucket: of})
	})
	if want := "Bucket.EncryptionKey: got an alias of a key; allowed: the key itself"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
