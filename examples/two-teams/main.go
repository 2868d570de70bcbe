// Command two-teams is one environment for two teams that see nothing of each other: prefixes, names and tags keep their
// data, jobs and logs apart, and the guard makes every job carry its team's tag.
package main

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func main() { synth.Main(build) }

func build(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Teams"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")},
	})
	dev := environment.Environment{Name: "dev", Tier: environment.Development}
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: dev})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Environment: dev, Endpoints: []string{net.S3Endpoint}})
	models := storage.NewDataBucket(stack, "Models", &storage.DataBucketProps{
		Environment: dev, Class: storage.Models, AccessLogs: data.AccessLogs, Endpoints: []string{net.S3Endpoint},
	})
	guard := access.NewGuard(stack, "Guard", &access.GuardProps{
		Environment: dev, Network: net, Keys: []string{models.KeyARN}, Teams: true,
	})
	for _, team := range []string{"red", "blue"} {
		id := strings.ToUpper(team[:1]) + team[1:]
		role := access.NewExecutionRole(stack, id+"Job", &access.ExecutionRoleProps{
			Network: net,
			Reads:   []storage.Prefix{data.Prefix(team + "/")},
			Writes:  []storage.Prefix{models.Prefix(team + "/")},
			// Images of its own, and of no other team.
			Repositories: []string{"arn:aws:ecr:us-east-1:111122223333:repository/" + team},
		})
		access.NewLauncher(stack, id+"Launcher", &access.LauncherProps{
			Environment: dev, Guard: guard, Team: team, ExecutionRoles: []awsiam.IRole{role.Role},
			TrustedBy: []access.WayIn{access.IdentityCenter("Team-" + team), access.GitHub("acme/"+team, "training")},
			Data:      []storage.Grant{data.Prefix(team + "/").GrantReadWrite(), models.Prefix(team + "/").GrantRead()},
		})
		access.NewPipelineRole(stack, id+"Pipeline", &access.PipelineRoleProps{
			Environment: dev, Guard: guard, Team: team, ExecutionRoles: []awsiam.IRole{role.Role},
		})
	}
	guard.Protect(stack)
}
