// Command app is an app that goes wrong in the way that its argument names.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/problem"
)

func main() {
	switch os.Args[1] {
	case "plain":
		defer jsii.Close()
		app := awscdk.NewApp(nil)
		stages(app, "Stack")
		network.NewIsolated(awscdk.NewStack(app, jsii.String("Stack"), nil), "Network", nil)
		app.Synth(nil)
	case "nil-build":
		synth.Main(nil)
	case "tests":
		synth.TestMain(tests{})
	default:
		synth.Main(build)
	}
}

// tests are those of a package, two of which make an app, and the third waits.
type tests struct{}

func (tests) Run() int {
	for range 2 {
		if err := synth.App(nil, func(app awscdk.App) { awscdk.NewStack(app, jsii.String("Stack"), nil) }); err != nil {
			fmt.Println(err)
		}
	}
	wait()
	panic("a test panics")
}

// callback is what the CDK calls while it synthesizes: an aspect of the stack, or what produces a value.
type callback func(at constructs.Construct)

// aspect is a callback that is called once.
type aspect struct {
	call   callback
	called bool
}

func (a *aspect) Visit(node constructs.IConstruct) {
	if !a.called {
		a.called = true
		a.call(node.(constructs.Construct))
	}
}

// producer is a callback that is called for a value.
type producer struct {
	call  callback
	stack awscdk.Stack
}

func (p *producer) Produce() *string {
	p.call(p.stack)
	return jsii.String("value")
}

// addAspect has a stack visited.
func addAspect(stack awscdk.Stack, call callback) {
	awscdk.Aspects_Of(stack).Add(&aspect{call: call}, nil)
}

// wrongKey makes a key whose props are wrong.
func wrongKey(at constructs.Construct) {
	storage.NewKey(at, "Late", &storage.KeyProps{DeletionDays: 3})
}

type wrapper struct{ constructs.Construct }

// wait waits until the test kills the app, or lets it go on.
func wait() {
	fmt.Println("ready")
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// stages makes a stage with stacks of those names, and each of an asset and a nested stack.
func stages(app awscdk.App, names ...string) {
	if err := errors.Join(os.MkdirAll("code", 0o700), os.WriteFile("code/run.py", nil, 0o600)); err != nil {
		panic(err)
	}
	stage := awscdk.NewStage(app, jsii.String("Dev"), nil)
	for _, name := range names {
		stack := awscdk.NewStack(stage, jsii.String(name), nil)
		awss3assets.NewAsset(stack, jsii.String("Folder"), &awss3assets.AssetProps{Path: jsii.String("code")})
		awss3.NewBucket(awscdk.NewNestedStack(stack, jsii.String("Nested"), nil), jsii.String("Bucket"), nil)
	}
}

// wrong makes a resource with a property that there is not.
func wrong(stack awscdk.Stack) {
	awss3.NewCfnBucket(stack, jsii.String("Wrong"), &awss3.CfnBucketProps{
		VersioningConfiguration: map[string]any{"status": "Perhaps"},
	}).AddPropertyOverride(jsii.String("NoSuchProperty"), "x")
}

// otherStack is a stack of another app.
func otherStack() awscdk.Stack {
	return awscdk.NewStack(awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String("other.out")}), jsii.String("Other"), nil)
}

func build(app awscdk.App) {
	if os.Args[1] == "no-stacks" {
		otherStack()
		return
	}
	stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
	awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	switch scenario := os.Args[1]; scenario {
	case "good":
	case "stages":
		awscdk.NewStack(app, jsii.String("Other"), nil)
		stages(app, "Stack")
	case "more-stages":
		stages(app, "Stack", "More")
	case "own-files": // beside the templates, as an app may
		stage := awscdk.NewStage(app, jsii.String("Dev"), nil)
		awscdk.NewStack(stage, jsii.String("Stack"), nil)
		for _, dir := range []string{*app.Outdir(), *stage.Outdir()} {
			if err := os.WriteFile(filepath.Join(dir, "policy.json"), []byte(os.Getenv("POLICY")), 0o600); err != nil {
				panic(err)
			}
			if err := os.Symlink("policy.json", filepath.Join(dir, "latest.json")); err != nil {
				panic(err)
			}
		}
	case "named": // a stack that comes and goes, and what is in it
		awscdk.NewCfnOutput(awscdk.NewStack(awscdk.NewStage(app, jsii.String("Dev"), nil), jsii.String(os.Getenv("STACK")), nil),
			jsii.String("Output"), &awscdk.CfnOutputProps{Value: jsii.String(os.Getenv("VALUE"))})
	case "asset-of-all": // the output folder included
		awss3assets.NewAsset(stack, jsii.String("All"), &awss3assets.AssetProps{Path: jsii.String(".")})
	case "deletes-output":
		if err := os.RemoveAll("cdk.out"); err != nil {
			panic(err)
		}
	case "complete":
		network.NewIsolated(stack, "Network", nil)
	case "note":
		awscdk.Annotations_Of(stack).AddInfo(jsii.String("a note of the stack"))
		awscdk.Annotations_Of(awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)).AddInfo(jsii.String("a note of what is in it"))
	case "warning":
		access.NewGuard(stack, "Guard", nil)
	case "props":
		network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: environment.Environment{AZs: 9, Region: "mars"}})
	case "nil-scope":
		storage.NewDataBucket(nil, "Data", nil)
	case "nil-stack":
		var none awscdk.Stack
		storage.NewDataBucket(none, "Data", nil)
	case "empty-id":
		storage.NewDataBucket(stack, "", nil)
	case "duplicate-id":
		storage.NewDataBucket(stack, "Bucket", nil)
	case "javascript":
		awss3.NewBucket(stack, jsii.String("Odd"), &awss3.BucketProps{BucketName: jsii.String("Not A Name")})
	case "required-field":
		awscdk.NewCfnOutput(stack, jsii.String("Output"), &awscdk.CfnOutputProps{})
	case "finding":
		wrong(stack)
	case "aspect-props":
		addAspect(stack, wrongKey)
	case "aspect-props-finding":
		wrong(stack)
		addAspect(stack, wrongKey)
	case "lazy-props":
		awscdk.NewCfnOutput(stack, jsii.String("Output"), &awscdk.CfnOutputProps{Value: awscdk.Lazy_String(&producer{wrongKey, stack}, nil)})
	case "aspect-panic":
		addAspect(stack, func(constructs.Construct) { panic("the aspect says no") })
	case "lazy-panic":
		awscdk.NewCfnOutput(stack, jsii.String("Output"), &awscdk.CfnOutputProps{
			Value: awscdk.Lazy_String(&producer{func(constructs.Construct) { panic(errors.New("no value")) }, stack}, nil),
		})
	case "aspect-bug":
		addAspect(stack, func(constructs.Construct) {
			var tags map[string]string
			tags["a"] = "b"
		})
	case "other-app":
		other := otherStack()
		storage.NewKey(other, "Key", nil)
		storage.NewKey(other, "Second", nil)
	case "own-error":
		panic(errors.New("the team's own message"))
	case "context":
		if app.Node().TryGetContext(jsii.String("from:cdk.json")) != true {
			panic("no context from cdk.json")
		}
	case "wait":
		wait()
	case "goexit":
		runtime.Goexit()
	case "close":
		jsii.Close()
	case "close-and-go-on":
		jsii.Close()
		storage.NewDataBucket(stack, "Data", nil)
	case "wrapper":
		awss3.NewBucket(&wrapper{constructs.NewConstruct(stack, jsii.String("Wrapped"))}, jsii.String("Bucket"), nil)
	case "buckets":
		for i := range 100 {
			storage.NewDataBucket(stack, fmt.Sprint("Data", i), nil)
		}
	case "chdir":
		if err := os.Chdir("docs"); err != nil {
			panic(err)
		}
		panic("after the working folder has changed")
	case "bug":
		var props *storage.DataBucketProps
		_ = props.Class
	case "odd-value":
		panic(42)
	case "odd-value-faults":
		network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: environment.Environment{AZs: 9}})
		panic(42)
	case "library-bug":
		(*problem.List)(nil).Add("AZs", 9, "1 to 6", "")
	case "disk-full":
		for _, id := range []string{"Data", "More"} {
			cdk.Build("storage.DataBucket", stack, id, &storage.DataBucketProps{},
				func(constructs.Construct, string, *storage.DataBucketProps) *storage.DataBucket {
					panic(&fs.PathError{Op: "write", Path: "include.json", Err: syscall.ENOSPC})
				})
		}
	case "disk-full-javascript":
		panic(errors.New("Error: ENOSPC: no space left on device, write\n    at writeFileSync (node:fs:1)"))
	default:
		panic("unknown scenario " + scenario)
	}
}
