package storage_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// A bucket is shared with other accounts than its own.
func TestOwnAccountAmongOthers(t *testing.T) {
	err := synthtest.Error(t, "eu-west-1", func(stack awscdk.Stack) {
		own := *stack.Account()
		storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{Shares: []storage.Share{{Account: own, Path: "a/"}}, ReplicatedFrom: []string{own}})
	})
	for _, want := range []string{"2 problems", "Shares[0].Account: got", "ReplicatedFrom[0]: got", "allowed: another account than the bucket's own"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message lacks %q:\n%v", want, err)
		}
	}
}
