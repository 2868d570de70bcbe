package constructs_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/verify"
)

// beyond are the constructs that make roles which are allowed what the boundary of a guard lets nobody do, as Protect says: they
// are for the account of the tools.
var beyond = []string{"supplychain.NewBuilder", "supplychain.NewPromotion"}

// Every construct works under the boundary of a guard, or is one that is known not to.
func TestRolesUnderABoundary(t *testing.T) {
	dir := t.TempDir()
	faults := fault.Collect() // of names that what the props are made with has already
	defer faults.Stop()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, AutoSynth: jsii.Bool(false), Context: &map[string]any{"@aws-cdk/core:stackResourceLimit": 0}})
	stack := newStack(app)
	valid, names := validProps(stack), map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(constructors)) {
		id := fmt.Sprint("X", next())
		constructors[name].make(stack, id, valid[name]())
		names[id] = name
	}
	access.NewGuard(stack, "Protector", &access.GuardProps{Environment: dev, Features: []access.Feature{access.Processing}}).Protect(stack)
	func() {
		defer func() { _ = recover() }() // what other rules find is not what is looked for here
		app.Synth(nil)
	}()
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range verify.Check(stacks) {
		if f.Rule == "BoundaryRefuses" {
			t.Log(f)
			id := strings.Split(f.Path, "/")[1]
			found = append(found, cmp.Or(names[id], id))
		}
	}
	slices.Sort(found)
	if got := slices.Compact(found); !slices.Equal(got, beyond) {
		t.Errorf("got %v, want %v", got, beyond)
	}
}
