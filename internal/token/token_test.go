package token_test

import (
	"testing"

	"github.com/plinth-ml/plinth/internal/token"
)

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
