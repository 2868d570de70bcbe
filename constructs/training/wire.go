package training

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/problem"
)

// runs is what every way to run a job is given.
type runs struct {
	environment environment.Environment // resolved
	network     *network.Isolated
	job         Job
	name, team  string
	role        *access.ExecutionRole // nil: one is made
	prepare     *Processing           // nil: none
	evaluate    *Processing           // nil: none
}

// wire makes the roles of the jobs where none is given, and finds out what the plan needs to know of the resources around them.
func (r runs) wire(this constructs.Construct, kind string, scope constructs.Construct, id string) (wiring, *access.ExecutionRole) {
	at := cdk.Location(this)
	cdk.Check(kind, scope, id, r.network.ValidateRegion(at.Region))
	image, repository := resolveImage(this, kind, scope, id, "Job", r.job.Image, at)
	role := r.role
	if role == nil {
		role = r.newRole(this, "JobRole", r.job.given(), repository)
	}
	process := func(field string, p *Processing, more ...Input) *processing {
		if p == nil {
			return nil
		}
		j := p.resolvedJob(r.environment.Limits, more...)
		image, repository := resolveImage(this, kind, scope, id, field, p.Image, at)
		given := j.given()
		given.Jobs = access.ProcessingJobs
		return &processing{job: j, command: p.Command, imageURI: image, roleARN: *r.newRole(this, field+"Role", given, repository).Role.RoleArn()}
	}
	w := wiring{
		prepare: process("Prepare", r.prepare), evaluate: process("Evaluate", r.evaluate.following(r.prepare), modelOf(r.job)),
		at: at, imageURI: image, roleARN: *role.Role.RoleArn(), volumeKeyARN: r.job.Output.Bucket.KeyARN,
		subnets: r.network.SubnetIDs, securityGroup: *r.network.JobSecurityGroup.SecurityGroupId(),
		namePrefix: r.name, tags: r.environment.Tags(), logDays: r.environment.LogRetentionDays, retain: r.environment.Tier.RetainsData(),
	}
	if r.team != "" {
		w.tags["Team"] = r.team
	}
	return w, role
}

// notify makes the topic, encrypted like the logs by a key that is given or else the network's.
func (w *wiring) notify(this constructs.Construct, kind string, scope constructs.Construct, id string, key awskms.IKey, n *network.Isolated,
	publishers []string) awssns.ITopic {
	field := "LogKey"
	if key == nil {
		key, field = n.LogKey, "Network.LogKey"
	}
	topic, err := cdk.NewTopic(this, w.at, field, key, publishers)
	cdk.Check(kind, scope, id, err)
	w.topicARN, w.logKeyARN = *topic.TopicArn(), *key.KeyArn()
	return topic
}

// newRole makes the execution role of a job.
func (r runs) newRole(this constructs.Construct, id string, given access.ExecutionRoleProps, repository string) *access.ExecutionRole {
	given.Network, given.Repositories = r.network, []string{repository}
	return access.NewExecutionRole(this, id, &given)
}

// resolveImage gives the URI of a job's image and the ARN of its repository.
func resolveImage(this constructs.Construct, kind string, scope constructs.Construct, id, field string, i Image, at location.Location) (uri, repositoryARN string) {
	cdk.Check(kind, scope, id, i.validateRegion(field+".Image", at.Region))
	registry := ""
	if i.builtIn != "" {
		registry = cdk.ByRegion(this, at.Region, "XGBoostAccount")
		cdk.Check(kind, scope, id, validateRegistry(field+".Image", registry, at.Region))
	}
	return i.resolve(at, *awscdk.Aws_URL_SUFFIX(), registry)
}

func validateRegistry(field, registry, region string) error {
	if registry != "" {
		return nil
	}
	return problem.Problem{
		Field: field, Got: "XGBoost", Allowed: fmt.Sprintf("an image that exists in %s: the catalog knows no built-in XGBoost there", region),
		Fix: "copy it to a repository of your own and name that with training.ImageURI",
	}
}
