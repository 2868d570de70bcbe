// Command complete-storage is every kind of data bucket with every option: a perimeter, locks, a replica in another region
// and account, backups, sharing, inventories, events, and file systems that show a bucket to training jobs.
//
// Deployed in us-east-1 it costs about 190 USD a month before anything is stored, most of it for Lustre. Take what you
// need.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
)

const (
	account       = "111122223333"
	backupAccount = "444455556666"
	partner       = "777788889999"
	// partnersEndpoint is the S3 endpoint of the partner's own network.
	partnersEndpoint = "vpce-0a1b2c3d4e5f60718"

	region      = "us-east-1"
	otherRegion = "us-west-2"
)

var prod = environment.Environment{
	Name: "prod", Account: account, AddressRange: "10.30.0.0/18",
	Administrators: []string{
		"arn:aws:iam::111122223333:role/BreakGlass",
		"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_DataAdmin_*",
	},
}

func main() { synth.Main(build) }

func build(app awscdk.App) {
	replica(app)
	stack := newStack(app, "Storage", account, region)
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: prod})
	endpoints := []string{net.S3Endpoint}
	logs := storage.NewDataBucket(stack, "AccessLogs", &storage.DataBucketProps{
		Environment: prod, Class: storage.Logs, Endpoints: endpoints,
	})

	datasets := &storage.DataBucketProps{
		Environment: prod, AccessLogs: logs, Endpoints: []string{net.S3Endpoint, partnersEndpoint},
		OutsideRoles: []string{"arn:aws:iam::111122223333:role/Uploader"},
		Lock:         storage.Lock{Mode: storage.Governance, Days: 30},
		// The names come from the outputs of the stack over there.
		ReplicateTo: storage.Replica{
			Bucket: "arn:aws:s3:::replica-datasets", Key: "arn:aws:kms:us-west-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
			Region: otherRegion, Account: backupAccount,
		},
		Backup:    storage.NewBackup(stack, "Backup", &storage.BackupProps{Environment: prod, Days: 14}),
		Shares:    []storage.Share{{Account: partner, Path: "public/"}},
		Inventory: storage.Weekly,
		Events:    true,
	}
	storage.NewDataBucket(stack, "Datasets", datasets)
	steps, _ := datasets.Steps(region)
	fmt.Fprintln(os.Stderr, "1 TB of Datasets that nobody reads, a month:")
	for _, step := range steps {
		fmt.Fprintln(os.Stderr, " ", step)
	}

	// Two buckets share a key, and Lustre reads one of them.
	key := storage.NewKey(stack, "Key", &storage.KeyProps{Environment: prod, LinkedToLustre: true})
	images := storage.NewDataBucket(stack, "Images", &storage.DataBucketProps{
		Environment: prod, AccessLogs: logs, Endpoints: endpoints, Key: key.Key, LinkedToLustre: true,
	})
	storage.NewDataBucket(stack, "Features", &storage.DataBucketProps{
		Environment: prod, Class: storage.Features, AccessLogs: logs, Endpoints: endpoints, Key: key.Key,
	})
	models := storage.NewDataBucket(stack, "Models", &storage.DataBucketProps{
		Environment: prod, Class: storage.Models, AccessLogs: logs, Endpoints: endpoints, Key: key.Key,
	})

	// A job reads the images as files, and labels that people put beside them; nothing is copied.
	fast := storage.NewLustre(stack, "FastImages", &storage.LustreProps{Environment: prod, Network: net, Data: images.Prefix("train/")})
	labels := storage.NewEFS(stack, "Labels", &storage.EFSProps{Environment: prod, Network: net})
	training.NewWorkflow(stack, "Classify", &training.WorkflowProps{Environment: prod, Network: net, Job: training.Job{
		Image: training.XGBoost("3.2-0"),
		Inputs: []training.Input{
			{Channel: "train", Mount: fast.Directory("/")},
			{Channel: "labels", Mount: labels.Directory("/classify")},
		},
		Output:       models.Prefix("classify/"),
		InstanceType: "ml.g5.xlarge",
	}})

	storage.NewDataBucket(stack, "Checkpoints", &storage.DataBucketProps{
		Environment: prod, Class: storage.Checkpoints, AccessLogs: logs, Endpoints: endpoints,
		LifeCycle: storage.LifeCycle{ExpiryDays: 3},
	})
	// What an existing bucket lacks is said in the notes of the synthesis.
	storage.NewExistingBucket(stack, "Old", &storage.ExistingBucketProps{
		Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("OldBucket"), jsii.String("old-data")),
	})
}

// replica is where copies go: another account and region, so that neither a person nor a fault takes both.
func replica(app awscdk.App) {
	elsewhere := prod
	elsewhere.Account, elsewhere.Administrators = backupAccount, nil
	stack := newStack(app, "Replica", backupAccount, otherRegion)
	bucket := storage.NewDataBucket(stack, "Datasets", &storage.DataBucketProps{
		Environment: elsewhere, Endpoints: []string{"vpce-0123456789abcdef0"}, ReplicatedFrom: []string{account},
		Lock: storage.Lock{Mode: storage.Compliance, Days: 7},
	})
	awscdk.NewCfnOutput(stack, jsii.String("Bucket"), &awscdk.CfnOutputProps{Value: &bucket.ARN})
	awscdk.NewCfnOutput(stack, jsii.String("Key"), &awscdk.CfnOutputProps{Value: &bucket.KeyARN})
}

func newStack(app awscdk.App, id, account, region string) awscdk.Stack {
	return awscdk.NewStack(app, &id, &awscdk.StackProps{Env: &awscdk.Environment{Account: &account, Region: &region}})
}
