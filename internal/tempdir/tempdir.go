// Package tempdir checks the temporary folder before the jsii runtime unpacks itself there, which it does while packages
// are initialized and answers with a Go stack trace when it can't. Importing the package is all there is to do.
//
// Go initializes packages in the order of their import paths, each as soon as what it imports is ready
// (https://go.dev/ref/spec#Program_initialization). This one imports next to nothing, and the runtime much, os/exec among
// it, so that this one is first. A test of constructs/synth notices when that changes.
package tempdir

import (
	"errors"
	"os"
)

// room is what the runtime needs, and a little more.
const room = 4 << 20

func init() { //nolint:gochecknoinits // which is what the package is for
	if os.Getenv("JSII_RUNTIME") != "" {
		return // which unpacks nothing
	}
	err := absolute()
	if err == nil {
		err = try(os.TempDir())
	}
	if err != nil {
		_, _ = os.Stderr.WriteString("\nError: the temporary folder can't be used: " + err.Error() +
			"\n  Set TMPDIR to a folder that exists, can be written to and has room for some megabytes.\n")
		os.Exit(1)
	}
}

// absolute makes a relative TMPDIR absolute, as Node.js takes it.
func absolute() error {
	given := os.Getenv("TMPDIR")
	if given == "" || os.IsPathSeparator(given[0]) {
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	return os.Setenv("TMPDIR", dir+string(os.PathSeparator)+given)
}

// try writes to the folder as much as the runtime does.
func try(dir string) error {
	file, err := os.CreateTemp(dir, "plinth-synth-*")
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, room))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}
