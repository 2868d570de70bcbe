package synth

import (
	"bufio"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// noise is what the jsii runtime writes, without a newline, on some clean exits: two of its goroutines wait for the
// same process. After a panic in a callback, which the runtime leaves unanswered, Node.js exits with status 1.
var noise = strings.NewReplacer(
	"Runtime process exited abnormally: waitid: no child processes", "",
	"Runtime process exited abnormally: exit status 1", "",
)

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
	kinds := []heldBack{{brokenPipe, io.Discard}}
	if findings != nil {
		kinds = append(kinds, heldBack{finding, findings})
	}
	lines := bufio.NewReader(from)
	text, kind := "", -1 // of the block that has not ended
	for {
		line, err := lines.ReadString('\n')
		text += staged.ReplaceAllString(noise.Replace(line), "")
		if kind < 0 {
			kind = slices.IndexFunc(kinds, func(k heldBack) bool { return k.start.MatchString(text) })
		}
		if kind >= 0 && err == nil && !kinds[kind].end.MatchString(line) {
			continue
		}
		if kind >= 0 && kinds[kind].is.MatchString(text) {
			io.WriteString(kinds[kind].to, text)
		} else if text != "" {
			io.WriteString(to, text)
		}
		text, kind = "", -1
		if err != nil {
			return
		}
	}
}

// A block is lines that belong together: how the first and the last of them look, and what all of them are told by.
type block struct{ start, end, is *regexp.Regexp }

// heldBack is a block that goes elsewhere than the other lines.
type heldBack struct {
	block
	to io.Writer
}

var (
	// finding is how the CDK prints an error among the findings: an empty line follows.
	finding = block{
		regexp.MustCompile(`^(ERROR|FATAL) `), regexp.MustCompile(`^\s*$`),
		regexp.MustCompile(`(?m)^   (Acknowledge with '|Rule )[^\n]*\s*\z`),
	}
	// brokenPipe is what Node.js prints when a panic in a callback has ended the program: it has nobody to answer.
	brokenPipe = block{
		regexp.MustCompile(`^node:events:\d+\s*$`), regexp.MustCompile(`^Node\.js v\d`),
		regexp.MustCompile(`(?m)^Error: write EPIPE$`),
	}
)
