// Command summary says what stands in an assembly: a line for each stack, what validation found, and where to look next.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/plinth-ml/plinth/internal/assembly"
)

func main() {
	dir := "cdk.out"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	findings, err := summarize(os.Stdout, dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
	if findings > 0 {
		os.Exit(1)
	}
}

// summarize writes the summary and tells how many findings there are.
func summarize(w io.Writer, dir string) (int, error) {
	stacks, err := assembly.Read(dir)
	if err != nil {
		return 0, err
	}
	findings, err := assembly.Findings(dir)
	if err != nil {
		return 0, fmt.Errorf("no validation was run: %w", err)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STAGE\tSTACK\tRESOURCES\tENDPOINTS, USD/MONTH\tAIRFLOW, USD/MONTH\tHYPERPOD, USD/MONTH\tFINDINGS")
	for _, s := range stacks {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%d\n", s.Stage(), s.Name(), len(s.Template.Resources),
			price(endpointsOf(s.Template), regionOf(s)), airflowPrice(s), hyperpodPrice(s), of(findings, s))
	}
	if err := table.Flush(); err != nil {
		return 0, err
	}
	writeAirflow(w, stacks)
	writeEndpoints(w, stacks)
	for _, s := range stacks {
		if chain, ok := s.Template.Outputs["Chain"]; ok {
			fmt.Fprintf(w, "\n%s, by %s: %v\n", chain.Description, s.Path, chain.Value)
		}
	}
	for _, f := range findings {
		fmt.Fprintf(w, "%s %s %s: %s\n", f.Severity, f.Rule, f.Path, f.Description)
	}
	fmt.Fprintf(w, "\nTemplates: %s/assembly-*/*.template.json\n", strings.TrimSuffix(dir, "/"))
	fmt.Fprintln(w, "Next: make test, make demo, or npx cdk diff 'dev/**' with credentials of your own.")
	return len(findings), nil
}

// of counts the findings below a stack.
func of(findings []assembly.Finding, s assembly.Stack) int {
	n := 0
	for _, f := range findings {
		if strings.HasPrefix(f.Path, s.Path+"/") {
			n++
		}
	}
	return n
}
