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

// Names of files in a cloud assembly
// (https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/cx-api, cloud-assembly.ts).
const (
	versionFile  = "cdk.out"
	manifestFile = "manifest.json"
	reportFile   = "validation-report.json"
)

// newOutput makes the folder, if it is not there, and its scratch folder.
func newOutput(dir string) (*output, error) {
	dir, err := filepath.Abs(dir) // for build may change the working folder
	if err != nil {
		return nil, err
	}
	_, statErr := os.Lstat(dir)
	o := &output{dir: dir}
	if err = os.MkdirAll(dir, 0o777); err == nil {
		o.made = errors.Is(statErr, fs.ErrNotExist)
		o.scratch, err = newScratch(dir)
	}
	if err == nil {
		err = os.Mkdir(o.staging(), 0o777)
	}
	if err != nil {
		return nil, errors.Join(folderProblem("output folder", dir, err), o.close())
	}
	return o, nil
}

// folderProblem says that a folder can't be written to.
func folderProblem(field, dir string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return problem.Problem{
		Field: field, Got: dir, Allowed: "a folder that can be made and written to",
		Fix: fmt.Sprintf("the system says: %v", err),
	}
}

// staging is where the CDK writes the assembly.
func (o *output) staging() string { return filepath.Join(o.scratch.dir, "assembly") }

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
}

// publish moves the assembly out of the scratch folder. Nothing is moved unless everything can be.
func (o *output) publish() error {
	unlock, err := lockFolder(o.dir)
	if err != nil {
		return folderProblem("output folder", o.dir, err)
	}
	defer unlock()
	moves, err := o.plan()
	if err != nil {
		return err
	}
	// Until all is moved there is no manifest, so that nobody takes files of two runs for one assembly.
	old := filepath.Join(o.dir, manifestFile)
	if err := os.Rename(old, filepath.Join(o.scratch.dir, manifestFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return folderProblem("output folder", o.dir, err)
	}
	for _, m := range moves {
		if err := os.Rename(filepath.Join(o.staging(), m.name), filepath.Join(o.dir, m.name)); err != nil {
			return folderProblem("output folder", o.dir, err)
		}
	}
	return nil
}

// plan lists the moves: the version file first, by which a later run knows the folder, and the manifest last, without
// which nobody takes it for an assembly. Links in the output folder are replaced, never followed.
func (o *output) plan() ([]move, error) {
	var moves []move
	var l problem.List
	ours := isAssembly(o.dir)
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
				moves = append(moves, move{name, rank(name)})
			case err != nil:
				return err
			case e.IsDir() && there.IsDir():
				if err := walk(name); err != nil {
					return err
				}
			case !e.IsDir() && !there.IsDir() && (ours || name == reportFile && isReport(filepath.Join(o.dir, name))):
				moves = append(moves, move{name, rank(name)})
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

func rank(name string) int {
	switch {
	case name == versionFile:
		return 0
	case name == manifestFile:
		return 3
	case filepath.Base(name) == manifestFile:
		return 2
	}
	return 1
}

// isAssembly tells whether a folder holds a cloud assembly, or the beginning of one.
func isAssembly(dir string) bool {
	var header struct {
		Version   string
		Artifacts map[string]any
	}
	if readRegular(filepath.Join(dir, manifestFile), &header) {
		return header.Version != "" && header.Artifacts != nil
	}
	var version map[string]string
	return readRegular(filepath.Join(dir, versionFile), &version) && len(version) == 1 && version["version"] != ""
}

// isReport tells whether a file is a validation report of the CDK.
func isReport(name string) bool {
	var report struct{ PluginReports []any }
	return readRegular(name, &report) && report.PluginReports != nil
}

func readRegular(name string, into any) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	text, err := os.ReadFile(name)
	return err == nil && json.Unmarshal(text, into) == nil
}

// keepReport moves the validation report of a failed run to the output folder, and returns its name there; empty where
// there is none, or where it would stand among files that are not an assembly's.
func (o *output) keepReport() string {
	to := filepath.Join(o.dir, reportFile)
	if !isAssembly(o.dir) && !isReport(to) && !isUnused(o.dir) {
		return ""
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
