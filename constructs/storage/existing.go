package storage

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/token"
)

// ExistingBucketProps name a bucket that stands already. Bucket is required.
type ExistingBucketProps struct {
	// Bucket is the bucket: made by the same app, or imported by awss3.Bucket_FromBucketName and its like. An imported
	// one is taken to be in the account and region of the stack, unless it is imported with others, which is an error.
	// A directory bucket, a table bucket and an access point are none, nor is a part of a bucket; of a name or an ARN
	// that only the deployment knows, nothing is checked. Required.
	Bucket awss3.IBucket
	// Key encrypts its objects: the one that the bucket encrypts by. Its policy must let the account's roles use it
	// through S3 and make grants for AWS's resources, which is added to a key of the app. Nil: the bucket's
	// EncryptionKey, if the app knows it; of an imported bucket that has a key and is imported without, roles are
	// allowed nothing with the key, and a guard denies jobs that write there. Needed where the EncryptionKey is an alias.
	Key awskms.IKey
	// Class is what it holds. Zero: Datasets.
	Class Class
	// Events sends what happens to objects to EventBridge's default bus, which a data trigger needs. It is switched on
	// in a bucket of the app, if it is not yet; an imported one has to have it on already, which nothing checks. Off:
	// nothing is changed or expected.
	Events bool
}

// Validate reports every problem of the props.
func (p *ExistingBucketProps) Validate() error {
	p, l := props.Of(p)
	if p.Bucket == nil {
		l.Add("Bucket", nil, "a bucket", "import one with awss3.Bucket_FromBucketName, or make one with storage.NewDataBucket")
	}
	if !p.Class.valid() {
		l.Add("Class", p.Class, "Datasets, Features, Models, Checkpoints or Logs", "")
	}
	return l.Err()
}

// validateKey refuses another key than the bucket's own, as far as the app knows it: an alias may be one of it.
func (p *ExistingBucketProps) validateKey() error {
	own := p.Bucket.EncryptionKey()
	if own == nil || p.Key == nil || strings.Contains(*own.KeyArn(), ":alias/") || !cdk.Different(*own.KeyArn(), *p.Key.KeyArn()) && !token.Differ(*own.KeyArn(), *p.Key.KeyArn()) {
		return nil
	}
	return problem.Problem{
		Field: "Key", Got: problem.Phrase(cdk.Describe(*p.Key.KeyArn())), Allowed: "the key that the bucket encrypts by, " + cdk.Describe(*own.KeyArn()),
		Fix: "leave it out: roles are allowed this key alone, and what is written without naming a key would be denied",
	}
}

// NewExistingBucket takes in a bucket that stands already, so that jobs can read and write it. It changes nothing of it
// but its Events: what it lacks of what Plinth gives its own stands in Lacks, and is said in one note of the synthesis.
// It panics with one message that holds every problem when scope, id or props are wrong.
func NewExistingBucket(scope constructs.Construct, id string, props *ExistingBucketProps) *DataBucket {
	return cdk.Build("storage.ExistingBucket", scope, id, props, newExistingBucket)
}

func newExistingBucket(this constructs.Construct, _ string, props *ExistingBucketProps) *DataBucket {
	b := &DataBucket{
		Construct: this, Bucket: props.Bucket, Key: props.Key, Class: props.Class,
		Name: *props.Bucket.BucketName(), ARN: *props.Bucket.BucketArn(), Region: cdk.Location(this).Region,
		Events: props.Events, linkedToLustre: true, // its own settings say
	}
	cdk.Check(validateName(b.Name, b.ARN, b.Region))
	cdk.Check(props.validateKey())
	if b.Key == nil {
		b.Key = props.Bucket.EncryptionKey()
	}
	if b.Key != nil {
		cdk.LetUse(b.Key, key.Plan{At: cdk.Location(this), Services: []string{"s3"}}.Needs()...)
		b.KeyARN = *b.Key.KeyArn()
	}
	if _, made := cfnBucket(props.Bucket); made && props.Events {
		props.Bucket.EnableEventBridgeNotification()
	}
	b.Lacks = look(this, props.Bucket, b)
	if len(b.Lacks) > 0 {
		lines := []string{"Of what Plinth gives its own buckets, this one lacks:"}
		for _, lack := range b.Lacks {
			lines = append(lines, " - "+lack.String())
		}
		text := strings.Join(lines, "\n")
		awscdk.Annotations_Of(this).AddInfo(&text)
	}
	return b
}

// cfnBucket is the resource of a bucket that the app makes by the CDK's own class.
func cfnBucket(bucket awss3.IBucket) (awss3.CfnBucket, bool) {
	made, ok := bucket.Node().DefaultChild().(awss3.CfnBucket)
	return made, ok
}

// look asks the app what it says of the bucket.
func look(this constructs.Construct, bucket awss3.IBucket, b *DataBucket) []Lack {
	resource, ok := cfnBucket(bucket)
	if !ok {
		if token.Is(b.Name) {
			return []Lack{unseen("NAME")}
		}
		return []Lack{unseen(b.Name)}
	}
	stack := awscdk.Stack_Of(this)
	resolve := func(v any) any {
		if v == nil {
			return nil // which Resolve refuses
		}
		return stack.Resolve(v)
	}
	e := existing{
		class:        b.Class,
		encryption:   resolve(resource.BucketEncryption()),
		publicAccess: resolve(resource.PublicAccessBlockConfiguration()),
		ownership:    resolve(resource.OwnershipControls()),
		versioning:   resolve(resource.VersioningConfiguration()),
		lifeCycle:    resolve(resource.LifecycleConfiguration()),
		accesses:     resolve(resource.LoggingConfiguration()),
		emptied:      bucket.Node().TryFindChild(jsii.String("AutoDeleteObjectsCustomResource")) != nil, // the CDK's name
	}
	if made := bucket.Policy(); made != nil {
		e.policy = resolve(made.Document())
	}
	if b.Key != nil {
		if key, ok := b.Key.Node().DefaultChild().(awskms.CfnKey); ok {
			e.keyKnown = true
			e.key = map[string]any{"EnableKeyRotation": resolve(key.EnableKeyRotation())}
		}
	}
	return e.lacks()
}
