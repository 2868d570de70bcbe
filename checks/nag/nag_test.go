// Package nag runs cdk-nag's rule packs over the reference app. It is a module of its own, so that nobody who imports
// Plinth inherits them.
package nag

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/plinth-ml/plinth/apps/platform/stacks"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// line is one line of a pack's report: one rule held against one resource.
type line struct {
	RuleID          string `json:"ruleId"`
	ResourceID      string `json:"resourceId"`
	Compliance      string `json:"compliance"`
	ExceptionReason string `json:"exceptionReason"`
	RuleLevel       string `json:"ruleLevel"`
	RuleInfo        string `json:"ruleInfo"`
}

// accepted is an entry of a resource's cdk_nag metadata.
type accepted struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

func TestMain(m *testing.M) { synth.TestMain(m) }

func TestReferenceApp(t *testing.T) {
	dir := t.TempDir()
	if err := synth.App(&synth.Options{
		Dir: dir,
		// The packs' findings are read from their reports, suppressed ones too; without this an error would end the synthesis.
		Context: map[string]any{"@aws-cdk/core:annotationsInValidationReport": false, "plinth:staging:airflow": "true", "plinth:staging:hyperpod": "true", "plinth:dev:airflow": "serverless"},
	}, func(app awscdk.App) {
		stacks.Build(app)
		addPacks(app)
	}); err != nil {
		t.Fatal(err)
	}
	lines := reports(t, dir)
	suppressed := map[string]bool{}
	for _, l := range lines {
		switch {
		case l.Compliance == "Suppressed":
			suppressed[l.RuleID+" "+l.ResourceID+" "+withoutFinding(l.ExceptionReason)] = true
		case l.RuleLevel == "Error" && l.Compliance != "Compliant" && l.Compliance != "N/A":
			t.Errorf("%s %s: %s: %s", l.RuleID, l.ResourceID, l.Compliance, l.RuleInfo)
		}
	}
	entries := map[string]bool{}
	for path, list := range declared(t, dir) {
		for _, a := range list {
			entries[withoutPack(a.ID)+": "+a.Reason] = true
			if !suppressed[a.ID+" "+path+" "+a.Reason] {
				t.Errorf("%s accepts %s (%s), which no rule reports there: remove it", path, a.ID, a.Reason)
			}
		}
	}
	fmt.Printf("%d times a rule was held against a resource; %d findings are accepted, for %d reasons:\n", len(lines), len(suppressed), len(entries))
	for _, e := range sorted(entries) {
		fmt.Println(" ", e)
	}
}

// addPacks adds the packs to each stage: an aspect of the app stops at a stage.
func addPacks(app awscdk.App) {
	props := &cdknag.NagPackProps{ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON}}
	for _, stage := range *app.Node().Children() {
		aspects := awscdk.Aspects_Of(stage)
		aspects.Add(cdknag.NewAwsSolutionsChecks(props), nil)
		aspects.Add(cdknag.NewNIST80053R5Checks(props), nil)
		aspects.Add(cdknag.NewHIPAASecurityChecks(props), nil)
		aspects.Add(cdknag.NewPCIDSS321Checks(props), nil)
	}
}

// reports reads what the packs wrote, and fails when a pack wrote nothing for a stack.
func reports(t *testing.T, dir string) []line {
	files, _ := filepath.Glob(filepath.Join(dir, "*-NagReport.json"))
	if want := 4 * len(templates(t, dir)); len(files) != want {
		t.Fatalf("%d reports, want %d: one for each pack and stack", len(files), want)
	}
	var all []line
	for _, f := range files {
		var report struct{ Lines []line }
		read(t, f, &report)
		all = append(all, report.Lines...)
	}
	return all
}

// declared lists the accepted findings in the templates, by construct path.
func declared(t *testing.T, dir string) map[string][]accepted {
	all := map[string][]accepted{}
	for _, f := range templates(t, dir) {
		var template struct {
			Resources map[string]struct {
				Metadata struct {
					Path string `json:"aws:cdk:path"`
					Nag  struct {
						Rules []accepted `json:"rules_to_suppress"`
					} `json:"cdk_nag"`
				}
			}
		}
		read(t, f, &template)
		for _, r := range template.Resources {
			if len(r.Metadata.Nag.Rules) > 0 {
				all[r.Metadata.Path] = r.Metadata.Nag.Rules
			}
		}
	}
	return all
}

func templates(t *testing.T, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "assembly-*", "*.template.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates in %s: %v", dir, err)
	}
	return files
}

func read(t *testing.T, file string, into any) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", file, err))
	}
}

// withoutPack makes one rule of the same rule in several packs.
func withoutPack(id string) string {
	return id[strings.LastIndex(id, "-")+1:]
}

// withoutFinding drops the finding that a report puts before a reason: "[Resource::*] the reason".
func withoutFinding(reason string) string {
	if _, after, ok := strings.Cut(reason, "] "); ok && strings.HasPrefix(reason, "[") {
		return after
	}
	return reason
}

func sorted(set map[string]bool) []string {
	all := make([]string, 0, len(set))
	for s := range set {
		all = append(all, s)
	}
	sort.Strings(all)
	return all
}
