package network

import "slices"

// need is what a capability asks of one service: requests that its endpoint lets through.
type need struct {
	service string
	// sid names the statement; needs of the same service and sid are one statement.
	sid     string
	actions []string
	// resources are those of the account, as "service:resource"; nil: "*", for actions that know no resource.
	resources []string
	// foreign is for resources that AWS keeps in accounts of its own: the policy then holds the caller and the name only.
	foreign bool
	// byHand tells that a user says what it is: its actions may know resources that it does not name.
	byHand bool
}

// packagesSid names the statement of what is read from CodeArtifact.
const packagesSid = "Packages"

// What several capabilities ask for.
var (
	pullActions = []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}

	objects = []need{
		{service: "s3", sid: "Objects", actions: []string{"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"}, resources: []string{"s3:*/*"}},
		{service: "s3", sid: "Buckets", actions: []string{"s3:ListBucket"}, resources: []string{"s3:*"}},
	}
	pull = slices.Concat(
		onEach([]string{"ecr.api", "ecr.dkr"}, "LogIn", []string{"ecr:GetAuthorizationToken"}),
		onEach([]string{"ecr.api", "ecr.dkr"}, "Pull", pullActions, "ecr:repository/*"),
	)
	identity = []need{
		{service: "sts", sid: "WhoAmI", actions: []string{"sts:GetCallerIdentity"}},
		{service: "sts", sid: "Roles", actions: []string{"sts:AssumeRole"}, resources: []string{"iam:role/*"}},
	}
	writeLogs = []need{{service: "logs", sid: "Write", actions: []string{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents",
		"logs:DescribeLogStreams"}, resources: []string{"logs:log-group:*"}}}
	remote = []need{
		{service: "ssm", sid: "Register", actions: []string{"ssm:UpdateInstanceInformation"}},
		{service: "ssmmessages", sid: "Channels", actions: []string{"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
			"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"}},
	}
	machines = slices.Concat(objects, writeLogs, putMetrics, remote, []need{
		{service: "s3", sid: "Checkpoints", actions: []string{"s3:DeleteObject"}, resources: []string{"s3:*/*"}},
	})
	putMetrics = []need{{service: "monitoring", sid: "Metrics", actions: []string{"cloudwatch:PutMetricData"}}}
	keys       = []need{{service: "kms", sid: "Keys", actions: []string{"kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"}, resources: []string{"kms:key/*"}}}
	jobs       = []need{{service: "sagemaker.api", sid: "Jobs", actions: []string{
		"sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob",
		"sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob",
		"sagemaker:CreateHyperParameterTuningJob", "sagemaker:DescribeHyperParameterTuningJob", "sagemaker:StopHyperParameterTuningJob",
		"sagemaker:AddTags", "sagemaker:ListTags"}, resources: []string{"sagemaker:*"}}}
)

// needs is the table of all capabilities.
var needs = map[Capability][]need{
	// A job's checkpoints are synchronized: what it deletes is deleted.
	Training: slices.Concat(objects, pull, []need{{service: "s3", sid: "Checkpoints", actions: []string{"s3:DeleteObject"}, resources: []string{"s3:*/*"}}}),
	Packages: slices.Concat(objects,
		onEach([]string{"codeartifact.api", "codeartifact.repositories"}, packagesSid,
			[]string{"codeartifact:GetAuthorizationToken", "codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"},
			"codeartifact:domain/*", "codeartifact:repository/*"),
		onEach([]string{"codeartifact.api", "codeartifact.repositories"}, "Token", []string{"sts:GetServiceBearerToken"}),
	),
	// CodeBuild looks up a source in its bucket, and may read it by its version.
	ImageBuild: slices.Concat(objects, pull, writeLogs, []need{
		{service: "s3", sid: "Versions", actions: []string{"s3:GetObjectVersion"}, resources: []string{"s3:*/*"}},
		{service: "s3", sid: "SourceBuckets", actions: []string{"s3:GetBucketAcl", "s3:GetBucketLocation"}, resources: []string{"s3:*"}},
	}, []need{{service: "inspector-scan", sid: "Scan", actions: []string{"inspector-scan:ScanSbom"}}},
		onEach([]string{"ecr.api"}, "Look", []string{"ecr:DescribeImages", "ecr:DescribeImageScanFindings", "ecr:DescribeImageSigningStatus"}, "ecr:repository/*"),
		onEach([]string{"ecr.api", "ecr.dkr"}, "Push",
			[]string{"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"}, "ecr:repository/*")),
	LaunchJobs: slices.Concat(objects, identity, jobs, []need{
		{service: "logs", sid: "Read", actions: []string{"logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents"}, resources: []string{"logs:log-group:*"}},
	}),
	Studio: slices.Concat(objects, pull, identity, writeLogs, jobs, []need{
		{service: "studio", sid: "Apps", actions: []string{"sagemaker:CreateApp"}, resources: []string{"sagemaker:*"}},
		{service: "sagemaker.api", sid: "Apps", actions: []string{"sagemaker:CreateApp", "sagemaker:DescribeApp", "sagemaker:DeleteApp", "sagemaker:DescribeDomain",
			"sagemaker:DescribeUserProfile", "sagemaker:DescribeSpace"}, resources: []string{"sagemaker:*"}},
		{service: "sagemaker.runtime", sid: "Invoke", actions: []string{"sagemaker:InvokeEndpoint"}, resources: []string{"sagemaker:endpoint/*"}},
	}),
	Pipelines: slices.Concat(objects, identity, []need{
		{service: "sagemaker.api", sid: "Pipelines", actions: []string{"sagemaker:CreatePipeline", "sagemaker:UpdatePipeline", "sagemaker:DescribePipeline",
			"sagemaker:StartPipelineExecution", "sagemaker:StopPipelineExecution", "sagemaker:DescribePipelineExecution",
			"sagemaker:ListPipelineExecutionSteps"}, resources: []string{"sagemaker:pipeline/*"}},
	}),
	Airflow: slices.Concat(objects, writeLogs, putMetrics, keys, identity, jobs, []need{
		{service: "airflow.api"}, {service: "airflow.env"}, {service: "airflow.ops"},
		// MWAA reads versions of files and looks at its bucket, and the web server shows logs: as far as its role may.
		{service: "s3", sid: "Files", actions: []string{"s3:GetObjectVersion"}, resources: []string{"s3:*/*"}},
		{service: "s3", sid: "FileBuckets", actions: []string{"s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning",
			"s3:GetBucketPublicAccessBlock"}, resources: []string{"s3:*"}},
		{service: "s3", sid: "PublicAccess", actions: []string{"s3:GetAccountPublicAccessBlock"}},
		{service: "logs", sid: "Read", actions: []string{"logs:GetLogEvents", "logs:GetLogGroupFields"}, resources: []string{"logs:log-group:*"}},
		{service: "logs", sid: "Groups", actions: []string{"logs:DescribeLogGroups"}},
		{service: "sqs", sid: "Queues", actions: []string{"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
			"sqs:ReceiveMessage", "sqs:SendMessage"}, resources: []string{"sqs:airflow-celery-*"}, foreign: true},
		{service: "states", sid: "Workflows", actions: []string{"states:StartExecution", "states:DescribeExecution", "states:StopExecution"},
			resources: []string{"states:stateMachine:*", "states:execution:*"}},
	}),
	AirflowServerless: slices.Concat(objects, writeLogs, putMetrics, keys, jobs, []need{
		{service: "states", sid: "Start", actions: []string{"states:StartExecution"}, resources: []string{"states:stateMachine:*"}},
	}),
	Monitoring: slices.Concat(writeLogs, putMetrics, []need{
		{service: "sagemaker.metrics", sid: "Metrics", actions: []string{"sagemaker:BatchPutMetrics"}, resources: []string{"sagemaker:*"}},
	}),
	Secrets: slices.Concat(keys, []need{
		{service: "secretsmanager", sid: "Secrets", actions: []string{"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}, resources: []string{"secretsmanager:secret:*"}},
	}),
	FeatureStore: slices.Concat(objects, []need{
		{service: "sagemaker.featurestore-runtime", sid: "Records", actions: []string{"sagemaker:GetRecord", "sagemaker:BatchGetRecord", "sagemaker:PutRecord",
			"sagemaker:DeleteRecord"}, resources: []string{"sagemaker:feature-group/*"}},
		{service: "sagemaker.api", sid: "Features", actions: []string{"sagemaker:DescribeFeatureGroup"}, resources: []string{"sagemaker:feature-group/*"}},
	}),
	HyperPod: machines,
	// The plug-in that gives pods their addresses asks EC2 for them
	// (https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html).
	HyperPodEKS: slices.Concat(machines, pull, []need{
		{service: "ec2", sid: "Interfaces", actions: []string{"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:AttachNetworkInterface",
			"ec2:DetachNetworkInterface", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute", "ec2:CreateTags"},
			resources: []string{"ec2:network-interface/*", "ec2:instance/*", "ec2:subnet/*", "ec2:security-group/*"}},
		{service: "ec2", sid: "Describe", actions: []string{"ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeNetworkInterfaces",
			"ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeTags", "ec2:DescribeVpcs", "ec2:DescribeDhcpOptions"}},
		{service: "eks-auth", sid: "PodRoles", actions: []string{"eks-auth:AssumeRoleForPodIdentity"}, resources: []string{"eks:cluster/*"}},
	}),
	Remote: remote,
}

// onEach asks the same of several services.
func onEach(services []string, sid string, actions []string, resources ...string) []need {
	var all []need
	for _, s := range services {
		all = append(all, need{service: s, sid: sid, actions: actions, resources: resources})
	}
	return all
}
