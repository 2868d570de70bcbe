package storage

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/token"
)

//go:embed write_files.py
var writeFiles string

// writingSeconds is how long writing the files may take.
const writingSeconds = 300

// FilesProps say which text files a deployment writes. All but Environment are required.
type FilesProps struct {
	// Environment decides how long the writer's log is kept. Zero: the preset of Production.
	Environment environment.Environment
	// Bucket is where they go. It has the role among its OutsideRoles: the writer is in no network. Required.
	Bucket *DataBucket
	// Folders are the only ones that it writes to, such as "dags/". Required.
	Folders []string
	// Role is the name of the role that writes them, at most 48 letters, digits, hyphens and underscores, to which two
	// hyphens and the region are added, since roles are those of the whole account: see [FilesRole]. Begin it with the
	// environment's name. Required.
	Role string
	// LogKey encrypts the writer's log; its policy must let CloudWatch Logs use it, which is added to a key of the app.
	// Required.
	LogKey awskms.IKey
	// Files are the files. Required.
	Files []File
}

// File is a text file.
type File struct {
	// Path is in one of the folders, without . or .. between slashes: "dags/churn.py". Required.
	Path string
	// Text is what it holds; it may hold CDK tokens.
	Text string
	// Name is letters and digits by which [Files.Version] tells its version. Empty: nobody asks for it.
	Name string
}

// Files are text files in a bucket.
type Files struct {
	// Construct is the scope of their writer.
	Construct constructs.Construct
	// URI is the bucket as s3://BUCKET/, and ARN its ARN, told when all files are written: what refers to them waits
	// for the files.
	URI, ARN string

	emitted cdk.Emitted
	names   []string // of the files that have one
}

// Version is the version of the file of that name.
func (f *Files) Version(name string) string {
	return cdk.Text("storage.Files.Version", f, func() string {
		if !slices.Contains(f.names, name) {
			cdk.Check(problem.Problem{Field: "name", Got: name, Allowed: "the Name of one of Files: " + strings.Join(f.names, ", ")})
		}
		return f.emitted.Att("Files", name)
	})
}

// FilesRole is the ARN of the role that writes files, NAME--REGION in the construct's account, to let its bucket know
// of it before it is there.
func FilesRole(scope constructs.Construct, name string) string {
	at := cdk.Where("storage.FilesRole", scope, validateRole(name))
	return at.Role(names.Role(at.Region, name))
}

// DeploymentRole is the ARN, with * in it, of the role by which accounts deploy that the CDK's bootstrap has prepared:
// for buckets whose files AWS reads as whoever deploys.
func DeploymentRole(scope constructs.Construct) string {
	return deployment(cdk.Where("storage.DeploymentRole", scope))
}

var (
	roleNamePattern = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	fileNamePattern = regexp.MustCompile(`^[A-Za-z0-9]*$`)
)

// Validate reports every problem of the props.
func (p *FilesProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	l.Include("", validateBucket(p.Bucket))
	l.Include("Bucket", p.Bucket.validateWritten())
	if len(p.Folders) == 0 {
		l.Add("Folders", 0, "at least one", "")
	}
	for i, folder := range p.Folders {
		l.Include(fmt.Sprintf("Folders[%d]", i), validatePath(folder))
	}
	l.Include("", validateRole(p.Role))
	if p.LogKey == nil {
		l.Add("LogKey", nil, "a key for the writer's log", "the LogKey of network.Isolated")
	}
	if len(p.Files) == 0 {
		l.Add("Files", 0, "at least one", "")
	}
	seen := map[string]bool{}
	for i, f := range p.Files {
		if seen[f.Path] || !slices.ContainsFunc(p.Folders, func(folder string) bool { return strings.HasPrefix(f.Path, folder) && f.Path != folder }) {
			l.Add(fmt.Sprintf("Files[%d].Path", i), f.Path, "a path in one of Folders, different for each file", "")
		}
		seen[f.Path] = true
		if wrong := unreadable(f.Path); wrong != "" {
			l.Add(fmt.Sprintf("Files[%d].Path", i), f.Path, wrong, "")
		}
		if f.Name != "" && slices.ContainsFunc(p.Files[:i], func(other File) bool { return other.Name == f.Name }) {
			l.Add(fmt.Sprintf("Files[%d].Name", i), f.Name, "a name that no other file has", "")
		}
		if !fileNamePattern.MatchString(f.Name) || f.Name == "URI" || f.Name == "ARN" {
			l.Add(fmt.Sprintf("Files[%d].Name", i), f.Name, "letters and digits, and not URI or ARN", "")
		}
	}
	return l.Err()
}

// validateRole checks what the name of a role starts with.
func validateRole(name string) error {
	room := names.RoleRoom().Most
	if token.Is(name) || len(name) <= room && roleNamePattern.MatchString(name) {
		return nil
	}
	return problem.Problem{Field: "Role", Got: name, Allowed: fmt.Sprintf("1 to %d letters, digits, hyphens and underscores", room)}
}

// NewFiles writes text files into a bucket whenever a deployment changes them, and takes away those that are no longer
// wanted; with their stack they stay, as long as the bucket does. When the creation of their stack fails, what it wrote
// is deleted. It panics with one message that holds every problem when scope, id or props are wrong.
func NewFiles(scope constructs.Construct, id string, props *FilesProps) *Files {
	return cdk.Build("storage.Files", scope, id, props, newFiles)
}

func newFiles(this constructs.Construct, _ string, props *FilesProps) *Files {
	at := cdk.Location(this)
	cdk.ClaimOwn(this, "storage.Files", "Role", props.Role, "")
	claimObjects(this, *props)
	cdk.LetUse(props.LogKey, key.Logs(at, "*"))
	emitted := cdk.Emit(this, cdk.PathOf(this), filesResources(at, *props))
	files := &Files{Construct: this, URI: emitted.Att("Files", "URI"), ARN: emitted.Att("Files", "ARN"), emitted: emitted}
	for _, f := range props.Files {
		if f.Name != "" {
			files.names = append(files.names, f.Name)
		}
	}
	return files
}

// written identifies an object in a bucket of an app.
type written struct {
	app         any
	bucket, key string
}

// writers are who writes which objects.
var writers = map[written]string{}

// claimObjects notes the objects that are written. It panics with a fault where another construct writes one of them:
// the last one deployed would win, and take it away from the other when it does not want it any more.
func claimObjects(this constructs.Construct, p FilesProps) {
	home, _ := made.Of(p.Bucket)
	var l problem.List
	for i, f := range p.Files {
		id := written{home.App, p.Bucket.ARN, f.Path}
		if by := writers[id]; by != "" {
			l.Add(fmt.Sprintf("Files[%d].Path", i), f.Path, "an object that nothing else writes",
				by+" writes it too: leave it to one of them, or give one another path")
			continue
		}
		writers[id] = fault.Where("storage.Files", cdk.PathOf(this), fault.Caller())
	}
	cdk.Check(l.Err())
}

// takesBack are what the function may do when the creation of its stack is rolled back: a bucket of the same stack goes
// only when it is empty.
func takesBack(p FilesProps) []policy.Statement {
	var objects, prefixes []string
	for _, folder := range p.Folders {
		objects, prefixes = append(objects, p.Bucket.ARN+"/"+folder+names.Any), append(prefixes, folder+names.Any)
	}
	return []policy.Statement{{
		Effect: policy.Allow, Actions: []string{"s3:DeleteObjectVersion"}, Resources: objects, Why: "every object below the folders that are written",
	}, {
		Effect: policy.Allow, Actions: []string{"s3:ListBucketVersions"}, Resources: []string{p.Bucket.ARN},
		Conditions: policy.Conditions{"StringLike": {"s3:prefix": prefixes}},
	}, {
		Effect: policy.Allow, Actions: []string{"cloudformation:DescribeStacks"}, References: []any{cfn.Ref("AWS::StackId")},
	}}
}

// filesResources are the files, the function that writes them, its role and its log.
func filesResources(at location.Location, p FilesProps) cfn.Resources {
	var grants []Grant
	for _, folder := range p.Folders {
		grants = append(grants, p.Bucket.Prefix(folder).GrantReadWriteDelete())
	}
	r := role.Role{
		Name: names.Role(at.Region, p.Role), Description: "Writes the files of a deployment", Service: "lambda.amazonaws.com",
		// No document says that Lambda fills in the key, so a request without it is let through.
		TrustConditions: policy.Conditions{"StringEqualsIfExists": {"aws:SourceAccount": at.Account}},
		Statements: append(Statements(grants...), append(takesBack(p), policy.Statement{
			Effect: policy.Allow, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, References: []any{cfn.Att("Logs", "Arn")},
		})...),
	}
	var files []any
	for _, f := range p.Files {
		file := cfn.Properties{"Path": f.Path, "Text": f.Text}
		if f.Name != "" {
			file["Name"] = f.Name
		}
		files = append(files, file)
	}
	const waits = "It runs in a deployment only; CloudFormation waits for it and fails with its error"
	resources := r.Resources("Role")
	maps.Copy(resources, cfn.Resources{
		"Logs": cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{
			"RetentionInDays": p.Environment.Resolved().LogRetentionDays, "KmsKeyId": *p.LogKey.KeyArn(),
		}}.Stateful(false),
		"Writer": {
			Type: "AWS::Lambda::Function",
			Properties: cfn.Properties{
				"Description": "Writes the files of a deployment", "Runtime": "python3.14", "Handler": "index.handler",
				"Code": cfn.Properties{"ZipFile": writeFiles}, "Role": cfn.Att("Role", "Arn"), "Timeout": writingSeconds,
				"LoggingConfig": cfn.Properties{"LogGroup": cfn.Ref("Logs")},
			},
			Metadata: role.Metadata(slices.Concat(role.AcceptInPacks("LambdaInsideVPC", waits),
				role.AcceptInPacks("LambdaConcurrency", waits, role.NIST, role.HIPAA), role.AcceptInPacks("LambdaDLQ", waits, role.NIST, role.HIPAA))),
		},
		"Files": {
			Type: "Custom::Files",
			Properties: cfn.Properties{
				"ServiceToken": cfn.Att("Writer", "Arn"), "ServiceTimeout": writingSeconds,
				"Bucket": p.Bucket.Name, "BucketArn": p.Bucket.ARN, "Files": files,
			},
		},
	})
	return resources
}
