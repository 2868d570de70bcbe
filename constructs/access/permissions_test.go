package access

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
)

const (
	dataARN   = "arn:aws:s3:::data"
	modelsARN = "arn:aws:s3:::models"
	dataKey   = "arn:aws:kms:eu-west-1:111122223333:key/data"
	modelsKey = "arn:aws:kms:eu-west-1:111122223333:key/models"
	imagesARN = "arn:aws:ecr:eu-west-1:111122223333:repository/team/churn"
)

var ireland = location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}

// oneOfEach reads one prefix and writes one.
func oneOfEach() grants {
	return grants{
		reads:         prefixes(dataARN, "train/", dataKey),
		writes:        prefixes(modelsARN, "churn/", modelsKey),
		repositories:  []string{imagesARN},
		subnets:       []string{"subnet-a", "subnet-b"},
		securityGroup: "sg-jobs",
	}
}

// permission is one action on one resource, however statements are grouped.
type permission struct{ action, resource string }

// permissions are all pairs of the role, with the conditions of each statement that allows them.
func permissions(t *testing.T, g grants) map[permission][]policy.Conditions {
	t.Helper()
	all := map[permission][]policy.Conditions{}
	for _, s := range executionRole(ireland, g).Statements {
		if s.Effect != policy.Allow || s.Principal != nil || len(s.Actions) == 0 || len(s.Resources) == 0 {
			t.Errorf("not a statement of an identity policy: %+v", s)
		}
		for _, action := range s.Actions {
			for _, resource := range s.Resources {
				p := permission{action, resource}
				all[p] = append(all[p], s.Conditions)
			}
		}
	}
	return all
}

// of lists the pairs of one service, sorted.
func of(all map[permission][]policy.Conditions, service string) []string {
	var pairs []string
	for p := range all {
		if strings.HasPrefix(p.action, service+":") {
			pairs = append(pairs, p.action+" "+p.resource)
		}
	}
	slices.Sort(pairs)
	return pairs
}

func wantPairs(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// wantConditions fails unless every statement that allows the pair has these conditions and no others.
func wantConditions(t *testing.T, all map[permission][]policy.Conditions, action, resource, want string) {
	t.Helper()
	found := all[permission{action, resource}]
	if len(found) == 0 {
		t.Errorf("%s on %s is not allowed", action, resource)
	}
	for _, c := range found {
		if text, _ := json.Marshal(c); string(text) != want {
			t.Errorf("%s on %s under %s, want %s", action, resource, text, want)
		}
	}
}

func TestObjects(t *testing.T) {
	all := permissions(t, oneOfEach())
	wantPairs(t, of(all, "s3"),
		"s3:ListBucket "+dataARN, "s3:GetObject "+dataARN+"/train/*",
		"s3:PutObject "+modelsARN+"/churn/*", "s3:AbortMultipartUpload "+modelsARN+"/churn/*")
	wantConditions(t, all, "s3:ListBucket", dataARN, `{"StringLike":{"s3:prefix":["train/*"]}}`)

	t.Run("two prefixes of a bucket", func(t *testing.T) {
		g := oneOfEach()
		g.reads = append(g.reads, prefixes(dataARN, "test/", dataKey)...)
		all := permissions(t, g)
		wantPairs(t, of(all, "s3"),
			"s3:ListBucket "+dataARN, "s3:GetObject "+dataARN+"/train/*", "s3:GetObject "+dataARN+"/test/*",
			"s3:PutObject "+modelsARN+"/churn/*", "s3:AbortMultipartUpload "+modelsARN+"/churn/*")
		wantConditions(t, all, "s3:ListBucket", dataARN, `{"StringLike":{"s3:prefix":["train/*","test/*"]}}`)
	})
	t.Run("two buckets keep their prefixes apart", func(t *testing.T) {
		g := oneOfEach()
		g.reads = append(g.reads, prefixes(modelsARN, "base/", "")...)
		all := permissions(t, g)
		wantConditions(t, all, "s3:ListBucket", dataARN, `{"StringLike":{"s3:prefix":["train/*"]}}`)
		wantConditions(t, all, "s3:ListBucket", modelsARN, `{"StringLike":{"s3:prefix":["base/*"]}}`)
	})
	t.Run("nothing given, nothing allowed", func(t *testing.T) {
		all := permissions(t, grants{subnets: []string{"subnet-a"}, securityGroup: "sg-jobs"})
		for _, service := range []string{"s3", "kms", "ecr"} {
			wantPairs(t, of(all, service))
		}
	})
}

// The key of what is read decrypts and does nothing else; that of what is written also encrypts the volumes.
func TestKeys(t *testing.T) {
	all := permissions(t, oneOfEach())
	wantPairs(t, of(all, "kms"), "kms:Decrypt "+dataKey,
		"kms:Decrypt "+modelsKey, "kms:GenerateDataKey "+modelsKey, "kms:CreateGrant "+modelsKey, "kms:DescribeKey "+modelsKey)
	const byS3 = `{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}`
	wantConditions(t, all, "kms:Decrypt", dataKey, byS3)
	wantConditions(t, all, "kms:Decrypt", modelsKey, byS3)
	wantConditions(t, all, "kms:GenerateDataKey", modelsKey, byS3)
	wantConditions(t, all, "kms:CreateGrant", modelsKey, `{"Bool":{"kms:GrantIsForAWSResource":"true"}}`)

	t.Run("buckets without keys", func(t *testing.T) {
		g := oneOfEach()
		g.reads[0].Bucket.KeyARN, g.writes[0].Bucket.KeyARN = "", ""
		wantPairs(t, of(permissions(t, g), "kms"))
	})
}

func TestImages(t *testing.T) {
	wantPairs(t, of(permissions(t, oneOfEach()), "ecr"), "ecr:GetAuthorizationToken *",
		"ecr:BatchGetImage "+imagesARN, "ecr:GetDownloadUrlForLayer "+imagesARN, "ecr:BatchCheckLayerAvailability "+imagesARN)
}

// The interfaces of a job stand in its subnets, under its group: a call that makes one is judged on all three, so that
// the subnets and the group hold it.
func TestNetworkInterfaces(t *testing.T) {
	const ec2 = "arn:aws:ec2:eu-west-1:111122223333:"
	all := permissions(t, oneOfEach())
	var created []string
	for p := range all {
		if p.action == "ec2:CreateNetworkInterface" {
			created = append(created, p.resource)
		}
	}
	slices.Sort(created)
	wantPairs(t, created, ec2+"network-interface/*", ec2+"security-group/sg-jobs", ec2+"subnet/subnet-a", ec2+"subnet/subnet-b")
	const inSubnets = `"ArnEquals":{"ec2:Subnet":["` + ec2 + `subnet/subnet-a","` + ec2 + `subnet/subnet-b"]}`
	for _, action := range []string{"ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"} {
		wantConditions(t, all, action, ec2+"network-interface/*", "{"+inSubnets+"}")
	}
	wantConditions(t, all, "ec2:CreateNetworkInterfacePermission", ec2+"network-interface/*",
		"{"+inSubnets+`,"StringEqualsIfExists":{"ec2:AuthorizedService":"sagemaker.amazonaws.com"}}`)
}

// Whatever is allowed on everything is listed here: actions that know no resource, most of which only describe.
func TestNothingElseIsAllowedOnEverything(t *testing.T) {
	listed := []string{
		"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken",
		"ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
	}
	all := permissions(t, oneOfEach())
	for p := range all {
		if strings.Contains(p.action, "*") {
			t.Errorf("%s is more than one action", p.action)
		}
		if p.resource == "*" && !slices.Contains(listed, p.action) {
			t.Errorf("%s is allowed on everything", p.action)
		}
	}
	wantConditions(t, all, "cloudwatch:PutMetricData", "*", `{"StringLike":{"cloudwatch:namespace":"/aws/sagemaker/*"}}`)
	for _, pair := range of(all, "logs") {
		if !strings.Contains(pair, " arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker/TrainingJobs") {
			t.Errorf("%s is not of training jobs", pair)
		}
	}
}

// SageMaker may assume the role for jobs of this account and region only.
func TestTrust(t *testing.T) {
	role := executionRole(ireland, oneOfEach())
	want := policy.Conditions{
		"StringEquals": {"aws:SourceAccount": "111122223333"},
		"ArnLike":      {"aws:SourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:*"},
	}
	if role.Service != "sagemaker.amazonaws.com" || !reflect.DeepEqual(role.TrustConditions, want) {
		t.Errorf("%s may assume the role under %s", role.Service, fmt.Sprint(role.TrustConditions))
	}
}

// SageMaker looks up the file systems that a job mounts: EFS by name, FSx has no narrower resource.
func TestMounts(t *testing.T) {
	const efsARN = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"
	efs := &storage.FileSystem{Type: storage.EFS, ARN: efsARN}
	lustre := &storage.FileSystem{Type: storage.Lustre}
	g := oneOfEach()
	g.mounts = []storage.Directory{efs.Directory("/a"), efs.Directory("/b"), lustre.Directory("/")}
	all := permissions(t, g)
	wantPairs(t, of(all, "elasticfilesystem"), "elasticfilesystem:DescribeFileSystems "+efsARN, "elasticfilesystem:DescribeMountTargets "+efsARN)
	wantPairs(t, of(all, "fsx"), "fsx:DescribeFileSystems *")
}
