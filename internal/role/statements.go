package role

import (
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/token"
)

// Pull lets images be pulled from ECR repositories, by their ARNs.
func Pull(repositories []string) []policy.Statement {
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

// Interfaces lets a service put its work into subnets and a group, and no others.
func Interfaces(at location.Location, service string, ids []string, group string) []policy.Statement {
	var subnets []string
	for _, id := range ids {
		subnets = append(subnets, at.ARN("ec2", "subnet/"+id))
	}
	interfaces := at.ARN("ec2", "network-interface/*")
	const why = "the ids of network interfaces are known only when they are made; the condition holds them to the job's subnets"
	inSubnets := func() policy.Conditions { return policy.Conditions{"ArnEquals": {"ec2:Subnet": subnets}} }
	permission := inSubnets()
	operator := "StringEqualsIfExists" // no document says that SageMaker's request has the key
	if service == "codebuild.amazonaws.com" {
		// https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
		operator = "StringEquals"
	}
	permission[operator] = map[string]any{"ec2:AuthorizedService": service}
	return []policy.Statement{{
		// The interface that is made knows no condition on its subnet; the subnet itself is a resource of the call.
		Effect: policy.Allow, Actions: []string{"ec2:CreateNetworkInterface"},
		Resources: append(slices.Clone(subnets), at.ARN("ec2", "security-group/"+group), interfaces),
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

// LogDelivery lets a state machine send its log and traces.
var LogDelivery = policy.Statement{
	Effect: policy.Allow,
	Actions: []string{"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
		"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
		"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"},
	Resources: []string{"*"}, Why: "log delivery and tracing know no resource",
}

// Registers lets models be registered in a model package group, and none be approved: only versions that wait for
// somebody. SageMaker writes names into ARNs in lower case (https://github.com/boto/boto3/issues/4606); a group of
// others may have one in capitals.
func Registers(at location.Location, group string) policy.Statement {
	versions := []string{at.ARN("sagemaker", "model-package/"+names.ModelVersions(group))}
	if lower := strings.ToLower(group); lower != group && !token.Is(group) {
		versions = append(versions, at.ARN("sagemaker", "model-package/"+names.ModelVersions(lower)))
	}
	return policy.Statement{
		Effect: policy.Allow, Actions: []string{"sagemaker:CreateModelPackage"}, Resources: versions,
		Conditions: policy.Conditions{"StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}},
		Why:        "SageMaker numbers the versions of the group",
	}
}
