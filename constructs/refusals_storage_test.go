package constructs_test

import (
	"strings"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
)

// inBucket is what is said of a bucket.
func inBucket(change func(*storage.DataBucketProps)) said {
	p := &storage.DataBucketProps{}
	change(p)
	return said{err: p.Validate()}
}

func replica(change func(*storage.Replica)) said {
	r := storage.Replica{Bucket: "arn:aws:s3:::copies", Key: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd", Region: "eu-west-1"}
	change(&r)
	return inBucket(func(p *storage.DataBucketProps) { p.ReplicateTo = r })
}

func locked(mode storage.LockMode, days int) said {
	return inBucket(func(p *storage.DataBucketProps) { p.Lock = storage.Lock{Mode: mode, Days: days} })
}

func lasting(l storage.LifeCycle) said {
	return inBucket(func(p *storage.DataBucketProps) { p.LifeCycle = l })
}

// held is a bucket as far as values need one.
var held = &storage.DataBucket{Name: "data", ARN: "arn:aws:s3:::data"}

func written(f storage.File) said {
	return said{err: (&storage.FilesProps{Folders: []string{"a/"}, Files: []storage.File{f}}).Validate()}
}

func roleOf(name string) said { return said{err: (&storage.FilesProps{Role: name}).Validate()} }

const (
	accounts   = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html"
	ids        = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"
	byPolicies = "ours: policies are made of it"
	lustreDocs = "https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html"
)

var refusalsOfStorage = []refusal{
	in(`grant_test.go TestNothingIsGranted: got nothing; allowed: what is granted`, "storage (Validate)", "something that is granted", "ours: an empty grant is a mistake"),
	in(`files_test.go TestNamesOfFiles: allowed: the Name of one of Files`, "storage name", "the Name of one of Files", "ours: no other file has a version"),
	{"storage Class", "a class of bucket", "ours: it decides life cycle and protection", inBucket(func(p *storage.DataBucketProps) { p.Class = 99 }), inBucket(func(p *storage.DataBucketProps) { p.Class = storage.Models }), ""},
	{"storage Endpoints", "vpce- and 8 to 17 hexadecimal digits", ids, inBucket(func(p *storage.DataBucketProps) { p.Endpoints = []string{"vpce-1234567"} }),
		inBucket(func(p *storage.DataBucketProps) { p.Endpoints = []string{"vpce-12345678"} }), ""},
	{"storage OutsideRoles", "none without Endpoints", "ours: nobody is outside of nothing, and Endpoints were forgotten",
		inBucket(func(p *storage.DataBucketProps) { p.OutsideRoles = []string{"arn:aws:iam::111122223333:role/Uploader"} }), none, ""},
	{"storage Organization", "o- and 10 to 32 letters and digits", "https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html",
		inBucket(func(p *storage.DataBucketProps) { p.Organization = "o-123456789" }), inBucket(func(p *storage.DataBucketProps) { p.Organization = "o-1234567890" }), ""},
	{"storage Account", "12 digits", accounts, inBucket(func(p *storage.DataBucketProps) { p.Shares = []storage.Share{{Account: "12345678901"}} }),
		inBucket(func(p *storage.DataBucketProps) { p.Shares = []storage.Share{{Account: "123456789012"}} }), ""},
	{"storage Shares", "what is not shared already", "ours: the wider share decides", inBucket(func(p *storage.DataBucketProps) {
		p.Shares = []storage.Share{{Account: "123456789012", Path: "a/", Write: true}, {Account: "123456789012", Path: "a/b/"}}
	}), inBucket(func(p *storage.DataBucketProps) {
		p.Shares = []storage.Share{{Account: "123456789012", Path: "a/"}, {Account: "123456789012", Path: "a/b/", Write: true}}
	}), ""},
	in("share_test.go TestOwnAccountAmongOthers: allowed: another account than the bucket's own", "storage (validateOthers)", "another account than the bucket's own", "ours: it lets in whom the account's policies let in"),
	{"storage ReplicatedFrom", "12 digits", accounts, inBucket(func(p *storage.DataBucketProps) { p.ReplicatedFrom = []string{"1"} }), inBucket(func(p *storage.DataBucketProps) { p.ReplicatedFrom = []string{"123456789012"} }), ""},
	{"storage Readers", "12 digits", accounts, said{err: (&storage.KeyProps{Readers: []string{"1"}}).Validate()}, said{err: (&storage.KeyProps{Readers: []string{"123456789012"}}).Validate()}, ""},
	{"storage Writers", "12 digits", accounts, said{err: (&storage.KeyProps{Writers: []string{"1"}}).Validate()}, said{err: (&storage.KeyProps{Writers: []string{"123456789012"}}).Validate()}, ""},
	{"storage DeletionDays", "7 to 30 days", "https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html", said{err: (&storage.KeyProps{DeletionDays: 31}).Validate()}, said{err: (&storage.KeyProps{DeletionDays: 30}).Validate()}, ""},
	{"storage DeletionDays", "7 to 30 days", "https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html", said{err: (&storage.KeyProps{DeletionDays: 6}).Validate()}, said{err: (&storage.KeyProps{DeletionDays: 7}).Validate()}, ""},
	{"storage Mode", "a mode of Object Lock", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html", locked(9, 1), locked(storage.Compliance, 1), ""},
	{"storage Days", "1 to 36,500 days", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html", locked(storage.Governance, 36_501), locked(storage.Governance, 36_500), ""},
	{"storage Days", "35 days at most", "https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html", said{err: (&storage.BackupProps{Days: 36}).Validate()}, said{err: (&storage.BackupProps{Days: 35}).Validate()}, ""},
	{"storage Lock", "none in Development", "ours: a locked bucket can't go with its stack",
		inBucket(func(p *storage.DataBucketProps) {
			p.Environment.Tier, p.Lock = environment.Development, storage.Lock{Mode: storage.Governance, Days: 1}
		}), locked(storage.Governance, 1), ""},
	{"storage Inventory", "never, weekly or daily", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_InventorySchedule.html", inBucket(func(p *storage.DataBucketProps) { p.Inventory = 9 }),
		inBucket(func(p *storage.DataBucketProps) { p.Inventory = storage.Daily }), ""},
	{"storage LinkedToLustre", "neither Events nor Backup", "ours: FSx and CloudFormation would overwrite each other's settings",
		inBucket(func(p *storage.DataBucketProps) { p.LinkedToLustre, p.Events = true, true }), inBucket(func(p *storage.DataBucketProps) { p.LinkedToLustre = true }), ""},
	{"storage AccessLogs", "a Logs bucket", "ours: others do not let S3 deliver", inBucket(func(p *storage.DataBucketProps) { p.AccessLogs = held }), none, ""},
	{"storage (validateClass)", "what goes with the class", "ours: a Logs bucket has none of it", inBucket(func(p *storage.DataBucketProps) { p.Class, p.Inventory = storage.Logs, storage.Daily }).at("Inventory"), none, ""},
	{"storage (validate)", "1 or more days", "https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html", lasting(storage.LifeCycle{OldVersionDays: -5}).at("OldVersionDays"),
		lasting(storage.LifeCycle{OldVersionDays: 1}).at("OldVersionDays"), ""},
	{"storage TieringDays", "before they expire", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
		lasting(storage.LifeCycle{TieringDays: 30, ExpiryDays: 30}), lasting(storage.LifeCycle{TieringDays: 29, ExpiryDays: 30}), ""},
	in(`existing_test.go TestAnExistingBucketIsABucket: Bucket: got one named one with the ARN of other`, "storage Bucket", "a general purpose bucket, and one name", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"),
	in(`../written_test.go TestNothingIsWrittenToLogs: a bucket of Class Logs`, "storage Bucket", "a bucket of another Class than Logs, to write to", "ours: its own policy denies writing to all but AWS services"),
	{"storage Bucket", "the ARN of a bucket", byPolicies, replica(func(r *storage.Replica) { r.Bucket = "copies" }), replica(func(*storage.Replica) {}), ""},
	{"storage Bucket", "a bucket", "ours: there is nothing without one", said{err: storage.Prefix{}.Validate()}, said{err: held.Prefix("").Validate()}, ""},
	{"storage Key", "the ARN of a key", byPolicies, replica(func(r *storage.Replica) { r.Key = "alias/copies" }), replica(func(*storage.Replica) {}), ""},
	{"storage Key", "1 to 1,024 bytes", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html", said{err: held.Object(strings.Repeat("a", 1025)).Validate()}, said{err: held.Object(strings.Repeat("a", 1024)).Validate()}, ""},
	{"storage Key", "no slash at the start or end", "ours: it is mistaken for a folder", said{err: held.Object("a/").Validate()}, said{err: held.Object("a/b").Validate()}, ""},
	{"storage Key", "no . or .. between slashes", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html", said{err: held.Object("a/../b").Validate()}, said{err: held.Object("a//..b").Validate()}, ""},
	{"storage Path", "no . or .. between slashes", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html", written(storage.File{Path: "a/../x"}), written(storage.File{Path: "a/..x"}), ""},
	{"storage Region", "a region", "ours: those of the commercial partition are known", replica(func(r *storage.Replica) { r.Region = "mars" }), replica(func(*storage.Replica) {}), ""},
	{"storage Path", "a slash at the end", "ours: a prefix without one matches what starts alike", said{err: held.Prefix("train").Validate()}, said{err: held.Prefix("train/").Validate()}, ""},
	{"storage (validateLiteral)", "no wildcards or variables", "ours: a policy would take them as such", said{err: held.Prefix("a*/").Validate()}.at("Path"), said{err: held.Prefix("a b/").Validate()}.at("Path"), ""},
	{"storage Path", "an absolute path", "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FileSystemDataSource.html", said{err: storage.Directory{Path: "a"}.Validate()}, said{err: storage.Directory{Path: "/a"}.Validate()}, ""},
	{"storage FileSystem", "a file system", "ours: there is nothing without one", said{err: storage.Directory{Path: "/a"}.Validate()},
		said{err: storage.Directory{FileSystem: &storage.FileSystem{}, Path: "/a"}.Validate()}, ""},
	{"storage Network", "a network", "ours: its security group and subnets are needed", said{err: (&storage.EFSProps{}).Validate()}, none, ""},
	{"storage CapacityGiB", "1200, or a multiple of 2400", lustreDocs, said{err: (&storage.LustreProps{CapacityGiB: 3600}).Validate()}, said{err: (&storage.LustreProps{CapacityGiB: 4800}).Validate()}, ""},
	{"storage MBPerSecondPerTiB", "125, 250, 500 or 1000", lustreDocs, said{err: (&storage.LustreProps{MBPerSecondPerTiB: 200}).Validate()}, said{err: (&storage.LustreProps{MBPerSecondPerTiB: 250}).Validate()}, ""},
	{"storage Folders", "at least one", "ours: nothing could be written", said{err: (&storage.FilesProps{}).Validate()}, written(storage.File{}), ""},
	{"storage Files", "at least one", "ours: nothing would be written", said{err: (&storage.FilesProps{}).Validate()}, written(storage.File{}), ""},
	{"storage LogKey", "a key", "ours: logs are encrypted", said{err: (&storage.FilesProps{}).Validate()}, none, ""},
	{"storage Path", "in one of the folders", "ours: the writer's role may write there alone", written(storage.File{Path: "b/x"}), written(storage.File{Path: "a/x"}), ""},
	{"storage Name", "letters and digits", "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-customresource.html",
		written(storage.File{Path: "a/x", Name: "a-b"}), written(storage.File{Path: "a/x", Name: "aB1"}), ""},
	{"storage Role", "letters, digits, hyphens and underscores", "ours: it is a part of a role's name", roleOf("a.b"), roleOf("a_b"), ""},
	in(`../access/launcher_test.go TestALauncherFromOutside: Data[0]: got`, "storage (ValidateOutside)", "a bucket that names the role", "ours: the bucket's policy keeps out who is not in its network"),
}
