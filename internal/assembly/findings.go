package assembly

import "path/filepath"

// Finding is something that a validator has against an assembly.
type Finding struct {
	Rule, Severity, Description string
	// Path is the construct path of the resource.
	Path string
	// Fix says what to do.
	Fix string
}

// Findings reads the report of the validation that ran during synthesis.
func Findings(dir string) ([]Finding, error) {
	var report struct {
		PluginReports []struct {
			Violations []struct {
				RuleName            string `json:"ruleName"`
				Severity            string `json:"severity"`
				Description         string `json:"description"`
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
				all = append(all, Finding{Rule: v.RuleName, Severity: v.Severity, Description: v.Description, Path: c.ConstructPath, Fix: v.SuggestedFix})
			}
		}
	}
	return all, nil
}
