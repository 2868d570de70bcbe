package synth

import (
	"bufio"
	"io"
	"os"
	"regexp"
	"strings"
)

// noise is what the jsii runtime writes, without a newline, on some clean exits: two of its goroutines wait for the
// same process.
const noise = "Runtime process exited abnormally: waitid: no child processes"

// staged is the part of a path that files have no more when the assembly is whole: the CDK names its report before
// that.
var staged = regexp.MustCompile(regexp.QuoteMeta(scratchPrefix) + `[0-9]+/assembly/`)

// quiet puts a pipe in place of os.Stderr that passes on everything but the noise, with files named as they are found
// later. The function it returns waits until all is passed on; os.Stderr is of no use after it.
func quiet(to io.Writer) (drain func()) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return func() {} // no pipe: the noise is seen, nothing is lost
	}
	os.Stderr = writer
	done := make(chan struct{})
	go func() {
		defer close(done)
		pass(to, reader)
	}()
	return func() {
		writer.Close()
		<-done
		reader.Close()
	}
}

// pass copies line by line, as [quiet] says.
func pass(to io.Writer, from io.Reader) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		if kept := staged.ReplaceAllString(strings.ReplaceAll(line, noise, ""), ""); kept != "" {
			io.WriteString(to, kept)
		}
		if err != nil {
			return
		}
	}
}
