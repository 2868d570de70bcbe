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
// later. What the CDK prints of errors among the findings goes to findings; nil: it is passed on too. The function it
// returns waits until all is passed on; os.Stderr is of no use after it.
func quiet(to, findings io.Writer) (drain func()) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return func() {} // no pipe: the noise is seen, nothing is lost
	}
	os.Stderr = writer
	done := make(chan struct{})
	go func() {
		defer close(done)
		pass(to, findings, reader)
	}()
	return func() {
		writer.Close()
		<-done
		reader.Close()
	}
}

// pass copies line by line, as [quiet] says.
func pass(to, findings io.Writer, from io.Reader) {
	lines := bufio.NewReader(from)
	block := "" // begins like a finding, and has not ended
	for {
		line, err := lines.ReadString('\n')
		kept := staged.ReplaceAllString(strings.ReplaceAll(line, noise, ""), "")
		if findings != nil && (block != "" || errorStart.MatchString(kept)) {
			block, kept = block+kept, ""
			if err == nil && strings.TrimSpace(line) != "" {
				continue
			}
			if findingEnd.MatchString(block) {
				io.WriteString(findings, block)
			} else {
				kept = block
			}
			block = ""
		}
		if kept != "" {
			io.WriteString(to, kept)
		}
		if err != nil {
			return
		}
	}
}

// How the CDK prints an error among the findings: an empty line follows.
var (
	errorStart = regexp.MustCompile(`^(ERROR|FATAL) `)
	findingEnd = regexp.MustCompile(`(?m)^   (Acknowledge with '|Rule )[^\n]*\s*\z`)
)
