package synth

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/problem"
)

// An output is the folder that an assembly goes to. The assembly is written to a scratch folder inside it and moved out
// when it is whole, so that a failed run changes nothing but the validation report.
type output struct {
	dir     string
	made    bool // the folder was not there before
	scratch *scratch
}

// newOutput makes the folder, if it is not there, and its scratch folder.
func newOutput(dir string) (*output, error) {
	if !filepath.IsAbs(dir) { // for build may change the working folder
		in, err := workingFolder()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(in, dir)
	}
	dir = filepath.Clean(dir)
	info, statErr := os.Lstat(dir)
	o := &output{dir: dir}
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		o.made = errors.Is(statErr, fs.ErrNotExist)
		o.scratch, err = newScratch(dir)
	}
	if err == nil {
		err = os.Mkdir(o.staging(), 0o777)
	}
	if err != nil && statErr == nil && info.Mode().Type() == fs.ModeSymlink {
		if _, followed := os.Stat(dir); followed != nil {
			err = errors.New("it is a link that leads nowhere")
		}
	}
	if err != nil {
		return nil, errors.Join(folderProblem("output folder", dir, err), o.close())
	}
	return o, nil
}

// folderProblem says that a folder can't be written to.
func folderProblem(field, dir string, err error) error {
	return problem.Problem{
		Field: field, Got: dir, Allowed: "a folder that can be made and written to",
		Fix: fmt.Sprintf("the system says: %v", reason(err)),
	}
}

// reason is what the system says, without the names of files, which are of the scratch folder.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// staging is where the CDK writes the assembly.
func (o *output) staging() string { return filepath.Join(o.scratch.dir, "assembly") }

// gone reports that the app deleted the folder that its assembly is written to, where Node.js failed of that; nil: it
// did not.
func (o *output) gone(err error) error {
	if _, there := os.Lstat(o.staging()); !strings.Contains(err.Error(), "ENOENT") || !errors.Is(there, fs.ErrNotExist) {
		return nil
	}
	return problem.Problem{
		Field: "output folder", Got: problem.Phrase(o.dir + ", whose files were deleted while the app was built or synthesized"),
		Allowed: "one that the app leaves alone", Fix: "delete nothing there in build: files of earlier runs are replaced",
	}
}

// close removes what is not part of the assembly.
func (o *output) close() error {
	var err error
	if o.scratch != nil {
		err = o.scratch.remove()
	}
	if info, statErr := os.Lstat(o.dir); o.made && statErr == nil && info.IsDir() {
		_ = os.Remove(o.dir) // which fails unless it is empty
	}
	return err
}

// A move takes one file or folder from the scratch folder to the output folder.
type move struct {
	name string // below both
	rank int    // lower ones go first
	over bool   // it replaces a file
}

// publish moves the assembly out of the scratch folder. Where that fails midway the folder becomes what it was.
func (o *output) publish() error {
	unlock, err := lockFolder(o.dir)
	if err != nil {
		return folderProblem("output folder", o.dir, err)
	}
	defer unlock()
	before := earlier(o.dir)
	if err := list(o.staging(), o.dir, before); err != nil {
		return folderProblem("output folder", o.dir, err)
	}
	moves, err := o.plan(before)
	if err != nil {
		return err
	}
	moving := filepath.Join(o.dir, movingFile)
	_, statErr := os.Lstat(moving)
	if err := o.note(before, moves, moving); err != nil {
		return folderProblem("output folder", o.dir, err)
	}
	undone, err := o.move(moves)
	if err == nil || undone && errors.Is(statErr, fs.ErrNotExist) {
		err = errors.Join(err, os.Remove(moving))
	}
	if err != nil {
		return folderProblem("output folder", o.dir, err)
	}
	return nil
}

// note writes a file that says what a later run may replace if this one is killed.
func (o *output) note(before written, moves []move, file string) error {
	var names []string
	for name, replaceable := range before {
		if replaceable {
			names = append(names, name)
		}
	}
	for _, m := range moves {
		names = append(names, m.name)
	}
	text, err := json.Marshal(names)
	if err != nil {
		return err
	}
	scratch := filepath.Join(o.scratch.dir, movingFile)
	if err := os.WriteFile(scratch, text, 0o666); err != nil {
		return err
	}
	return os.Rename(scratch, file)
}

// move puts aside what is replaced, the manifest first, so that nobody takes files of two runs for one assembly, and
// moves the files. When one can't be moved it takes everything back, and tells whether it could.
func (o *output) move(moves []move) (undone bool, err error) {
	type renamed struct{ from, to string }
	var done []renamed
	rename := func(from, to string) {
		if err == nil {
			if err = os.Rename(from, to); err == nil {
				done = append(done, renamed{from, to})
			}
		}
	}
	for i, m := range slices.Backward(moves) {
		if m.over {
			rename(filepath.Join(o.dir, m.name), filepath.Join(o.scratch.dir, fmt.Sprint("replaced", i)))
		}
	}
	for _, m := range moves {
		rename(filepath.Join(o.staging(), m.name), filepath.Join(o.dir, m.name))
	}
	if err == nil {
		return false, nil
	}
	for _, r := range slices.Backward(done) {
		if os.Rename(r.to, r.from) != nil {
			return false, err
		}
	}
	return true, err
}

// plan lists the moves, the manifest last, without which nobody takes the folder for an assembly. It replaces only what
// was written before, reports and version files of the CDK, and files that would stay as they are. Links in the output
// folder are replaced, never followed.
func (o *output) plan(before written) ([]move, error) {
	var moves []move
	var l problem.List
	var walk func(folder string) error
	walk = func(folder string) error {
		entries, err := os.ReadDir(filepath.Join(o.staging(), folder))
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := filepath.Join(folder, e.Name())
			there, err := os.Lstat(filepath.Join(o.dir, name))
			switch {
			case errors.Is(err, fs.ErrNotExist):
				moves = append(moves, move{name, rank(name), false})
			case err != nil:
				return err
			case e.IsDir() && there.IsDir():
				if err := walk(name); err != nil {
					return err
				}
			case !e.IsDir() && !there.IsDir() && o.replaceable(before, name):
				moves = append(moves, move{name, rank(name), true})
			case before.isChanged(name):
				l.Add("output folder", problem.Phrase(filepath.Join(o.dir, name)+", which an earlier synthesis wrote and somebody has changed since"),
					"a file as it was written, or none", "delete it unless the change is needed, or choose another output folder")
			default:
				l.Add("output folder", filepath.Join(o.dir, name), "no file of that name, unless an earlier synthesis wrote it",
					"choose another output folder: nothing was written, so that the file is not lost")
			}
		}
		return nil
	}
	if err := walk(""); err != nil {
		return nil, folderProblem("output folder", o.dir, err)
	}
	slices.SortStableFunc(moves, func(a, b move) int { return cmp.Compare(a.rank, b.rank) })
	return moves, headed("the assembly can't be moved to the output folder", l.Err())
}

// replaceable tells whether a file in the output folder may be replaced.
func (o *output) replaceable(before written, name string) bool {
	there := filepath.Join(o.dir, name)
	return before.has(name) || isSame(there, filepath.Join(o.staging(), name)) ||
		name == reportFile && isReport(there) || name == versionFile && isVersion(there, "")
}

func rank(name string) int {
	switch {
	case name == manifestFile:
		return 2
	case filepath.Base(name) == manifestFile:
		return 1
	}
	return 0
}

// keepReport moves the validation report of a failed run to the output folder, and returns its name there; empty where
// there is none, or where it would stand among files that are not an assembly's or replace another file.
func (o *output) keepReport() string {
	to := filepath.Join(o.dir, reportFile)
	if !isReport(to) {
		_, assembly := readManifest(o.dir)
		if _, err := os.Lstat(to); err == nil || !assembly && !isUnused(o.dir) {
			return ""
		}
	}
	if err := os.Rename(filepath.Join(o.staging(), reportFile), to); err != nil {
		return ""
	}
	return to
}

// isUnused tells whether a folder holds nothing but locks, which the CLI makes, and scratch folders.
func isUnused(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return !strings.HasSuffix(e.Name(), ".lock") && !strings.HasPrefix(e.Name(), scratchPrefix)
	})
}
