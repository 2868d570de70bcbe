package constructs_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// Removal policies that are given from outside leave no bucket without its objects or its key.
func TestRemovalPolicies(t *testing.T) {
	buckets := []string{"Stack/D/AccessLogs/Default/Bucket", "Stack/D/Default/Bucket"}
	only := func(types ...string) *awscdk.RemovalPolicyProps {
		return &awscdk.RemovalPolicyProps{ApplyToResourceTypes: jsii.Strings(types...)}
	}
	development, production := environment.Environment{Name: "dev", Tier: environment.Development}, environment.Environment{Name: "prod"}
	for name, test := range map[string]struct {
		env   environment.Environment
		apply func(awscdk.Stack, *storage.DataBucket)
		want  []string
	}{
		"of Development": {development, func(awscdk.Stack, *storage.DataBucket) {}, nil},
		"buckets and keys": {development, func(s awscdk.Stack, _ *storage.DataBucket) {
			awscdk.RemovalPolicies_Of(s).Retain(only("AWS::S3::Bucket", "AWS::KMS::Key"))
		}, buckets},
		"buckets": {development, func(s awscdk.Stack, _ *storage.DataBucket) {
			awscdk.RemovalPolicies_Of(s).Retain(only("AWS::S3::Bucket"))
		}, append(slices.Clone(buckets), "Stack/D/Key/Resource")},
		"all of a construct":  {development, func(_ awscdk.Stack, d *storage.DataBucket) { awscdk.RemovalPolicies_Of(d.Construct).Retain(nil) }, nil},
		"of Production":       {production, func(awscdk.Stack, *storage.DataBucket) {}, nil},
		"a key of Production": {production, func(_ awscdk.Stack, d *storage.DataBucket) { d.Key.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY) }, []string{"Stack/D/Key/Resource"}},
	} {
		var got []string
		for _, f := range synthtest.Findings(t, func(stack awscdk.Stack) {
			test.apply(stack, storage.NewDataBucket(stack, "D", &storage.DataBucketProps{Environment: test.env}))
		}) {
			if f.Rule == "Plinth::DataLost" {
				got = append(got, f.Path)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
