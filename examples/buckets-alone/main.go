// Command buckets-alone adds data buckets to a stack that has a VPC, a key, a bucket and a role of its own already, and
// takes nothing else of Plinth.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func main() { synth.Main(build) }

func build(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Team"), nil)

	// What the team has.
	vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		RestrictDefaultSecurityGroup: jsii.Bool(false), NatGateways: jsii.Number(0),
	})
	s3 := vpc.AddGatewayEndpoint(jsii.String("S3"), &awsec2.GatewayVpcEndpointOptions{Service: awsec2.GatewayVpcEndpointAwsService_S3()})
	role := awsiam.NewRole(stack, jsii.String("Reader"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("ec2.amazonaws.com"), nil),
	})
	old := awss3.NewBucket(stack, jsii.String("Old"), &awss3.BucketProps{
		Encryption: awss3.BucketEncryption_KMS,
		EncryptionKey: awskms.NewKey(stack, jsii.String("OldKey"), &awskms.KeyProps{
			EnableKeyRotation: jsii.Bool(true),
		}),
	})

	// What Plinth adds: a bucket whose objects are reached through the VPC only, and its grants.
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Endpoints: []string{*s3.VpcEndpointId()}})
	models := storage.NewDataBucket(stack, "Models", &storage.DataBucketProps{
		Class: storage.Models, AccessLogs: data.AccessLogs, Key: data.Key, Endpoints: []string{*s3.VpcEndpointId()},
	})
	// The old bucket is used as it is; "cdk synth" notes what it lacks.
	existing := storage.NewExistingBucket(stack, "OldData", &storage.ExistingBucketProps{Bucket: old})

	awsiam.NewPolicy(stack, jsii.String("Access"), &awsiam.PolicyProps{
		Roles: &[]awsiam.IRole{role},
		Document: awsiam.PolicyDocument_FromJson(storage.PolicyDocument(
			data.Prefix("churn/").GrantRead(), existing.Prefix("churn/").GrantRead(), models.Prefix("churn/").GrantWrite(),
		)),
	})
}
