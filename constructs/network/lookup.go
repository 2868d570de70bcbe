package network

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// standInID is the id of what Vpc.fromLookup gives until the CLI has looked the VPC up: the app is synthesized once for
// the CLI to learn of that, so that it must not fail then
// (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc.ts).
const standInID = "vpc-12345"

// awaitsLookup tells whether a VPC still has to be looked up.
func awaitsLookup(vpc awsec2.IVpc) bool { return vpc != nil && *vpc.VpcId() == standInID }

// complete gives a VPC that still has to be looked up the subnets that its stand-in has, where those that are asked for
// are not among them.
func (p *IsolatedProps) complete() {
	if !awaitsLookup(p.Vpc) {
		return
	}
	p.EndpointZones = 0
	if len(p.Subnets) == 0 {
		p.Subnets = *p.Vpc.PrivateSubnets()
	}
}

// noteLookup says that the template is not that of the VPC yet.
func noteLookup(this constructs.Construct, vpc awsec2.IVpc) {
	if awaitsLookup(vpc) {
		awscdk.Annotations_Of(this).AddInfo(jsii.String("Vpc is not looked up yet, and " + standInID + " stands for it: run cdk synth with credentials " +
			"of the account, which writes it to cdk.context.json; go run looks nothing up"))
	}
}
