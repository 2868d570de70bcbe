package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// A bucket that is shared with more accounts than its policy holds is an error that names the field.
func TestTooManyShares(t *testing.T) {
	for n, want := range map[int]string{20: "", 400: "Plinth::TooLarge"} {
		findings := synthtest.Findings(t, func(stack awscdk.Stack) {
			var shares []storage.Share
			for i := range n {
				shares = append(shares, storage.Share{Account: fmt.Sprintf("%012d", i), Path: fmt.Sprintf("shared/%d/", i)})
			}
			storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Shares: shares})
		})
		got := ""
		for _, f := range findings {
			if strings.Contains(f.Fix, "Stack/Data less: it grows by DataBucketProps.Shares") {
				got = f.Rule
			}
		}
		if got != want {
			t.Errorf("%d shares: got %q, want %q: %v", n, got, want, findings)
		}
	}
}
