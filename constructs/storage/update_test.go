package storage_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// replacedBy lists the types that hold data, each with the properties whose change replaces the resource:
// createOnlyProperties and conditionalCreateOnlyProperties of AWS's resource schemas.
var replacedBy = map[string][]string{
	"AWS::S3::Bucket":          {"BucketName", "BucketNamePrefix", "BucketNamespace"},
	"AWS::KMS::Key":            {},
	"AWS::Backup::BackupVault": {"BackupVaultName", "EncryptionKeyArn"},
	"AWS::EFS::FileSystem":     {"KmsKeyId", "Encrypted", "PerformanceMode", "AvailabilityZoneName"},
}

// lost lists what an update from one template to the other loses: stateful resources that it replaces, and those that it
// deletes in spite of what they hold.
func lost(t *testing.T, before, after assembly.Template) []string {
	t.Helper()
	var all []string
	for _, id := range slices.Sorted(maps.Keys(before.Resources)) {
		was := before.Resources[id]
		creates, stateful := replacedBy[was.Type]
		if !stateful {
			continue
		}
		is, stays := after.Resources[id]
		if !stays {
			if !safelyDeleted(was) {
				all = append(all, id+" is deleted")
			}
			continue
		}
		if is.Type != was.Type {
			all = append(all, id+" becomes a "+is.Type)
		}
		for _, property := range creates {
			if old, now := text(t, was.Properties[property]), text(t, is.Properties[property]); old != now {
				all = append(all, fmt.Sprintf("%s is replaced: %s was %s and is %s", id, property, old, now))
			}
		}
	}
	return all
}

// safelyDeleted tells whether nothing is lost when a resource is taken out of a template: it stays where data stays. In
// Development KMS keeps a key for 30 days more, and S3 and AWS Backup refuse to delete what is not empty, which
// CloudFormation then leaves behind; the function that empties buckets does nothing in an update.
func safelyDeleted(r assembly.Resource) bool {
	switch {
	case strings.HasPrefix(r.DeletionPolicy, "Retain"):
		return true
	case r.Type == "AWS::KMS::Key":
		return r.Properties["PendingWindowInDays"] == 30.0
	}
	return r.Type == "AWS::S3::Bucket" || r.Type == "AWS::Backup::BackupVault"
}

// variant is one state of a construct that always has the same id.
type variant struct {
	name string
	make func(stack awscdk.Stack)
}

// everyUpdate synthesizes each variant once, and looks at the update from each to each.
func everyUpdate(t *testing.T, variants []variant, judge func(t *testing.T, from, to string, lost []string)) map[string]assembly.Template {
	t.Helper()
	templates := map[string]assembly.Template{}
	for _, v := range variants {
		templates[v.name] = synthtest.Template(t, "", v.make)
	}
	if len(templates) != len(variants) {
		t.Fatal("two variants have one name")
	}
	for from, before := range templates {
		for to, after := range templates {
			judge(t, from, to, lost(t, before, after))
		}
	}
	return templates
}

func bucketVariants() []variant {
	tier := func(tier environment.Tier) environment.Environment { return environment.Environment{Tier: tier} }
	var all []variant
	made := func(name string, props func(stack awscdk.Stack) *storage.DataBucketProps) {
		all = append(all, variant{name, func(stack awscdk.Stack) {
			storage.NewDataBucket(stack, "Data", props(stack))
		}})
	}
	plain := func(name string, p *storage.DataBucketProps) {
		made(name, func(awscdk.Stack) *storage.DataBucketProps { return p })
	}
	plain("nil", nil)
	for _, class := range []storage.Class{storage.Datasets, storage.Features, storage.Models, storage.Checkpoints, storage.Logs} {
		for _, t := range []environment.Tier{environment.Production, environment.Staging, environment.Development} {
			plain(fmt.Sprint(class, " in ", t), &storage.DataBucketProps{Class: class, Environment: tier(t)})
		}
	}
	for _, t := range []environment.Tier{environment.Production, environment.Development} {
		e := tier(t)
		made(fmt.Sprint("given key in ", t), func(stack awscdk.Stack) *storage.DataBucketProps {
			return &storage.DataBucketProps{Environment: e, Key: awskms.NewKey(stack, jsii.String("Own"), nil)}
		})
		made(fmt.Sprint("shared key in ", t), func(stack awscdk.Stack) *storage.DataBucketProps {
			return &storage.DataBucketProps{Environment: e, Key: storage.NewKey(stack, "Shared", &storage.KeyProps{Environment: e}).Key}
		})
		made(fmt.Sprint("given logs in ", t), func(stack awscdk.Stack) *storage.DataBucketProps {
			return &storage.DataBucketProps{Environment: e,
				AccessLogs: storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Environment: e, Class: storage.Logs})}
		})
		for _, days := range []int{0, 14} {
			made(fmt.Sprint("backup of ", days, " days in ", t), func(stack awscdk.Stack) *storage.DataBucketProps {
				return &storage.DataBucketProps{Environment: e,
					Backup: storage.NewBackup(stack, "Backup", &storage.BackupProps{Environment: e, Days: days})}
			})
		}
	}
	plain("expiry", &storage.DataBucketProps{LifeCycle: storage.LifeCycle{TieringDays: storage.Never, ExpiryDays: 10, OldVersionDays: storage.Never}})
	plain("replica", &storage.DataBucketProps{ReplicateTo: replica})
	plain("governance", &storage.DataBucketProps{Lock: storage.Lock{Mode: storage.Governance, Days: 1}})
	plain("compliance and replica", &storage.DataBucketProps{Lock: storage.Lock{Mode: storage.Compliance, Days: 1}, ReplicateTo: replica})
	plain("another name", &storage.DataBucketProps{Environment: environment.Environment{Name: "other", Account: "111122223333", Owner: "ml",
		Administrators: []string{"arn:aws:iam::111122223333:role/Admin"}}})
	plain("perimeter", &storage.DataBucketProps{Endpoints: []string{"vpce-0123456789abcdef0"}, Organization: "o-a1b2c3d4e5",
		OutsideRoles: []string{"arn:aws:iam::111122223333:role/Uploader"}})
	plain("shared", &storage.DataBucketProps{Shares: []storage.Share{{Account: "444455556666", Write: true}}, ReplicatedFrom: []string{"777788889999"}})
	plain("events and inventory", &storage.DataBucketProps{Events: true, Inventory: storage.Daily})
	plain("Lustre", &storage.DataBucketProps{LinkedToLustre: true})
	return all
}

func TestNoUpdateOfABucketLosesData(t *testing.T) {
	templates := everyUpdate(t, bucketVariants(), func(t *testing.T, from, to string, lost []string) {
		if len(lost) > 0 {
			t.Errorf("from %s to %s: %q", from, to, lost)
		}
	})
	// The ids of deployed buckets, keys and vaults.
	id, _ := find(t, templates["nil"], "Data/Default/Bucket")
	for name, template := range templates {
		if other, _ := find(t, template, "Data/Default/Bucket"); other != id {
			t.Errorf("%s: the bucket is %s instead of %s", name, other, id)
		}
		for id, r := range template.Resources {
			if _, stateful := replacedBy[r.Type]; stateful && !slices.Contains(stable, id) {
				t.Errorf("%s: %s %s is new, or has another id than it had", name, r.Type, id)
			}
		}
	}
}

// stable are the logical ids of what holds data in a stack with a bucket named Data. Another id would delete what is
// deployed and make another.
var stable = []string{
	"DataBucket80AFC3B6", "DataKey64DE107E", "DataAccessLogsBucketE872D22F", "Own30425842", "SharedKey92D6DE9D", "LogsBucket8640D480",
	"BackupKeyCD122A27", "BackupVaultD1FD0DC4",
}

// A change from or to a key of one's own is the one change that replaces a file system, since EFS encrypts when it makes one.
// The old one stays, but in Development.
func TestNoUpdateOfAFileSystemLosesData(t *testing.T) {
	var all []variant
	for _, tier := range []environment.Tier{environment.Production, environment.Development} {
		e := environment.Environment{Tier: tier}
		for name, p := range map[string]storage.EFSProps{
			"defaults": {Environment: e}, "TLS": {Environment: e, RequireTLS: true}, "name": {Environment: environment.Environment{Tier: tier, Name: "other", AZs: 2}},
		} {
			all = append(all, variant{fmt.Sprint(name, " in ", tier), func(stack awscdk.Stack) {
				p.Network = network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: p.Environment})
				storage.NewEFS(stack, "Files", &p)
			}})
		}
	}
	all = append(all, variant{"given key", func(stack awscdk.Stack) {
		storage.NewEFS(stack, "Files", &storage.EFSProps{Network: network.NewIsolated(stack, "Network", nil), Key: awskms.NewKey(stack, jsii.String("Own"), nil)})
	}})
	templates := everyUpdate(t, all, func(t *testing.T, from, to string, lost []string) {
		if keyChanges := (from == "given key") != (to == "given key"); len(lost) > 0 != keyChanges || len(lost) > 1 {
			t.Errorf("from %s to %s: %q", from, to, lost)
		}
	})
	for name, template := range templates {
		id, r := find(t, template, "Files/Default/FileSystem")
		if id != "FilesFileSystem8770F8A4" {
			t.Errorf("%s: the file system has another id, %s", name, id)
		}
		if (r.UpdateReplacePolicy == "Retain") != (r.Properties["BackupPolicy"].(map[string]any)["Status"] == "ENABLED") {
			t.Errorf("%s: a replaced file system is not kept: %s", name, r.UpdateReplacePolicy)
		}
	}
}
