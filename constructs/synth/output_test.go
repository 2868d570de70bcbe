package synth_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// tree is what is in a folder: the text of each file, the target of each link, "/" for each folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		switch {
		case e.IsDir():
			all[relative] = "/"
		case e.Type() == fs.ModeSymlink:
			all[relative], err = os.Readlink(name)
		default:
			var text []byte
			text, err = os.ReadFile(name)
			all[relative] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sameTree fails the test where what was in a folder is no longer there, or something else is besides.
func sameTree(t *testing.T, before, after map[string]string, added ...string) {
	t.Helper()
	for name, text := range before {
		if got, there := after[name]; !there {
			t.Errorf("%s is gone", name)
		} else if got != text {
			t.Errorf("%s has changed", name)
		}
	}
	for name := range after {
		if _, there := before[name]; !there && !slices.Contains(added, name) {
			t.Errorf("%s is new", name)
		}
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// source is what a user has in a folder.
var source = map[string]string{
	"main.go": "package main", ".git/HEAD": "ref: refs/heads/main", "docs/index.md": "# Docs", "docs/deep/page.md": "text",
	"keep/data.csv": "1,2", "tree.txt": "a tree", "validation-report.txt": "mine",
}

// A failed run loses nothing, wherever its assembly was to go.
func TestFailureKeepsFiles(t *testing.T) {
	for _, outdir := range []string{".", "docs", "link", "new/deeper"} {
		scenarios := []string{"props"}
		if outdir == "." {
			scenarios = append(scenarios, "bug", "javascript", "own-error", "finding")
		}
		for _, scenario := range scenarios {
			t.Run(outdir+"/"+scenario, func(t *testing.T) {
				t.Parallel()
				dir := newFolder(t)
				write(t, dir, source)
				if err := os.Symlink("keep", filepath.Join(dir, "link")); err != nil {
					t.Fatal(err)
				}
				before := tree(t, dir)
				r := startIn(t, dir, scenario, "CDK_OUTDIR="+outdir)
				if r.status == 0 {
					t.Fatal("status 0")
				}
				sameTree(t, before, tree(t, dir), "new") // the parent of the folder that was made stays
				if len(r.left) > 0 {
					t.Errorf("left in the temporary folder: %q", r.left)
				}
			})
		}
	}
}

// A good run writes among the user's files and replaces none of them; so does the next one, over its own.
func TestSuccessKeepsFiles(t *testing.T) {
	for _, outdir := range []string{".", "docs", "link"} {
		t.Run(outdir, func(t *testing.T) {
			t.Parallel()
			dir := newFolder(t)
			write(t, dir, source)
			if err := os.Symlink("keep", filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			before := tree(t, dir)
			for range 2 {
				if r := startIn(t, dir, "good", "CDK_OUTDIR="+outdir); r.status != 0 {
					t.Fatal(r.output)
				}
				after := tree(t, dir)
				for name, text := range before {
					if after[name] != text {
						t.Errorf("%s is gone or has changed", name)
					}
				}
				if _, err := os.Stat(filepath.Join(dir, outdir, "manifest.json")); err != nil {
					t.Error("no assembly:", err)
				}
			}
		})
	}
}

// A file of the user's that has the name of one of the assembly's is never replaced.
func TestFileInTheWay(t *testing.T) {
	for name, mine := range map[string]string{
		"manifest.json":          `{"name": "My web app", "version": "1.2.3"}`,
		"tree.json":              `{}`,
		"cdk.out":                "my notes",
		"Stack.template.json":    "{}",
		"cdk.out/readme":         "a folder of that name",
		"validation-report.json": `{"mine": true}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newFolder(t)
			write(t, dir, map[string]string{name: mine})
			before := tree(t, dir)
			// Every assembly has all of these files but the report, which only a validation writes.
			scenario, want := "good", "choose another output folder: nothing was written, so that the file is not lost"
			if name == "validation-report.json" {
				scenario, want = "finding", "Stack/Wrong"
			}
			r := startIn(t, dir, scenario, "CDK_OUTDIR=.")
			if r.status != 1 || !strings.Contains(r.output, want) || strings.Contains(r.output, "Error:   - ") {
				t.Errorf("status %d: %s", r.status, r.output)
			}
			sameTree(t, before, tree(t, dir))
		})
	}
}

// An assembly in a folder makes nothing of the user's there replaceable: neither what is added later, nor what only
// looks like an assembly.
func TestFileBesideAssembly(t *testing.T) {
	const version = `{"version":"1.0.0"}`
	for _, test := range []struct {
		name     string
		seed     string // the scenario of a run before
		mine     map[string]string
		scenario string
	}{
		{"a template", "good", map[string]string{"Other.template.json": `{"Description": "mine"}`}, "stages"},
		{"a file in a nested assembly", "stages", map[string]string{"assembly-Dev/DevMore782BF40A.template.json": "{}"}, "more-stages"},
		{"a report", "good", map[string]string{"validation-report.json": "[]"}, "finding"},
		{"a manifest of something else", "", map[string]string{
			"cdk.out": version, "manifest.json": `{"version":"1.0.0","artifacts":{"a":1},"mine":true}`, "tree.json": "a tree",
		}, "good"},
		{"a manifest with artifacts of another tool", "", map[string]string{
			"cdk.out": version, "manifest.json": `{"version":"1.0.0","artifacts":{"a":{"type":"zip","properties":{"file":"tree.json"}}}}`, "tree.json": "a tree",
		}, "good"},
		{"a manifest without a version file", "", map[string]string{
			"manifest.json": `{"version":"1.0.0","artifacts":{"a":{"type":"cdk:tree","properties":{"file":"tree.json"}}}}`, "tree.json": "a tree",
		}, "good"},
		{"a folder beside an asset that is not copied", "", map[string]string{
			"cdk.out": version, "manifest.json": `{"version":"1.0.0","artifacts":{"a":{"type":"cdk:asset-manifest","properties":{"file":"a.json"}}}}`,
			"a.json": `{"files":{"x":{"source":{"path":".","packaging":"zip"}}}}`, "Stack.template.json": "mine",
		}, "good"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := newFolder(t)
			if test.seed != "" {
				if r := startIn(t, dir, test.seed, "CDK_OUTDIR=."); r.status != 0 {
					t.Fatal(r.output)
				}
				_ = os.Remove(filepath.Join(dir, "validation-report.json")) // which a run without validation does not write
			}
			write(t, dir, test.mine)
			before := tree(t, dir)
			if r := startIn(t, dir, test.scenario, "CDK_OUTDIR=."); r.status != 1 {
				t.Errorf("status %d: %s", r.status, r.output)
			}
			sameTree(t, before, tree(t, dir), "code", "code/run.py") // which the app makes
		})
	}
}

// Files that an app writes beside its templates are replaced by its next run, unless somebody changed them.
func TestFilesOfTheApp(t *testing.T) {
	dir := newFolder(t)
	for _, policy := range []string{"1", "2"} {
		if r := startIn(t, dir, "own-files", "POLICY="+policy); r.status != 0 {
			t.Fatal(r.output)
		}
		for name, text := range tree(t, filepath.Join(dir, "cdk.out")) {
			if filepath.Base(name) == "policy.json" && text != policy {
				t.Errorf("%s holds %s, want %s", name, text, policy)
			}
		}
	}
	write(t, dir, map[string]string{"cdk.out/assembly-Dev/policy.json": "mine"})
	before := tree(t, dir)
	if r := startIn(t, dir, "own-files", "POLICY=3"); r.status != 1 || !strings.Contains(r.output, "assembly-Dev/policy.json") {
		t.Errorf("status %d: %s", r.status, r.output)
	}
	sameTree(t, before, tree(t, dir))
}

// What is left of a stack that the app had before is replaced when it has the stack again, unless somebody changed it
// since.
func TestStackThatComesBack(t *testing.T) {
	dir := newFolder(t)
	run := func(stack, value string) result {
		return startIn(t, dir, "named", "STACK="+stack, "VALUE="+value)
	}
	for _, stack := range []string{"Red", "Blue", "Green", "Red", "Blue"} {
		if r := run(stack, "first"); r.status != 0 {
			t.Fatal(r.output)
		}
	}
	out := filepath.Join(dir, "cdk.out")
	var template string
	for name, text := range tree(t, out) {
		if strings.HasSuffix(name, ".template.json") && strings.Contains(name, "Red") {
			template = name
			write(t, out, map[string]string{name: text + " "})
		}
	}
	if r := run("Green", "second"); r.status != 0 { // which leaves the changed file alone
		t.Fatal(r.output)
	}
	before := tree(t, out)
	r := run("Red", "second")
	want := template + ", which an earlier synthesis wrote and somebody has changed since; allowed: a file as it was written, or none"
	if r.status != 1 || !strings.Contains(r.output, want) {
		t.Errorf("status %d: %s", r.status, r.output)
	}
	sameTree(t, before, tree(t, out))
	if err := os.Remove(filepath.Join(out, template)); err != nil {
		t.Fatal(err)
	}
	if r := run("Red", "second"); r.status != 0 {
		t.Error(r.output)
	}
}

// A list of files that only looks like one makes nothing replaceable.
func TestListOfSomethingElse(t *testing.T) {
	for _, mine := range []string{`{}`, `{"Stack.template.json": "mine"}`, `["Stack.template.json"]`} {
		dir := newFolder(t)
		write(t, dir, map[string]string{"plinth-files.json": mine, "Stack.template.json": "mine"})
		before := tree(t, dir)
		if r := startIn(t, dir, "good", "CDK_OUTDIR=."); r.status != 1 || !strings.Contains(r.output, "plinth-files.json") {
			t.Errorf("%s: status %d: %s", mine, r.status, r.output)
		}
		sameTree(t, before, tree(t, dir))
	}
}

// An assembly that the CDK wrote by itself is replaced, with its nested assemblies, stacks and assets.
func TestAssemblyOfTheCDK(t *testing.T) {
	for _, scenario := range []string{"more-stages", "complete"} {
		dir := newFolder(t)
		if r := startIn(t, dir, "plain", "CDK_OUTDIR=cdk.out"); r.status != 0 {
			t.Fatal(r.output)
		}
		if r := startIn(t, dir, scenario); r.status != 0 || !r.assembly {
			t.Errorf("%s: status %d: %s", scenario, r.status, r.output)
		}
	}
}

// A run that was killed while it moved files is followed by one that replaces them.
func TestKilledWhileMoving(t *testing.T) {
	dir := newFolder(t)
	if r := startIn(t, dir, "good"); r.status != 0 {
		t.Fatal(r.output)
	}
	out := filepath.Join(dir, "cdk.out")
	if err := os.Remove(filepath.Join(out, "manifest.json")); err != nil {
		t.Fatal(err)
	}
	write(t, out, map[string]string{".plinth-synth-moving.json": `["Stack.template.json", "Stack.assets.json", "Stack.metadata.json", "tree.json"]`})
	if r := startIn(t, dir, "complete"); r.status != 0 || slices.Contains(names(t, out), ".plinth-synth-moving.json") {
		t.Errorf("status %d, left %q: %s", r.status, names(t, out), r.output)
	}
}

// A link in an assembly's folder is replaced: what it leads to stays as it is.
func TestLinkInAssembly(t *testing.T) {
	dir := newFolder(t)
	if r := startIn(t, dir, "good"); r.status != 0 {
		t.Fatal(r.output)
	}
	write(t, dir, map[string]string{"mine.json": "mine"})
	template := filepath.Join(dir, "cdk.out", "Stack.template.json")
	if err := os.Remove(template); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../mine.json", template); err != nil {
		t.Fatal(err)
	}
	if r := startIn(t, dir, "good"); r.status != 0 {
		t.Fatal(r.output)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "mine.json")); err != nil || string(text) != "mine" {
		t.Errorf("the file behind the link: %q, %v", text, err)
	}
	if info, err := os.Lstat(template); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the template is no regular file: %v", err)
	}
}

// A working folder that build changes, and a link to nowhere, cost nothing.
func TestFoldersThatAreNotThere(t *testing.T) {
	dir := newFolder(t)
	write(t, dir, source)
	write(t, dir, map[string]string{"docs/cdk.out": "mine"})
	if err := os.Symlink("nowhere", filepath.Join(dir, "nothing")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	for _, run := range []struct{ scenario, outdir string }{{"chdir", ""}, {"chdir", "out"}, {"good", "nothing"}} {
		r := startIn(t, dir, run.scenario, "CDK_OUTDIR="+run.outdir)
		if r.status != 1 || len(r.left) > 0 || run.outdir == "nothing" && !strings.Contains(r.output, "it is a link that leads nowhere") {
			t.Errorf("%v: status %d, left %q: %s", run, r.status, r.left, r.output)
		}
		sameTree(t, before, tree(t, dir))
	}
}

// What can't be moved is found before anything is.
func TestMoveThatFails(t *testing.T) {
	dir := newFolder(t)
	if r := startIn(t, dir, "good"); r.status != 0 {
		t.Fatal(r.output)
	}
	name := filepath.Join(dir, "cdk.out", "tree.json")
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"cdk.out/tree.json/mine": "mine"})
	if r := startIn(t, dir, "good"); r.status != 1 || !r.assembly {
		t.Errorf("status %d, assembly %t", r.status, r.assembly)
	}
}

// An asset that holds the output folder would be copied into itself: it is said what to do.
func TestAssetWithOutputFolder(t *testing.T) {
	r := start(t, "asset-of-all")
	if r.status != 1 || !strings.Contains(r.output, "exclude cdk.out from the asset, or move one of them") || len(r.left) > 0 {
		t.Errorf("status %d, left %q: %s", r.status, r.left, r.output)
	}
}

// Where a folder of an assembly can't be written to, all stays as it was.
func TestMoveThatIsNotPermitted(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := newFolder(t)
	if r := startIn(t, dir, "stages"); r.status != 0 {
		t.Fatal(r.output)
	}
	nested := filepath.Join(dir, "cdk.out", "assembly-Dev")
	if err := os.Chmod(nested, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(nested, 0o700) //nolint:errcheck // which removing the folder shows
	before := tree(t, filepath.Join(dir, "cdk.out"))
	r := startIn(t, dir, "more-stages")
	if r.status != 1 || !strings.Contains(r.output, "permission denied") || strings.Contains(r.output, ".plinth-synth-") {
		t.Errorf("status %d: %s", r.status, r.output)
	}
	sameTree(t, before, tree(t, filepath.Join(dir, "cdk.out")))
}

// An assembly of an earlier run outlives a run that fails; a report of broken rules comes beside it.
func TestFailureKeepsAssembly(t *testing.T) {
	for _, scenario := range []string{"props", "javascript", "finding"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			dir := newFolder(t)
			if r := startIn(t, dir, "good"); r.status != 0 {
				t.Fatal(r.output)
			}
			before := tree(t, filepath.Join(dir, "cdk.out"))
			if r := startIn(t, dir, scenario); r.status != 1 {
				t.Fatal(r.output)
			}
			sameTree(t, before, tree(t, filepath.Join(dir, "cdk.out")), "validation-report.json")
		})
	}
}

// The report stays where the message says, and the next good run replaces it.
func TestReportIsKept(t *testing.T) {
	dir := newFolder(t)
	report := filepath.Join(dir, "cdk.out", "validation-report.json")
	for range 2 {
		r := startIn(t, dir, "finding")
		text, err := os.ReadFile(report)
		if err != nil || !strings.Contains(string(text), "F3002") || !strings.Contains(r.output, "cdk.out/validation-report.json") {
			t.Errorf("report %q, %v: %s", text, err, r.output)
		}
	}
	if r := startIn(t, dir, "good"); r.status != 0 || !r.assembly {
		t.Errorf("the report keeps the next run from its folder: %s", r.output)
	}
}

// Runs in one folder do not disturb each other: whoever succeeds leaves a whole assembly.
func TestRunsAtOnce(t *testing.T) {
	dir := newFolder(t)
	if r := startIn(t, dir, "good"); r.status != 0 {
		t.Fatal(r.output)
	}
	want := tree(t, filepath.Join(dir, "cdk.out"))
	if err := os.RemoveAll(filepath.Join(dir, "cdk.out")); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, scenario := range []string{"props", "good", "javascript", "good"} {
		all.Go(func() {
			out, err := command(dir, t.TempDir(), scenario).CombinedOutput()
			if (err == nil) != (scenario == "good") {
				t.Errorf("%s: %v: %s", scenario, err, out)
			}
		})
	}
	all.Wait()
	sameTree(t, want, tree(t, filepath.Join(dir, "cdk.out")))
}

// Nor does it of a test that panics or is interrupted.
func TestTestsThatDoNotEnd(t *testing.T) {
	for _, ends := range []string{"panic", "interrupt"} {
		t.Run(ends, func(t *testing.T) {
			t.Parallel()
			dir, tmp := newFolder(t), t.TempDir()
			cmd := command(dir, tmp, "tests")
			input, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			output, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(output).ReadString('\n'); err != nil || line != "ready\n" {
				t.Fatalf("%q, %v", line, err)
			}
			if ends == "interrupt" {
				err = cmd.Process.Signal(syscall.SIGINT)
			} else {
				err = input.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Error("status 0")
			}
			if left := names(t, tmp); ends == "interrupt" && len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			if out, err := command(dir, tmp, "good").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if left := names(t, tmp); len(left) > 0 {
				t.Errorf("left behind after the next run: %q", left)
			}
		})
	}
}

// Without Node.js each test is told so, and not only the first.
func TestTestsWithoutNode(t *testing.T) {
	r := start(t, "tests", "PATH=/nowhere")
	if strings.Count(r.output, `Node.js: got "node"; allowed: a Node.js that runs`) != 2 {
		t.Error(r.output)
	}
}

// Whatever ends a run, nothing stays in its folders after the next one.
func TestKilled(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir, tmp := newFolder(t), t.TempDir()
			cmd := command(dir, tmp, "wait")
			input, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer input.Close()
			output, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(output).ReadString('\n'); err != nil || line != "ready\n" {
				t.Fatalf("%q, %v", line, err)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // with the signal's status
			if signal != syscall.SIGKILL {
				if left := slices.Concat(names(t, tmp), names(t, dir)); !slices.Equal(left, []string{"cdk.json", "cdk.out"}) {
					t.Errorf("left behind: %q", left)
				}
				if left := names(t, filepath.Join(dir, "cdk.out")); len(left) > 0 {
					t.Errorf("left behind in the output folder: %q", left)
				}
			}
			if out, err := command(dir, tmp, "good").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			left := names(t, tmp)
			for _, name := range names(t, filepath.Join(dir, "cdk.out")) {
				if strings.HasPrefix(name, ".") {
					left = append(left, name)
				}
			}
			if len(left) > 0 {
				t.Errorf("left behind after the next run: %q", left)
			}
		})
	}
}

// Folders of live runs, and folders that only look alike, are left alone.
func TestOtherFoldersStay(t *testing.T) {
	dir, tmp := newFolder(t), t.TempDir()
	write(t, tmp, map[string]string{".plinth-synth-mine/data": "1", ".plinth-synth-linked/data": "2"})
	if err := os.Symlink("/dev/null", filepath.Join(tmp, ".plinth-synth-linked", "plinth-synth.lock")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(tmp, ".plinth-synth-link")); err != nil {
		t.Fatal(err)
	}
	before := tree(t, tmp)
	if out, err := command(dir, tmp, "good").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	sameTree(t, before, tree(t, tmp))
}

// The same app gives the same bytes.
func TestSameBytes(t *testing.T) {
	dir := newFolder(t)
	var trees []map[string]string
	for i := range 2 {
		out := fmt.Sprint("out", i)
		if r := startIn(t, dir, "complete", "CDK_OUTDIR="+out); r.status != 0 {
			t.Fatal(r.output)
		}
		trees = append(trees, tree(t, filepath.Join(dir, out)))
	}
	if !maps.Equal(trees[0], trees[1]) {
		sameTree(t, trees[0], trees[1])
	}
}

// A file that the CDK can't read is told by its line, in the words of JSON.
func TestBrokenConfiguration(t *testing.T) {
	dir := newFolder(t)
	for text, want := range map[string]string{
		"[]":                                "cdk.json:1 can't be read as the JSON that the CDK takes: an object is needed there, and not array",
		"{\n\"context\": \"x\"}":            "cdk.json:2 can't be read as the JSON that the CDK takes: context: an object is needed there, and not string",
		"{\n\"app\": \"go run .\",\n}":      "cdk.json:3 can't be read as the JSON that the CDK takes: invalid character '}'",
		"{\n\"app\": \"go run .\",\n// \n}": "cdk.json:3 can't be read as the JSON that the CDK takes: invalid character '/'",
	} {
		write(t, dir, map[string]string{"cdk.json": text})
		if r := startIn(t, dir, "good"); r.status != 1 || !strings.Contains(r.output, want) {
			t.Errorf("%s: status %d: %s", text, r.status, r.output)
		}
	}
}

// What keeps the runtime from starting is said in a message that names it and what to do.
func TestBrokenMachine(t *testing.T) {
	dir := newFolder(t)
	write(t, dir, map[string]string{"file": "", "old/node": "#!/bin/sh\necho v12.22.0\n", "broken/node": "#!/bin/sh\nexit 3\n", "empty/node": "#!/bin/sh\n[ \"$1\" = --version ] && echo v24.1.0\n"})
	for _, node := range []string{"old/node", "broken/node", "empty/node"} {
		if err := os.Chmod(filepath.Join(dir, node), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name, env string
		want      []string
	}{
		{"no Node.js", "PATH=/nowhere", []string{`Node.js: got "node"`, "install Node.js 22 or newer", "JSII_NODE"}},
		{"no Node.js of that name", "JSII_NODE=/nowhere/node", []string{`Node.js: got "/nowhere/node"`, "install Node.js 22 or newer"}},
		{"an old Node.js", "JSII_NODE=" + filepath.Join(dir, "old/node"), []string{`got "v12.22.0"`, "install Node.js 22 or newer"}},
		{"a broken Node.js", "JSII_NODE=" + filepath.Join(dir, "broken/node"), []string{"broken/node", "exit status 3", "install Node.js"}},
		{"options that Node.js does not take", "NODE_OPTIONS=--nope", []string{`NODE_OPTIONS: got "--nope"`, "what it said is above"}},
		{"too little memory", "NODE_OPTIONS=--max-old-space-size=6", []string{
			`NODE_OPTIONS: got "--max-old-space-size=6"; allowed: options with which the CDK starts`, "if memory ran out, raise it by --max-old-space-size=4096"}},
		{"a recent Node.js in which nothing starts", "JSII_NODE=" + filepath.Join(dir, "empty/node"), []string{
			`Node.js: got "v24.1.0"; allowed: one in which the CDK's runtime starts`}},
		{"a home that is a file", "HOME=" + filepath.Join(dir, "file"), []string{
			`cache folder of the jsii runtime: got "` + filepath.Join(dir, "file"), "set HOME, or JSII_RUNTIME_PACKAGE_CACHE_ROOT", "ENOTDIR"}},
		{"a home that can't be made", "HOME=/proc/x", []string{
			`cache folder of the jsii runtime: got "/proc/x/.cache/aws/jsii/package-cache"`, "set HOME, or JSII_RUNTIME_PACKAGE_CACHE_ROOT"}},
		{"a cache folder that can't be made", "JSII_RUNTIME_PACKAGE_CACHE_ROOT=/proc/x", []string{
			`cache folder of the jsii runtime: got "/proc/x"`, "set HOME, or JSII_RUNTIME_PACKAGE_CACHE_ROOT"}},
		{"a cache folder that is a file", "JSII_RUNTIME_PACKAGE_CACHE_ROOT=" + filepath.Join(dir, "file"), []string{
			`cache folder of the jsii runtime: got "` + filepath.Join(dir, "file"), "set HOME, or JSII_RUNTIME_PACKAGE_CACHE_ROOT"}},
		{"a runtime of one's own", "JSII_RUNTIME=exit 3", []string{`JSII_RUNTIME: got "exit 3"`, "unset it"}},
		{"no temporary folder", "TMPDIR=/nowhere", []string{"temporary folder can't be used", "/nowhere", "Set TMPDIR to"}},
		{"a temporary file", "TMPDIR=" + filepath.Join(dir, "file"), []string{"temporary folder can't be used", "Set TMPDIR to"}},
		{"a full disk", "TMPDIR=/dev/full", []string{"temporary folder can't be used", "Set TMPDIR to"}},
		{"an output file", "CDK_OUTDIR=file", []string{"output folder: got", `/file"; allowed`, "not a directory"}},
		{"an output folder in a file", "CDK_OUTDIR=file/out", []string{"output folder: got", `/file/out"; allowed`, "not a directory"}},
		{"an output folder that can't be made", "CDK_OUTDIR=/proc/out", []string{`output folder: got "/proc/out"`}},
		{"a broken cdk.json", "", []string{"cdk.json:3 can't be read as the JSON"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.env == "" {
				write(t, dir, map[string]string{"cdk.json": "{\n\"app\": \"go run .\",\n}"})
			}
			r := startIn(t, dir, "good", test.env)
			if r.status != 1 {
				t.Errorf("status %d, want 1", r.status)
			}
			for _, want := range append(test.want, "Error: ") {
				if !strings.Contains(r.output, want) {
					t.Errorf("output lacks %q", want)
				}
			}
			if strings.Contains(r.output, "goroutine ") || t.Failed() {
				t.Error(r.output)
			}
		})
	}
}
