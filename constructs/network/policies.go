package network

import (
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

// endpointPolicy is the policy of the endpoint of a service: the account's own principals, on the account's own
// resources and the named ones of AWS, for the actions that training needs.
func endpointPolicy(service string, at location.Location, xgboostAccount string) map[string]any {
	switch service {
	case "s3":
		return s3Policy(at)
	default:
		return ecrPolicy(at, xgboostAccount)
	}
}

func s3Policy(at location.Location) map[string]any {
	bucket := "arn:" + at.Partition + ":s3:::"
	own := policy.Conditions{"StringEquals": {"aws:PrincipalAccount": at.Account, "aws:ResourceAccount": at.Account}}
	return policy.Document(
		policy.Statement{
			Sid: "OwnObjects", Effect: policy.Allow, Principal: policy.AnyPrincipal,
			Actions: []string{"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload",
				"s3:ListMultipartUploadParts"},
			Resources:  []string{bucket + "*/*"},
			Why:        "any object, held to the account's own buckets by the condition",
			Conditions: own,
		},
		policy.Statement{
			Sid: "OwnBuckets", Effect: policy.Allow, Principal: policy.AnyPrincipal,
			Actions:    []string{"s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"},
			Resources:  []string{bucket + "*"},
			Why:        "any bucket, held to the account's own by the condition",
			Conditions: own,
		},
		// ECR hands out the layers of every image as URLs that an account of AWS has signed, so that the caller is not of
		// this account and no condition on the principal can hold: the statement is held by its resource, one bucket of AWS
		// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
		policy.Statement{
			Sid: "ImageLayers", Effect: policy.Allow, Principal: policy.AnyPrincipal,
			Actions:   []string{"s3:GetObject"},
			Resources: []string{bucket + "prod-" + at.Region + "-starport-layer-bucket/*"},
			Why:       "the layers of an image are known only when it is pulled",
		},
	)
}

func ecrPolicy(at location.Location, xgboostAccount string) map[string]any {
	own := policy.Conditions{"StringEquals": {"aws:PrincipalAccount": at.Account}}
	repositories := []string{at.ARN("ecr", "repository/*")} // the account's own
	if xgboostAccount != "" {
		aws := location.Location{Partition: at.Partition, Region: at.Region, Account: xgboostAccount}
		repositories = append(repositories, aws.ARN("ecr", "repository/sagemaker-xgboost"))
	}
	return policy.Document(
		policy.Statement{
			Sid: "LogIn", Effect: policy.Allow, Principal: policy.AnyPrincipal,
			Actions:    []string{"ecr:GetAuthorizationToken"},
			Resources:  []string{"*"},
			Why:        "the action knows no resource",
			Conditions: own,
		},
		policy.Statement{
			Sid: "Pull", Effect: policy.Allow, Principal: policy.AnyPrincipal,
			Actions:    []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"},
			Resources:  repositories,
			Why:        "the account's own repositories, whichever a job is given",
			Conditions: own,
		},
	)
}

// flowLogsRole is the role by which flow logs are written to their log group
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html).
func flowLogsRole(at location.Location, logGroupARN string) cdk.Role {
	return cdk.Role{
		Description: "VPC flow logs write to their log group",
		Service:     "vpc-flow-logs.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("ec2", "vpc-flow-log/*")},
		},
		Statements: []policy.Statement{{
			Sid: "Write", Effect: policy.Allow,
			Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
			Resources: []string{logGroupARN},
			Why:       "the streams of the one log group",
		}, {
			Sid: "Find", Effect: policy.Allow,
			Actions:   []string{"logs:DescribeLogGroups"},
			Resources: []string{"*"},
			Why:       "flow logs list the log groups before they write; the action knows no narrower resource",
		}},
	}
}
