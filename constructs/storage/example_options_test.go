package storage_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func inStack(build func(stack awscdk.Stack)) {
	fmt.Println(synth.App(nil, func(app awscdk.App) { build(awscdk.NewStack(app, jsii.String("Stack"), nil)) }))
}

// One key for two buckets, instead of one each.
func ExampleNewKey() {
	inStack(func(stack awscdk.Stack) {
		key := storage.NewKey(stack, "Key", nil)
		data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Key: key.Key})
		storage.NewDataBucket(stack, "Models", &storage.DataBucketProps{Class: storage.Models, Key: key.Key, AccessLogs: data.AccessLogs})
	})
	// Output: <nil>
}

// A bucket that can be restored to any second of the last 14 days.
func ExampleNewBackup() {
	inStack(func(stack awscdk.Stack) {
		backup := storage.NewBackup(stack, "Backup", &storage.BackupProps{Days: 14})
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Backup: backup})
	})
	// Output: <nil>
}

// What stands already is used as it is, and what it lacks is said.
func ExampleNewExistingBucket() {
	inStack(func(stack awscdk.Stack) {
		old := awss3.NewBucket(stack, jsii.String("Old"), &awss3.BucketProps{EnforceSSL: jsii.Bool(true), Versioned: jsii.Bool(true)})
		data := storage.NewExistingBucket(stack, "Data", &storage.ExistingBucketProps{Bucket: old})
		fmt.Println(data.Lacks[0])
	})
	// Output:
	// encryption by a KMS key: set Encryption to KMS; what is stored already keeps the encryption that it has
	// <nil>
}

// A training job reads the directory in place of copying the objects.
func ExampleNewLustre() {
	inStack(func(stack awscdk.Stack) {
		images := storage.NewDataBucket(stack, "Images", &storage.DataBucketProps{LinkedToLustre: true})
		fast := storage.NewLustre(stack, "Fast", &storage.LustreProps{Network: network.NewIsolated(stack, "Network", nil), Data: images.Prefix("train/")})
		fmt.Println(fast.Directory("/cats").Path)
	})
	// Output:
	// /cats
	// <nil>
}

func ExampleNewEFS() {
	inStack(func(stack awscdk.Stack) {
		labels := storage.NewEFS(stack, "Labels", &storage.EFSProps{Network: network.NewIsolated(stack, "Network", nil)})
		fmt.Println(labels.Type)
	})
	// Output:
	// EFS
	// <nil>
}
