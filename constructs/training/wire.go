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
	"github.com/plinth-ml/plinth/internal/key"
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

// modelGroup is the name of the group that models are registered in; empty: none is registered.
func (w wiring) modelGroup() string {
	switch {
	case w.registration == nil:
		return ""
	case w.registration.Group != nil:
		return w.registration.Group.Name
	}
	return w.namePrefix
}

// planned is what the props alone tell of the wiring: all but the images and the roles.
func (r runs) planned() wiring {
	w := wiring{
		volumeKeyARN: r.job.Output.Bucket.KeyARN, subnets: r.network.SubnetIDs, securityGroup: *r.network.JobSecurityGroup.SecurityGroupId(),
		namePrefix: r.name, tags: r.environment.Tags(), logDays: r.environment.LogRetentionDays, retain: r.environment.Tier.RetainsData(),
	}
	if r.team != "" {
		w.tags["Team"] = r.team
	}
	if p := r.prepare; p != nil {
		w.prepare = &processing{name: ofPrepare, job: p.resolvedJob(r.environment.Limits), command: p.Command, arguments: p.Arguments}
	}
	if p := r.evaluate.following(r.prepare); p != nil {
		w.evaluate = &processing{name: ofEvaluate, job: p.resolvedJob(r.environment.Limits, modelOf(r.job)), command: p.Command, arguments: p.Arguments}
	}
	return w
}

// wire makes the roles of the jobs where none is given, and finds out what the plan needs to know of the resources
// around them.
func (r runs) wire(this constructs.Construct) (wiring, *access.ExecutionRole) {
	r.job.noteMetrics(this)
	at := cdk.Location(this)
	image, repository := resolveImage(this, "Job", r.job.Image, at)
	role := r.role
	if role == nil {
		role = r.newRole(this, "JobRole", r.job.given(), repository)
	}
	w := r.planned()
	w.at, w.imageURI, w.roleARN = at, image, *role.Role.RoleArn()
	process := func(field string, p *processing) {
		if p == nil {
			return
		}
		image, repository := resolveImage(this, field, p.job.Image, at)
		given := p.job.given()
		given.Jobs = access.ProcessingJobs
		p.imageURI, p.roleARN = image, *r.newRole(this, field+"Role", given, repository).Role.RoleArn()
	}
	process(ofPrepare, w.prepare)
	process(ofEvaluate, w.evaluate)
	return w, role
}

// notify makes the topic, encrypted like the logs by a key that is given or else the network's.
func (w *wiring) notify(this constructs.Construct, logKey awskms.IKey, n *network.Isolated,
	publishers []string) awssns.ITopic {
	field := "LogKey"
	if logKey == nil {
		logKey, field = n.LogKey, "Network.LogKey"
	}
	cdk.LetUse(logKey, key.Logs(w.at, "*"), key.Through(w.at, "sns"))
	topic, err := cdk.NewTopic(this, w.at, field, logKey, publishers)
	cdk.Check(err)
	w.topicARN, w.logKeyARN = *topic.TopicArn(), *logKey.KeyArn()
	return topic
}

// newRole makes the execution role of a job, by the ARN of its image's repository; empty: any.
func (r runs) newRole(this constructs.Construct, id string, given access.ExecutionRoleProps, repository string) *access.ExecutionRole {
	given.Network, given.AnyRepository = r.network, repository == ""
	if repository != "" {
		given.Repositories = []string{repository}
	}
	return access.NewExecutionRole(this, id, &given)
}

// resolveImage gives the URI of a job's image and the ARN of its repository; empty: only the deployment knows it.
func resolveImage(this constructs.Construct, field string, i Image, at location.Location) (uri, repositoryARN string) {
	cdk.Check(i.validateRegion(field+".Image", at.Region))
	registry := ""
	if i.builtIn != "" {
		registry = cdk.ByRegion(this, at.Region, "XGBoostAccount")
		cdk.Check(validateRegistry(field+".Image", registry, at.Region))
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
