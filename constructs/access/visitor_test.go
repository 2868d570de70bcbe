package access_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func ExampleNewVisitor() {
	inDev(func(stack awscdk.Stack, _ environment.Environment, _ *network.Isolated, _ *access.Guard) {
		access.NewVisitor(stack, "Reviewer", &access.VisitorProps{
			Description: "Approves promotions", TrustedBy: []access.WayIn{access.IdentityCenter("MLReviewer")},
		})
		fmt.Println("may come in for an hour, and do nothing yet")
	})
	// Output:
	// may come in for an hour, and do nothing yet
	// <nil>
}

// A visitor comes in by the named way only, for an hour, and may do nothing.
func TestAVisitorMayDoNothing(t *testing.T) {
	template := synthtest.Template(t, "", func(s awscdk.Stack) {
		access.NewVisitor(s, "X", &access.VisitorProps{TrustedBy: []access.WayIn{access.IdentityCenter("MLReviewer")}})
	})
	if policies := template.OfType("AWS::IAM::ManagedPolicy"); len(policies) > 0 {
		t.Errorf("it has policies: %v", policies)
	}
	for _, id := range template.OfType("AWS::IAM::Role") {
		p := template.Resources[id].Properties
		if !strings.Contains(rendered(p["AssumeRolePolicyDocument"]), "AWSReservedSSO_MLReviewer_") || p["MaxSessionDuration"] != 3600.0 || p["ManagedPolicyArns"] != nil {
			t.Errorf("got %s", rendered(p))
		}
	}
	err := synthtest.Error(t, "", func(s awscdk.Stack) { access.NewVisitor(s, "X", nil) })
	if want := "access.Visitor Stack/X"; !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "TrustedBy: got nothing") {
		t.Errorf("got %v", err)
	}
}
