package network_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// A network whose endpoint lets through more repositories than its policy holds is an error that names the field.
func TestTooManyRepositories(t *testing.T) {
	for n, want := range map[int]string{20: "", 700: "Plinth::TooLarge"} {
		findings := synthtest.Findings(t, func(stack awscdk.Stack) {
			var repositories []string
			for i := range n {
				repositories = append(repositories, fmt.Sprintf("arn:aws:codeartifact:eu-west-1:111122223333:repository/acme/r%d", i))
			}
			network.NewIsolated(stack, "Network", &network.IsolatedProps{
				Capabilities: []network.Capability{network.Packages}, PackageRepositories: repositories,
			})
		})
		got := ""
		for _, f := range findings {
			if strings.Contains(f.Fix, "Stack/Network less: it grows by IsolatedProps.PackageRepositories") {
				got = f.Rule
			}
		}
		if got != want {
			t.Errorf("%d repositories: got %q, want %q: %v", n, got, want, findings)
		}
	}
}
