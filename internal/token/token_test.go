package token_test

import (
	"math"
	"testing"

	"github.com/plinth-ml/plinth/internal/token"
)

// The CDK's own first and last token of a number, their neighbors, and numbers that are none.
func TestNumbers(t *testing.T) {
	first, last := math.Float64frombits(0xFBFF<<48), math.Float64frombits(0xFBFF<<48|(1<<48-1))
	for n, want := range map[float64]bool{
		first: true, last: true, -1.8881545897087503e289: true,
		math.Nextafter(first, 0): false, math.Nextafter(last, math.Inf(-1)): false, -1e300: false, math.Inf(-1): false, 0: false, 1.8881545897087503e289: false,
	} {
		if got := token.IsNumber(n); got != want {
			t.Errorf("%g: %t", n, got)
		}
	}
	if !token.IsWhole(int64(first)) || token.IsWhole(math.MinInt64+1) {
		t.Error("the whole number that a token becomes is not the least alone")
	}
}

func TestIs(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"${Token[AWS.Region.4]}", true},
		{"${Token[TOKEN.123]}", true},
		{"arn:aws:s3:::${Token[TOKEN.7]}/*", true},
		{"", false},
		{"eu-west-1", false},
		{"${AWS::Region}", false}, // of Fn::Sub: the CDK doesn't fill it in
		{"Token[AWS.Region.4]", false},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			if got := token.Is(test.text); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
