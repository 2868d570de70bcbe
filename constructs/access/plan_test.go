package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

func statements(g grants) []policy.Statement {
	return executionRole(location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}, g).Statements
}

// allowed are the resources on which an action is allowed.
func allowed(all []policy.Statement, action string) []string {
	var resources []string
	for _, s := range all {
		if slices.Contains(s.Actions, action) {
			resources = append(resources, s.Resources...)
		}
	}
	return resources
}

func TestAJobGetsItsPrefixesOnly(t *testing.T) {
	all := statements(grants{
		reads:  append(prefixes("arn:aws:s3:::data", "train/", "key-1"), prefixes("arn:aws:s3:::data", "validation/", "key-1")...),
		writes: prefixes("arn:aws:s3:::models", "churn/", "key-2"),
	})
	for action, want := range map[string]string{
		"s3:GetObject":        "arn:aws:s3:::data/train/* arn:aws:s3:::data/validation/*",
		"s3:PutObject":        "arn:aws:s3:::models/churn/*",
		"s3:ListBucket":       "arn:aws:s3:::data",
		"s3:DeleteObject":     "",
		"kms:Decrypt":         "key-1 key-2",
		"kms:GenerateDataKey": "key-2",
		"kms:CreateGrant":     "key-2",
	} {
		if got := strings.Join(allowed(all, action), " "); got != want {
			t.Errorf("%s on %q, want %q", action, got, want)
		}
	}
}

// What a job resumes from it may also delete, there and nowhere else.
func TestAJobKeepsItsCheckpoints(t *testing.T) {
	all := statements(grants{
		writes:      prefixes("arn:aws:s3:::models", "churn/", "key-2"),
		checkpoints: prefixes("arn:aws:s3:::checkpoints", "churn/", "key-3"),
	})
	for action, want := range map[string]string{
		"s3:GetObject":        "arn:aws:s3:::checkpoints/churn/*",
		"s3:DeleteObject":     "arn:aws:s3:::checkpoints/churn/*",
		"s3:PutObject":        "arn:aws:s3:::models/churn/* arn:aws:s3:::checkpoints/churn/*",
		"kms:Decrypt":         "key-2 key-3",
		"kms:GenerateDataKey": "key-2 key-3",
		"kms:CreateGrant":     "key-2", // checkpoints encrypt no volume
	} {
		if got := strings.Join(allowed(all, action), " "); got != want {
			t.Errorf("%s on %q, want %q", action, got, want)
		}
	}
}

func TestABucketWithoutAKeyNeedsNone(t *testing.T) {
	all := statements(grants{reads: prefixes("arn:aws:s3:::data", "", ""), writes: prefixes("arn:aws:s3:::data", "", "")})
	for _, s := range all {
		for _, action := range s.Actions {
			if strings.HasPrefix(action, "kms:") {
				t.Errorf("%s is allowed on %v", action, s.Resources)
			}
		}
	}
}

// Each wildcard has a reason beside it, and no action is one.
func TestWildcardsAreExplained(t *testing.T) {
	for _, s := range statements(grants{
		reads: prefixes("arn:aws:s3:::data", "train/", "key"), writes: prefixes("arn:aws:s3:::data", "out/", "key"),
		repositories: []string{"arn:aws:ecr:eu-west-1:111122223333:repository/x"}, subnets: []string{"subnet-1"}, securityGroup: "sg-1",
	}) {
		if len(s.Wildcards()) > 0 && s.Why == "" {
			t.Errorf("%v on %v without a reason", s.Actions, s.Wildcards())
		}
		if strings.Contains(strings.Join(s.Actions, " "), "*") {
			t.Errorf("actions %v", s.Actions)
		}
	}
}

// prefixes is one prefix of a bucket in Ireland.
func prefixes(bucketARN, path, keyARN string) []storage.Prefix {
	return []storage.Prefix{{Bucket: &storage.DataBucket{ARN: bucketARN, KeyARN: keyARN, Region: "eu-west-1"}, Path: path}}
}
