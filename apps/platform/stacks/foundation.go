package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// foundation is what is kept: the network, the buckets and their keys. No policy in it refers to a resource of the
// training stack, which can so be replaced at will.
type foundation struct {
	network  *network.Isolated
	datasets *storage.DataBucket
	models   *storage.DataBucket
}

func newFoundation(stage awscdk.Stage, e environment.Environment) foundation {
	stack := awscdk.NewStack(stage, jsii.String("Foundation"),
		stackProps(e, "network, keys and buckets", e.Tier.RetainsData()))
	logs := storage.NewDataBucket(stack, "AccessLogs", &storage.DataBucketProps{Environment: e, Class: storage.Logs})
	return foundation{
		network:  network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: e}),
		datasets: storage.NewDataBucket(stack, "Datasets", &storage.DataBucketProps{Environment: e, AccessLogs: logs}),
		models: storage.NewDataBucket(stack, "Models", &storage.DataBucketProps{
			Environment: e, Class: storage.Models, AccessLogs: logs,
		}),
	}
}
