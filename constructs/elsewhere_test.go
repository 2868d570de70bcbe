package constructs_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/made"
	given "github.com/plinth-ml/plinth/internal/props"
)

// A leaf is a field of props, at any depth.
type leaf struct {
	field string
	typ   reflect.Type
	get   func(props reflect.Value) reflect.Value
}

// leaves are the fields below a type whose types are wanted. A slice counts by its first entry.
func leaves(t reflect.Type, path string, get func(reflect.Value) reflect.Value, wanted func(reflect.Type) bool) []leaf {
	if wanted(t) {
		return []leaf{{path, t, get}}
	}
	var all []leaf
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				name := f.Name
				if path != "" {
					name = path + "." + name
				}
				all = append(all, leaves(f.Type, name, func(p reflect.Value) reflect.Value { return get(p).Field(i) }, wanted)...)
			}
		}
	case reflect.Slice:
		all = leaves(t.Elem(), path+"[0]", func(p reflect.Value) reflect.Value {
			f := get(p)
			own := reflect.MakeSlice(t, max(1, f.Len()), max(1, f.Len())) // which the object that the list is from doesn't have
			reflect.Copy(own, f)
			f.Set(own)
			return f.Index(0)
		}, wanted)
	case reflect.Pointer:
		if !made.Is(t) && t.Elem().Kind() == reflect.Struct && strings.Contains(t.Elem().PkgPath(), "plinth") {
			all = leaves(t.Elem(), path, func(p reflect.Value) reflect.Value {
				f := get(p)
				if f.IsNil() {
					f.Set(reflect.New(t.Elem()))
				}
				return f.Elem()
			}, wanted)
		}
	}
	return all
}

func leavesOf(c constructor, wanted func(reflect.Type) bool) []leaf {
	return leaves(reflect.TypeOf(c.props).Elem(), "", func(p reflect.Value) reflect.Value { return p }, wanted)
}

// told tells whether the last fault says of the field that the object is of elsewhere.
func told(faults *fault.Collector, before int, field, what string) bool {
	all := unwrapped(faults)[before:]
	return slices.ContainsFunc(all, func(err error) bool {
		return slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(line string) bool {
			return strings.HasPrefix(line, "  - "+field+": got") && strings.Contains(line, what)
		})
	})
}

func unwrapped(faults *fault.Collector) []error {
	if err := faults.Err(); err != nil {
		return err.(interface{ Unwrap() []error }).Unwrap()
	}
	return nil
}

// Every field that takes an object of Plinth refuses one of another environment, region or account.
func TestObjectsOfElsewhere(t *testing.T) {
	here := location.Location{Partition: "aws", Region: region, Account: account}
	there := map[string]made.Home{
		"one of environment \"dev\"": {Kind: "test", Path: "There", At: here, Environment: "prod"},
		"one in us-east-1":           {Kind: "test", Path: "There", At: location.Location{Region: "eu-west-1", Account: account}},
		"one of account " + account:  {Kind: "test", Path: "There", At: location.Location{Region: region, Account: "444455556666"}},
	}
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid, tried := validProps(stack), 0
		known := map[reflect.Type]any{} // an object of each type
		for _, props := range valid {
			given.Objects(props(), func(_ string, object any) { known[reflect.TypeOf(object)] = object })
		}
		for name, c := range constructors {
			for _, l := range leavesOf(c, made.Is) {
				for what, home := range there {
					if name == "network.NewIsolated" && l.field == "SharedWith" && home.Environment != "" {
						continue // which is what it is for
					}
					tried++
					object := reflect.New(l.typ.Elem())
					if like := known[l.typ]; like != nil {
						object.Elem().Set(reflect.ValueOf(like).Elem())
					}
					object.Elem().FieldByName(made.ConstructField).Set(reflect.ValueOf(constructs.NewConstruct(stack, jsii.String(fmt.Sprint("Object", next())))))
					made.Record(object.Interface(), home)
					props := valid[name]()
					l.get(reflect.ValueOf(props).Elem()).Set(object)
					if environment := reflect.ValueOf(props).Elem().FieldByName("Environment"); !environment.IsValid() && home.Environment != "" {
						continue // the environment is then that of any object
					}
					before := len(unwrapped(faults))
					c.make(stack, fmt.Sprint("X", next()), props)
					if !told(faults, before, l.field, what) {
						t.Errorf("%s takes as %s what is not %s", name, l.field, what)
					}
				}
			}
		}
		t.Logf("%d objects", tried)
	})
}

// imported are objects of the CDK in a stack that is elsewhere, by their types.
func imported(stack awscdk.Stack, region, account string) map[reflect.Type]any {
	id := func() *string { return jsii.String(fmt.Sprint("Imported", next())) }
	arn := func(service, resource string) *string {
		return jsii.String("arn:aws:" + service + ":" + region + ":" + account + ":" + resource)
	}
	vpc := awsec2.Vpc_FromVpcAttributes(stack, id(), &awsec2.VpcAttributes{
		VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("a"), IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcdef0"),
		IsolatedSubnetRouteTableIds: jsii.Strings("rtb-0123456789abcdef0"),
	})
	return map[reflect.Type]any{
		reflect.TypeFor[awskms.IKey]():    awskms.Key_FromKeyArn(stack, id(), arn("kms", "key/k")),
		reflect.TypeFor[awsiam.IRole]():   awsiam.Role_FromRoleArn(stack, id(), jsii.String("arn:aws:iam::"+account+":role/r"), nil),
		reflect.TypeFor[awss3.IBucket]():  awss3.Bucket_FromBucketAttributes(stack, id(), &awss3.BucketAttributes{BucketName: jsii.String("there"), Region: &region, Account: &account}),
		reflect.TypeFor[awsec2.IVpc]():    vpc,
		reflect.TypeFor[awsec2.ISubnet](): (*vpc.IsolatedSubnets())[0],
	}
}

// Every field that takes an object of the CDK refuses one of another region or account; roles have no region.
func TestImportsOfElsewhere(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid, tried := validProps(stack), 0
		app := stack.Node().Root().(awscdk.App)
		for what, place := range map[string][2]string{"one in us-east-1": {"eu-west-1", account}, "one of account " + account: {region, "444455556666"}} {
			there := awscdk.NewStack(app, jsii.String(fmt.Sprint("There", next())), &awscdk.StackProps{
				Env: &awscdk.Environment{Region: &place[0], Account: &place[1]},
			})
			objects := imported(there, place[0], place[1])
			isInterface := func(t reflect.Type) bool { return t.Kind() == reflect.Interface && t.NumMethod() > 0 }
			for name, c := range constructors {
				for _, l := range leavesOf(c, isInterface) {
					object := objects[l.typ]
					if object == nil {
						t.Errorf("%s has %s of %s, which the test does not know", name, l.field, l.typ)
						continue
					}
					if l.typ == reflect.TypeFor[awsiam.IRole]() && place[0] != region {
						continue
					}
					tried++
					props := valid[name]()
					l.get(reflect.ValueOf(props).Elem()).Set(reflect.ValueOf(object))
					before := len(unwrapped(faults))
					c.make(stack, fmt.Sprint("X", next()), props)
					if !told(faults, before, l.field, what) {
						t.Errorf("%s takes as %s what is not %s: %v", name, l.field, what, unwrapped(faults)[before:])
					}
				}
			}
		}
		t.Logf("%d objects", tried)
	})
}

// Every field that takes a resource refuses one that a construct of another environment made, however it is had: as an
// object, or as a token for one of its attributes.
func TestPartsOfElsewhere(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		there := constructs.NewConstruct(stack, jsii.String("There"))
		made.Record(&struct{ Construct constructs.Construct }{there}, made.Home{
			Kind: "test", Path: "Stack/There", App: stack.Node().Root(), Environment: "prod",
		})
		objects := imported(stack, region, account)
		for what, object := range map[reflect.Type]any{
			reflect.TypeFor[awskms.IKey]():   awskms.NewKey(there, jsii.String("Key"), nil),
			reflect.TypeFor[awss3.IBucket](): awss3.NewBucket(there, jsii.String("Bucket"), nil),
			reflect.TypeFor[awsiam.IRole]():  awsiam.NewRole(there, jsii.String("Role"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()}),
		} {
			objects[what] = object
		}
		vpc := awsec2.NewVpc(there, jsii.String("Vpc"), nil)
		objects[reflect.TypeFor[awsec2.IVpc]()], objects[reflect.TypeFor[awsec2.ISubnet]()] = vpc, (*vpc.PrivateSubnets())[0]
		objects[reflect.TypeFor[string]()] = *objects[reflect.TypeFor[awskms.IKey]()].(awskms.IKey).KeyArn()

		key, role, bucket := objects[reflect.TypeFor[awskms.IKey]()].(awskms.IKey), objects[reflect.TypeFor[awsiam.IRole]()].(awsiam.IRole), objects[reflect.TypeFor[awss3.IBucket]()].(awss3.IBucket)
		again := map[reflect.Type]any{ // imported by what refers to them
			reflect.TypeFor[awskms.IKey]():   awskms.Key_FromKeyArn(stack, jsii.String("KeyAgain"), key.KeyArn()),
			reflect.TypeFor[awsiam.IRole]():  awsiam.Role_FromRoleName(stack, jsii.String("RoleAgain"), role.RoleName(), nil),
			reflect.TypeFor[awss3.IBucket](): awss3.Bucket_FromBucketName(stack, jsii.String("BucketAgain"), bucket.BucketName()),
		}
		valid, tried := validProps(stack), 0
		for name, c := range constructors {
			if !reflect.ValueOf(c.makeProps()).Elem().FieldByName("Environment").IsValid() {
				continue
			}
			for _, l := range leavesOf(c, func(t reflect.Type) bool { return objects[t] != nil }) {
				if strings.HasPrefix(l.field, "Environment.") {
					continue // which names the environment
				}
				for _, object := range []any{objects[l.typ], again[l.typ]} {
					if object == nil {
						continue
					}
					tried++
					props := valid[name]()
					l.get(reflect.ValueOf(props).Elem()).Set(reflect.ValueOf(object))
					before := len(unwrapped(faults))
					c.make(stack, fmt.Sprint("X", next()), props)
					if !told(faults, before, l.field, `of environment "prod"`) {
						t.Errorf("%s takes as %s what is of another environment: %v", name, l.field, unwrapped(faults)[before:])
					}
				}
			}
		}
		t.Logf("%d fields", tried)
	})
}

// Every field that takes an object of Plinth refuses one that is of another network.
func TestObjectsOfOtherNetworks(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid, tried := validProps(stack), 0
		for name, c := range constructors {
			if f := reflect.ValueOf(c.makeProps()).Elem().FieldByName("Network"); !f.IsValid() {
				continue
			}
			for _, l := range leavesOf(c, made.Is) {
				if l.field == "Network" {
					continue
				}
				tried++
				object := reflect.New(l.typ.Elem())
				object.Elem().FieldByName(made.ConstructField).Set(reflect.ValueOf(constructs.NewConstruct(stack, jsii.String(fmt.Sprint("Object", next())))))
				made.Record(object.Interface(), made.Home{Kind: "test", Path: "There", Networks: []string{"Stack/Other"}})
				props := valid[name]()
				l.get(reflect.ValueOf(props).Elem()).Set(object)
				before := len(unwrapped(faults))
				c.make(stack, fmt.Sprint("X", next()), props)
				if !told(faults, before, l.field, "of network Stack/Other") {
					t.Errorf("%s takes as %s what is of another network: %v", name, l.field, unwrapped(faults)[before:])
				}
			}
		}
		t.Logf("%d objects", tried)
	})
}

// A job can't work on a bucket that is reached through the endpoints of another network only, which no synthesis would
// tell of otherwise.
func TestBucketsOfOtherNetworks(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		of := func(id string) *network.Isolated {
			return network.NewIsolated(stack, id, &network.IsolatedProps{Environment: dev, Capabilities: []network.Capability{network.Training}})
		}
		own, other := of("Own"), of("Other")
		for name, test := range map[string]struct {
			endpoints, roles []string
			refused          bool
		}{
			"of another network":       {other.S3Endpoints(), nil, true},
			"of its own":               {own.S3Endpoints(), nil, false},
			"of both":                  {append(own.S3Endpoints(), other.S3Endpoints()...), nil, false},
			"that are not of the app":  {append(other.S3Endpoints(), "vpce-0123456789abcdef0"), nil, false},
			"where roles need no such": {other.S3Endpoints(), []string{"arn:aws:iam::" + account + ":role/Job"}, false},
			"none":                     {nil, nil, false},
		} {
			before := len(unwrapped(faults))
			data := storage.NewDataBucket(stack, fmt.Sprint("Data", next()), &storage.DataBucketProps{Environment: dev, Endpoints: test.endpoints, OutsideRoles: test.roles})
			training.NewWorkflow(stack, fmt.Sprint("W", next()), &training.WorkflowProps{Environment: dev, Network: own, Job: training.Job{
				Image: training.XGBoost("3.2-0"), Output: data.Prefix("models/"), InstanceType: "ml.m5.xlarge",
				Inputs: []training.Input{{Channel: "train", From: data.Prefix("train/")}},
			}})
			if got := told(faults, before, "Job.Inputs[0].From.Bucket", "of network Stack/Other"); got != test.refused {
				t.Errorf("%s: refused %t: %v", name, got, unwrapped(faults)[before:])
			}
		}
	})
}

// A token that is known to stand for a name is refused where an ARN is needed: the policy would name nothing.
func TestNamesInPlaceOfARNs(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid := validProps(stack)
		repository := awsecr.NewRepository(stack, jsii.String(fmt.Sprint("Repository", next())), nil)
		machine := valid["training.NewWorkflow"]().(*training.WorkflowProps)
		workflow := training.NewWorkflow(stack, fmt.Sprint("W", next()), machine)
		for name, test := range map[string]struct {
			constructor string
			change      func(props any)
			want        string // empty: it is taken
		}{
			"a launcher's workflow":       {"access.NewLauncher", func(p any) { p.(*access.LauncherProps).Workflows = []string{workflow.Name} }, "Workflows[0]: got the Name of " + *workflow.Construct.Node().Path()},
			"an operator's":               {"access.NewOperator", func(p any) { p.(*access.OperatorProps).Workflows = []string{workflow.Name} }, "Workflows[0]: got the Name of"},
			"its ARN":                     {"access.NewOperator", func(p any) { p.(*access.OperatorProps).Workflows = []string{*workflow.StateMachine.StateMachineArn()} }, ""},
			"a repository by its name":    {"access.NewExecutionRole", func(p any) { p.(*access.ExecutionRoleProps).Repositories = []string{*repository.RepositoryName()} }, "Repositories[0]: got the Ref of"},
			"a repository by its ARN":     {"access.NewExecutionRole", func(p any) { p.(*access.ExecutionRoleProps).Repositories = []string{*repository.RepositoryArn()} }, ""},
			"what the deployment decides": {"access.NewOperator", func(p any) { p.(*access.OperatorProps).Workflows = []string{*awscdk.Fn_ImportValue(jsii.String("x"))} }, ""},
		} {
			props := valid[test.constructor]()
			test.change(props)
			before := len(unwrapped(faults))
			constructors[test.constructor].make(stack, fmt.Sprint("X", next()), props)
			after := unwrapped(faults)[before:]
			if test.want == "" && len(after) > 0 || test.want != "" && (len(after) != 1 || !strings.Contains(fmt.Sprint(after), test.want)) {
				t.Errorf("%s: %v", name, after)
			}
		}
	})
}

// ARNs of another account or region are refused in the fields whose ARNs can't be of elsewhere, and taken where the
// same field may be.
func TestARNsOfElsewhere(t *testing.T) {
	const there, abroad = "444455556666", "eu-west-1"
	machine := func(region, account string) []string {
		return []string{"arn:aws:states:" + region + ":" + account + ":stateMachine:x"}
	}
	pushes := func(region, account string) func(any) {
		return func(props any) {
			p := props.(*training.WorkflowProps)
			p.Job.Image = training.ImageURI(account + ".dkr.ecr." + region + ".amazonaws.com/x:1")
			p.Triggers = []training.Trigger{training.OnImage("arn:aws:ecr:"+region+":"+account+":repository/x", map[string]any{"num_round": 1})}
		}
	}
	role := "arn:aws:iam::" + there + ":role/x"
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid := validProps(stack)
		for name, test := range map[string]struct {
			constructor string
			change      func(props any)
			field       string // empty: it is taken
		}{
			"a launcher's workflow in another account": {"access.NewLauncher", func(p any) { p.(*access.LauncherProps).Workflows = machine(region, there) }, "Workflows[0]"},
			"an operator's in another region":          {"access.NewOperator", func(p any) { p.(*access.OperatorProps).Workflows = machine(abroad, account) }, "Workflows[0]"},
			"its own":                                  {"access.NewOperator", func(p any) { p.(*access.OperatorProps).Workflows = machine(region, account) }, ""},
			"a role that comes in":                     {"access.NewVisitor", func(p any) { p.(*access.VisitorProps).TrustedBy = []access.WayIn{access.Role(role)} }, "TrustedBy[0]"},
			"pushes in another account":                {"training.NewWorkflow", pushes(region, there), "Triggers[0]"},
			"pushes in another region":                 {"training.NewWorkflow", pushes(abroad, account), "Triggers[0]"},
			"pushes":                                   {"training.NewWorkflow", pushes(region, account), ""},
			"a guard's key in another region": {"access.NewGuard", func(p any) {
				p.(*access.GuardProps).Keys = []string{"arn:aws:kms:" + abroad + ":" + account + ":key/1234abcd"}
			}, "Keys[0]"},
			"packages in another region": {"network.NewIsolated", func(p any) {
				p.(*network.IsolatedProps).Capabilities = []network.Capability{network.Packages}
				p.(*network.IsolatedProps).PackageRepositories = []string{"arn:aws:codeartifact:" + abroad + ":" + account + ":repository/ml/dev"}
			}, "PackageRepositories[0]"},
			"images in another region": {"network.NewIsolated", func(p any) {
				p.(*network.IsolatedProps).ImageRepositories = []string{"arn:aws:ecr:" + abroad + ":" + there + ":repository/x"}
			}, "ImageRepositories[0]"},
			"images of another account": {"network.NewIsolated", func(p any) {
				p.(*network.IsolatedProps).ImageRepositories = []string{"arn:aws:ecr:" + region + ":" + there + ":repository/x"}
			}, ""},
			"a role outside": {"storage.NewDataBucket", func(p any) {
				p.(*storage.DataBucketProps).OutsideRoles, p.(*storage.DataBucketProps).Endpoints = []string{role}, []string{"vpce-0123456789abcdef0"}
			}, "OutsideRoles[0]"},
			"an administrator": {"storage.NewDataBucket", func(p any) { p.(*storage.DataBucketProps).Environment.Administrators = []string{role} }, "Environment.Administrators[0]"},
			"a role outside that is let in": {"storage.NewDataBucket", func(p any) {
				p.(*storage.DataBucketProps).OutsideRoles, p.(*storage.DataBucketProps).Shares = []string{role}, []storage.Share{{Account: there, Path: "a/"}}
				p.(*storage.DataBucketProps).Endpoints = []string{"vpce-0123456789abcdef0"}
			}, ""},
		} {
			props := valid[test.constructor]()
			test.change(props)
			before := len(unwrapped(faults))
			constructors[test.constructor].make(stack, fmt.Sprint("X", next()), props)
			if test.field == "" && len(unwrapped(faults)) > before || test.field != "" && !told(faults, before, test.field, ", ") {
				t.Errorf("%s: %v", name, unwrapped(faults)[before:])
			}
		}
	})
}

// An environment that names another region or account than the stack's is refused by every constructor that takes one.
func TestEnvironmentsOfElsewhere(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid, tried := validProps(stack), 0
		for name, c := range constructors {
			environment := func(props any) reflect.Value { return reflect.ValueOf(props).Elem().FieldByName("Environment") }
			if !environment(c.makeProps()).IsValid() {
				continue
			}
			tried++
			props := valid[name]()
			environment(props).FieldByName("Region").SetString("eu-west-1")
			environment(props).FieldByName("Account").SetString("444455556666")
			environment(props).FieldByName("Owner").SetString(name) // an environment of its own: a mistake in one is told once
			before := len(unwrapped(faults))
			c.make(stack, fmt.Sprint("X", next()), props)
			if !told(faults, before, "Environment.Region", "us-east-1, the region of the stack") ||
				!told(faults, before, "Environment.Account", account+", the account of the stack") {
				t.Errorf("%s takes an environment of elsewhere: %v", name, unwrapped(faults)[before:])
			}
		}
		t.Logf("%d constructors", tried)
	})
}
