package stacks_test

import (
	"testing"

	"github.com/plinth-ml/plinth/apps/platform/stacks"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// BenchmarkSynth is the reference app from nothing to six templates, without validation and without the start of the
// runtime: CDK_VALIDATION=false go test -bench Synth ./apps/platform/stacks
func BenchmarkSynth(b *testing.B) {
	for b.Loop() {
		if err := synth.App(&synth.Options{Dir: b.TempDir()}, stacks.Build); err != nil {
			b.Fatal(err)
		}
	}
}
