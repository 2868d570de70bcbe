package supplychain

import (
	"maps"
	"slices"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/machine"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/topic"
)

// topicKey encrypts what the topic tells.
func (p promotion) topicKey() key.Plan {
	return key.Plan{Description: "Promotions", At: p.at, Retain: p.retain, Services: []string{"sns"}}
}

// resources are the state machine with its role and log.
func (p promotion) resources(logKeyARN string) cfn.Resources {
	r := cfn.Resources{
		"Log": cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{
			"LogGroupName": names.StateMachineLogs("promotion", p.chain.Name), "KmsKeyId": logKeyARN, "RetentionInDays": p.logDays,
		}}.Stateful(p.retain),
		// The token of an approval is in what a state is given.
		"StateMachine": machine.Machine{
			Definition: p.definition(), Role: "Role", Log: "Log", Secret: true,
		}.Resource(),
	}
	maps.Copy(r, p.role().Resources("Role"))
	return r
}

// role is the state machine's.
func (p promotion) role() role.Role {
	var read, write, seen, filled []string
	for i, s := range p.chain.Stages {
		r := p.chain.repository(p.at, s.Name)
		if i < len(p.chain.Stages)-1 {
			read, seen = append(read, r.ARN), append(seen, r.everyPackage())
		}
		if i > 0 {
			write, filled = append(write, r.ARN), append(filled, r.everyPackage())
		}
	}
	const every = "every package of the stage: which one is asked for is checked and approved"
	projects := []string{p.at.ARN("codebuild", "project/"+names.Project(p.chain.Name, checkProject))}
	statements := []policy.Statement{
		{Effect: policy.Allow, Actions: []string{"codeartifact:DescribePackageVersion"}, Resources: seen, Why: every},
		{Effect: policy.Allow, Actions: []string{"codeartifact:ReadFromRepository"}, Resources: read},
		{Effect: policy.Allow, Actions: []string{"codeartifact:CopyPackageVersions"}, Resources: slices.Concat(write, filled), Why: every},
		{Effect: policy.Allow, Actions: []string{"events:PutTargets", "events:PutRule", "events:DescribeRule"},
			// By this rule Step Functions hears that a build has ended.
			Resources: []string{p.at.ARN("events", "rule/StepFunctionsGetEventForCodeBuildStartBuildRule")}},
		role.LogDelivery,
	}
	statements = append(statements, topic.Publish(p.at, p.topicARN, p.topicKeyARN)...)
	grants := []storage.Grant{p.records.GrantWrite()}
	if len(p.images) > 0 {
		grants = append(grants, p.records.GrantRead())
		for _, name := range []string{checkImageProject, copyProject} {
			projects = append(projects, p.at.ARN("codebuild", "project/"+names.Project(p.chain.Name, name)))
		}
	}
	statements = append(statements, policy.Statement{
		Effect: policy.Allow, Actions: []string{"codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds"}, Resources: projects,
	})
	return role.Role{
		Description: "Promotes packages and images", Name: p.chain.promotionRole(p.at.Region), Service: "states.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": p.at.Account},
			"ArnLike":      {"aws:SourceArn": p.at.ARN("states", "stateMachine:*")},
		},
		Statements: append(statements, storage.Statements(grants...)...),
	}
}

// imageRepositories are the ARNs of the image repositories that are copied from, and of those that are copied to.
func (p promotion) imageRepositories() (from, to []string) {
	for _, name := range p.images {
		for i, s := range p.chain.promoted() {
			from = append(from, imageRepository(p.at, names.Image(p.chain.Name, name, p.chain.before(i+1).Name)).ARN)
			to = append(to, imageRepository(p.at, names.Image(p.chain.Name, name, s.Name)).ARN)
		}
	}
	return from, to
}

var scanStatement = policy.Statement{
	Effect: policy.Allow, Actions: []string{"inspector-scan:ScanSbom"}, Resources: []string{"*"}, Why: "a scan of a list of materials knows no resource",
}

// signStatements let the copies be signed, and the signatures be seen.
func signStatements(repositories []string, registry *Registry) []policy.Statement {
	return []policy.Statement{
		{Effect: policy.Allow, Actions: []string{"ecr:DescribeImageSigningStatus"}, Resources: repositories},
		{Effect: policy.Allow, Actions: []string{"signer:SignPayload"}, Resources: []string{registry.SigningProfile}},
	}
}

// requestStatements let a role start promotions and see how they end.
func requestStatements(machine, executions string) []policy.Statement {
	return []policy.Statement{
		{Effect: policy.Allow, Actions: []string{"states:StartExecution", "states:ListExecutions"}, Resources: []string{machine}},
		{Effect: policy.Allow, Actions: []string{"states:DescribeExecution", "states:GetExecutionHistory"}, Resources: []string{executions},
			Why: "every execution of the promotion"},
	}
}

// approveStatements let a role answer whoever waits.
func approveStatements() []policy.Statement {
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"states:SendTaskSuccess", "states:SendTaskFailure"}, Resources: []string{"*"},
		Why: "answering a task knows no resource: its token is what is needed",
	}}
}
