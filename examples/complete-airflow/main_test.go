package main

import (
	"testing"

	"github.com/plinth-ml/plinth/constructs/synth"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

func TestTheAppSynthesizes(t *testing.T) {
	if err := synth.App(nil, build); err != nil {
		t.Fatal(err)
	}
}
