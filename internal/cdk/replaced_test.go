package cdk_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// twoStacks is the template of a stack whose topic refers to what refer gives of another stack.
func twoStacks(t *testing.T, refer func(foundation awscdk.Stack) any) string {
	t.Helper()
	dir := t.TempDir()
	err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		foundation, training := awscdk.NewStack(app, jsii.String("Foundation"), nil), awscdk.NewStack(app, jsii.String("Training"), nil)
		in := scope(training, "In")
		cdk.Emit(in, cdk.Path(in, ""), topic(refer(foundation)))
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "Training.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func subnetIn(foundation awscdk.Stack, vpcRange string, public bool) any {
	in := scope(foundation, "In")
	return cdk.Emit(in, cdk.Path(in, ""), cfn.Resources{
		"Vpc": {Type: "AWS::EC2::VPC", Properties: cfn.Properties{"CidrBlock": vpcRange}},
		"Subnet": {Type: "AWS::EC2::Subnet", Properties: cfn.Properties{
			"VpcId": cfn.Ref("Vpc"), "CidrBlock": "10.0.0.0/24", "MapPublicIpOnLaunch": public}},
	}).Ref("Subnet")
}

// A template changes when a resource of another stack that it refers to is replaced, and only then.
func TestReplacedReferences(t *testing.T) {
	for _, c := range []struct {
		name   string
		refer  [2]func(awscdk.Stack) any
		change bool
	}{
		{"a create-only property of what the resource refers to", [2]func(awscdk.Stack) any{
			func(s awscdk.Stack) any { return subnetIn(s, "10.0.0.0/16", false) },
			func(s awscdk.Stack) any { return subnetIn(s, "10.0.0.0/20", false) },
		}, true},
		{"a property that is updated in place", [2]func(awscdk.Stack) any{
			func(s awscdk.Stack) any { return subnetIn(s, "10.0.0.0/16", false) },
			func(s awscdk.Stack) any { return subnetIn(s, "10.0.0.0/16", true) },
		}, false},
		{"a reference inside of another token", [2]func(awscdk.Stack) any{
			func(s awscdk.Stack) any {
				return *awscdk.Fn_Join(jsii.String("-"), jsii.Strings("a", subnetIn(s, "10.0.0.0/16", false).(string)))
			},
			func(s awscdk.Stack) any {
				return *awscdk.Fn_Join(jsii.String("-"), jsii.Strings("a", subnetIn(s, "10.0.0.0/20", false).(string)))
			},
		}, true},
		{"the name of a bucket that the CDK makes", [2]func(awscdk.Stack) any{
			func(s awscdk.Stack) any { return bucketIn(s, "one", false) },
			func(s awscdk.Stack) any { return bucketIn(s, "two", false) },
		}, true},
		{"versions of a bucket that the CDK makes", [2]func(awscdk.Stack) any{
			func(s awscdk.Stack) any { return bucketIn(s, "one", false) },
			func(s awscdk.Stack) any { return bucketIn(s, "one", true) },
		}, false},
		{"the network of a security group that the CDK makes", [2]func(awscdk.Stack) any{
			func(s awscdk.Stack) any { return groupIn(s, "10.0.0.0/16") },
			func(s awscdk.Stack) any { return groupIn(s, "10.0.0.0/20") },
		}, true},
	} {
		if before, after := twoStacks(t, c.refer[0]), twoStacks(t, c.refer[1]); (before != after) != c.change {
			t.Errorf("%s: got a change: %v, want %v", c.name, before != after, c.change)
		}
	}
}

func bucketIn(s awscdk.Stack, name string, versioned bool) any {
	return *awss3.NewBucket(s, jsii.String("Bucket"), &awss3.BucketProps{BucketName: &name, Versioned: &versioned}).BucketArn()
}

func groupIn(s awscdk.Stack, vpcRange string) any {
	vpc := awsec2.NewCfnVPC(s, jsii.String("Vpc"), &awsec2.CfnVPCProps{CidrBlock: &vpcRange})
	return *awsec2.NewCfnSecurityGroup(s, jsii.String("Group"), &awsec2.CfnSecurityGroupProps{
		GroupDescription: jsii.String("jobs"), VpcId: vpc.Ref()}).AttrGroupId()
}
