package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// NewBucketPolicy makes the policy of a bucket. It is the CDK's own class, so that what is added to it later gets
// there.
func NewBucketPolicy(
	scope constructs.Construct, id string, bucket awss3.IBucket, document awsiam.PolicyDocument, retain bool,
) awss3.BucketPolicy {
	made := awss3.NewBucketPolicy(scope, &id, &awss3.BucketPolicyProps{
		Bucket: bucket, Document: document, RemovalPolicy: RemovalPolicy(retain),
	})
	asEmitted(made, scope, id)
	bucket.SetPolicy(made)
	return made
}
