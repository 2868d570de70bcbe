package storage

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

// DataBucketProps say what a bucket holds. All fields may be left out.
type DataBucketProps struct {
	// Environment decides whether the data outlives its stack. Zero: the preset of Production, where it does.
	Environment environment.Environment
	// Class is what the bucket holds. Zero: Datasets.
	Class Class
	// Key encrypts the objects. Nil: a key is made. A Logs bucket takes none.
	Key awskms.IKey
	// AccessLogs is the Logs bucket that the bucket's accesses are logged to. Nil: one is made. A Logs bucket takes none.
	AccessLogs *DataBucket
}

// Validate reports every problem of the props.
func (p *DataBucketProps) Validate() error {
	if p == nil {
		return nil
	}
	var l problem.List
	l.Include("Environment", p.Environment.Validate())
	if !p.Class.valid() {
		l.Add("Class", p.Class, "Datasets, Models or Logs", "")
	}
	if p.Class == Logs && p.Key != nil {
		l.Add("Key", "a key", "none with Class Logs", "leave it out: S3 delivers access logs only to buckets encrypted by its own keys")
	}
	if p.Class == Logs && p.AccessLogs != nil {
		l.Add("AccessLogs", "a bucket", "none with Class Logs", "leave it out: a bucket of logs would log its own logging")
	}
	if p.AccessLogs != nil && p.AccessLogs.Class != Logs {
		l.Add("AccessLogs", p.AccessLogs.Class, "a bucket of Class Logs", "make one with Class: storage.Logs")
	}
	return l.Err()
}

// DataBucket is a bucket that loses nothing and leaks nothing.
type DataBucket struct {
	// Construct is the scope of its parts.
	Construct constructs.Construct
	// Bucket is the bucket.
	Bucket awss3.IBucket
	// Key encrypts its objects; nil for a Logs bucket.
	Key awskms.IKey
	// Class is what it holds.
	Class Class
}

// NewDataBucket makes a bucket, and its key and Logs bucket where none is given. The props may be nil. It panics with
// one message that holds every problem when scope, id or props are wrong.
func NewDataBucket(scope constructs.Construct, id string, props *DataBucketProps) *DataBucket {
	this := cdk.New("storage.DataBucket", scope, id, props.Validate())
	var p DataBucketProps
	if props != nil {
		p = *props
	}
	plan := newPlan(p.Class, p.Environment.Resolved().Tier.RetainsData())
	b := &DataBucket{Construct: this, Key: p.Key, Class: p.Class}
	at := location.Location{}
	if plan.logged || plan.key {
		at = cdk.Location(this)
	}
	if plan.key && b.Key == nil {
		b.Key = cdk.NewKey(this, "Key", p.Class.String()+" bucket", at, plan.retain)
	}
	if plan.logged && p.AccessLogs == nil {
		p.AccessLogs = NewDataBucket(this, "AccessLogs", &DataBucketProps{Environment: p.Environment, Class: Logs})
	}
	bucket := awss3.NewBucket(this, jsii.String("Bucket"), bucketProps(plan, b.Key))
	resource := bucket.Node().DefaultChild().(awss3.CfnBucket)
	cdk.Accept(resource, plan.accepted)
	if plan.logged {
		logTo(p.AccessLogs.Bucket, resource, at, cdk.Path(scope, id)+"/")
	}
	b.Bucket = bucket
	return b
}

// logTo logs the accesses of a bucket below a prefix of another. The CDK would do the same only in apps that set a
// feature flag, and else ask for an ACL, which a bucket with enforced ownership refuses.
func logTo(logs awss3.IBucket, bucket awss3.CfnBucket, at location.Location, prefix string) {
	bucket.SetLoggingConfiguration(&awss3.CfnBucket_LoggingConfigurationProperty{
		DestinationBucketName: logs.BucketName(), LogFilePrefix: &prefix,
	})
	statement := policy.Statement{
		Effect: policy.Allow, Principal: policy.ServicePrincipal("logging.s3.amazonaws.com"),
		Actions:   []string{"s3:PutObject"},
		Resources: []string{*logs.ArnForObjects(jsii.String(prefix + "*"))},
		Why:       "S3 names the log files",
		Conditions: policy.Conditions{
			"ArnLike":      {"aws:SourceArn": *bucket.AttrArn()},
			"StringEquals": {"aws:SourceAccount": at.Account},
		},
	}
	logs.AddToResourcePolicy(awsiam.PolicyStatement_FromJson(statement.JSON()))
}

func bucketProps(plan plan, key awskms.IKey) *awss3.BucketProps {
	props := &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		EnforceSSL:        jsii.Bool(true),
		MinimumTLSVersion: jsii.Number(1.2),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Versioned:         jsii.Bool(true),
		RemovalPolicy:     cdk.RemovalPolicy(plan.retain),
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
	}
	if plan.key {
		props.Encryption = awss3.BucketEncryption_KMS
		props.EncryptionKey = key
		props.BucketKeyEnabled = jsii.Bool(true)
	}
	return props
}
