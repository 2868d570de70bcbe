// Package constructs_test holds every construct against what its users may do with the CDK's objects that it exposes.
package constructs_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/crc32"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/verify"
)

// built is one of every construct that exposes objects of the CDK.
func built(stack awscdk.Stack) []any {
	staging := environment.Environment{Name: "staging", Tier: environment.Staging}
	staging.Limits.MonthlyBudget = 30_000 // what a cluster costs
	in := []access.WayIn{access.IdentityCenter("Scientist")}
	chain := supplychain.Chain{Name: "acme"}
	net := network.NewIsolated(stack, "Network", &network.IsolatedProps{
		Environment: staging, Capabilities: []network.Capability{
			network.Training, network.Airflow, network.AirflowServerless, network.ImageBuild, network.HyperPod, network.Packages,
		},
	})
	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{
		Environment: staging, Endpoints: net.S3Endpoints(), OutsideRoles: []string{chain.PromotionRole(stack)},
	})
	guard := access.NewGuard(stack, "Guard", &access.GuardProps{
		Environment: staging, Network: net, Keys: []string{data.KeyARN},
	})
	job := training.Job{
		Image:  training.XGBoost("3.2-0"),
		Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/"), ContentType: "text/csv"}},
		Output: data.Prefix("models/"), InstanceType: "ml.m5.xlarge",
	}
	workflow := training.NewWorkflow(stack, "Workflow", &training.WorkflowProps{
		Environment: staging, Network: net, Job: job,
	})
	packages := supplychain.NewPackages(stack, "Packages", &supplychain.PackagesProps{Chain: chain})
	dags := []airflow.DAG{{ID: "churn", Workflow: workflow}}
	return []any{
		net, data, guard, workflow, packages,
		storage.NewKey(stack, "Key", nil),
		training.NewPipeline(stack, "Pipeline", &training.PipelineProps{
			Environment: staging, Network: net, Guard: guard, Job: job,
		}),
		training.NewRequest(stack, "Request", &training.RequestProps{
			Environment: staging, Network: net, Job: job, Name: "staging-request",
		}),
		access.NewVisitor(stack, "Visitor", &access.VisitorProps{TrustedBy: in}),
		access.NewLauncher(stack, "Launcher", &access.LauncherProps{Environment: staging, Guard: guard, TrustedBy: in}),
		supplychain.NewImages(stack, "Images", &supplychain.ImagesProps{Chain: chain, Name: "churn"}),
		supplychain.NewPromotion(stack, "Promotion", &supplychain.PromotionProps{
			Environment: staging, Packages: packages, Network: net,
			Tools: chain.MirrorRepository(stack, "tools").URI + ":1", Records: data.Prefix("records/"),
		}),
		airflow.NewEnvironment(stack, "Airflow", &airflow.EnvironmentProps{
			Environment: staging, Network: net, Guard: guard, AccessLogs: data.AccessLogs, DAGs: dags,
		}),
		airflow.NewServerless(stack, "Serverless", &airflow.ServerlessProps{
			Environment: staging, Network: net, Guard: guard, AccessLogs: data.AccessLogs, DAGs: dags,
		}),
		hyperpod.NewCluster(stack, "Cluster", &hyperpod.ClusterProps{
			Environment: staging, Network: net, AccessLogs: data.AccessLogs, LoginType: "ml.m5.xlarge",
			Groups: []hyperpod.Group{{Name: "train", InstanceType: "ml.m5.2xlarge", Instances: 2}},
		}),
	}
}

// object is one of the CDK that a construct exposes.
type object struct {
	// at is where: "training.Workflow.Topic".
	at string
	// construct is the path of the construct: "Stack/Workflow".
	construct string
	value     any
}

// exposed are the objects that constructs expose.
func exposed(all []any) []object {
	w := walker{seen: map[any]bool{}}
	for _, m := range all {
		w.walk(reflect.ValueOf(m), "")
	}
	return w.found
}

type walker struct {
	found []object
	seen  map[any]bool
}

func (w *walker) walk(v reflect.Value, at string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || w.seen[v.Interface()] || !strings.Contains(v.Type().Elem().PkgPath(), "plinth/constructs/") {
			return
		}
		w.seen[v.Interface()] = true
		for i := range v.Elem().NumField() {
			if f := v.Elem().Type().Field(i); f.IsExported() && f.Name != "Construct" {
				w.walk(v.Elem().Field(i), v.Type().Elem().String()+"."+f.Name)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i), at)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			w.walk(v.MapIndex(key), at)
		}
	case reflect.Interface:
		if !v.IsNil() && strings.HasPrefix(v.Type().PkgPath(), "github.com/aws/aws-cdk-go/") {
			path := *v.Interface().(constructs.IConstruct).Node().Path()
			w.found = append(w.found, object{at, path[:strings.LastIndex(path, "/")], v.Interface()})
		}
	}
}

// field is an exported field of a struct that has objects of the CDK.
var field = regexp.MustCompile(`^(\[\])?aws[a-z0-9]+\.I[A-Z]`)

// Every field of every construct that exposes an object of the CDK is in the tests below.
func TestEveryExposedObjectIsTried(t *testing.T) {
	var found []object
	err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) { found = exposed(built(newStack(app))) })
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range found {
		if len(tried(o.value)) == 0 {
			t.Errorf("no test of a %T: %s", o.value, o.at)
		}
	}
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			declared, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			s, ok := declared.Type.(*ast.StructType)
			if !ok || !declared.Name.IsExported() || strings.HasSuffix(declared.Name.Name, "Props") {
				return true
			}
			for _, f := range s.Fields.List {
				for _, name := range f.Names {
					at := file.Name.Name + "." + declared.Name.Name + "." + name.Name
					here := func(o object) bool { return o.at == at }
					if name.IsExported() && field.MatchString(typeText(f.Type)) && !slices.ContainsFunc(found, here) {
						t.Errorf("%s is an object of the CDK that no construct of these tests has", at)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return typeText(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeText(e.Elt)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func newStack(app awscdk.App) awscdk.Stack {
	return awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String("us-east-1")},
	})
}

// attempt is a call on an exposed object that changes something.
type attempt struct {
	call string
	// do makes the call, with a word for it.
	do func(stack awscdk.Stack, word string)
	// want is a pattern of what the call changes in the template, in which WORD stands for the word.
	want string
	// refused is a part of the finding that the call is; empty: it works.
	refused string
}

// works and fails are the two kinds.
func works(call, want string, do func(stack awscdk.Stack, word string)) attempt {
	return attempt{call, do, want, ""}
}

func fails(call, refused string, do func(stack awscdk.Stack, word string)) attempt {
	return attempt{call, do, "", refused}
}

// granted is what a grant to the role of a word leaves.
const granted = `"RoleWORDDefaultPolicy[0-9A-F]{8}":`

// tried are the calls on an object.
func tried(value any) []attempt {
	switch o := value.(type) {
	case awsec2.ISecurityGroup:
		elsewhere := func() awsec2.IPeer { return awsec2.Peer_Ipv4(jsii.String("10.9.8.0/24")) }
		port := func(n float64) awsec2.Port { return awsec2.Port_Tcp(&n) }
		return []attempt{
			works("AddIngressRule", "WORD",
				func(_ awscdk.Stack, word string) { o.AddIngressRule(elsewhere(), port(7001), &word, nil) }),
			works("AddEgressRule", "WORD",
				func(_ awscdk.Stack, word string) { o.AddEgressRule(elsewhere(), port(7002), &word, nil) }),
			works("Connections.AllowTo", "WORD",
				func(_ awscdk.Stack, word string) { o.Connections().AllowTo(elsewhere(), port(7003), &word) }),
		}
	case awsec2.IVpc:
		glue, dynamo := awsec2.InterfaceVpcEndpointAwsService_GLUE(), awsec2.GatewayVpcEndpointAwsService_DYNAMODB()
		return []attempt{
			works("AddFlowLog", "WORD", func(_ awscdk.Stack, word string) { o.AddFlowLog(&word, nil) }),
			fails("AddInterfaceEndpoint", `[]network.AdditionalEndpoint{{Service: "glue"`, func(_ awscdk.Stack, word string) {
				o.AddInterfaceEndpoint(&word, &awsec2.InterfaceVpcEndpointOptions{Service: glue})
			}),
			fails("AddGatewayEndpoint", `[]network.AdditionalEndpoint{{Service: "dynamodb"`, func(_ awscdk.Stack, word string) {
				o.AddGatewayEndpoint(&word, &awsec2.GatewayVpcEndpointOptions{Service: dynamo})
			}),
			fails("NewInterfaceVpcEndpoint", "AdditionalEndpoints", func(stack awscdk.Stack, word string) {
				awsec2.NewInterfaceVpcEndpoint(stack, &word, &awsec2.InterfaceVpcEndpointProps{Vpc: o, Service: glue})
			}),
		}
	case awss3.IBucket:
		return []attempt{
			works("AddToResourcePolicy", `"Sid":"WORD"`,
				func(_ awscdk.Stack, word string) { o.AddToResourcePolicy(denies(word, "s3:GetObject", *o.BucketArn())) }),
			works("GrantPut to a service", `"Service":"WORD.amazonaws.com"`,
				func(_ awscdk.Stack, word string) { o.GrantPut(service(word), nil) }),
			works("GrantRead", granted, func(stack awscdk.Stack, word string) { o.GrantRead(role(stack, word), nil) }),
			fails("GrantRead to another account", "DataBucketProps.Shares", func(_ awscdk.Stack, _ string) {
				o.GrantRead(awsiam.NewAccountPrincipal(jsii.String("999988887777")), nil)
			}),
			fails("GrantPublicAccess", "DataBucketProps.Shares", func(_ awscdk.Stack, _ string) { o.GrantPublicAccess(nil) }),
			fails("NewBucketPolicy", "Bucket.AddToResourcePolicy", func(stack awscdk.Stack, word string) {
				second := awss3.NewBucketPolicy(stack, &word, &awss3.BucketPolicyProps{Bucket: o})
				second.Document().AddStatements(denies(word, "s3:GetObject", *o.BucketArn()))
			}),
		}
	case awskms.IKey:
		return []attempt{
			works("AddToResourcePolicy", `"Sid":"WORD"`,
				func(_ awscdk.Stack, word string) { o.AddToResourcePolicy(denies(word, "kms:Decrypt", "*"), nil) }),
			works("GrantDecrypt to a service", `"Service":"WORD.amazonaws.com"`,
				func(_ awscdk.Stack, word string) { o.GrantDecrypt(service(word)) }),
			works("GrantDecrypt to a role that its policy names", granted, func(stack awscdk.Stack, word string) {
				r := role(stack, word)
				o.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
					Actions: jsii.Strings("kms:Decrypt"), Resources: jsii.Strings("*"), Principals: &[]awsiam.IPrincipal{r},
				}), nil)
				o.GrantDecrypt(r)
			}),
		}
	case awssns.ITopic:
		return []attempt{
			works("AddToResourcePolicy", `"Sid":"WORD"`,
				func(_ awscdk.Stack, word string) { o.AddToResourcePolicy(denies(word, "sns:Publish", *o.TopicArn())) }),
			works("GrantPublish to a service", `"Service":"WORD.amazonaws.com"`,
				func(_ awscdk.Stack, word string) { o.GrantPublish(service(word)) }),
			works("GrantPublish", granted+`.{0,400}kms:GenerateDataKey`,
				func(stack awscdk.Stack, word string) { o.GrantPublish(role(stack, word)) }),
			fails("NewTopicPolicy", "Topic.AddToResourcePolicy", func(stack awscdk.Stack, word string) {
				awssns.NewTopicPolicy(stack, &word, &awssns.TopicPolicyProps{Topics: &[]awssns.ITopic{o}, EnforceSSL: jsii.Bool(true)})
			}),
		}
	case awsiam.IRole:
		return []attempt{
			works("AddToPrincipalPolicy", "arn:aws:s3:::WORD/",
				func(_ awscdk.Stack, word string) { o.AddToPrincipalPolicy(allows(word)) }),
			works("AttachInlinePolicy", `arn:aws:s3:::WORD/.{0,200}"Roles":`, func(stack awscdk.Stack, word string) {
				o.AttachInlinePolicy(awsiam.NewPolicy(stack, &word, &awsiam.PolicyProps{
					Statements: &[]awsiam.PolicyStatement{allows(word)},
				}))
			}),
			works("AddManagedPolicy", `arn:aws:s3:::WORD/.{0,200}"Roles":`, func(stack awscdk.Stack, word string) {
				o.AddManagedPolicy(awsiam.NewManagedPolicy(stack, &word, &awsiam.ManagedPolicyProps{
					Statements: &[]awsiam.PolicyStatement{allows(word)},
				}))
			}),
			works("GrantPassRole", granted, func(stack awscdk.Stack, word string) { o.GrantPassRole(role(stack, word)) }),
			fails("AddManagedPolicy of AWS", "Role.AddToPrincipalPolicy", func(_ awscdk.Stack, _ string) {
				o.AddManagedPolicy(awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("ReadOnlyAccess")))
			}),
			fails("GrantAssumeRole", "TrustedBy",
				func(stack awscdk.Stack, word string) { o.GrantAssumeRole(role(stack, word)) }),
		}
	case awsiam.IManagedPolicy:
		const attached = `"ManagedPolicyArns":\[\{[^]]*\}\],"RoleName":"WORD"`
		return []attempt{
			works("Role.AddManagedPolicy", attached, func(stack awscdk.Stack, word string) { role(stack, word).AddManagedPolicy(o) }),
		}
	case awsstepfunctions.IStateMachine:
		return []attempt{
			works("GrantStartExecution", granted,
				func(stack awscdk.Stack, word string) { o.GrantStartExecution(role(stack, word)) }),
			fails("GrantStartExecution to it", "Workflow.Role.Role", func(awscdk.Stack, string) { o.GrantStartExecution(o) }),
		}
	}
	return nil
}

func service(word string) awsiam.ServicePrincipal {
	return awsiam.NewServicePrincipal(jsii.String(word+".amazonaws.com"), nil)
}

func denies(word, action, resource string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: &word, Effect: awsiam.Effect_DENY, Actions: jsii.Strings(action), Resources: &[]*string{&resource},
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
	})
}

func allows(word string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("s3:GetObject"), Resources: jsii.Strings("arn:aws:s3:::" + word + "/*"),
	})
}

func role(stack awscdk.Stack, word string) awsiam.Role {
	return awsiam.NewRole(stack, jsii.String("Role"+word), &awsiam.RoleProps{
		RoleName: &word, AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
}

// called is a call that was built.
type called struct {
	object
	attempt
}

// String says which.
func (c called) String() string { return c.at + " of " + c.construct + ": " + c.call }

// word is one that is in no template but by the call.
func (c called) word() string { return fmt.Sprintf("W%X", crc32.ChecksumIEEE([]byte(c.String()))) }

// try makes calls on all objects, and gives what is synthesized.
func try(t *testing.T, refused bool) (calls []called, stacks []assembly.Stack) {
	t.Helper()
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	stack := newStack(app)
	tries := map[any]bool{}
	for _, o := range exposed(built(stack)) {
		if tries[o.value] {
			continue
		}
		tries[o.value] = true
		for _, a := range tried(o.value) {
			if refused == (a.refused != "") {
				c := called{o, a}
				c.do(stack, c.word())
				calls = append(calls, c)
			}
		}
	}
	func() {
		defer func() {
			if failed := recover() != nil; failed != refused {
				t.Errorf("synthesis fails: %t, want %t", failed, refused)
			}
		}()
		app.Synth(nil)
	}()
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return calls, stacks
}

// A call that changes something changes the template, and the stack can still be deployed: nothing waits for itself.
func TestCallsThatWork(t *testing.T) {
	calls, stacks := try(t, false)
	text, err := json.Marshal(stacks[0].Template.Resources)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		if !regexp.MustCompile(strings.ReplaceAll(c.want, "WORD", c.word())).Match(text) {
			t.Errorf("%s does nothing", c)
		}
	}
	for _, f := range verify.Check(stacks) {
		t.Errorf("%s: %s", f.Path, f.Description)
	}
	if cycle := cycle(stacks[0].Template); cycle != nil {
		t.Errorf("these wait for each other: %v", cycle)
	}
}

// A call that can't work is an error of the synthesis, which says what does.
func TestCallsThatDoNot(t *testing.T) {
	calls, stacks := try(t, true)
	var found []string
	for _, f := range verify.Check(stacks) {
		found = append(found, fmt.Sprintf("%s %s: %s; %s", f.Rule, f.Path, f.Description, f.Fix))
	}
	for _, c := range calls {
		about := regexp.MustCompile(regexp.QuoteMeta(c.construct) + `(\W|$)`)
		said := func(f string) bool { return strings.Contains(f, c.refused) && about.MatchString(f) }
		if !slices.ContainsFunc(found, said) {
			t.Errorf("%s: nothing is said with %q:\n%s", c, c.refused, strings.Join(found, "\n"))
		}
	}
}

// cycle are resources that refer to each other; nil: there are none.
func cycle(template assembly.Template) []string {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(id string, path []string) []string
	var references func(v any) []string
	references = func(v any) []string {
		var all []string
		switch v := v.(type) {
		case map[string]any:
			if name, ok := v["Ref"].(string); ok {
				all = append(all, name)
			}
			if names, ok := v["Fn::GetAtt"].([]any); ok {
				all = append(all, names[0].(string))
			}
			for _, inner := range v {
				all = append(all, references(inner)...)
			}
		case []any:
			for _, inner := range v {
				all = append(all, references(inner)...)
			}
		}
		return all
	}
	visit = func(id string, path []string) []string {
		r, ok := template.Resources[id]
		if !ok || state[id] == done {
			return nil
		}
		path = append(path, id)
		if state[id] == open {
			return path[slices.Index(path, id):]
		}
		state[id] = open
		to := references(r.Properties)
		if names, ok := r.DependsOn.([]any); ok {
			for _, n := range names {
				to = append(to, n.(string))
			}
		}
		for _, next := range to {
			if c := visit(next, path); c != nil {
				return c
			}
		}
		state[id] = done
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(template.Resources)) {
		if c := visit(id, nil); c != nil {
			return c
		}
	}
	return nil
}
