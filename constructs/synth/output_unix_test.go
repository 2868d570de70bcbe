//go:build unix

package synth_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is no file in the place of one that was written is not read, since that might never end.
func TestPipeInTheWay(t *testing.T) {
	dir := newFolder(t)
	if r := startIn(t, dir, "own-files", "POLICY=1"); r.status != 0 {
		t.Fatal(r.output)
	}
	policy := filepath.Join(dir, "cdk.out", "policy.json")
	if err := os.Remove(policy); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(policy, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := startIn(t, dir, "own-files", "POLICY=1"); r.status != 1 || !strings.Contains(r.output, policy) {
		t.Errorf("status %d: %s", r.status, r.output)
	}
}
