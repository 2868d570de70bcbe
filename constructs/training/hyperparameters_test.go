package training

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The longest that SageMaker takes, by characters, and what only the deployment knows.
func TestGoodHyperParameters(t *testing.T) {
	j := goodJob()
	j.HyperParameters = map[string]string{
		strings.Repeat("é", 256): "", "value": strings.Repeat("é", 2500), "$.path": "$.path", "dollar$": "x",
		strings.Repeat("n", 250) + aToken: "x", "token": strings.Repeat("v", 2495) + aToken,
	}
	if err := j.Validate(tight); err != nil {
		t.Error(err)
	}
}

// All that is wrong with them is said at once, by name.
func TestWrongHyperParameters(t *testing.T) {
	j := goodJob()
	long := strings.Repeat("n", 257)
	j.HyperParameters = texts(100)
	j.HyperParameters["num_round.$"] = "$.secret"
	j.HyperParameters[long] = "x"
	j.HyperParameters["a"] = strings.Repeat("v", 2501)
	j.HyperParameters[aToken+".$"] = "x"
	j.Parameters = []Parameter{Integer("num_round", 1, 2)}
	err := j.Validate(tight)
	want := []string{"HyperParameters", fmt.Sprintf("HyperParameters[%q]", aToken+".$"), `HyperParameters["a"]`,
		fmt.Sprintf("HyperParameters[%q]", long), `HyperParameters["num_round.$"]`}
	if got := fieldsOf(err); !slices.Equal(got, want) {
		t.Fatalf("problems of %v\nwant %v", got, want)
	}
	for _, words := range []string{
		`HyperParameters: got 105; allowed: at most 100 together with Parameters`,
		`HyperParameters["a"]: got 2501 characters; allowed: a value of at most 2500 characters`,
		long[:100] + `... (257 letters)"]: got 257 characters; allowed: a name of at most 256 characters`,
		`HyperParameters["num_round.$"]: got "num_round.$"; allowed: a name that does not end in .$; the state machine would`,
	} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("the message lacks %q:\n%v", words, err)
		}
	}
}
