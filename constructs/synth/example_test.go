package synth_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// A test of an app that cannot be built: the error names every problem.
func ExampleApp() {
	err := synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: environment.Environment{AZs: 7}})
	})
	fmt.Println(err != nil)
	// Output: true
}
