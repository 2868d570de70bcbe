package access_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func ExampleNewExecutionRole() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		data := storage.NewDataBucket(stack, "Data", nil)
		access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{
			Network: network.NewIsolated(stack, "Network", nil),
			Reads:   []storage.Prefix{data.Prefix("train/")},
			Writes:  []storage.Prefix{data.Prefix("models/")},
		})
	})
	fmt.Println(err)
	// Output: <nil>
}
