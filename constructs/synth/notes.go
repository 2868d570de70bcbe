package synth

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// tellNotes writes the notes and warnings that constructs of the assembly in dir have, each once. The CLI shows them
// itself, and sets CDK_CLI_VERSION for the app that it starts
// (https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/cx-api/lib/cxapi.ts).
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
		all := slices.Concat(s.Notes, s.Warnings)
		slices.SortStableFunc(all, func(a, b assembly.Warning) int { return cmp.Compare(a.Path, b.Path) })
		for _, n := range slices.Compact(all) {
			fmt.Fprintf(to, "Note on %s: %s\n", n.Path, n.Text)
		}
	}
}
