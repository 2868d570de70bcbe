package storage

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// DataBucket is a bucket that loses nothing and leaks nothing.
type DataBucket struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Bucket is the bucket. What AddToResourcePolicy and grants add to its policy stands beside what it denies: another
	// account is let in by Shares or ReplicatedFrom only, and a grant to one is an error of the synthesis.
	Bucket awss3.IBucket
	// Key encrypts its objects; nil for a Logs bucket.
	Key awskms.IKey
	// AccessLogs is the Logs bucket that it logs to, for other buckets to share; nil for a Logs bucket and an existing
	// one. Its policy takes the logs of every bucket of the account. The CDK can't see that, and warns of a bucket of
	// its own class that logs there (@aws-cdk/aws-s3:accessLogsPolicyNotAdded): acknowledge the warning by
	// awscdk.Annotations_Of(bucket).AcknowledgeWarning.
	AccessLogs *DataBucket
	// Class is what it holds.
	Class Class
	// Name, ARN and Region are its own, and KeyARN is that of Key, empty without one. They may be CDK tokens.
	Name, ARN, Region, KeyARN string
	// Events tells that EventBridge hears of its objects.
	Events bool
	// Lacks is what an existing bucket lacks of what Plinth gives its own, as the app has it when it is taken in: what
	// is changed later is not seen. Empty for Plinth's own. See [NewExistingBucket].
	Lacks []Lack

	linkedToLustre bool
	byServices     bool     // only AWS services write to it
	endpoints      bool     // objects are reached by endpoints of the network only
	outside        []string // but by these roles, in which a * stands for any text, and by the administrators
	administrators []string // who may change its settings; empty: whoever is allowed to
}

// NewDataBucket makes a bucket, and its key and Logs bucket where none is given. The props may be nil. It panics with
// one message that holds every problem when scope, id or props are wrong.
func NewDataBucket(scope constructs.Construct, id string, props *DataBucketProps) *DataBucket {
	return cdk.Build("storage.DataBucket", scope, id, props, newDataBucket)
}

func newDataBucket(this constructs.Construct, _ string, props *DataBucketProps) *DataBucket {
	p := *props
	p.Environment = p.Environment.Resolved()
	b := &builder{p: p, at: cdk.Location(this), path: cdk.PathOf(this)}
	cdk.Check(b.validateOthers())
	if b.ownKey() {
		p.Key = cdk.NewKey(this, "Key", b.keyPlan())
	} else if p.Key != nil {
		cdk.LetUse(p.Key, b.keyPlan().Needs()...)
	}
	if p.Key != nil {
		b.keyARN = *p.Key.KeyArn()
	}
	if p.Class != Logs {
		p.AccessLogs = b.accessLogs(this)
		b.logs = p.AccessLogs.Name
	}
	if !b.retain() {
		emptier := cdk.Once(this, emptierID, func() cfn.Resources { return emptierResources(b.at.Account, p.Environment.LogRetentionDays) })
		b.emptier, b.emptierFunction = emptier.Att("Role", "Arn"), emptier.Att("Function", "Arn")
	}
	resources := b.build()
	emitted := cdk.Emit(this, b.path, resources)
	bucket := &DataBucket{
		Construct: this, Key: p.Key, AccessLogs: p.AccessLogs, Class: p.Class, Name: emitted.Ref("Bucket"), Region: b.at.Region, KeyARN: b.keyARN,
		Events: p.Events || p.Backup != nil, linkedToLustre: p.LinkedToLustre, byServices: p.Class == Logs,
		endpoints: len(p.Endpoints) > 0, outside: p.OutsideRoles,
		administrators: p.Environment.Administrators,
	}
	bucket.ARN = "arn:" + b.at.Partition + ":s3:::" + bucket.Name
	bucket.Bucket = awss3.Bucket_FromBucketAttributes(this, jsii.String("Bucket"), &awss3.BucketAttributes{
		BucketArn: &bucket.ARN, BucketName: &bucket.Name, EncryptionKey: bucket.Key,
	})
	b.policy(emitted, bucket)
	if p.LifeCycle.OldVersionDays != 0 && !classes[p.Class].versioned {
		cdk.Warn(this, assembly.Finding{
			Rule: cdk.VersionsRule, Description: "LifeCycle.OldVersionDays holds for versions of a Class that the bucket had before: " +
				p.Class.String() + " keep none", Fix: "leave it out, or take a Class that keeps versions",
		}, func() bool { return false })
	}
	return bucket
}

// policy makes the bucket's policy, by the CDK's own class, so that what is added to it later gets there.
func (b *builder) policy(emitted cdk.Emitted, of *DataBucket) {
	made := cdk.NewBucketPolicy(of.Construct, "Policy", of.Bucket, emitted.Document(b.statements()...), b.retain()) // guarded as long as it stays
	if b.emptier != "" {
		emitted.Resource(emptiedID).Node().AddDependency(made) // which allows it, and so must go later
	}
}

// accessLogs is the bucket that is logged to, given or made.
func (b *builder) accessLogs(this constructs.Construct) *DataBucket {
	if b.p.AccessLogs != nil {
		return b.p.AccessLogs
	}
	return NewDataBucket(this, "AccessLogs", &DataBucketProps{
		Environment: b.p.Environment, Class: Logs, Endpoints: b.p.Endpoints, OutsideRoles: b.p.OutsideRoles, Organization: b.p.Organization,
	})
}
