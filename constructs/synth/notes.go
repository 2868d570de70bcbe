package synth

import (
	"fmt"
	"io"
	"os"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// tellNotes writes the notes that constructs of the assembly in dir have, each once. Their warnings are told by the CDK.
// The CLI tells notes itself, and sets CDK_CLI_VERSION for the app that it starts
// (https://github.com/aws/aws-cdk-cli/blob/main/packages/aws-cdk/lib/cxapp/exec.ts).
func tellNotes(to io.Writer, dir string) {
	if os.Getenv("CDK_CLI_VERSION") != "" {
		return
	}
	stacks, err := assembly.Read(dir)
	if err != nil {
		return // the CDK wrote it, and nothing is wrong with the app
	}
	for _, s := range stacks {
		if s.Nested != nil { // whose outermost one has all
			continue
		}
		for _, n := range s.Notes {
			fmt.Fprintf(to, "Note on %s: %s\n", n.Path, n.Text)
		}
	}
}
