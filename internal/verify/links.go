package verify

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// unlinked finds buckets whose event settings are those of a file system of FSx for Lustre and which are given others:
// the settings of a bucket are one document, and whoever writes it last replaces it
// (https://docs.aws.amazon.com/fsx/latest/LustreGuide/autoimport-data-repo-dra.html).
func unlinked(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, link := range a.of("AWS::FSx::DataRepositoryAssociation") {
		for _, bucket := range a.targets(link.stack, link.Properties["DataRepositoryPath"]) {
			for _, r := range a.of("AWS::S3::Bucket", "Custom::S3BucketNotifications") {
				notified := r
				if to, ok := a.target(r.stack, r.Properties["BucketName"]); ok && r.Type != bucket.Type {
					notified = to
				}
				if !notified.is(bucket) || r.Properties["NotificationConfiguration"] == nil {
					continue
				}
				all = append(all, assembly.Finding{
					Path: r.Path(),
					Description: fmt.Sprintf("these notifications and those by which FSx for Lustre, for %s, learns of changed objects are one "+
						"document of the bucket: whoever writes it last removes the other's", link.Path()),
					Fix: "take the notifications away, or read the bucket without a linked file system",
				})
			}
		}
	}
	return all
}
