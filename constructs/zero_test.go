package constructs_test

import (
	"go/ast"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/made"
)

// withMethods are a value of each exported type that has exported methods.
var withMethods = []any{
	access.ExecutionRole{}, access.Guard{}, access.JobKind(0), airflow.Class(""), airflow.Environment{}, airflow.Serverless{}, airflow.DAG{}, hyperpod.EKS{}, storage.Step{}, training.Distribution{}, catalog.InstanceType{}, catalog.SageMakerAction{},
	environment.Difference{}, environment.Environment{}, environment.Limits{}, environment.Tier(0), network.Endpoint{}, network.EndpointPlan{}, network.Isolated{},
	storage.Class(0), storage.DataBucket{}, storage.Directory{}, storage.FileSystem{}, storage.Files{}, storage.Grant{}, storage.Lack{}, storage.Lock{}, storage.Object{},
	storage.Prefix{}, supplychain.Chain{}, supplychain.Packages{}, supplychain.Promotion{}, supplychain.Repository{}, training.Job{}, training.Parameter{},
	training.Threshold{},
}

// types are those of withMethods and of all props, by name.
func types() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	add := func(t reflect.Type) { all[t.String()] = t }
	for _, v := range withMethods {
		add(reflect.TypeOf(v))
	}
	for _, c := range constructors {
		add(reflect.TypeOf(c.props).Elem())
	}
	add(reflect.TypeOf(airflow.EnvironmentProps{}))
	add(reflect.TypeOf(access.WayIn{}))
	add(reflect.TypeOf(training.Trigger{}))
	return all
}

// A new type with methods belongs into the list.
func TestEveryTypeWithMethodsIsInTheList(t *testing.T) {
	known := types()
	for _, file := range sources(t) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !f.Name.IsExported() {
				continue
			}
			receiver := f.Recv.List[0].Type
			if star, pointer := receiver.(*ast.StarExpr); pointer {
				receiver = star.X
			}
			if name := receiver.(*ast.Ident); name.IsExported() && known[file.Name.Name+"."+name.Name] == nil {
				t.Errorf("%s.%s is missing", file.Name.Name, name.Name)
			}
		}
	}
}

// A method of a zero value or nil, whatever its arguments, answers or says what is missing: it never ends in a nil
// dereference.
func TestMethodsOfZeroValues(t *testing.T) {
	called := 0
	for name, typ := range types() {
		pointer := reflect.PointerTo(typ)
		for i := range pointer.NumMethod() {
			method := pointer.Method(i).Name
			receivers := map[string]reflect.Value{name + "/" + method: reflect.New(typ)}
			if _, ofValue := typ.MethodByName(method); !ofValue { // which Go has no value for
				receivers[name+"/"+method+" of nil"] = reflect.Zero(pointer)
			}
			for test, receiver := range receivers {
				called++
				t.Run(test, func(t *testing.T) { callOften(t, receiver.Method(i)) })
			}
		}
	}
	t.Logf("%d methods", called)
}

// functions are those that are no constructors, by name.
var functions = map[string]any{
	"access.BreakGlassRole": access.BreakGlassRole, "access.Features": access.Features, "access.GitHub": access.GitHub,
	"access.GuardTable": access.GuardTable, "access.IdentityCenter": access.IdentityCenter, "access.LauncherRole": access.LauncherRole,
	"access.Role": access.Role,
	"access.SCP":  access.SCP, "access.Starts": access.Starts, "airflow.Classes": airflow.Classes, "catalog.AirflowHour": catalog.AirflowHour,
	"catalog.InstanceTypeNames": catalog.InstanceTypeNames, "catalog.LookupInstanceType": catalog.LookupInstanceType,
	"catalog.LookupRegion": catalog.LookupRegion, "catalog.Price": catalog.Price,
	"catalog.RegionNames": catalog.RegionNames, "catalog.Regions": catalog.Regions,
	"catalog.SageMakerActions": catalog.SageMakerActions, "environment.Differences": environment.Differences,
	"environment.FreeAddresses": environment.FreeAddresses, "environment.SmallestRange": environment.SmallestRange,
	"environment.SubnetCapacity": environment.SubnetCapacity, "environment.ValidateSet": environment.ValidateSet,
	"network.Capabilities": network.Capabilities, "network.PlanEndpoints": network.PlanEndpoints,
	"storage.DeploymentRole": storage.DeploymentRole, "storage.FilesRole": storage.FilesRole,
	"storage.PolicyDocument": storage.PolicyDocument, "storage.Statements": storage.Statements,
	"supplychain.Statements": supplychain.Statements, "training.AtLeast": training.AtLeast,
	"training.AtMost": training.AtMost, "training.DataParallel": training.DataParallel,
	"training.ImageURI": training.ImageURI, "training.Integer": training.Integer, "training.MPI": training.MPI,
	"training.ModelParallel": training.ModelParallel, "training.Number": training.Number,
	"training.OnData": training.OnData, "training.OnImage": training.OnImage,
	"training.OnSchedule": training.OnSchedule, "training.OneOf": training.OneOf,
	"training.TorchDistributed": training.TorchDistributed, "training.ValidateInput": training.ValidateInput,
	"training.XGBoost": training.XGBoost,
}

// A new function belongs into the table.
func TestEveryFunctionIsInTheTable(t *testing.T) {
	for _, file := range sources(t) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || strings.HasPrefix(f.Name.Name, "New") || file.Name.Name == "synth" {
				continue
			}
			if name := file.Name.Name + "." + f.Name.Name; functions[name] == nil {
				t.Errorf("%s is missing", name)
			}
		}
	}
}

// Functions do the same.
func TestFunctionsOfZeroValues(t *testing.T) {
	for name, f := range functions {
		t.Run(name, func(t *testing.T) { callOften(t, reflect.ValueOf(f)) })
	}
}

// callOften calls a function with zero arguments, and with arguments that are not.
func callOften(t *testing.T, f reflect.Value) {
	try := func(argument func(reflect.Type) reflect.Value) {
		defer noRuntimeError(t)
		call(f, argument)
	}
	try(reflect.Zero)
	for _, n := range []int64{0, 1, 40, -1, math.MinInt64, math.MaxInt64} {
		try(func(typ reflect.Type) reflect.Value { return filled(typ, n) })
	}
}

// filled is a value whose numbers are n, whose lists have one entry, and whose pointers to objects are to zero ones.
func filled(t reflect.Type, n int64) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(n)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v = reflect.Append(v, filled(t.Elem(), n))
	case reflect.Struct:
		for i := range t.NumField() {
			if v.Field(i).CanSet() {
				v.Field(i).Set(filled(t.Field(i).Type, n))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		if !made.Is(t) {
			v.Elem().Set(filled(t.Elem(), n))
		}
	}
	return v
}

// call calls a function with arguments of its types.
func call(f reflect.Value, argument func(reflect.Type) reflect.Value) {
	var arguments []reflect.Value
	for i := range f.Type().NumIn() {
		arguments = append(arguments, argument(f.Type().In(i)))
	}
	if f.Type().IsVariadic() {
		f.CallSlice(arguments)
	} else {
		f.Call(arguments)
	}
}

// noRuntimeError fails the test on a panic that is no message of Plinth's.
func noRuntimeError(t *testing.T) {
	switch r := recover().(type) {
	case nil, *fault.Fault:
	default:
		t.Errorf("%T: %v", r, r)
	}
}
