// Package storage makes the buckets that training reads from and writes to, their keys, and file systems for fast
// inputs. It needs nothing else of Plinth: give it a stack of your own.
//
//	logs := storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Class: storage.Logs})
//	data := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{
//		AccessLogs: logs,
//		Endpoints:  []string{"vpce-0123456789abcdef0"}, // objects through this S3 endpoint only
//	})
//	awsiam.NewPolicy(stack, jsii.String("Reads"), &awsiam.PolicyProps{
//		Roles:    &[]awsiam.IRole{role},
//		Document: awsiam.PolicyDocument_FromJson(storage.PolicyDocument(data.Prefix("churn/train/").GrantRead())),
//	})
//
// Every bucket is private, encrypted by a KMS key that works through S3 only and rotates, refuses plain HTTP, TLS below
// 1.2, other keys and other accounts, logs each access, and outlives its stack everywhere but in Development, where it
// is emptied and deleted with it. A Logs bucket is encrypted by S3's own keys, since S3 delivers access logs to no
// other, and logs no access to itself. Buckets have no fixed name, so that nothing but a new construct id can replace one.
//
// # Classes
//
// A bucket's class decides the rest. Days are those of Production, Staging and Development; [LifeCycle] changes them.
//
//	class        versions  Intelligent-Tiering  deleted after    old versions kept
//	Datasets     yes       after 1 day          never            90, 30, 7 days
//	Features     yes       after 30 days        never            90, 30, 7 days
//	Models       yes       after 30 days        never            365, 90, 7 days
//	Checkpoints  no        never                30, 14, 7 days   -
//	Logs         yes       never                LogRetentionDays 30, 14, 7 days
//
// [DataBucketProps.Steps] tells what 1 TB costs as it grows old.
//
// # Who gets in
//
// Without Endpoints: whoever the account's identity policies allow, from any network, and so by a presigned URL too.
// With Endpoints: through them only. Administrators of the [environment.Environment] and OutsideRoles come from
// anywhere; once administrators are named, only they and a deployment (the CDK's cdk-*-cfn-exec-role) change how a
// bucket is protected. Whoever deploys otherwise names that role among the administrators. An AWS service that uses a
// role of yours comes from outside too: name the role of Feature Store's offline store, of Athena's callers, of
// SageMaker Pipelines. AWS's own deliveries, replication and backup get in by what is made for them. The account's root
// user can always delete a bucket's policy, so that nobody is locked out for good.
//
// # What it costs
//
// 1 USD a month for each key, up to 3 after two yearly rotations; S3's price for what is stored. [NewKey] shares one
// key among buckets. Inventory, EventBridge's events (Events), [NewBackup], [NewLustre] and [NewEFS] are off until
// asked for, and each says what it costs.
//
// # What it does not do
//
// It sees an existing bucket ([NewExistingBucket]) only as far as the app makes it, and changes nothing of it but its
// Events: docs/brought.md lists what nobody sees. Replication copies what is written after it was turned on. Restoring
// from a backup takes a role of whoever restores. A removed key is deleted 7 to 30 days later, and what it encrypted is
// lost then: outside Development it stays, like its bucket.
package storage
