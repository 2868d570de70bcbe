package synth

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
)

// runtimeDir is where the jsii runtime unpacks itself and the CDK; empty: in the temporary folder.
var runtimeDir string

// newRuntime prepares a jsii runtime that has a scratch folder for its files, since it leaves them behind when it is
// killed. It ends the one that stands ready since the program started, and so every object made before. The function it
// returns ends the runtime and removes the folder.
func newRuntime() (end func(), err error) {
	jsii.Close()
	s, err := newScratch(os.TempDir())
	if err != nil {
		return nil, folderProblem("temporary folder (TMPDIR)", os.TempDir(), err)
	}
	runtimeDir = s.dir
	return func() {
		if !silent.Load() { // else it would wait for it
			jsii.Close()
		}
		runtimeDir = ""
		_ = s.remove() // what is left is removed by the next run
	}, nil
}

// newApp makes the app, and starts the runtime where it does not run yet.
func newApp(props *awscdk.AppProps) (app awscdk.App, err error) {
	if err := checkCache(); err != nil {
		return nil, err
	}
	if runtimeDir != "" {
		restore := setenv("TMPDIR", runtimeDir)
		defer restore()
	}
	defer func() {
		if r := recover(); r != nil {
			if err = explainRuntime(r); err == nil {
				panic(r)
			}
			jsii.Close() // so that another attempt is told the same, and not that this one has ended
		}
	}()
	return startApp(props)
}

// patience is how long the runtime may take to start, which unpacks the CDK at first. Tests change it.
var patience = 2 * time.Minute

// silent is set when the runtime has not answered in that time.
var silent atomic.Bool

// startApp makes the app, by a goroutine of its own that is given up when Node.js does not answer.
func startApp(props *awscdk.AppProps) (awscdk.App, error) {
	type answer struct {
		app      awscdk.App
		panicked any
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			a.panicked = recover()
			answers <- a
		}()
		a.app = awscdk.NewApp(props)
	}()
	select {
	case a := <-answers:
		if a.panicked != nil {
			panic(a.panicked)
		}
		return a.app, nil
	case <-time.After(patience):
		silent.Store(true)
		return nil, problem.Problem{Field: "Node.js", Got: nodeCommand(), Allowed: fmt.Sprintf("a Node.js that answers within %v", patience), Fix: nodeHelp}
	}
}

// nodeCommand is the Node.js that the jsii runtime runs in.
func nodeCommand() string { return cmp.Or(os.Getenv("JSII_NODE"), "node") }

// setenv sets a variable of the environment until restore is called.
func setenv(name, value string) (restore func()) {
	before, was := os.LookupEnv(name)
	_ = os.Setenv(name, value) // which fails for impossible names only
	return func() {
		if was {
			_ = os.Setenv(name, before)
		} else {
			_ = os.Unsetenv(name)
		}
	}
}

// leastNode is the oldest version of Node.js that the CDK is tested with.
const leastNode = 22

var nodeHelp = fmt.Sprintf("install Node.js %d or newer (https://nodejs.org), or name one by JSII_NODE", leastNode)

// explainRuntime says why the runtime did not start; nil where it did.
func explainRuntime(r any) error {
	failure, ok := r.(error)
	if !ok {
		return nil
	}
	text := failure.Error()
	if folder := cacheFolder(text); folder != "" {
		return cacheProblem(folder, fault.WithoutStack(text))
	}
	if !errors.Is(failure, exec.ErrNotFound) && !fault.RuntimeEnded(text) && !slices.ContainsFunc([]string{
		"fork/exec", "incompatible runtime version", "invalid character",
	}, func(known string) bool { return strings.Contains(text, known) }) {
		return nil
	}
	if command := os.Getenv("JSII_RUNTIME"); command != "" {
		return problem.Problem{Field: "JSII_RUNTIME", Got: command, Allowed: "a command that runs the jsii runtime",
			Fix: "unset it; the runtime did not start: " + text}
	}
	node := nodeCommand()
	version, err := exec.Command(node, "--version").Output()
	options := os.Getenv("NODE_OPTIONS")
	if err != nil && options != "" && runsWithoutOptions(node) {
		return problem.Problem{Field: "NODE_OPTIONS", Got: options, Allowed: "options that Node.js takes there", Fix: "what it said is above; change it, or unset it"}
	}
	if err != nil {
		return problem.Problem{Field: "Node.js", Got: node, Allowed: "a Node.js that runs", Fix: fmt.Sprintf("%s; the system says: %v", nodeHelp, err)}
	}
	got := strings.TrimSpace(string(version))
	switch {
	case !isRecent(got):
		return problem.Problem{Field: "Node.js", Got: got, Allowed: "a version that runs the CDK",
			Fix: nodeHelp + "; the CDK's runtime did not start: " + text}
	case options != "":
		return problem.Problem{Field: "NODE_OPTIONS", Got: options, Allowed: "options with which the CDK starts",
			Fix: "what Node.js " + got + " said is above; unset it, or if memory ran out, raise it by --max-old-space-size=4096"}
	}
	return problem.Problem{Field: "Node.js", Got: got, Allowed: "one in which the CDK's runtime starts",
		Fix: "what it said is above, and here: " + text}
}

// isRecent tells of a version, such as v22.1.0, whether it runs the CDK.
func isRecent(version string) bool {
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	number, err := strconv.Atoi(major)
	return err == nil && number >= leastNode
}

// runsWithoutOptions tells whether Node.js itself runs.
func runsWithoutOptions(node string) bool {
	restore := setenv("NODE_OPTIONS", "")
	defer restore()
	return exec.Command(node, "--version").Run() == nil
}

// cacheVariable names the folder in which the jsii runtime keeps the CDK unpacked
// (https://github.com/aws/jsii/blob/main/packages/%40jsii/kernel/src/tar-cache/index.ts).
const cacheVariable = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"

// cacheRoot is where the cache is; empty: it is not used, or in the temporary folder, or where Windows has it.
func cacheRoot() string {
	if use, given := os.LookupEnv("JSII_RUNTIME_PACKAGE_CACHE"); given && !strings.EqualFold(use, "enabled") {
		return ""
	}
	if root, given := os.LookupEnv(cacheVariable); given {
		return root
	}
	switch home := os.Getenv("HOME"); {
	case home == "":
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Caches", "com.amazonaws.jsii", "package-cache")
	case runtime.GOOS == "linux":
		return filepath.Join(home, ".cache", "aws", "jsii", "package-cache")
	}
	return ""
}

// checkCache reports a cache folder in one that can't be made although all above it is there, as below /proc: Node.js
// tries to make that without end. What else is wrong with the folder Node.js says.
func checkCache() error {
	root := cacheRoot()
	if root == "" {
		return nil
	}
	if err := os.MkdirAll(root, 0o777); errors.Is(err, fs.ErrNotExist) {
		return cacheProblem(root, err.Error())
	}
	return nil
}

func cacheProblem(folder, system string) error {
	return problem.Problem{Field: "cache folder of the jsii runtime", Got: folder, Allowed: "a folder that can be written to",
		Fix: "set HOME, or " + cacheVariable + "; the system says: " + system}
}

// quoted is a path in an error of Node.js, and its name for the error.
var quoted = regexp.MustCompile(`\bE[A-Z]+: .*'([^']+)'`)

// cacheFolder is the folder that an error of Node.js names, if it is that of the cache; else empty.
func cacheFolder(text string) string {
	found := quoted.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	if root := os.Getenv(cacheVariable); strings.Contains(found[1], "package-cache") || root != "" && strings.HasPrefix(found[1], root) {
		return found[1]
	}
	return ""
}
