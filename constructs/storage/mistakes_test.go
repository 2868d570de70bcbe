package storage

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/problem"
)

type validated interface{ Validate() error }

// mistake is a value and every problem of it.
type mistake struct {
	name  string
	value validated
	want  []string
}

func check(t *testing.T, tests []mistake) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, p := range problem.All(test.value.Validate()) {
				got = append(got, p.Error())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// someKey is a key that nobody asks anything.
var someKey = struct{ awskms.IKey }{}

const (
	shareAllowed  = "; allowed: the account that it is shared with, 12 digits"
	bucketAllowed = `; allowed: the ARN of a bucket, arn:aws:s3:::NAME, with a NAME of 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit first and last`
	keyAllowed    = `; allowed: the ARN of the bucket's KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID`
	regionAllowed = `; allowed: the region of the bucket, such as eu-west-1`
	slash         = `; allowed: a path that ends with a slash and starts without one, such as "churn/train/", or empty for the whole bucket`
	uploads       = "LifeCycle.UploadDays: got -9; allowed: 1 to 2147483647 days; leave it out for the class's default"
	wildcard      = `; allowed: no *, ? or ${: a policy would take them as wildcards and variables`
	roleAllowed   = `; allowed: the ARN of a role or user, such as arn:aws:iam::111122223333:role/Admin; ` +
		`a session's ARN (sts, assumed-role) is not one: name its role`
)

func TestMistakesOfBuckets(t *testing.T) {
	const endpointAllowed = "; allowed: the id of a VPC endpoint of S3, vpce- and 8 to 17 hexadecimal digits"
	logs, backup := &DataBucket{Class: Logs}, &Backup{Vault: "vault"}
	check(t, []mistake{
		{"nothing said", (*DataBucketProps)(nil), nil},
		{"nothing filled in", &DataBucketProps{}, nil},
		{"environment", &DataBucketProps{Environment: environment.Environment{Name: "Prod", Administrators: []string{"admin"}}}, []string{
			`Environment.Name: got "Prod"; allowed: 1 to 20 lower-case letters, digits and single hyphens between them, a letter first, and not "none"`,
			`Environment.Administrators[0]: got "admin"` + roleAllowed,
		}},
		{"endpoints", &DataBucketProps{Endpoints: []string{endpoint, "vpce-1", "vpc-0123456789abcdef0"}}, []string{
			`Endpoints[1]: got "vpce-1"` + endpointAllowed, `Endpoints[2]: got "vpc-0123456789abcdef0"` + endpointAllowed,
		}},
		{"an endpoint that is not known", &DataBucketProps{Endpoints: []string{""}, OutsideRoles: []string{uploader}}, []string{
			`Endpoints[0]: got ""` + endpointAllowed + "; the S3Endpoint of a network is empty where it stood already: give that network its id as ExistingS3Endpoint",
		}},
		{"outside of nothing", &DataBucketProps{OutsideRoles: []string{uploader}}, []string{
			`OutsideRoles: got [` + uploader + `]; allowed: none without Endpoints; give the ids of the S3 endpoints, or leave this out: ` +
				"without them objects are reached from any network",
		}},
		{"roles of another account", &DataBucketProps{
			Environment: environment.Environment{Account: "111122223333"}, Endpoints: []string{endpoint},
			OutsideRoles: []string{uploader, "arn:aws:iam::444455556666:role/Reader"},
		}, []string{
			`OutsideRoles[1]: got "arn:aws:iam::444455556666:role/Reader"; allowed: a role or user of account 111122223333; another account shares by other fields`,
		}},
		{"organization", &DataBucketProps{Organization: "acme"},
			[]string{`Organization: got "acme"; allowed: the id of an organization, o- and 10 to 32 letters and digits`}},
		{"shares", &DataBucketProps{Shares: []Share{{Account: partner}, {Path: "a/*"}, {Account: "7777", Path: "/a/"}}}, []string{
			`Shares[1].Account: got ""` + shareAllowed, `Shares[1].Path: got "a/*"` + slash, `Shares[1].Path: got "a/*"` + wildcard,
			`Shares[2].Account: got "7777"` + shareAllowed, `Shares[2].Path: got "/a/"` + slash,
		}},
		{"a mode of locks", &DataBucketProps{Lock: Lock{Mode: 3}}, []string{`Lock.Mode: got 3; allowed: NoLock, Governance or Compliance`}},
		{"a lock for no time", &DataBucketProps{Lock: Lock{Mode: Governance}}, []string{`Lock.Days: got 0; allowed: 1 to 36500 days`}},
		{"a lock for too long", &DataBucketProps{Lock: Lock{Compliance, 36501}}, []string{`Lock.Days: got 36501; allowed: 1 to 36500 days`}},
		{"the longest lock", &DataBucketProps{Lock: Lock{Compliance, 36500}}, nil},
		{"days without a lock", &DataBucketProps{Lock: Lock{Days: 30}},
			[]string{`Lock.Days: got 30; allowed: 0 without a Mode; set Mode to storage.Governance or storage.Compliance`}},
		{"a mode of locks where none may be", &DataBucketProps{Class: Checkpoints, Lock: Lock{Mode: -1}}, []string{`Lock.Mode: got -1; allowed: NoLock, Governance or Compliance`}},
		{"a lock in Development", &DataBucketProps{Environment: environment.Environment{Tier: development}, Lock: Lock{Governance, 30}},
			[]string{`Lock: got GOVERNANCE for 30 days; allowed: none in Development; leave it out: a locked bucket can't go with its stack`}},
		{"a replica of which nothing else is said", &DataBucketProps{ReplicateTo: Replica{Bucket: "arn:aws:s3:::replica"}},
			[]string{`ReplicateTo.Key: got ""` + keyAllowed, `ReplicateTo.Region: got ""` + regionAllowed}},
		{"a replica by name and alias", &DataBucketProps{ReplicateTo: Replica{"replica", "arn:aws:kms:us-west-2:444455556666:alias/a", "mars", "4444"}}, []string{
			`ReplicateTo.Bucket: got "replica"` + bucketAllowed, `ReplicateTo.Key: got "arn:aws:kms:us-west-2:444455556666:alias/a"` + keyAllowed,
			`ReplicateTo.Region: got "mars"` + regionAllowed, `ReplicateTo.Account: got "4444"; allowed: 12 digits, or empty for this account`,
		}},
		{"replicated from", &DataBucketProps{ReplicatedFrom: []string{partner, "x"}}, []string{`ReplicatedFrom[1]: got "x"; allowed: an account, 12 digits`}},
		{"inventory", &DataBucketProps{Inventory: -1}, []string{`Inventory: got -1; allowed: NoInventory, Weekly or Daily`}},
		{"inventory of logs", &DataBucketProps{Inventory: 3, Class: Logs}, []string{`Inventory: got 3; allowed: NoInventory, Weekly or Daily`}},
		{"no inventory of logs", &DataBucketProps{Inventory: -1, Class: Logs}, []string{`Inventory: got -1; allowed: NoInventory, Weekly or Daily`}},
		{"logs into data", &DataBucketProps{AccessLogs: &DataBucket{Name: "b", Class: Models}},
			[]string{`AccessLogs: got Models; allowed: a bucket of Class Logs; make one with Class: storage.Logs`}},
		{"Lustre and events", &DataBucketProps{LinkedToLustre: true, Events: true}, []string{lustreAlone}},
		{"Lustre and a backup", &DataBucketProps{LinkedToLustre: true, Backup: backup}, []string{lustreAlone}},
		{"class", &DataBucketProps{Class: 9, LifeCycle: LifeCycle{UploadDays: -9}},
			[]string{`Class: got Class(9); allowed: Datasets, Features, Models, Checkpoints or Logs`, uploads}},
		{"days that S3 has no room for", &DataBucketProps{LifeCycle: LifeCycle{TieringDays: Never, ExpiryDays: math.MaxInt32 + 1, OldVersionDays: math.MaxInt32}},
			[]string{`LifeCycle.ExpiryDays: got 2147483648; allowed: 1 to 2147483647 days, or storage.Never; leave it out for the class's default`}},
		{"below every class", &DataBucketProps{Class: -1}, []string{`Class: got Class(-1); allowed: Datasets, Features, Models, Checkpoints or Logs`}},
		{"logs of logs", &DataBucketProps{Class: Logs, Key: someKey, AccessLogs: logs, LinkedToLustre: true, Inventory: Daily,
			Shares: []Share{{partner, "a/", false}}, ReplicatedFrom: []string{partner}, Lock: Lock{Governance, 2}, ReplicateTo: replica, Backup: backup}, []string{
			lustreAlone,
			`Key: got "a key"; allowed: none with Class Logs; leave it out: S3 delivers access logs only to buckets encrypted by its own keys`,
			`AccessLogs: got "a bucket"; allowed: none with Class Logs; leave it out: a bucket of logs would log its own logging`,
			`Shares: got 1; allowed: none with Class Logs; leave it out: logs tell of every object of the other buckets`,
			`ReplicatedFrom: got 1; allowed: none with Class Logs; leave it out: only AWS's log delivery writes there`,
			`Inventory: got "Daily"; allowed: none with Class Logs; leave it out: a Logs bucket is where inventories go`,
			`LinkedToLustre: got true; allowed: none with Class Logs; leave it out: logs are not a training input`,
			`Lock: got GOVERNANCE for 2 days; allowed: none with Class Logs; leave it out: it would keep what is meant to go`,
			`ReplicateTo: got "arn:aws:s3:::replica"; allowed: none with Class Logs; leave it out: a copy is for what can't be made again`,
			`Backup: got "a backup"; allowed: none with Class Logs; leave it out: a backup is for what can't be made again`,
		}},
		{"checkpoints kept", &DataBucketProps{Class: Checkpoints, Lock: Lock{Compliance, 2}, ReplicateTo: replica, Backup: backup}, []string{
			`Lock: got COMPLIANCE for 2 days; allowed: none with Class Checkpoints; leave it out: it would keep what is meant to go`,
			`ReplicateTo: got "arn:aws:s3:::replica"; allowed: none with Class Checkpoints; leave it out: a copy is for what can't be made again`,
			`Backup: got "a backup"; allowed: none with Class Checkpoints; leave it out: a backup is for what can't be made again`,
		}},
		{"checkpoints used like data", &DataBucketProps{Class: Checkpoints, Key: someKey, AccessLogs: logs, Shares: []Share{{Account: partner}},
			ReplicatedFrom: []string{partner}, Inventory: Weekly, LinkedToLustre: true}, nil},
	})
}

const lustreAlone = `LinkedToLustre: got true; allowed: false with Events or Backup; ` +
	`FSx and CloudFormation would each overwrite the other's event settings of the bucket`

func TestMistakesOfLifeCycles(t *testing.T) {
	const never = "; allowed: 1 to 2147483647 days, or storage.Never; leave it out for the class's default"
	cycle := func(l LifeCycle) *DataBucketProps { return &DataBucketProps{LifeCycle: l} }
	check(t, []mistake{
		{"everything", cycle(LifeCycle{-2, -2, -3, Never}), []string{
			`LifeCycle.TieringDays: got -2` + never, `LifeCycle.ExpiryDays: got -2` + never, `LifeCycle.OldVersionDays: got -3` + never,
			`LifeCycle.UploadDays: got -1; allowed: 1 to 2147483647 days; leave it out for the class's default`,
		}},
		{"never", cycle(LifeCycle{Never, Never, Never, 1}), nil},
		{"tiering on the last day", cycle(LifeCycle{TieringDays: 30, ExpiryDays: 30}), []string{
			`LifeCycle.TieringDays: got 30; allowed: fewer days than ExpiryDays; S3 moves nothing on the day that it deletes it: take storage.Never`}},
		{"tiering by default after the end", &DataBucketProps{Class: Models, LifeCycle: LifeCycle{ExpiryDays: 10}}, []string{
			`LifeCycle.TieringDays: got 30; allowed: fewer days than ExpiryDays; S3 moves nothing on the day that it deletes it: take storage.Never`}},
		{"tiering and the end on the first day", cycle(LifeCycle{TieringDays: 1, ExpiryDays: 1}), []string{
			`LifeCycle.TieringDays: got 1; allowed: fewer days than ExpiryDays; S3 moves nothing on the day that it deletes it: take storage.Never`}},
		{"tiering on the day before", cycle(LifeCycle{TieringDays: 29, ExpiryDays: 30}), nil},
		// The defaults of an unknown tier can't be judged.
		{"tier", &DataBucketProps{Environment: environment.Environment{Tier: 9}, LifeCycle: LifeCycle{UploadDays: -9}},
			[]string{`Environment.Tier: got Tier(9); allowed: Production, Staging or Development`, uploads}},
	})
}

// What a token stands for is not known, and so not refused.
func TestTokensAreSkipped(t *testing.T) {
	const token = "${Token[TOKEN.7]}"
	e := environment.Environment{Name: token, Account: token, Region: token, Administrators: []string{token, "arn:aws:iam::" + token + ":role/Admin"}}
	texts := []string{token}
	check(t, []mistake{
		{"bucket", &DataBucketProps{
			Environment: e, Endpoints: texts, OutsideRoles: append(texts, "arn:aws:iam::444455556666:role/Reader"), Organization: token, ReplicatedFrom: texts,
			Shares: []Share{{Account: token, Path: token}}, ReplicateTo: Replica{token, token, token, token},
		}, nil},
		{"key", &KeyProps{Environment: e, Readers: texts, Writers: texts}, nil},
		{"prefix", Prefix{&DataBucket{Name: "b"}, token}, nil},
		{"a prefix that a token begins", Prefix{&DataBucket{Name: "b"}, token + "/train/"}, nil},
		{"what stands beside a token is judged", Prefix{&DataBucket{Name: "b"}, token + "/*/"}, []string{`Path: got "${Token[TOKEN.7]}/*/"` + wildcard}},
		{"directory", Directory{&FileSystem{}, token}, nil},
	})
}
