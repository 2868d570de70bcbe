package verify

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// second finds a second policy of a bucket or topic of Plinth's. Each has one, and the policy that is deployed last
// takes the place of the other (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html,
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html).
func second(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, kind := range []struct{ policy, property, owner, own, call string }{
		{"AWS::S3::BucketPolicy", "Bucket", "/Default/Bucket", "/Policy/Resource", "Bucket.AddToResourcePolicy"},
		{"AWS::SNS::TopicPolicy", "Topics", "/Topic/Resource", "/Topic/Policy/Resource", "Topic.AddToResourcePolicy"},
		{"AWS::SNS::TopicInlinePolicy", "TopicArn", "/Topic/Resource", "/Topic/Policy/Resource", "Topic.AddToResourcePolicy"},
	} {
		for _, p := range a.of(kind.policy) {
			for _, of := range cfn.List(p.Properties[kind.property]) {
				owner, _ := a.target(p.stack, of)
				construct, ok := a.made(owner.stack, owner.Path(), kind.owner)
				if !ok || p.Path() == construct+kind.own {
					continue
				}
				all = append(all, assembly.Finding{
					Path: p.Path(),
					Description: fmt.Sprintf("this is a second policy for what %s makes, which has one already: the one that is "+
						"deployed last takes the place of the other", construct),
					Fix: "add its statements to the one that is there, by " + kind.call,
				})
			}
		}
	}
	return all
}
