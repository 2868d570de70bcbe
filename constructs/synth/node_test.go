package synth

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// A Node.js that never answers is given up.
func TestNodeThatNeverAnswers(t *testing.T) {
	node := filepath.Join(t.TempDir(), "node")
	if err := os.WriteFile(node, []byte("#!/bin/sh\nwhile read -r line; do :; done\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	before := patience
	jsii.Close() // so that another one starts
	t.Cleanup(func() {
		jsii.Close() // which ends the program
		patience = before
		silent.Store(false)
	})
	t.Setenv("JSII_NODE", node)
	t.Setenv("JSII_RUNTIME", "")
	patience = 100 * time.Millisecond
	err := App(&Options{Dir: t.TempDir()}, func(awscdk.App) { t.Error("there is an app") })
	if want := `Node.js: got "` + node + `"; allowed: a Node.js that answers within 100ms; install Node.js 22`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
