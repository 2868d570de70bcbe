package storage_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// Two buckets that share one bucket of access logs.
func ExampleNewDataBucket() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		logs := storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Class: storage.Logs})
		datasets := storage.NewDataBucket(stack, "Datasets", &storage.DataBucketProps{AccessLogs: logs})
		models := storage.NewDataBucket(stack, "Models", &storage.DataBucketProps{Class: storage.Models, AccessLogs: logs})
		fmt.Println(datasets.Class, datasets.Prefix("churn/train/").Path)
		fmt.Println(models.Class, models.Prefix("churn/").Path)
	})
	fmt.Println(err)
	// Output:
	// Datasets churn/train/
	// Models churn/
	// <nil>
}
