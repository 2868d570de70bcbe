package network_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// later is an environment whose range only the deployment knows.
var later = environment.Environment{AddressRange: "${Token[TOKEN.7]}"}

// Subnets are cut from the range at synth: of a token, a made network would have none.
func TestAMadeNetworkKnowsItsRange(t *testing.T) {
	const want = `Environment.AddressRange: got "${Token[TOKEN.7]}"; allowed: a value known at synth, not a token`
	wrong := later
	wrong.LogRetentionDays = 2
	for name, e := range map[string]environment.Environment{"alone": later, "beside another problem": wrong} {
		err := (&network.IsolatedProps{Environment: e}).Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error lacks %q:\n%v", name, want, err)
		}
	}
}

// A network whose subnets are there already has no use for the range.
func TestABroughtOrSharedNetworkNeedsNoRange(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		vpc := existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED)
		later := environment.Environment{AddressRange: *awscdk.NewCfnParameter(stack, jsii.String("Range"), nil).ValueAsString()}
		hub := network.NewIsolated(stack, "Hub", &network.IsolatedProps{Environment: later, Vpc: vpc, Subnets: *vpc.IsolatedSubnets()})
		spoke := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: later, SharedWith: hub})
		if len(hub.SubnetIDs) != 2 || len(spoke.SubnetIDs) != 2 {
			t.Errorf("subnets %v and %v, want those of the VPC", hub.SubnetIDs, spoke.SubnetIDs)
		}
	})
	if got := len(template.OfType("AWS::EC2::Subnet")); got != 2 {
		t.Errorf("%d subnets, want those of the VPC only", got)
	}
}
