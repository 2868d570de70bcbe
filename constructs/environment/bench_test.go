package environment_test

import (
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
)

// BenchmarkValidate is what a user waits for before anything of the CDK runs.
func BenchmarkValidate(b *testing.B) {
	e := environment.Environment{Name: "prod", Region: "eu-west-1", Account: "111122223333", AddressRange: "10.0.0.0/16"}
	for b.Loop() {
		if err := e.Validate(); err != nil {
			b.Fatal(err)
		}
	}
}
