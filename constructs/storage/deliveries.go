package storage

import (
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
)

// shares lets other accounts use their prefixes.
func (b *builder) shares() []policy.Statement {
	var all []policy.Statement
	for _, s := range b.p.Shares {
		account := policy.AccountPrincipal(b.at.Partition, s.Account)
		actions := []string{"s3:GetObject"}
		if s.Write {
			actions = append(actions, "s3:PutObject", "s3:AbortMultipartUpload")
		}
		all = append(all, policy.Statement{
			Effect: policy.Allow, Principal: account, Actions: actions, References: []any{b.objects(s.Path)},
		}, policy.Statement{
			Effect: policy.Allow, Principal: account, Actions: []string{"s3:ListBucket"}, References: []any{b.bucket()},
			Conditions: policy.Conditions{"StringLike": {"s3:prefix": s.Path + "*"}},
		})
	}
	return all
}

// replicas lets the buckets of other accounts copy their objects here. Only S3 can use these permissions, for a role of
// that account.
func (b *builder) replicas() []policy.Statement {
	var all []policy.Statement
	for _, account := range b.p.ReplicatedFrom {
		all = append(all, policy.Statement{
			Effect: policy.Allow, Principal: policy.AccountPrincipal(b.at.Partition, account),
			Actions:    []string{"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"},
			References: []any{b.objects("")},
		})
	}
	return all
}

// inventoryPrefix is where inventories are in a Logs bucket.
const inventoryPrefix = "inventory/"

// deliveries lets S3 deliver the access logs and inventories of the account's own buckets to a Logs bucket, where
// nobody else writes and nobody deletes before the time.
func (b *builder) deliveries() []policy.Statement {
	if b.p.Class != Logs {
		return nil
	}
	fromHere := func(more policy.Conditions) policy.Conditions {
		c := policy.Conditions{
			"StringEquals": {"aws:SourceAccount": b.at.Account},
			"ArnLike":      {"aws:SourceArn": "arn:" + b.at.Partition + ":s3:::*"},
		}
		for operator, keys := range more {
			for key, value := range keys {
				c[operator][key] = value
			}
		}
		return c
	}
	return []policy.Statement{{
		Sid: "AccessLogs", Effect: policy.Allow, Principal: policy.ServicePrincipal("logging.s3.amazonaws.com"),
		Actions: []string{"s3:PutObject"}, References: []any{b.objects("")}, Conditions: fromHere(nil),
	}, {
		Sid: "Inventories", Effect: policy.Allow, Principal: policy.ServicePrincipal("s3.amazonaws.com"),
		Actions: []string{"s3:PutObject"}, References: []any{b.objects(inventoryPrefix)},
		Conditions: fromHere(policy.Conditions{"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}),
	}, {
		Sid: "WrittenByServices", Effect: policy.Deny, Principal: policy.AnyPrincipal,
		Actions: []string{"s3:PutObject"}, References: []any{b.objects("")},
		Conditions: policy.Conditions{"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
	}, b.keptLogs()}
}

func (b *builder) keptLogs() policy.Statement {
	may := b.administrators()
	if b.emptier != "" {
		may = append(may, b.emptier)
	}
	return but(may, policy.Statement{
		Sid: "Kept", Effect: policy.Deny, Principal: policy.AnyPrincipal,
		Actions: []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}, References: []any{b.objects("")},
	})
}

// emptying lets the function that empties buckets with their stack do so, in Development.
func (b *builder) emptying() []policy.Statement {
	if b.emptier == "" {
		return nil
	}
	function := policy.Principal{"AWS": b.emptier}
	return []policy.Statement{{
		// It denies what would be written into the emptied bucket.
		Sid: "ClosedWithStack", Effect: policy.Allow, Principal: function, Actions: []string{"s3:GetBucketPolicy", "s3:PutBucketPolicy"},
		References: []any{cfn.Att("Bucket", "Arn")},
	}, {
		Sid: "EmptiedWithStack", Effect: policy.Allow, Principal: function, Actions: []string{"s3:DeleteObject", "s3:DeleteObjectVersion"},
		References: []any{b.objects("")},
	}, {
		Sid: "ListedWithStack", Effect: policy.Allow, Principal: function, Actions: []string{"s3:ListBucketVersions"},
		References: []any{cfn.Att("Bucket", "Arn")},
	}}
}
