package access_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// inDev builds an example in a stack with a network and a guard of an environment called dev.
func inDev(build func(stack awscdk.Stack, dev environment.Environment, net *network.Isolated, guard *access.Guard)) {
	fmt.Println(synth.App(nil, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
		dev := environment.Environment{Name: "dev", Tier: environment.Development}
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: dev})
		guard := access.NewGuard(stack, "Guard", &access.GuardProps{Environment: dev, Network: net})
		guard.Protect(stack)
		build(stack, dev, net, guard)
	}))
}

func ExampleNewGuard() {
	inDev(func(stack awscdk.Stack, _ environment.Environment, _ *network.Isolated, guard *access.Guard) {
		fmt.Println(len(guard.Policies), "policies and a boundary")
		guard.Protect(stack)
	})
	// Output:
	// 1 policies and a boundary
	// <nil>
}

// A data scientist and a workflow of GitHub start jobs under one execution role.
func ExampleNewLauncher() {
	inDev(func(stack awscdk.Stack, dev environment.Environment, net *network.Isolated, guard *access.Guard) {
		role := access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{Network: net})
		access.NewLauncher(stack, "Launcher", &access.LauncherProps{
			Environment: dev, Guard: guard, ExecutionRoles: []awsiam.IRole{role.Role},
			TrustedBy: []access.WayIn{access.IdentityCenter("DataScientist"), access.GitHub("acme/churn", "training")},
		})
	})
	// Output: <nil>
}

func ExampleNewOperator() {
	inDev(func(stack awscdk.Stack, dev environment.Environment, _ *network.Isolated, _ *access.Guard) {
		access.NewOperator(stack, "Operator", &access.OperatorProps{
			Environment: dev, TrustedBy: []access.WayIn{access.IdentityCenter("MLOperator")},
		})
	})
	// Output: <nil>
}

// The bucket's policy names the role before it is there.
func ExampleNewBreakGlass() {
	inDev(func(stack awscdk.Stack, dev environment.Environment, _ *network.Isolated, _ *access.Guard) {
		dev.Administrators = []string{access.BreakGlassRole(stack, dev, "")}
		data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev})
		access.NewBreakGlass(stack, "BreakGlass", &access.BreakGlassProps{
			Environment: dev, Buckets: []*storage.DataBucket{data},
			TrustedBy: []access.WayIn{access.IdentityCenter("MLBreakGlass")},
		})
	})
	// Output: <nil>
}

func ExampleNewPipelineRole() {
	inDev(func(stack awscdk.Stack, dev environment.Environment, net *network.Isolated, guard *access.Guard) {
		role := access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{Network: net})
		access.NewPipelineRole(stack, "Pipeline", &access.PipelineRoleProps{
			Environment: dev, Guard: guard, ExecutionRoles: []awsiam.IRole{role.Role},
		})
	})
	// Output: <nil>
}

func ExampleNewAirflowRole() {
	inDev(func(stack awscdk.Stack, _ environment.Environment, net *network.Isolated, guard *access.Guard) {
		role := access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{Network: net})
		access.NewAirflowRole(stack, "Airflow", &access.AirflowRoleProps{
			Airflow: "dev--airflow", Files: storage.NewDataBucket(stack, "Files", nil), Guard: guard,
			Jobs: []string{"dev--churn"}, ExecutionRoles: []awsiam.IRole{role.Role},
		})
	})
	// Output: <nil>
}

func ExampleNewAirflowServerlessRole() {
	inDev(func(stack awscdk.Stack, _ environment.Environment, net *network.Isolated, guard *access.Guard) {
		data := storage.NewDataBucket(stack, "Data", nil)
		role := access.NewExecutionRole(stack, "Role", &access.ExecutionRoleProps{Network: net, Reads: []storage.Prefix{data.Prefix("train/")}})
		access.NewAirflowServerlessRole(stack, "Churn", &access.AirflowServerlessRoleProps{
			Workflow: "dev--churn", LogGroup: "arn:aws:logs:eu-west-1:111122223333:log-group:churn:*", Key: data.KeyARN, Guard: guard,
			Job: "dev--churn", ExecutionRole: role.Role, Inputs: []storage.Prefix{data.Prefix("train/")},
		})
	})
	// Output: <nil>
}

func ExampleNewClusterRole() {
	inDev(func(stack awscdk.Stack, _ environment.Environment, net *network.Isolated, _ *access.Guard) {
		data := storage.NewDataBucket(stack, "Data", nil)
		access.NewClusterRole(stack, "Machines", &access.ClusterRoleProps{
			Cluster: "dev--research", SubnetIDs: net.SubnetIDs[:1], SecurityGroupID: "sg-0123456789abcdef0", Reads: []storage.Prefix{data.Prefix("corpus/")},
		})
	})
	// Output: <nil>
}
