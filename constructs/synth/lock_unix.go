//go:build unix

package synth

import (
	"os"
	"syscall"
)

// tryLock locks a file until it is closed or its process ends. It is false where another process holds the lock.
func tryLock(file *os.File) bool {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// lockFolder waits until no other process writes to the folder, and keeps others waiting until unlock is called.
func lockFolder(dir string) (unlock func(), err error) {
	file, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
}
