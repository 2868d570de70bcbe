package synth_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/synth"
)

// app is the compiled app of testdata.
var app string

func TestMain(m *testing.M) { synth.TestMain(compiled{m}) }

// compiled compiles the app before the tests run.
type compiled struct{ tests *testing.M }

func (c compiled) Run() int {
	dir, err := os.MkdirTemp("", "synth-test")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	app = filepath.Join(dir, "app")
	if out, err := exec.Command("go", "build", "-o", app, "./testdata/app").CombinedOutput(); err != nil {
		panic(string(out))
	}
	return c.tests.Run()
}

// result is what a user sees of one run.
type result struct {
	status   int
	output   string
	assembly bool     // a manifest stands in cdk.out
	left     []string // in the temporary folder
}

// start runs the app in a folder of its own, as go run would, with a cdk.json of strict validation.
func start(t *testing.T, scenario string, env ...string) result {
	t.Helper()
	return startIn(t, newFolder(t), scenario, env...)
}

// newFolder is a folder with a cdk.json.
func newFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	config := `{"context": {"@aws-cdk/core:validateAgainstDefaultRules": true, "from:cdk.json": true}}`
	if err := os.WriteFile(filepath.Join(dir, "cdk.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// command is the app as it runs in a folder, with a temporary folder of its own.
func command(dir, tmp, scenario string, env ...string) *exec.Cmd {
	cmd := exec.Command(app, scenario)
	cmd.Dir = dir
	validation := "CDK_VALIDATION=false" // which takes seconds
	if strings.HasSuffix(scenario, "finding") {
		validation = "CDK_VALIDATION="
	}
	cmd.Env = append(os.Environ(), append([]string{"TMPDIR=" + tmp, "CDK_OUTDIR=", validation}, env...)...)
	return cmd
}

// startIn is start in a given folder.
func startIn(t *testing.T, dir, scenario string, env ...string) result {
	t.Helper()
	tmp := t.TempDir()
	cmd := command(dir, tmp, scenario, env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r := result{status: cmd.ProcessState.ExitCode(), output: string(out), left: names(t, tmp)}
	_, err = os.Stat(filepath.Join(dir, "cdk.out", "manifest.json"))
	r.assembly = err == nil
	return r
}

// names are those of what is in a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestMainOnMistakes(t *testing.T) {
	tests := []struct {
		scenario string
		want     []string // all in the output
	}{
		{"props", []string{"network.Isolated Stack/Network", "app/main.go:", "2 problems", "Environment.AZs: got 9; allowed: 1 to 6", `Environment.Region: got "mars"`}},
		{"nil-scope", []string{"storage.DataBucket", "app/main.go:", "scope: got nothing"}},
		{"nil-stack", []string{"storage.DataBucket", "app/main.go:", "scope: got nothing"}},
		{"empty-id", []string{"storage.DataBucket Stack", "app/main.go:", `id: got ""`}},
		{"duplicate-id", []string{"storage.DataBucket Stack/Bucket (", `id: got "Bucket"; allowed: an id that nothing else in Stack has`}},
		{"javascript", []string{"Invalid S3 bucket name", "app/main.go:"}},
		{"required-field", []string{"required", "app/main.go:"}},
		{"finding", []string{"1 finding", "- Stack/Wrong: NoSuchProperty", "rule CloudFormation-Validate::F3002", "cdk.out/validation-report.json"}},
		{"aspect-props", []string{"storage.Key Stack/Late (", "app/main.go:", "1 problem", "DeletionDays: got 3"}},
		{"lazy-props", []string{"storage.Key Stack/Late (", "app/main.go:", "1 problem", "DeletionDays: got 3"}},
		{"aspect-props-finding", []string{"storage.Key Stack/Late (", "DeletionDays: got 3", "1 finding", "- Stack/Wrong: NoSuchProperty"}},
		{"other-app", []string{"storage.Key Other/Key (", "app/main.go:", "1 problem", "scope: got one in another app; allowed: one in the app that build is given"}},
		{"aspect-panic", []string{"Error: the aspect says no\n", "a panic of a callback of the app's own (an aspect, ", "print debug.Stack()"}},
		{"lazy-panic", []string{"Error: no value\n", "a panic of a callback of the app's own (an aspect, ", "print debug.Stack()"}},
		{"own-error", []string{"the team's own message", "app/main.go:"}},
		{"deletes-output", []string{"Error: output folder: got ", "cdk.out, whose files were deleted while the app was built", "delete nothing there in build"}},
		{"nil-build", []string{"build: got nothing; allowed: a function that fills the app"}},
		{"goexit", []string{"build ended in runtime.Goexit", "let it return"}},
		{"close", []string{"jsii was closed in build: leave jsii.Close out"}},
		{"close-and-go-on", []string{"jsii was closed in build: leave jsii.Close out", "that it made before jsii was closed", "app/main.go:"}},
		{"wrapper", []string{"a struct that embeds a construct can't be passed to the CDK: pass the construct that is in it", "app/main.go:"}},
	}
	for _, test := range tests {
		t.Run(test.scenario, func(t *testing.T) {
			t.Parallel()
			r := start(t, test.scenario)
			if r.status != 1 {
				t.Errorf("status %d, want 1", r.status)
			}
			for _, want := range test.want {
				if !strings.Contains(r.output, want) {
					t.Errorf("output lacks %q", want)
				}
			}
			if strings.HasSuffix(test.scenario, "finding") && strings.Count(r.output, "Additional properties") != 1 {
				t.Error("a finding is told more than once")
			}
			for _, trace := range []string{"goroutine ", "panic:", "\n    at ", "Runtime process exited", "EPIPE"} {
				if strings.Contains(r.output, trace) {
					t.Errorf("output holds %q, of a stack trace or of the runtime", trace)
				}
			}
			if r.assembly {
				t.Error("an assembly stayed behind that looks whole")
			}
			if len(r.left) > 0 {
				t.Errorf("left in the temporary folder: %q", r.left)
			}
			if t.Failed() {
				t.Log(r.output)
			}
		})
	}
}

func TestMainOnSuccess(t *testing.T) {
	r := start(t, "good")
	if r.status != 0 || !r.assembly || len(r.left) > 0 {
		t.Errorf("status %d, assembly %v, left behind %q", r.status, r.assembly, r.left)
	}
	for line := range strings.Lines(r.output) {
		if !strings.HasPrefix(line, "!!") { // so it says that Node.js is past its end of life
			t.Errorf("a good run says something: %s", line)
		}
	}
}

// An app without stacks deploys nothing.
func TestMainWithoutStacks(t *testing.T) {
	r := start(t, "no-stacks")
	if r.status != 0 || !strings.Contains(r.output, "Warning: the app that build is given has no stacks") {
		t.Errorf("status %d: %s", r.status, r.output)
	}
}

// A warning is shown, with where the report is when the run is over.
func TestMainOnAWarning(t *testing.T) {
	r := start(t, "warning")
	if r.status != 0 || !r.assembly {
		t.Errorf("status %d, assembly %v", r.status, r.assembly)
	}
	for _, want := range []string{"WARNING the guard (", "app/main.go:", "holds nobody", "found in: cdk.out/validation-report.json"} {
		if !strings.Contains(r.output, want) {
			t.Errorf("lacks %q: %s", want, r.output)
		}
	}
}

// What constructs note is told once: by the CLI where that started the app, else here.
func TestMainOnNotes(t *testing.T) {
	for _, env := range []string{"CDK_CLI_VERSION=", "CDK_CLI_VERSION=2.1148.1"} {
		r := start(t, "note", env)
		for _, want := range []string{"Note on Stack: a note of the stack\n", "Note on Stack/Nested: a note of what is in it\n"} {
			if n := strings.Count(r.output, want); n != 0 && strings.HasSuffix(env, "1") || n != 1 && strings.HasSuffix(env, "=") {
				t.Errorf("%s: told %d times: %s", env, n, r.output)
			}
		}
		if r.status != 0 {
			t.Errorf("status %d", r.status)
		}
	}
}

// An app that the CLI starts finds its context in the environment, else in cdk.json.
func TestContext(t *testing.T) {
	cdkJSON := start(t, "context")
	if cdkJSON.status != 0 {
		t.Errorf("go run does not read cdk.json: %s", cdkJSON.output)
	}
	cli := start(t, "context", `CDK_CONTEXT_JSON={"other": true}`)
	if cli.status != 1 || !strings.Contains(cli.output, "no context from cdk.json") {
		t.Errorf("the context of the CLI is mixed with cdk.json: %s", cli.output)
	}
}

// A cdk.json is read as the CLI reads it, and one that can't be read is said with what to do.
func TestFilesOfContext(t *testing.T) {
	const text = `{"context": {"from:cdk.json": true}}`
	for name, test := range map[string]struct {
		write func(file string) error
		want  string // empty: it is read
	}{
		"a byte order mark": {func(file string) error { return os.WriteFile(file, []byte("\ufeff"+text), 0o600) }, ""},
		"UTF-16":            {func(file string) error { return os.WriteFile(file, []byte("\xff\xfe{\x00}\x00"), 0o600) }, "cdk.json, which is not UTF-8; allowed: a file of JSON in UTF-8; save it in that encoding"},
		"a folder":          {func(file string) error { return os.Mkdir(file, 0o700) }, "cdk.json, a folder; allowed: a file of JSON, or none; rename the folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := test.write(filepath.Join(dir, "cdk.json")); err != nil {
				t.Fatal(err)
			}
			r := startIn(t, dir, "context")
			if (r.status == 0) != (test.want == "") || !strings.Contains(r.output, test.want) {
				t.Errorf("status %d: %s", r.status, r.output)
			}
		})
	}
}

// A working folder that is gone is said with what to do, whether a cdk.json is looked for or the output folder.
func TestWorkingFolderThatIsGone(t *testing.T) {
	for _, context := range []string{"", "{}"} {
		cmd := command("", t.TempDir(), "good", "CDK_CONTEXT_JSON="+context)
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `cd "$1" && rmdir "$1" && "$0" good`, app, t.TempDir()}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "Error: working folder: got one that is not there any more; allowed: a folder that exists; change to") {
			t.Errorf("%v: %s", err, out)
		}
	}
}

// A bug is found by its stack. Above that stands whose it is, and where the user met it.
func TestMainKeepsTheStackOfABug(t *testing.T) {
	for scenario, want := range map[string][]string{
		"bug":              {"Error: the app's own code panicked at ", "app/main.go:", "nil pointer dereference"},
		"odd-value":        {"Error: the app's own code panicked at ", "app/main.go:", ": 42\n"},
		"odd-value-faults": {"Error: network.Isolated Stack/Network ", "AZs: got 9", "Error: the app's own code panicked at "},
		"aspect-bug":       {"Error: Plinth, the CDK or a callback of the app's own (", "nil map", "print debug.Stack()", "please report it"},
		"library-bug":      {"Error: Plinth or the CDK panicked at ", "app/main.go:", "please report it"},
	} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			r := start(t, scenario)
			before, _, traced := strings.Cut(r.output, "goroutine ")
			for _, want := range want {
				if r.status == 0 || !traced || !strings.Contains(before, want) || strings.Contains(r.output, "EPIPE") {
					t.Errorf("status %d, no %q before a stack: %s", r.status, want, r.output)
				}
			}
			if r.assembly || len(r.left) > 0 {
				t.Errorf("assembly %v, left behind %q", r.assembly, r.left)
			}
		})
	}
}

// A disk that fills up while constructs or the CDK write is said once, with what to do.
func TestMainOnAFullDisk(t *testing.T) {
	for _, scenario := range []string{"disk-full", "disk-full-javascript"} {
		r := start(t, scenario)
		if r.status != 1 || !strings.Contains(r.output, "The disk is full: free space in the output folder") || strings.Count(r.output, "Error: ") != 1 || strings.Count(r.output, "no space left") != 1 {
			t.Errorf("status %d: %s", r.status, r.output)
		}
	}
}

// A temporary folder may be given as the shell knows it.
func TestRelativeTemporaryFolder(t *testing.T) {
	dir := newFolder(t)
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	if r := startIn(t, dir, "good", "TMPDIR=tmp"); r.status != 0 || len(names(t, filepath.Join(dir, "tmp"))) > 0 {
		t.Errorf("status %d, left behind %q: %s", r.status, names(t, filepath.Join(dir, "tmp")), r.output)
	}
}

// Node.js that ends in the middle is said once, and no construct is blamed for it.
func TestMainWhenNodeEnds(t *testing.T) {
	r := start(t, "buckets", "NODE_OPTIONS=--max-old-space-size=20")
	if r.status != 1 || strings.Contains(r.output, "can't be built") ||
		strings.Count(r.output, "Error: the Node.js process ended while the app was built (") != 1 || !strings.Contains(r.output, "raise it by NODE_OPTIONS=--max-old-space-size=4096") {
		t.Errorf("status %d: %s", r.status, r.output)
	}
}
