package verify

import (
	"fmt"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// uncopied finds buckets of Plinth's that replicate to a bucket of the app which keeps no versions, as S3 asks for
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html), or, where that one is
// Plinth's, by a key that who reads it may not use.
func uncopied(a *app) []assembly.Finding {
	var all []assembly.Finding
	for _, from := range a.of("AWS::S3::Bucket") {
		construct, ours := emitted(from.Path())
		for _, d := range inside(from.Properties, "ReplicationConfiguration", "Rules", "Destination") {
			destination, _ := d.(map[string]any)
			to := a.targets(from.stack, destination["Bucket"])
			if !ours || len(to) != 1 || to[0].Type != from.Type {
				continue
			}
			name, mine := emitted(to[0].Path())
			f := assembly.Finding{Path: from.Path()}
			key := inside(destination, "EncryptionConfiguration", "ReplicaKmsKeyID")
			theirs := inside(to[0].Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", "ServerSideEncryptionByDefault", "KMSMasterKeyID")
			switch {
			case within(to[0].Properties, "VersioningConfiguration.Status") != "Enabled":
				f.Description = fmt.Sprintf("storage.DataBucket %s replicates to %s, which keeps no versions: S3 takes none that does not", construct, to[0].Path())
				f.Fix = "replicate to a bucket with versions, such as a storage.NewDataBucket of another Class than Checkpoints and Logs"
			case mine && len(key) == 1 && len(theirs) == 1 && !a.same(from.stack, key[0], to[0].stack, theirs[0]):
				f.Description = fmt.Sprintf("storage.DataBucket %s replicates to storage.DataBucket %s by another key than that bucket's: who may read there may "+
					"not use that key", construct, name)
				f.Fix = "give ReplicateTo.Key the KeyARN of the same bucket"
			default:
				continue
			}
			all = append(all, f)
		}
	}
	return all
}
