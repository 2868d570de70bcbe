package network

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// IsolatedProps say what an isolated network is for. All fields may be left out.
type IsolatedProps struct {
	// Environment decides the address range, the zones, the largest job that must fit and how long logs are kept. Zero:
	// the preset of Production.
	Environment environment.Environment
	// Capabilities are what the network makes possible. Empty: Training.
	Capabilities []Capability
	// S3PrefixList is the id of the managed prefix list com.amazonaws.REGION.s3. Empty: from the catalog; a region that
	// the catalog lacks is then an error.
	S3PrefixList string
	// LogKey encrypts the flow logs; its policy must let CloudWatch Logs use it. Nil: a key is made.
	LogKey awskms.IKey
}

// Validate reports every problem of the props.
func (p *IsolatedProps) Validate() error {
	if p == nil {
		return nil
	}
	var l problem.List
	l.Include("Environment", p.Environment.Validate())
	l.Include("", validateCapabilities(p.Capabilities))
	return l.Err()
}

// Isolated is a VPC without internet.
type Isolated struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Vpc is the VPC, with one isolated subnet a zone.
	Vpc awsec2.IVpc
	// SubnetIDs are the ids of the subnets, one a zone.
	SubnetIDs []string
	// JobSecurityGroup is the group of the training jobs: out to the endpoints and S3 by 443, nothing in.
	JobSecurityGroup awsec2.ISecurityGroup
	// LogKey encrypts the logs; other log groups of the account may use it too.
	LogKey awskms.IKey
}

// NewIsolated makes a VPC without internet, its endpoints, security groups and flow logs. The props may be nil. It
// panics with one message that holds every problem when scope, id or props are wrong.
func NewIsolated(scope constructs.Construct, id string, props *IsolatedProps) *Isolated {
	const kind = "network.Isolated"
	this := cdk.New(kind, scope, id, props.Validate())
	var p IsolatedProps
	if props != nil {
		p = *props
	}
	if len(p.Capabilities) == 0 {
		p.Capabilities = []Capability{Training}
	}
	at := cdk.Location(this)
	if p.S3PrefixList == "" {
		p.S3PrefixList = cdk.ByRegion(this, at.Region, "S3PrefixList")
	}
	cdk.Check(kind, scope, id, validatePrefixList(p.S3PrefixList, at.Region))

	plan := newPlan(p.Environment.Resolved(), p.Capabilities, at, cdk.ByRegion(this, at.Region, "XGBoostAccount"))
	b := builder{scope: this, plan: plan, at: at, name: cdk.Path(scope, id)}
	b.vpc()
	b.securityGroups(p.S3PrefixList)
	b.endpoints()
	logKey := p.LogKey
	if logKey == nil {
		logKey = cdk.NewLogKey(this, "LogKey", at, plan.retain)
	}
	b.flowLogs(logKey)
	return &Isolated{
		Construct: this,
		Vpc: awsec2.Vpc_FromVpcAttributes(this, jsii.String("Vpc"), &awsec2.VpcAttributes{
			VpcId:                       b.vpcID,
			VpcCidrBlock:                &plan.addressRange,
			AvailabilityZones:           &b.zones,
			IsolatedSubnetIds:           cdk.Strings(b.subnetIDs),
			IsolatedSubnetRouteTableIds: &b.routeTableIDs,
		}),
		SubnetIDs:        b.subnetIDs,
		JobSecurityGroup: awsec2.SecurityGroup_FromSecurityGroupId(this, jsii.String("JobSecurityGroup"), b.jobGroup, nil),
		LogKey:           logKey,
	}
}

func validatePrefixList(id, region string) error {
	if id != "" || token.Is(region) {
		return nil
	}
	return problem.Problem{
		Field: "S3PrefixList", Got: "", Allowed: fmt.Sprintf("the id of S3's prefix list in %s, which the catalog lacks", region),
		Fix: fmt.Sprintf("find it with: aws ec2 describe-managed-prefix-lists --region %s "+
			"--filters Name=prefix-list-name,Values=com.amazonaws.%s.s3", region, region),
	}
}
