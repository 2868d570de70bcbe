package supplychain_test

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/supplychain"
)

// Stages of production, which their names tell, come last.
func TestOrderOfStages(t *testing.T) {
	for order, want := range map[string]string{
		"dev staging prod":          "",
		"dev prod-eu prod-us":       "",
		"dev live":                  "",
		"dev product-test prod":     "",
		"dev prod staging":          `Stages[2].Name: got "staging"; allowed: stages of production last, as prod is by its name`,
		"production test":           `Stages[1].Name: got "test"`,
		"dev prd canary":            `Stages[2].Name: got "canary"`,
		"prod-eu acceptance prd-us": `Stages[1].Name: got "acceptance"`,
	} {
		var c supplychain.Chain
		for name := range strings.FieldsSeq(order) {
			c.Stages = append(c.Stages, supplychain.Stage{Name: name})
		}
		got := ""
		if err := c.Validate(); err != nil {
			got = err.Error()
		}
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", order, got, want)
		}
	}
}
