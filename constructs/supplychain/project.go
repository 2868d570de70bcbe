package supplychain

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/image"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/role"
)

// project is a CodeBuild project that runs one script inside a network.
type project struct {
	name, description string
	at                location.Location
	script            string
	variables         map[string]string
	// makesImage: the script leaves the reference of an image in imageFile, and the build exports it as IMAGE.
	makesImage bool
	// tools is the image that the script runs in.
	tools string
	// source is the S3 location of a zip file; empty: none.
	source  string
	timeout time.Duration
	// statements are what it may do besides pulling its tools, writing its log and standing in the network.
	statements []policy.Statement
	// roleName is its role's name; empty: CloudFormation's choice.
	roleName string

	vpc, group string
	subnets    []string
	logKeyARN  string
	logDays    int
	retain     bool
}

// in puts the project into a network.
func (p *project) in(n *network.Isolated) {
	p.vpc, p.subnets, p.group, p.logKeyARN = *n.Vpc.VpcId(), n.SubnetIDs, *n.JobSecurityGroup.SecurityGroupId(), *n.LogKey.KeyArn()
}

// validateBuilding checks what all projects need: a network that builds images, and tools in it.
func validateBuilding(l *problem.List, n *network.Isolated, tools string) {
	switch {
	case n == nil:
		l.Add("Network", nil, "the network that the build runs in", "make one with network.NewIsolated")
	case !slices.Contains(n.Capabilities, network.ImageBuild):
		l.Add("Network.Capabilities", n.Capabilities, "ImageBuild among them", "without it neither images nor logs can be reached: add network.ImageBuild")
	}
	validateImage(l, "Tools", tools)
}

func validateImage(l *problem.List, field, uri string) {
	if r, ok := image.Parse(uri); !ok || r.Tag == "latest" {
		l.Add(field, uri, image.Allowed+`, and not "latest"`, "copy images of public registries into a repository of your own: see NewMirror")
	}
}

// validatePulled checks that the endpoints of the network let an image through.
func validatePulled(n *network.Isolated, at location.Location, uris ...string) error {
	var l problem.List
	for _, uri := range uris {
		l.Include("", n.ValidateImage(repositoryOf(uri, at)))
	}
	return l.Err()
}

// Where a build keeps its script, and the reference of the image that it made.
const (
	scriptFile = "/tmp/plinth.sh"
	imageFile  = "/tmp/image"
)

// buildspec is the specification of the build: one phase that runs the script, in a shell of its own, so that it can
// set how that one fails (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html).
func (p project) buildspec() string {
	env := map[string]any{"shell": "bash"}
	commands := []string{"cat >" + scriptFile + " <<'END_OF_SCRIPT'\n" + p.script + "END_OF_SCRIPT", "bash " + scriptFile}
	if p.makesImage {
		env["exported-variables"] = []string{"IMAGE"}
		commands = append(commands, "export IMAGE=$(cat "+imageFile+")")
	}
	text, err := json.Marshal(map[string]any{
		"version": 0.2, "env": env, "phases": map[string]any{"build": map[string]any{"commands": commands}},
	})
	if err != nil {
		panic(err) // it is made of texts only
	}
	return string(text)
}

// resources are the project, its role and its log, under names that start with prefix.
func (p project) resources(prefix string) cfn.Resources {
	source := cfn.Properties{"Type": "NO_SOURCE", "BuildSpec": p.buildspec()}
	if p.source != "" {
		source["Type"], source["Location"] = "S3", p.source
	}
	var variables []any
	for _, name := range slices.Sorted(maps.Keys(p.variables)) {
		variables = append(variables, cfn.Properties{"Name": name, "Type": "PLAINTEXT", "Value": p.variables[name]})
	}
	r := p.role().Resources(prefix + "Role")
	r[prefix+"Log"] = cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{
		"LogGroupName": p.logGroup(), "KmsKeyId": p.logKeyARN, "RetentionInDays": p.logDays,
	}}.Stateful(p.retain)
	r[prefix+"Project"] = cfn.Resource{Type: "AWS::CodeBuild::Project", Properties: cfn.Properties{
		"Name": p.name, "Description": p.description, "ServiceRole": cfn.Att(prefix+"Role", "Arn"),
		"Source": source, "Artifacts": cfn.Properties{"Type": "NO_ARTIFACTS"},
		"Environment": cfn.Properties{
			"Type": "LINUX_CONTAINER", "ComputeType": "BUILD_GENERAL1_MEDIUM",
			"Image": p.tools, "ImagePullCredentialsType": "SERVICE_ROLE",
			// A Docker daemon needs it. Checks and copies run none.
			"PrivilegedMode":       p.makesImage,
			"EnvironmentVariables": variables,
		},
		"VpcConfig":     cfn.Properties{"VpcId": p.vpc, "Subnets": p.subnets, "SecurityGroupIds": []string{p.group}},
		"EncryptionKey": p.logKeyARN,
		"LogsConfig":    cfn.Properties{"CloudWatchLogs": cfn.Properties{"Status": "ENABLED", "GroupName": cfn.Ref(prefix + "Log")}},
		"Visibility":    "PRIVATE", "TimeoutInMinutes": int(p.timeout.Minutes()), "QueuedTimeoutInMinutes": 60,
	}, Metadata: role.Metadata(role.AcceptInPacks("CodeBuildProjectSourceRepoUrl",
		"The rule is about GitHub and Bitbucket: the source is a file in S3, or there is none", role.HIPAA, role.PCI))}
	return r
}

func (p project) logGroup() string { return names.ProjectLogs(p.name) }

// role is the project's. Nobody but CodeBuild for this project can use it.
func (p project) role() role.Role {
	statements := append(role.Pull([]string{repositoryOf(p.tools, p.at)}), policy.Statement{
		Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resources: []string{p.at.ARN("logs", "log-group:"+p.logGroup()+":*")}, Why: "the streams of the project's own group",
	})
	return role.Role{
		Description: p.description, Name: p.roleName, Service: "codebuild.amazonaws.com",
		TrustConditions: policy.Conditions{
			"StringEquals": {"aws:SourceAccount": p.at.Account},
			"ArnEquals":    {"aws:SourceArn": p.at.ARN("codebuild", "project/"+p.name)},
		},
		Statements: slices.Concat(statements, p.statements, role.Interfaces(p.at, "codebuild.amazonaws.com", p.subnets, p.group)),
	}
}

// repositoryOf is the ARN of the repository of a valid image.
func repositoryOf(uri string, at location.Location) string {
	r, _ := image.Parse(uri)
	return r.Repository(at.Partition)
}

// registries are the hosts of images, each once, with spaces between.
func registries(uris ...string) string {
	var hosts []string
	for _, uri := range uris {
		host, _, _ := strings.Cut(uri, "/")
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return strings.Join(hosts, " ")
}
