package storage

import (
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/role"
)

// builder writes the resources of one bucket.
type builder struct {
	p    DataBucketProps
	at   location.Location
	path string
	// keyARN is the ARN of a given key; empty: the bucket has its own, or none.
	keyARN string
	// logs is the name of the bucket of its access logs; empty: none.
	logs string
	// emptier is the ARN of the role, and emptierFunction that of the function, that empties the bucket when its stack goes;
	// empty: none does.
	emptier, emptierFunction string
	resources                cfn.Resources
}

func (b *builder) retain() bool { return b.p.Environment.Tier.RetainsData() }
func (b *builder) keyed() bool  { return classes[b.p.Class].keyed }
func (b *builder) ownKey() bool { return b.keyed() && b.p.Key == nil }

// build writes all of them.
func (b *builder) build() cfn.Resources {
	b.resources = cfn.Resources{}
	b.resources["Bucket"] = cfn.Resource{
		Type: "AWS::S3::Bucket", Properties: b.properties(), Metadata: role.Metadata(b.accepted()),
	}.Stateful(b.retain())
	if b.p.Backup != nil {
		b.backup()
	}
	if b.emptier != "" {
		b.resources[emptiedID] = cfn.Resource{
			Type:       "Custom::EmptiedWithStack",
			Properties: cfn.Properties{"ServiceToken": b.emptierFunction, "ServiceTimeout": emptyingSeconds, "Bucket": cfn.Ref("Bucket")},
		}
	}
	return b.resources
}

// properties are those of the bucket. It has no name, so that CloudFormation never has to replace it.
func (b *builder) properties() cfn.Properties {
	encryption := cfn.Properties{"ServerSideEncryptionByDefault": cfn.Properties{"SSEAlgorithm": "AES256"}}
	if b.keyed() {
		encryption = cfn.Properties{
			"ServerSideEncryptionByDefault": cfn.Properties{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": b.keyARN},
			"BucketKeyEnabled":              true,
		}
	}
	properties := cfn.Properties{
		"BucketEncryption": cfn.Properties{"ServerSideEncryptionConfiguration": []any{encryption}},
		"PublicAccessBlockConfiguration": cfn.Properties{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		},
		"OwnershipControls":      cfn.Properties{"Rules": []any{cfn.Properties{"ObjectOwnership": "BucketOwnerEnforced"}}},
		"LifecycleConfiguration": cfn.Properties{"Rules": b.p.LifeCycle.resolved(b.p.Class, b.p.Environment).rules()},
	}
	if classes[b.p.Class].versioned {
		properties["VersioningConfiguration"] = cfn.Properties{"Status": "Enabled"}
	}
	if b.logs != "" {
		properties["LoggingConfiguration"] = cfn.Properties{"DestinationBucketName": b.logs, "LogFilePrefix": b.path + "/"}
	}
	if b.replicates() {
		properties["ReplicationConfiguration"] = b.replication()
	}
	if b.p.Lock.Mode != NoLock {
		properties["ObjectLockEnabled"] = true
		properties["ObjectLockConfiguration"] = cfn.Properties{
			"ObjectLockEnabled": "Enabled",
			"Rule":              cfn.Properties{"DefaultRetention": cfn.Properties{"Mode": lockModes[b.p.Lock.Mode], "Days": b.p.Lock.Days}},
		}
	}
	if b.p.Events || b.p.Backup != nil { // a continuous backup hears of new objects by EventBridge
		properties["NotificationConfiguration"] = cfn.Properties{"EventBridgeConfiguration": cfn.Properties{"EventBridgeEnabled": true}}
	}
	if b.p.Inventory != NoInventory {
		properties["InventoryConfigurations"] = []any{b.inventory()}
	}
	return properties
}

// inventory lists the current objects as Parquet files.
func (b *builder) inventory() cfn.Properties {
	return cfn.Properties{
		"Id": "Objects", "Enabled": true, "IncludedObjectVersions": "Current", "ScheduleFrequency": frequencies[b.p.Inventory],
		"OptionalFields": []any{"Size", "LastModifiedDate", "StorageClass", "EncryptionStatus", "ReplicationStatus", "BucketKeyStatus"},
		"Destination": cfn.Properties{
			"BucketArn": "arn:" + b.at.Partition + ":s3:::" + b.logs, "BucketAccountId": b.at.Account,
			"Format": "Parquet", "Prefix": inventoryPrefix + b.path,
		},
	}
}

// accepted is what rule packs find and the class means.
func (b *builder) accepted() []role.Accepted {
	var all []role.Accepted
	if !b.replicates() {
		all = role.AcceptInPacks("S3BucketReplicationEnabled",
			"A copy in another region is a choice of the team that owns the data, since it may not leave its region")
	}
	if !b.keyed() {
		all = append(all, role.AcceptInPacks("S3DefaultEncryptionKMS",
			"S3 delivers access logs only to buckets that are encrypted by S3's own keys")...)
	}
	if !classes[b.p.Class].versioned {
		all = append(all, role.AcceptInPacks("S3BucketVersioningEnabled", "Checkpoints can be made again")...)
	}
	return all
}
