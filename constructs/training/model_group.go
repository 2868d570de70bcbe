package training

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// ModelGroupProps say whose models a group holds. No field is required.
type ModelGroupProps struct {
	// Environment decides whether the group is kept when its stack is deleted: not in Development. Zero: the preset of
	// Production.
	Environment environment.Environment
	// Name is what the group is called in its name, dev--NAME, or with a team dev---red--NAME: lower-case letters,
	// digits and single hyphens between them. The whole has at most 63 characters. Empty: the construct's id, in lower
	// case.
	Name string
	// Team is the value of the group's tag Team, which its versions have too. Empty: no such tag.
	Team string
}

// Validate reports every problem of the props, for a group of that construct id.
func (p *ModelGroupProps) Validate(id string) error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	validateTeam(&l, p.Team)
	p.owner().Validate(&l, "Name", p.Name, id, names.RoomFor(names.ModelPackageGroup, ""))
	return l.Err()
}

func (p *ModelGroupProps) owner() names.Owner {
	return names.Owner{Environment: p.Environment.Name, Team: p.Team}
}

// validateTeam notes a team that nobody can be.
func validateTeam(l *problem.List, team string) {
	if team != "" && !token.Is(team) && !names.IsTeam(team) {
		l.Add("Team", team, names.TeamAllowed, "")
	}
}

// ModelGroup is a model package group: the versions of a model, each of which waits for an approval.
type ModelGroup struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Name is the group's: aws sagemaker list-model-packages --model-package-group-name NAME.
	Name string
}

// NewModelGroup makes a model package group for a [Registration], in a stack that stays when that of the workflow is
// deleted. It is kept when its own stack is deleted, and its name is then taken: another deployment takes it in with
// [NewExistingModelGroup]. In Development it goes with its stack, which SageMaker refuses while it holds versions:
// delete them first, with aws sagemaker delete-model-package. It panics with one message that holds every problem when
// scope, id or props are wrong.
func NewModelGroup(scope constructs.Construct, id string, props *ModelGroupProps) *ModelGroup {
	return cdk.Build("training.ModelGroup", scope, id, props, newModelGroup)
}

func newModelGroup(this constructs.Construct, id string, props *ModelGroupProps) *ModelGroup {
	name := props.owner().Name(names.Part(props.Name, id))
	cdk.ClaimOwn(this, "training.ModelGroup", "Name", name, "")
	all := props.Environment.Resolved().Tags()
	if props.Team != "" {
		all["Team"] = props.Team
	}
	cdk.Emit(this, cdk.PathOf(this), cfn.Resources{"Group": modelGroup(name, all, props.Environment.Tier.RetainsData())})
	return &ModelGroup{Construct: this, Name: name}
}

// modelGroup is the resource. It has no description, whose change would replace it and lose its versions
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-modelpackagegroup.html).
func modelGroup(name string, all map[string]string, retain bool) cfn.Resource {
	return cfn.Resource{Type: "AWS::SageMaker::ModelPackageGroup", Properties: cfn.Properties{
		"ModelPackageGroupName": name, "Tags": tags(all),
	}}.Stateful(retain)
}

// ExistingModelGroupProps name a model package group that stands already. Name is required.
type ExistingModelGroupProps struct {
	// Name is the group's whole name, such as dev--churn: one of the account and region of the stack. Required.
	Name string
}

// Validate reports every problem of the props.
func (p *ExistingModelGroupProps) Validate() error {
	p, l := props.Of(p)
	if p.Name == "" {
		l.Add("Name", nil, "the name of a model package group", "")
	} else if allowed := names.Lookup(names.ModelPackageGroup).Allowed(p.Name); allowed != "" && !token.Is(p.Name) {
		l.Add("Name", p.Name, allowed, "")
	}
	return l.Err()
}

// NewExistingModelGroup takes in a model package group that stands already: one that an earlier stack kept, or that
// others made. It changes nothing of it. It panics with one message that holds every problem when scope, id or props
// are wrong.
func NewExistingModelGroup(scope constructs.Construct, id string, props *ExistingModelGroupProps) *ModelGroup {
	return cdk.Build("training.ExistingModelGroup", scope, id, props, newExistingModelGroup)
}

func newExistingModelGroup(this constructs.Construct, _ string, props *ExistingModelGroupProps) *ModelGroup {
	return &ModelGroup{Construct: this, Name: props.Name}
}
