package storage

import (
	"fmt"
	"slices"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/role"
)

// statements are the bucket's policy. What it allows is for other accounts and for AWS services only: who of the
// account may do what is said by the policies of roles, and this one denies what none of them should.
//
// It denies a person's requests about objects from outside, never a deployment's about the bucket's settings; and the
// account's root user may always delete it
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html). So it locks nobody out for good.
func (b *builder) statements() []policy.Statement {
	return slices.Concat(b.transport(), b.outsiders(), b.network(), b.encryption(), b.protection(), b.shares(), b.replicas(),
		b.deliveries(), b.emptying())
}

func (b *builder) bucket() any { return cfn.Att("Bucket", "Arn") }

func (b *builder) objects(prefix string) any {
	return cfn.Join(cfn.Att("Bucket", "Arn"), "/"+prefix+"*")
}

func (b *builder) everything() []any { return []any{b.bucket(), b.objects("")} }

// transport denies plain HTTP and TLS below 1.2.
func (b *builder) transport() []policy.Statement {
	deny := func(sid string, conditions policy.Conditions) policy.Statement {
		return policy.Statement{
			Sid: sid, Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"s3:*"}, References: b.everything(),
			Conditions: conditions,
		}
	}
	return []policy.Statement{
		deny("PlainHTTP", policy.Conditions{"Bool": {"aws:SecureTransport": "false"}}),
		deny("OldTLS", policy.Conditions{"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
	}
}

// outsiders denies everything to whoever is neither of the account or organization, nor of an account that the bucket
// is shared with or replicated from, nor an AWS service.
func (b *builder) outsiders() []policy.Statement {
	accounts := []string{b.at.Account}
	for _, s := range b.p.Shares {
		accounts = append(accounts, s.Account)
	}
	accounts = append(accounts, b.p.ReplicatedFrom...)
	conditions := policy.Conditions{
		"StringNotEquals": {"aws:PrincipalAccount": accounts},
		"BoolIfExists":    {"aws:PrincipalIsAWSService": "false"},
	}
	if b.p.Organization != "" {
		conditions["StringNotEquals"]["aws:PrincipalOrgID"] = b.p.Organization
	}
	return []policy.Statement{{
		Sid: "Outsiders", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"s3:*"}, References: b.everything(),
		Conditions: conditions,
	}}
}

// objectActions are what is done with objects. Replicating is left out: only S3 can do it.
var objectActions = []string{
	"s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:List*", "s3:RestoreObject", "s3:UpdateObjectEncryption", "s3:AbortMultipartUpload",
}

// nameActions list the names of objects, which carry data too. Those of versions and uploads nobody needs who runs a
// job.
var (
	nameActions    = []string{"s3:ListBucket"}
	versionActions = []string{"s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}
)

// network denies objects to whoever comes from elsewhere than the endpoints. A request that a service makes for a
// caller (aws:ViaAWSService) is from elsewhere too: somebody outside could have asked Athena. A deployment lists the
// bucket that it makes or deletes. The execution roles of jobs list the names that their own policies let them see, and
// read none of the objects: SageMaker may look at a job's inputs by the job's role when it is created, from a network
// of its own (docs/design.md).
func (b *builder) network() []policy.Statement {
	if len(b.p.Endpoints) == 0 {
		return nil
	}
	deny := func(sid string, actions []string, resource any, but []any) policy.Statement {
		conditions := policy.Conditions{"StringNotEquals": {"aws:SourceVpce": b.p.Endpoints}}
		if len(but) > 0 {
			conditions["ArnNotLike"] = map[string]any{"aws:PrincipalArn": but}
		}
		return policy.Statement{
			Sid: sid, Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: actions, References: []any{resource}, Conditions: conditions,
		}
	}
	outside := b.outside()
	names := slices.Clone(outside)
	if !b.p.LinkedToLustre { // which lets a deployment in already
		names = append(names, deployment(b.at))
	}
	objects := deny("ObjectsFromOutside", objectActions, b.objects(""), outside)
	objects.Conditions["BoolIfExists"] = map[string]any{"aws:PrincipalIsAWSService": "false"} // services deliver, and list nothing
	listing := deny("NamesFromOutside", nameActions, b.bucket(), names)
	listing.Conditions["StringNotEquals"]["aws:PrincipalTag/"+role.JobTag] = role.JobTagValue
	return []policy.Statement{objects, listing, deny("VersionsFromOutside", versionActions, b.bucket(), names)}
}

// outside are the ARNs of who reaches objects from outside the endpoints.
func (b *builder) outside() []any {
	all := append(b.administrators(), anyOf(b.p.OutsideRoles)...)
	if b.replicates() {
		all = append(all, cfn.Att("Replication", "Arn"))
	}
	if b.p.Backup != nil {
		all = append(all, cfn.Att("Backup", "Arn"))
	}
	if b.p.LinkedToLustre { // which FSx tries out as whoever makes the link
		all = append(all, key.LustreRole(b.at), deployment(b.at))
	}
	if b.emptier != "" {
		all = append(all, b.emptier)
	}
	return all
}

func (b *builder) administrators() []any { return anyOf(b.p.Environment.Administrators) }

// deployment is the role by which the CDK's bootstrapped accounts deploy.
func deployment(at location.Location) string {
	return at.Role("cdk-*-cfn-exec-role-" + at.Account + "-" + at.Region)
}

func anyOf(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

// encryption denies what would be written unencrypted, with another key, or with a key that the request brings along. A
// request that says nothing gets the bucket's key; one that says aws:kms without a key would get that of the account
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html). AWS's documents disagree whether the condition
// key of the KMS key is there when the request names none; it holds either way.
func (b *builder) encryption() []policy.Statement {
	deny := func(sid string, conditions policy.Conditions) policy.Statement {
		return policy.Statement{
			Sid: sid, Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"s3:PutObject"},
			References: []any{b.objects("")}, Conditions: conditions,
		}
	}
	const algorithm, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
	brought := deny("KeyBroughtAlong", policy.Conditions{"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}})
	if !b.keyed() {
		return []policy.Statement{brought}
	}
	return []policy.Statement{
		brought,
		deny("OtherEncryption", policy.Conditions{"Null": {algorithm: "false"}, "StringNotEquals": {algorithm: "aws:kms"}}),
		deny("OtherKey", policy.Conditions{"Null": {key: "false"}, "ArnNotEquals": {key: b.keyARN}}),
		deny("KeyOfTheAccount", policy.Conditions{"StringEquals": {algorithm: "aws:kms"}, "Null": {key: "true"}}),
	}
}

// settings are the actions that could open a bucket or lose what is in it.
var settings = []string{
	"s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls", "s3:PutBucketAcl",
	"s3:PutEncryptionConfiguration", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
	"s3:PutBucketLogging", "s3:PutInventoryConfiguration", "s3:PutBucketObjectLockConfiguration", "s3:PauseReplication", "s3:DeleteBucket",
}

// protection denies to change how the bucket is protected to all but administrators and deployments, where
// administrators are named; and to lift a lock to all but administrators.
func (b *builder) protection() []policy.Statement {
	var all []policy.Statement
	if len(b.p.Environment.Administrators) > 0 {
		may := append(b.administrators(), deployment(b.at))
		if b.p.Backup != nil { // which asks for an inventory
			may = append(may, cfn.Att("Backup", "Arn"))
		}
		if b.emptier != "" { // which denies writes before it empties
			may = append(may, b.emptier)
		}
		all = append(all, but(may, policy.Statement{
			Sid: "Settings", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: settings, References: []any{b.bucket()},
		}))
	}
	if b.p.Lock.Mode == Governance {
		all = append(all, but(b.administrators(), policy.Statement{
			Sid: "LiftedLocks", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"s3:BypassGovernanceRetention"},
			References: []any{b.objects("")},
		}))
	}
	return all
}

// but leaves out principals of a deny; without any it is for all.
func but(principals []any, deny policy.Statement) policy.Statement {
	if len(principals) > 0 {
		deny.Conditions = policy.Conditions{"ArnNotLike": {"aws:PrincipalArn": principals}}
	}
	return deny
}

// validateOthers refuses the bucket's own account among those that it is shared with, or filled by.
func (b *builder) validateOthers() error {
	var l problem.List
	check := func(field, account string) {
		if account == b.at.Account {
			l.Add(field, account, "another account than the bucket's own", "leave it out: the account's roles need no more than policies of their own")
		}
	}
	for i, s := range b.p.Shares {
		check(fmt.Sprintf("Shares[%d].Account", i), s.Account)
	}
	for i, account := range b.p.ReplicatedFrom {
		check(fmt.Sprintf("ReplicatedFrom[%d]", i), account)
	}
	return l.Err()
}
