package synth

import "os"

// TestMain runs the tests of a package that makes constructs, and ends the program. Assemblies go to a folder that is
// removed at the end, and so are the copies of the runtime that would else fill the temporary folder:
//
//	func TestMain(m *testing.M) { synth.TestMain(m) }
func TestMain(m interface{ Run() int }) {
	dir, err := os.MkdirTemp("", "synth")
	if err != nil {
		panic(err)
	}
	defaultDir = dir
	drain := quiet(os.Stderr)
	end, err := newRuntime()
	if err != nil {
		panic(err)
	}
	status := m.Run()
	end()
	drain()
	os.RemoveAll(dir)
	os.Exit(status)
}
