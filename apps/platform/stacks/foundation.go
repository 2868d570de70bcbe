package stacks

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
)

// foundation is what is kept: the network, the buckets and their keys, and the versions of models. No policy in it
// refers to a resource of the training stack, which can so be replaced at will.
type foundation struct {
	network                                 *network.Isolated
	guard                                   *access.Guard
	datasets, features, models, checkpoints *storage.DataBucket
	registry                                *training.ModelGroup
}

func newFoundation(stage awscdk.Stage, e environment.Environment, chain supplyChain, capabilities []network.Capability) foundation {
	stack := awscdk.NewStack(stage, jsii.String("Foundation"),
		stackProps(e, "network, keys and buckets", e.Tier.RetainsData()))
	e.Administrators = append(slices.Clone(e.Administrators), access.BreakGlassRole(stack, e, "")) // which buckets let in before it is there
	reach := &network.IsolatedProps{Environment: e, Capabilities: capabilities}
	if e.Account != chain.tools.Account {
		reach.ImageRepositories = []string{chain.image(stack, e).ARN}
	}
	if e.RuntimeInstalls {
		reach.Capabilities = append(reach.Capabilities, network.Packages)
		reach.PackageRepositories = []string{chain.repository(stack, e).ARN}
	}
	net := network.NewIsolated(stack, "Network", reach)
	// bucket makes one that is reached through the network only, and by the environment's administrators.
	bucket := func(id string, class storage.Class, logs *storage.DataBucket) *storage.DataBucket {
		return storage.NewDataBucket(stack, id, &storage.DataBucketProps{
			Environment: e, Class: class, AccessLogs: logs, Endpoints: []string{net.S3Endpoint},
		})
	}
	logs := bucket("AccessLogs", storage.Logs, nil)
	f := foundation{
		network:     net,
		datasets:    bucket("Datasets", storage.Datasets, logs),
		features:    bucket("Features", storage.Features, logs),
		models:      bucket("Models", storage.Models, logs),
		checkpoints: bucket("Checkpoints", storage.Checkpoints, logs),
		registry:    training.NewModelGroup(stack, "XGBoost", &training.ModelGroupProps{Environment: e}),
	}
	f.guard = access.NewGuard(stack, "Guard", &access.GuardProps{
		Environment: e, Network: net, Features: features,
		Keys: []string{f.models.KeyARN, f.checkpoints.KeyARN}, // of what jobs write, and of their volumes
	})
	return f
}
