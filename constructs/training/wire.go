package training

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/problem"
)

// runs is what every way to run a job is given.
type runs struct {
	environment environment.Environment // resolved
	network     *network.Isolated
	job         Job
	name, team  string
	role        *access.ExecutionRole // nil: one is made
}

// wire makes the job's role where none is given, and finds out what the plan needs to know of the resources around it.
func (r runs) wire(this constructs.Construct, kind string, scope constructs.Construct, id string) (wiring, *access.ExecutionRole) {
	at := cdk.Location(this)
	cdk.Check(kind, scope, id, r.job.Image.validateRegion(at.Region))
	registry := ""
	if r.job.Image.builtIn != "" {
		registry = cdk.ByRegion(this, at.Region, "XGBoostAccount")
		cdk.Check(kind, scope, id, validateRegistry(registry, at.Region))
	}
	image, repository := r.job.Image.resolve(at, *awscdk.Aws_URL_SUFFIX(), registry)
	role := r.role
	if role == nil {
		given := r.job.given()
		given.Network, given.Repositories = r.network, []string{repository}
		role = access.NewExecutionRole(this, "JobRole", &given)
	}
	w := wiring{
		at: at, imageURI: image, roleARN: *role.Role.RoleArn(), volumeKeyARN: r.job.Output.Bucket.KeyARN,
		subnets: r.network.SubnetIDs, securityGroup: *r.network.JobSecurityGroup.SecurityGroupId(),
		namePrefix: r.name, tags: r.environment.Tags(), logDays: r.environment.LogRetentionDays, retain: r.environment.Tier.RetainsData(),
	}
	if r.team != "" {
		w.tags["Team"] = r.team
	}
	return w, role
}

func validateRegistry(registry, region string) error {
	if registry != "" {
		return nil
	}
	return problem.Problem{
		Field: "Job.Image", Got: "XGBoost", Allowed: fmt.Sprintf("an image that exists in %s: the catalog knows no built-in XGBoost there", region),
		Fix: "copy it to a repository of your own and name that with training.ImageURI",
	}
}
