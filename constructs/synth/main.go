package synth

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
	_ "github.com/plinth-ml/plinth/internal/tempdir"
)

// Main synthesizes the app that build fills, and ends the program: with status 0 when the assembly is whole, else with
// status 1 and one message on standard error. The assembly goes where the CLI wants it (CDK_OUTDIR), else to cdk.out;
// see [App] for what happens there. What constructs note is told on standard error, unless the CLI does it.
// A Go run-time error, such as a nil dereference in build, and a panic with a value
// that is neither error nor text still end in Go's stack trace, below a line that says where the panic was.
//
// build has to return: os.Exit in it ends the program with that status and without an assembly. After status 0 the CLI
// goes on with the assembly of an earlier run, if there is one.
//
// Give the CLI an output folder that holds nothing else. It deletes error.txt and performance-counters.json there
// before it starts the app.
func Main(build func(app awscdk.App)) {
	stderr := os.Stderr
	var findings bytes.Buffer
	drain := quiet(stderr, &findings)
	defer func() {
		if left.Load() {
			fmt.Fprintf(stderr, "\nError: build ended in runtime.Goexit, which FailNow of a test calls: let it return\n")
			os.Exit(1)
		}
	}()
	removeOnSignal()
	dir, err := func() (dir string, err error) {
		defer drain()
		end, err := newRuntime()
		if err != nil {
			return "", err
		}
		defer end()
		return run(Options{}, build)
	}()
	if !errors.Is(err, errFindings) { // which tells all of them
		io.WriteString(stderr, findings.String())
	}
	if err != nil {
		fmt.Fprintf(stderr, "\nError: %v\n", err)
		os.Exit(1) //nolint:gocritic // what is deferred is for runtime.Goexit
	}
	tellNotes(stderr, dir)
	os.Exit(0)
}

// removeOnSignal removes the scratch folders and ends the program when it is interrupted or told to end.
func removeOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		received := <-signals
		removeScratches()
		status := 1
		if number, ok := received.(syscall.Signal); ok {
			status = 128 + int(number) // as shells have it
		}
		os.Exit(status)
	}()
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

// running is set while App runs.
var running atomic.Bool

// left is set when build ended its goroutine instead of returning.
var left atomic.Bool

// App synthesizes the app that build fills. The options may be nil. An error names every problem, or those up to where
// build needs more of an object than one that could not be made has, such as a workflow's StateMachine, and says where.
//
// The assembly is moved to the output folder when it is whole. On an error the folder stays as it was, an assembly of
// an earlier run included, but for validation-report.json, the report of the rules that templates broke. App replaces
// files that an earlier synthesis wrote, by the manifests of its assembly, and no others: a file in the way is an
// error.
//
// The app that build is given is the only one that is synthesized: a construct of Plinth in another one is an error.
//
// App must not be called by two goroutines at once, nor by build. A program that calls it outside [Main] and [TestMain]
// has to call jsii.Close before it ends: the runtime leaves its files in the temporary folder otherwise.
func App(options *Options, build func(app awscdk.App)) error {
	var o Options
	if options != nil {
		o = *options
	}
	_, err := run(o, build)
	return err
}

// run is App, and tells where the assembly is.
func run(o Options, build func(app awscdk.App)) (dir string, err error) {
	if build == nil {
		return "", problem.Problem{Field: "build", Allowed: "a function that fills the app"}
	}
	if !running.CompareAndSwap(false, true) {
		return "", errors.New("synth.App is running already: neither build nor another goroutine may call it before it returns")
	}
	defer running.Store(false)
	defer func() { err = advised(err) }()
	context, err := loadContext(o.Context)
	if err != nil {
		return "", err
	}
	out, err := newOutput(cmp.Or(o.Dir, os.Getenv("CDK_OUTDIR"), defaultDir))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	faults := fault.Collect()
	defer faults.Stop()
	if err := synthesize(context, out.staging(), faults, build); err != nil {
		return "", withFindings(cmp.Or(out.gone(err), err), faults.Err(), out)
	}
	return out.dir, out.publish()
}

// synthesize writes the assembly to dir. Faults are those that constructs report, in build or later in callbacks of the
// app's own, such as aspects.
func synthesize(context map[string]any, dir string, faults *fault.Collector, build func(app awscdk.App)) (err error) {
	returned := true
	defer func() {
		if r := recover(); r != nil {
			err = explain(r, faults.Err())
		} else if !returned {
			left.Store(true)
		}
	}()
	app, err := newApp(&awscdk.AppProps{
		Context: &context,
		Outdir:  &dir,
		// The CDK would synthesize once more when Node.js exits.
		AutoSynth: jsii.Bool(false),
	})
	if err != nil {
		return err
	}
	faults.SetApp(app)
	returned = false
	build(app)
	returned = true
	if err := faults.Err(); err != nil {
		return err
	}
	assembly := app.Synth(nil)
	if err := faults.Err(); err != nil {
		return err
	}
	if len(*assembly.StacksRecursively()) == 0 {
		fmt.Fprintln(os.Stderr, "Warning: the app that build is given has no stacks: nothing is deployed. Make them in it.")
	}
	return nil
}
