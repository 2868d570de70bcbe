package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/synth"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

func TestTheAppSynthesizes(t *testing.T) {
	dir := t.TempDir()
	if err := synth.App(&synth.Options{Dir: dir}, build); err != nil {
		t.Fatal(err)
	}
	template, err := os.ReadFile(filepath.Join(dir, "Churn.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "createTrainingJob.sync"} {
		if !strings.Contains(string(template), want) {
			t.Errorf("the template lacks %s", want)
		}
	}
}
