package network

import (
	"fmt"
	"slices"

	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

// AWSBucket is a bucket of AWS that jobs may read through the S3 endpoint if the network opts into it.
type AWSBucket string

// The buckets that can be opted into.
const (
	// JumpStart holds SageMaker's foundation and example models.
	JumpStart AWSBucket = "JumpStart"
	// SampleData holds the data sets of SageMaker's examples.
	SampleData AWSBucket = "SampleData"
)

// awsBuckets are their names before the region
// (https://github.com/aws-samples/data-perimeter-policy-examples, service_owned_resources.md).
var awsBuckets = map[AWSBucket]string{JumpStart: "jumpstart-cache-prod-", SampleData: "sagemaker-sample-data-"}

func validateBuckets(buckets []AWSBucket) error {
	var l problem.List
	for i, b := range buckets {
		if _, ok := awsBuckets[b]; !ok {
			l.Add(fmt.Sprintf("AWSBuckets[%d]", i), string(b), "JumpStart or SampleData", "")
		}
	}
	return l.Err()
}

// bucketsOfAWS are the buckets of AWS that go with the capabilities, and those opted into.
//
// The layers of images and the assets of packages are fetched by URLs that an account of AWS has signed, so that the
// caller is not from inside and no condition on the caller can hold: those statements are held by their resource, one
// bucket each (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
func (p perimeter) bucketsOfAWS(e Endpoint) []policy.Statement {
	var all []policy.Statement
	read := func(sid, bucket string, conditions policy.Conditions, why string) {
		all = append(all, policy.Statement{
			Sid: sid, Effect: policy.Allow, Principal: policy.AnyPrincipal, Actions: []string{"s3:GetObject"},
			Resources: []string{p.arn("s3:"+bucket+"/*", false)}, Conditions: conditions, Why: why,
		})
	}
	if e.askedByOneOf(Training, ImageBuild, Studio, HyperPodEKS, AirflowServerless) {
		read("ImageLayers", "prod-"+p.at.Region+"-starport-layer-bucket", nil, "the layers of an image are known only when it is pulled")
	}
	if e.askedByOneOf(Packages) && p.packages != "" {
		read("PackageAssets", p.packages, nil, "the assets of a package are known only when it is installed")
	}
	for _, b := range p.open {
		read(string(b), awsBuckets[b]+p.at.Region, p.callers(), "every object of the bucket that was opted into")
		if b == JumpStart { // a channel lists its prefix; no source says so of the other
			all = append(all, policy.Statement{
				Sid: "ListJumpStart", Effect: policy.Allow, Principal: policy.AnyPrincipal, Actions: []string{"s3:ListBucket"},
				Resources: []string{p.arn("s3:"+awsBuckets[b]+p.at.Region, false)}, Conditions: p.callers(),
			})
		}
	}
	return all
}

func (e Endpoint) askedByOneOf(capabilities ...Capability) bool {
	return slices.ContainsFunc(capabilities, func(c Capability) bool { return slices.Contains(e.AskedBy, c) })
}

// packageAssets is the bucket of CodeArtifact's assets in a region.
func packageAssets(account, region string) string {
	return fmt.Sprintf("assets-%s-%s", account, region)
}
