package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// takers are the types of resources that a service works for by a role, with the property that names the role and the
// service (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html).
var takers = []struct{ typ, property, service string }{
	{"AWS::Backup::BackupSelection", "BackupSelection.IamRoleArn", "backup.amazonaws.com"},
	{"AWS::Batch::JobDefinition", "ContainerProperties.JobRoleArn", "ecs-tasks.amazonaws.com"},
	{"AWS::Batch::JobDefinition", "ContainerProperties.ExecutionRoleArn", "ecs-tasks.amazonaws.com"},
	{"AWS::CodeBuild::Project", "ServiceRole", "codebuild.amazonaws.com"},
	{"AWS::EC2::InstanceProfile", "Roles", "ec2.amazonaws.com"},
	{"AWS::ECS::TaskDefinition", "ExecutionRoleArn", "ecs-tasks.amazonaws.com"},
	{"AWS::ECS::TaskDefinition", "TaskRoleArn", "ecs-tasks.amazonaws.com"},
	{"AWS::Events::Rule", "RoleArn", "events.amazonaws.com"},
	{"AWS::Events::Rule", "Targets.RoleArn", "events.amazonaws.com"},
	{"AWS::Glue::Crawler", "Role", "glue.amazonaws.com"},
	{"AWS::Glue::Job", "Role", "glue.amazonaws.com"},
	{"AWS::Lambda::Function", "Role", "lambda.amazonaws.com"},
	{"AWS::SageMaker::Domain", "DefaultUserSettings.ExecutionRole", "sagemaker.amazonaws.com"},
	{"AWS::SageMaker::Model", "ExecutionRoleArn", "sagemaker.amazonaws.com"},
	{"AWS::SageMaker::NotebookInstance", "RoleArn", "sagemaker.amazonaws.com"},
	{"AWS::SageMaker::Pipeline", "RoleArn", "sagemaker.amazonaws.com"},
	{"AWS::SageMaker::UserProfile", "UserSettings.ExecutionRole", "sagemaker.amazonaws.com"},
	{"AWS::Scheduler::Schedule", "Target.RoleArn", "scheduler.amazonaws.com"},
	{"AWS::StepFunctions::StateMachine", "RoleArn", "states.amazonaws.com"},
}

// untaken finds resources with a role of Plinth's that their service can't assume.
func (a *app) untaken() []assembly.Finding {
	var all []assembly.Finding
	for _, t := range takers {
		for _, r := range a.of(t.typ) {
			for _, of := range inside(r.Properties, strings.Split(t.property, ".")...) {
				role, known := a.target(r.stack, of)
				construct, ours := emitted(role.Path())
				if !known || !ours || role.Type != "AWS::IAM::Role" || trustsService(role, t.service) {
					continue
				}
				all = append(all, assembly.Finding{
					Path:        strings.TrimSuffix(r.Path(), "/Resource"),
					Description: fmt.Sprintf("the %s has the role of %s, which does not trust %s", t.typ, construct, t.service),
					Fix:         "give it a role of its own, such as one of awsiam.NewRole: roles of Plinth are each for one service",
				})
			}
		}
	}
	return all
}

// unassumable finds who may pass a role to a service that the role does not trust, and resources that have such a role
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html). Where the role is of another app
// nothing is known.
func unassumable(a *app) []assembly.Finding {
	all := a.untaken()
	for _, p := range a.identity {
		if _, ours := emitted(p.Path()); !ours {
			continue // IAM takes it, and whoever wrote it may mean to make such a role later
		}
		for _, s := range statements(p.Properties["PolicyDocument"]) {
			services := s.values("iam:PassedToService")
			if !s.allows() || !s.does("iam:PassRole") || len(services) == 0 {
				continue
			}
			for _, to := range cfn.List(s["Resource"]) {
				role, ok := a.target(p.stack, to)
				if !ok || role.Type != "AWS::IAM::Role" || slices.ContainsFunc(services, func(service any) bool { return trustsService(role, service) }) {
					continue
				}
				all = append(all, assembly.Finding{
					Path:        p.Path(),
					Description: fmt.Sprintf("this passes the role %s to %v, which the role does not trust", role.Path(), services[0]),
					Fix:         "give a role that the service assumes, such as one of access.NewExecutionRole for jobs, or let its trust policy name the service",
				})
			}
		}
	}
	return all
}

// trustsService tells whether a role may trust a service. Of a pattern, and of a principal that only the deployment
// knows, it can't be told.
func trustsService(role resource, service any) bool {
	name, known := service.(string)
	if !known || strings.ContainsAny(name, "*?") {
		return true
	}
	first := func(name string) string { return strings.SplitN(name, ".", 2)[0] } // states.eu-west-1.amazonaws.com is states.amazonaws.com
	for _, s := range statements(role.Properties["AssumeRolePolicyDocument"]) {
		if s.allows() && slices.ContainsFunc(s.principals("Service"), func(of any) bool {
			text, known := of.(string)
			return !known || text == "*" || first(text) == first(name)
		}) {
			return true
		}
	}
	return false
}
