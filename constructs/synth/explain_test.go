package synth

import (
	"slices"
	"testing"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// A collision is told once, by the rule that says what to do about it.
func TestFindingsAreToldOnce(t *testing.T) {
	const unique, taken = "CloudFormation-Validate::E3019", "Plinth::NameTaken"
	shared := func(path, name string) assembly.Finding {
		return assembly.Finding{Rule: unique, Severity: "error", Path: path, Description: "RepositoryName: Primary identifiers {'RepositoryName': '" +
			name + "'} should have unique values across the resources {'A', 'B'}"}
	}
	ours := func(path, description string) assembly.Finding {
		return assembly.Finding{Rule: taken, Severity: "error", Path: path, Description: "the ECR repository of S/I has the same name, " + description}
	}
	warning := assembly.Finding{Rule: unique, Severity: "warning", Path: "S/W"}
	for name, test := range map[string]struct{ findings, want []assembly.Finding }{
		"of one of Plinth's": {
			[]assembly.Finding{ours("S/A", "ml/a"), shared("S/A", "ml/a"), shared("S/B", "ml/a"), warning},
			[]assembly.Finding{ours("S/A", "ml/a")},
		},
		"with where it is": {
			[]assembly.Finding{ours("S/A", "ml/a [test.Thing S/A (main.go:1)]"), shared("S/A", "ml/a")},
			[]assembly.Finding{ours("S/A", "ml/a [test.Thing S/A (main.go:1)]")},
		},
		"of another name": {
			[]assembly.Finding{ours("S/A", "ml/ab"), shared("S/A", "ml/a")},
			[]assembly.Finding{ours("S/A", "ml/ab"), shared("S/A", "ml/a")},
		},
		"of none of Plinth's": {
			[]assembly.Finding{shared("S/A", "ml/a"), shared("S/B", "ml/a"), shared("S/A", "ml/b")},
			[]assembly.Finding{shared("S/A, S/B", "ml/a"), shared("S/A", "ml/b")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := onceEach(test.findings); !slices.Equal(got, test.want) {
				t.Errorf("got\n%v\nwant\n%v", got, test.want)
			}
		})
	}
}
