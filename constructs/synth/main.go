package synth

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
)

// Main synthesizes the app that build fills, and ends the program: with status 0 when the assembly is whole, else with
// status 1, one message on standard error and no assembly. The assembly goes where the CLI wants it (CDK_OUTDIR), else
// to cdk.out. A Go run-time error, such as a nil dereference in build, still panics with its stack.
func Main(build func(app awscdk.App)) {
	stderr := os.Stderr
	drain := quiet(stderr)
	err := func() error {
		defer drain()
		defer jsii.Close()
		return App(nil, build)
	}()
	if err != nil {
		fmt.Fprintf(stderr, "\nError: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// defaultDir is where an assembly goes that nobody named a folder for. TestMain changes it.
var defaultDir = "cdk.out"

// Options say how an app is synthesized. All fields may be left out.
type Options struct {
	// Dir is where the assembly goes. Empty: CDK_OUTDIR, else cdk.out in the working folder.
	Dir string
	// Context is added to that of cdk.json, and wins over it.
	Context map[string]any
}

// App synthesizes the app that build fills. The options may be nil. On an error, which names every problem, no assembly
// stays behind, not even one of an earlier run. Like all of the CDK in Go it must not run in two goroutines at once.
func App(options *Options, build func(app awscdk.App)) (err error) {
	var o Options
	if options != nil {
		o = *options
	}
	dir := cmp.Or(o.Dir, os.Getenv("CDK_OUTDIR"), defaultDir)
	props := &awscdk.AppProps{}
	if o.Dir != "" || os.Getenv("CDK_OUTDIR") == "" {
		props.Outdir = &dir // else the CDK reads the variable itself
	}
	whole := false
	defer func() {
		if !whole {
			err = errors.Join(err, remove(dir))
		}
	}()
	context, err := loadContext(o.Context)
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = explain(r)
		}
	}()
	props.Context = &context
	app := awscdk.NewApp(props)
	build(app)
	app.Synth(nil)
	whole = true
	return nil
}

// explain turns a panic of a construct or of jsii into an error. A Go run-time error goes on.
func explain(r any) error {
	var message string
	switch r := r.(type) {
	case *fault.Fault:
		return r
	case interface{ RuntimeError() }:
		panic(r)
	case error:
		message = r.Error()
	case string:
		message = r
	default:
		panic(r)
	}
	if at := fault.Caller(); at != "" {
		return fmt.Errorf("%s\n  at %s", withoutStack(message), at)
	}
	return errors.New(withoutStack(message))
}

// withoutStack drops the lines of a JavaScript stack.
func withoutStack(message string) string {
	var kept []string
	for line := range strings.Lines(message) {
		if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "at ") {
			kept = append(kept, strings.TrimRight(line, "\n"))
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// remove deletes the assembly in dir but for the CLI's own locks.
func remove(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".lock") {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}
