package supplychain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// Who may publish to a promotion's topic may use the key that it alone has.
func TestPublishersOfAPromotion(t *testing.T) {
	template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		p := newComplete(stack).promotion()
		p.Publishers = []string{"cloudwatch.amazonaws.com"}
		supplychain.NewPromotion(stack, "Promotion", p)
	})
	for path, want := range map[string]string{
		"Stack/Promotion/Topic/Policy/Resource": `{"Action":"sns:Publish","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}},` +
			`"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"}`,
		"Stack/Promotion/TopicKey/Resource": `{"Action":["kms:Decrypt","kms:GenerateDataKey*"],` +
			`"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}},"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"}`,
	} {
		found := false
		for _, r := range template.Resources {
			if r.Path() == path {
				text, err := json.Marshal(r.Properties)
				if err != nil {
					t.Fatal(err)
				}
				found = strings.Contains(string(text), want)
			}
		}
		if !found {
			t.Errorf("%s lacks %s", path, want)
		}
	}
}
