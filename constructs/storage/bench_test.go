package storage_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
)

// BenchmarkDataBucket is a stack with 20 buckets that share their logs, from nothing to the template, without validation and
// without the start of the runtime: CDK_VALIDATION=false go test -bench DataBucket -run '^$' ./constructs/storage
func BenchmarkDataBucket(b *testing.B) {
	const buckets = 20
	for b.Loop() {
		err := synth.App(&synth.Options{Dir: b.TempDir()}, func(app awscdk.App) {
			stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
			logs := storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Class: storage.Logs})
			for i := range buckets {
				storage.NewDataBucket(stack, fmt.Sprint("Data", i), &storage.DataBucketProps{AccessLogs: logs, Endpoints: []string{"vpce-0123456789abcdef0"}})
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*buckets), "µs/bucket")
}
