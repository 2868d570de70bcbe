package synth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A scratch is a temporary folder that does not outlive its process: what a killed process left behind is removed by
// the next one that makes a scratch in the same parent.
type scratch struct {
	dir  string
	lock *os.File
}

// scratches are those of this process.
var scratches struct {
	sync.Mutex
	all []*scratch
}

// removeScratches removes all of them, when the program is told to end.
func removeScratches() {
	scratches.Lock()
	defer scratches.Unlock()
	for _, s := range scratches.all {
		_ = os.RemoveAll(s.dir)
	}
}

const (
	scratchPrefix = ".plinth-synth-"
	// lockName is the file that a live process keeps locked. A folder without it is never removed.
	lockName = "plinth-synth.lock"
)

// newScratch makes a scratch folder in parent.
func newScratch(parent string) (*scratch, error) {
	sweep(parent)
	dir, err := os.MkdirTemp(parent, scratchPrefix)
	if err != nil {
		return nil, err
	}
	// The lock gets its name once it is held, so that no other process finds it free.
	file, err := os.Create(filepath.Join(dir, lockName+".new"))
	if err == nil && !tryLock(file) {
		err = fmt.Errorf("%s can't be locked", file.Name())
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, lockName))
	}
	s := &scratch{dir: dir, lock: file}
	if err != nil {
		return nil, errors.Join(err, s.remove())
	}
	scratches.Lock()
	defer scratches.Unlock()
	scratches.all = append(scratches.all, s)
	return s, nil
}

// remove deletes the folder and all that is in it.
func (s *scratch) remove() error {
	scratches.Lock()
	defer scratches.Unlock()
	scratches.all = slices.DeleteFunc(scratches.all, func(other *scratch) bool { return other == s })
	err := os.RemoveAll(s.dir)
	if s.lock != nil {
		s.lock.Close()
	}
	return err
}

// sweep removes the scratch folders in parent whose processes are gone. It is a courtesy: what it can't remove stays.
func sweep(parent string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), scratchPrefix) {
			continue
		}
		dir := filepath.Join(parent, e.Name())
		if lock, abandoned := takeOver(filepath.Join(dir, lockName)); abandoned {
			_ = os.RemoveAll(dir)
			lock.Close()
		}
	}
}

// takeOver locks the lock file of a process that is gone.
func takeOver(name string) (lock *os.File, abandoned bool) {
	info, err := os.Lstat(name)
	if err != nil || info.Mode().Type() != fs.FileMode(0) {
		return nil, false
	}
	lock, err = os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, false
	}
	if !tryLock(lock) {
		lock.Close()
		return nil, false
	}
	return lock, true
}
