package storage_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// Two buckets that share one bucket of access logs, and a role that reads a part of one and writes to the other.
func ExampleNewDataBucket() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		logs := storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Class: storage.Logs})
		datasets := storage.NewDataBucket(stack, "Datasets", &storage.DataBucketProps{AccessLogs: logs})
		models := storage.NewDataBucket(stack, "Models", &storage.DataBucketProps{Class: storage.Models, AccessLogs: logs})

		role := awsiam.NewRole(stack, jsii.String("Trainer"), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(jsii.String("sagemaker.amazonaws.com"), nil),
		})
		awsiam.NewPolicy(stack, jsii.String("Data"), &awsiam.PolicyProps{
			Roles: &[]awsiam.IRole{role},
			Document: awsiam.PolicyDocument_FromJson(storage.PolicyDocument(
				datasets.Prefix("churn/train/").GrantRead(),
				models.Prefix("churn/").GrantReadWrite(),
			)),
		})
		fmt.Println(datasets.Class, datasets.Prefix("churn/train/").Path)
		fmt.Println(models.Class, models.Prefix("churn/").Path)
	})
	fmt.Println(err)
	// Output:
	// Datasets churn/train/
	// Models churn/
	// <nil>
}

// Names of buckets are tokens until they are deployed; of one that stands already they are known.
func ExamplePolicyDocument() {
	data := &storage.DataBucket{ARN: "arn:aws:s3:::data", Region: "us-east-1", KeyARN: "arn:aws:kms:us-east-1:111122223333:key/1234abcd"}
	document := storage.PolicyDocument(data.Prefix("churn/train/").GrantRead(), data.Prefix("churn/labels/").GrantRead())
	for _, statement := range document["Statement"].([]any) {
		s := statement.(map[string]any)
		fmt.Println(s["Effect"], s["Action"], s["Resource"])
	}
	// Output:
	// Allow s3:ListBucket arn:aws:s3:::data
	// Allow s3:GetObject [arn:aws:s3:::data/churn/train/* arn:aws:s3:::data/churn/labels/*]
	// Allow kms:Decrypt arn:aws:kms:us-east-1:111122223333:key/1234abcd
}

// What 1 TB costs a month as it grows old and nobody reads it.
func ExampleDataBucketProps_Steps() {
	props := &storage.DataBucketProps{LifeCycle: storage.LifeCycle{ExpiryDays: 365}}
	steps, known := props.Steps("us-east-1")
	for _, step := range steps {
		fmt.Println(step)
	}
	fmt.Println(known)
	// Output:
	// from day 0: Standard, 23.55 USD
	// from day 1: Intelligent-Tiering, frequent access, 23.55 USD
	// from day 31: Intelligent-Tiering, infrequent access, 12.80 USD
	// from day 91: Intelligent-Tiering, archive instant access, 4.10 USD
	// from day 365: gone, 0.00 USD
	// true
}
