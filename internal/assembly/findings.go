package assembly

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
)

// Finding is something that a validator has against an assembly.
type Finding struct {
	// Rule is its name as the CDK acknowledges it: "CloudFormation-Validate::F3002".
	Rule                  string
	Severity, Description string
	// Fix says what to do; empty where the validator does not say.
	Fix string
	// Path is the construct path of the resource.
	Path string
}

// Warning tells whether the finding lets a synthesis pass.
func (f Finding) Warning() bool { return f.Severity == "warning" || f.Severity == "info" }

// String says it in one line.
func (f Finding) String() string {
	text := fmt.Sprintf("%s: %s (rule %s)", f.Path, f.Description, f.Rule)
	if f.Fix != "" {
		text += "; " + f.Fix
	}
	return text
}

// Findings reads the report of the validation that ran during synthesis.
func Findings(dir string) ([]Finding, error) {
	var report struct {
		PluginReports []struct {
			PluginName string `json:"pluginName"`
			Violations []struct {
				RuleName            string `json:"ruleName"`
				Severity            string `json:"severity"`
				Description         string `json:"description"`
				Fix                 string `json:"fix"`
				SuggestedFix        string `json:"suggestedFix"`
				ViolatingConstructs []struct {
					ConstructPath string `json:"constructPath"`
				} `json:"violatingConstructs"`
			} `json:"violations"`
		} `json:"pluginReports"`
	}
	if err := readJSON(filepath.Join(dir, "validation-report.json"), &report); err != nil {
		return nil, err
	}
	var all []Finding
	for _, p := range report.PluginReports {
		for _, v := range p.Violations {
			for _, c := range v.ViolatingConstructs {
				all = append(all, Finding{
					Rule: strings.ReplaceAll(p.PluginName, " ", "-") + "::" + v.RuleName, Severity: v.Severity, Description: v.Description,
					Fix: cmp.Or(v.Fix, v.SuggestedFix), Path: c.ConstructPath,
				})
			}
		}
	}
	return all, nil
}
