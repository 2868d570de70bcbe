package access_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// One environment in two regions of an account. Roles are those of the whole account, so their names end in the region;
// everything else is named in its region only.
func ExampleNewBreakGlass_twoRegions() {
	err := synth.App(nil, func(app awscdk.App) {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			stack := awscdk.NewStack(app, jsii.String("Prod-"+region), &awscdk.StackProps{
				Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region},
			})
			prod := environment.Environment{Name: "prod"}
			role := access.BreakGlassRole(stack, prod, "")
			prod.Administrators = []string{role}
			data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: prod})
			access.NewBreakGlass(stack, "BreakGlass", &access.BreakGlassProps{
				Environment: prod, TrustedBy: []access.WayIn{access.IdentityCenter("Emergency")}, Buckets: []*storage.DataBucket{data},
			})
			fmt.Println(role)
		}
	})
	fmt.Println(err)
	// Output:
	// arn:aws:iam::111122223333:role/prod--break-glass--eu-west-1
	// arn:aws:iam::111122223333:role/prod--break-glass--us-east-1
	// <nil>
}
