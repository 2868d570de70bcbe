package environment_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/problem"
)

// A text as the CDK writes it for a value that only the deployment knows.
const aToken = "${Token[AWS.AccountId.4]}"

// fields are the fields that an error names, in its order.
func fields(t *testing.T, err error) []string {
	t.Helper()
	var all []string
	for _, e := range problem.All(err) {
		var p problem.Problem
		if !errors.As(e, &p) {
			t.Fatalf("not a problem of a field: %v", e)
		}
		all = append(all, p.Field)
	}
	return all
}

// wantOnly fails unless err is about that one field and has all the words.
func wantOnly(t *testing.T, err error, field string, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("it is taken, want an error of %s", field)
	}
	for _, f := range slices.Compact(fields(t, err)) {
		if f != field {
			t.Errorf("a problem of %s, want only %s", f, field)
		}
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the message lacks %q:\n%v", word, err)
		}
	}
}
