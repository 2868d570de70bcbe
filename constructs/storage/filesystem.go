package storage

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// FileSystemType is SageMaker's name for a kind of file system.
type FileSystemType string

// The kinds.
const (
	Lustre FileSystemType = "FSxLustre"
	EFS    FileSystemType = "EFS"
)

// FileSystem is a file system in an isolated network that training jobs read in place of copying: see [NewLustre] and
// [NewEFS].
type FileSystem struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Type is its kind.
	Type FileSystemType
	// ID and ARN are its own.
	ID, ARN string
	// SubnetID is where alone jobs reach it; empty: in every subnet of its network.
	SubnetID string
	// DNSName and MountName are what a machine mounts it by; empty for EFS.
	DNSName, MountName string

	mount string // of Lustre: where directories start
	group string // of Lustre: its security group
}

// Directory is a directory of a file system, for a job to read.
type Directory struct {
	// FileSystem holds it.
	FileSystem *FileSystem
	// Path starts with a slash and has no .. in it: "/" is the whole file system.
	Path string
}

// Directory is a directory of the file system. The path starts with a slash.
func (f *FileSystem) Directory(path string) Directory { return Directory{FileSystem: f, Path: path} }

// MountPath is the path as SageMaker takes it.
func (d Directory) MountPath() string {
	if d.FileSystem == nil {
		return d.Path
	}
	return d.FileSystem.mount + d.Path
}

// Validate reports every problem of the directory.
func (d Directory) Validate() error {
	var l problem.List
	if d.FileSystem == nil {
		l.Add("FileSystem", nil, "a file system", "make one with storage.NewLustre or storage.NewEFS")
	}
	if !token.Is(d.Path) && (!strings.HasPrefix(d.Path, "/") || strings.Contains(d.Path+"/", "/../") || len(d.Path) > maxDirectoryPath) {
		l.Add("Path", d.Path, `a path that starts with a slash and has no /../, such as "/churn/train", of at most 4,000 letters`, "")
	}
	return l.Err()
}

// maxDirectoryPath leaves room for the mount's name in SageMaker's 4,096.
const maxDirectoryPath = 4000

// securityGroup makes the group of a file system and opens the ports between it and the jobs, both ways where the file
// system calls its clients. It gives the names of the group's rules, for what looks at them when it is made to wait
// for.
func securityGroup(resources cfn.Resources, net *network.Isolated, what string, bothWays bool, ports ...[2]int) (rules []string) {
	before := slices.Collect(maps.Keys(resources))
	jobs, group := *net.JobSecurityGroup.SecurityGroupId(), cfn.Att("Group", "GroupId")
	resources["Group"] = cfn.Resource{Type: "AWS::EC2::SecurityGroup", Properties: cfn.Properties{
		"GroupDescription": what + ": training jobs only", "VpcId": *net.Vpc.VpcId(),
		"SecurityGroupEgress": []any{cfn.Properties{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32", "Description": "Nothing else"}},
	}}
	for _, p := range ports {
		suffix := strconv.Itoa(p[0])
		resources["FromJobs"+suffix], resources["JobsOut"+suffix] = port(true, group, jobs, p, "Training jobs"), port(false, jobs, group, p, what)
		if bothWays {
			resources["ToJobs"+suffix], resources["JobsIn"+suffix] = port(false, group, jobs, p, "Training jobs"), port(true, jobs, group, p, what)
			resources["FromItself"+suffix] = port(true, group, group, p, "Its own servers")
			resources["ToItself"+suffix] = port(false, group, group, p, "Its own servers")
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(resources)), func(name string) bool { return name == "Group" || slices.Contains(before, name) })
}

// port is a rule of a security group that lets a peer in, or itself out to it.
func port(in bool, owner, peer any, ports [2]int, description string) cfn.Resource {
	kind, field := "Egress", "DestinationSecurityGroupId"
	if in {
		kind, field = "Ingress", "SourceSecurityGroupId"
	}
	return cfn.Resource{Type: "AWS::EC2::SecurityGroup" + kind, Properties: cfn.Properties{
		"GroupId": owner, field: peer, "IpProtocol": "tcp", "FromPort": ports[0], "ToPort": ports[1], "Description": description,
	}}
}

// OpenTo are the rules by which machines of another group, by a reference to it, mount a Lustre file system.
func (f *FileSystem) OpenTo(group any, description string) (rules cfn.Resources) {
	cdk.Do("storage.FileSystem.OpenTo", f, func() { rules = f.openTo(group, description) })
	return rules
}

func (f *FileSystem) openTo(group any, description string) cfn.Resources {
	resources := cfn.Resources{}
	for _, p := range lustrePorts {
		suffix := strconv.Itoa(p[0])
		resources["LustreFrom"+suffix], resources["LustreTo"+suffix] = port(true, f.group, group, p, description), port(false, f.group, group, p, description)
		resources["ToLustre"+suffix], resources["FromLustre"+suffix] = port(false, group, f.group, p, "Lustre"), port(true, group, f.group, p, "Lustre")
	}
	return resources
}

// keyOf is the ARN of a given key, or a reference to one that is made.
func keyOf(resources cfn.Resources, given awskms.IKey, plan key.Plan) any {
	if given != nil {
		cdk.LetUse(given, plan.Needs()...)
		return *given.KeyArn()
	}
	resources["Key"] = plan.Resource()
	return cfn.Att("Key", "Arn")
}
