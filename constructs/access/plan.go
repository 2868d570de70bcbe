package access

import (
	"slices"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
)

// objects is a prefix of a bucket as a policy names it.
type objects struct {
	bucketARN, path string
	keyARN          string // empty without a KMS key
}

// grants is everything that one training job is given.
type grants struct {
	reads, writes []objects
	repositories  []string // ARNs
	subnets       []string // ids
	securityGroup string   // id
}

// trainingRole is what SageMaker needs to run one training job in a VPC
// (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms).
func trainingRole(at location.Location, g grants) role.Role {
	statements := slices.Concat(
		data(at, g),
		images(g.repositories),
		reports(at),
		networkInterfaces(at, g),
	)
	return role.Role{
		Description: "Execution role of training jobs",
		Service:     "sagemaker.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": at.Account},
			"ArnLike":      {"aws:SourceArn": at.ARN("sagemaker", "*")},
		},
		Statements: statements,
	}
}

// data lets the job read its inputs and write its outputs, and use their keys.
func data(at location.Location, g grants) []policy.Statement {
	s := lists(g.reads)
	if len(g.reads) > 0 {
		s = append(s, policy.Statement{Effect: policy.Allow, Actions: []string{"s3:GetObject"}, Resources: objectARNs(g.reads),
			Why: "every object below the prefixes that the job reads"})
	}
	if len(g.writes) > 0 {
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"s3:PutObject", "s3:AbortMultipartUpload"}, Resources: objectARNs(g.writes),
			Why: "every object below the prefixes that the job writes",
		})
	}
	s3 := policy.Conditions{"StringEquals": {"kms:ViaService": "s3." + at.Region + ".amazonaws.com"}}
	if keys := keysOf(g.reads); len(keys) > 0 {
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"kms:Decrypt"}, Resources: keys, Conditions: s3,
		})
	}
	if keys := keysOf(g.writes); len(keys) > 0 {
		s = append(s, policy.Statement{
			// An upload in parts decrypts what it has written so far.
			Effect: policy.Allow, Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"}, Resources: keys, Conditions: s3,
		}, policy.Statement{
			// SageMaker encrypts the volume of the instances through a grant.
			Effect: policy.Allow, Actions: []string{"kms:CreateGrant"}, Resources: keys,
			Conditions: policy.Conditions{"Bool": {"kms:GrantIsForAWSResource": "true"}},
		}, policy.Statement{
			Effect: policy.Allow, Actions: []string{"kms:DescribeKey"}, Resources: keys,
		})
	}
	return s
}

// lists let the job see the keys below its prefixes and no others: one statement a bucket.
func lists(reads []objects) []policy.Statement {
	var s []policy.Statement
	var buckets []string
	for _, o := range reads {
		if slices.Contains(buckets, o.bucketARN) {
			continue
		}
		buckets = append(buckets, o.bucketARN)
		var prefixes []string
		for _, other := range reads {
			if other.bucketARN == o.bucketARN {
				prefixes = append(prefixes, other.path+"*")
			}
		}
		s = append(s, policy.Statement{
			Effect: policy.Allow, Actions: []string{"s3:ListBucket"}, Resources: []string{o.bucketARN},
			Conditions: policy.Conditions{"StringLike": {"s3:prefix": prefixes}},
		})
	}
	return s
}

func objectARNs(all []objects) []string {
	arns := make([]string, len(all))
	for i, o := range all {
		arns[i] = o.bucketARN + "/" + o.path + "*"
	}
	return arns
}

func keysOf(all []objects) []string {
	var keys []string
	for _, o := range all {
		if o.keyARN != "" && !slices.Contains(keys, o.keyARN) {
			keys = append(keys, o.keyARN)
		}
	}
	return keys
}

// images lets the job's image be pulled.
func images(repositories []string) []policy.Statement {
	if len(repositories) == 0 {
		return nil
	}
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"ecr:GetAuthorizationToken"},
		Resources: []string{"*"}, Why: "logging in to ECR knows no resource",
	}, {
		Effect:    policy.Allow,
		Actions:   []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"},
		Resources: repositories,
	}}
}

// reports lets the job write its logs and metrics.
func reports(at location.Location) []policy.Statement {
	return []policy.Statement{{
		Effect:    policy.Allow,
		Actions:   []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
		Resources: []string{at.ARN("logs", "log-group:/aws/sagemaker/TrainingJobs"), at.ARN("logs", "log-group:/aws/sagemaker/TrainingJobs:*")},
		Why:       "the streams of the log group that SageMaker names and all training jobs share",
	}, {
		Effect: policy.Allow, Actions: []string{"cloudwatch:PutMetricData"},
		Resources:  []string{"*"},
		Why:        "sending metrics knows no resource, and the condition holds it to SageMaker's namespaces",
		Conditions: policy.Conditions{"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
	}}
}

// networkInterfaces lets SageMaker put the job into its subnets and group, and no others.
func networkInterfaces(at location.Location, g grants) []policy.Statement {
	var subnets []string
	for _, id := range g.subnets {
		subnets = append(subnets, at.ARN("ec2", "subnet/"+id))
	}
	interfaces := at.ARN("ec2", "network-interface/*")
	const why = "the ids of network interfaces are known only when they are made; the condition holds them to the job's subnets"
	inSubnets := func() policy.Conditions { return policy.Conditions{"ArnEquals": {"ec2:Subnet": subnets}} }
	permission := inSubnets()
	permission["StringEquals"] = map[string]any{"ec2:AuthorizedService": "sagemaker.amazonaws.com"}
	return []policy.Statement{{
		// The interface that is made knows no condition on its subnet; the subnet itself is a resource of the call.
		Effect: policy.Allow, Actions: []string{"ec2:CreateNetworkInterface"},
		Resources: append(slices.Clone(subnets), at.ARN("ec2", "security-group/"+g.securityGroup), interfaces),
		Why:       "the ids of network interfaces are known only when they are made; this one only in the job's subnets and group",
	}, {
		Effect: policy.Allow, Actions: []string{"ec2:DeleteNetworkInterface"},
		Resources: []string{interfaces}, Conditions: inSubnets(), Why: why,
	}, {
		Effect: policy.Allow, Actions: []string{"ec2:CreateNetworkInterfacePermission"},
		Resources: []string{interfaces}, Conditions: permission, Why: why,
	}, {
		Effect: policy.Allow, Actions: []string{"ec2:DeleteNetworkInterfacePermission"},
		Resources: []string{interfaces}, Conditions: inSubnets(), Why: why,
	}, {
		Effect: policy.Allow,
		Actions: []string{"ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcs", "ec2:DescribeDhcpOptions", "ec2:DescribeSubnets",
			"ec2:DescribeSecurityGroups"},
		Resources: []string{"*"}, Why: "describing in EC2 knows no resource",
	}}
}
