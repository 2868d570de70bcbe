package synth

import (
	"os"
	"path/filepath"
)

// TestMain runs the tests of a package that makes constructs, and ends the program. Assemblies go to a folder that is
// removed at the end, and so are the copies of the runtime that would else fill the temporary folder; what tests that panic or
// are killed leave there the next run removes:
//
//	func TestMain(m *testing.M) { synth.TestMain(m) }
func TestMain(m interface{ Run() int }) {
	drain := quiet(os.Stderr, nil)
	removeOnSignal()
	assemblies, err := newScratch(os.TempDir())
	if err != nil {
		panic(err)
	}
	defaultDir = filepath.Join(assemblies.dir, "cdk.out")
	end, err := newRuntime()
	if err != nil {
		panic(err)
	}
	status := m.Run()
	end()
	drain()
	_ = assemblies.remove() // what is left is removed by the next run
	os.Exit(status)
}
