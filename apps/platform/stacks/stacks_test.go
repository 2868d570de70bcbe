package stacks_test

import (
	"os"
	"slices"
	"testing"

	"github.com/plinth-ml/plinth/apps/platform/stacks"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// app is the reference app, synthesized once for all tests of the package.
var app []assembly.Stack

func TestMain(m *testing.M) { synth.TestMain(synthesized{m}) }

// synthesized synthesizes the app before the tests run.
type synthesized struct{ tests *testing.M }

func (s synthesized) Run() int {
	dir, err := os.MkdirTemp("", "platform-test")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := synth.App(&synth.Options{Dir: dir}, stacks.Build); err != nil {
		panic(err)
	}
	if app, err = assembly.Read(dir); err != nil {
		panic(err)
	}
	return s.tests.Run()
}

func TestEveryStageHasItsStacks(t *testing.T) {
	var paths []string
	for _, s := range app {
		paths = append(paths, s.Path)
	}
	want := []string{"dev/Foundation", "dev/Training", "prod/Foundation", "prod/Training", "staging/Foundation", "staging/Training",
		"tools/SupplyChain"}
	if !slices.Equal(paths, want) {
		t.Errorf("stacks %v, want %v", paths, want)
	}
}

// The training stack can be replaced at will only if it holds nothing that is kept, and the foundation knows nothing of
// it.
func TestNoDataInTraining(t *testing.T) {
	for _, s := range app {
		if s.Name() != "Training" {
			continue
		}
		for id, r := range s.Template.Resources {
			if r.Type == "AWS::S3::Bucket" || r.Type == "AWS::KMS::Key" || r.Type == "AWS::EC2::VPC" {
				t.Errorf("%s holds %s, a %s: it belongs into Foundation", s.Path, id, r.Type)
			}
		}
	}
}

func TestDataOutlivesItsStackOutsideDev(t *testing.T) {
	for _, s := range app {
		gone, replaced := "RetainExceptOnCreate", "Retain"
		if s.Stage() == "dev" {
			gone, replaced = "Delete", "Delete"
		}
		for id, r := range s.Template.Resources {
			if _, stateful := replacedBy[r.Type]; !stateful || r.Type == "AWS::EC2::VPC" || r.Type == "AWS::EC2::Subnet" {
				continue // a network holds no data
			}
			if r.DeletionPolicy != gone || r.UpdateReplacePolicy != replaced {
				t.Errorf("%s %s: DeletionPolicy %q, UpdateReplacePolicy %q, want %s and %s", s.Path, id, r.DeletionPolicy, r.UpdateReplacePolicy, gone, replaced)
			}
		}
	}
}

func TestNothingLeadsToTheInternet(t *testing.T) {
	for _, s := range app {
		for id, r := range s.Template.Resources {
			switch r.Type {
			case "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route", "AWS::EC2::EIP", "AWS::EC2::EgressOnlyInternetGateway":
				t.Errorf("%s %s is a %s", s.Path, id, r.Type)
			}
			if r.Properties["MapPublicIpOnLaunch"] == true {
				t.Errorf("%s %s gives out public addresses", s.Path, id)
			}
		}
	}
}
