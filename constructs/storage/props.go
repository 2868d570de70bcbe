package storage

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/arn"
	"github.com/plinth-ml/plinth/internal/principal"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// DataBucketProps say what a bucket holds. All fields may be left out.
type DataBucketProps struct {
	// Environment decides whether the data outlives its stack, and who administers it. Zero: the preset of Production,
	// where it does.
	Environment environment.Environment
	// Class is what the bucket holds. Zero: Datasets.
	Class Class
	// LifeCycle is what becomes of objects with time. Zero fields: the class's defaults.
	LifeCycle LifeCycle

	// Key encrypts the objects: one of [NewKey] that several buckets share, or an existing one. Its policy must let the
	// account's roles use it through S3 and make grants for AWS's resources, the accounts of Shares and ReplicatedFrom
	// use it through S3, and FSx's service-linked role with LinkedToLustre, which is added to a key of the app. Nil: a
	// key is made. A Logs bucket takes none.
	Key awskms.IKey
	// AccessLogs is the Logs bucket that the bucket's accesses are logged to. Nil: one is made. A Logs bucket takes
	// none.
	AccessLogs *DataBucket

	// Endpoints are the ids of the S3 endpoints (vpce-...) through which alone objects are read and written: those of
	// network.Isolated.S3Endpoints. Empty: any network.
	Endpoints []string
	// OutsideRoles are the ARNs of roles and users of the account that reach objects from outside the Endpoints,
	// besides the environment's administrators: of SageMaker's Feature Store, of Athena, of a person or a workflow of
	// GitHub that uploads data, whose role access.LauncherRole names before it is there. A * may stand for a part of a
	// name of at least 3 other letters, as in the names that IAM Identity Center makes: whatever role it matches is let
	// in. None without Endpoints. Empty: none.
	OutsideRoles []string
	// Organization is the id of the organization whose accounts may be given access. Empty: this account only.
	Organization string
	// Shares are prefixes that other accounts may use.
	Shares []Share

	// Lock keeps versions from being deleted. Zero: no lock. Not in Development, not for Checkpoints and Logs.
	Lock Lock
	// ReplicateTo is a bucket that gets a copy of every new object. Zero: none. Not for Checkpoints and Logs. From a
	// bucket with a Lock S3 copies only to one that has Object Lock too
	// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html).
	ReplicateTo Replica
	// ReplicatedFrom are accounts, of 12 digits, whose buckets may copy their objects to this one. Copies from a bucket
	// of the same account need no mention.
	ReplicatedFrom []string
	// Backup restores the bucket to any second of the past: see [NewBackup]. Nil: no backup. Not for Checkpoints and
	// Logs.
	Backup *Backup

	// Events sends what happens to objects to EventBridge's default bus; plan with 1 USD a million (sources disagree
	// whether it is free). Off: nothing is sent.
	Events bool
	// Inventory lists all objects regularly. Zero: never. A Logs bucket has none.
	Inventory Inventory
	// LinkedToLustre lets FSx for Lustre read the bucket for a file system of [NewLustre]: the service comes from
	// outside the Endpoints. Not together with Events or Backup: FSx overwrites the bucket's event settings.
	LinkedToLustre bool
}

var organizationPattern = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)

// Validate reports every problem of the props.
func (p *DataBucketProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	l.Include("", p.validateReach())
	l.Include("", p.validateShares())
	l.Include("Lock", p.Lock.validate())
	l.Include("ReplicateTo", p.ReplicateTo.validate())
	if p.Inventory < NoInventory || p.Inventory > Daily {
		l.Add("Inventory", int(p.Inventory), "NoInventory, Weekly or Daily", "")
	}
	if p.LinkedToLustre && (p.Events || p.Backup != nil) {
		l.Add("LinkedToLustre", true, "false with Events or Backup", "FSx and CloudFormation would each overwrite the other's event settings of the bucket")
	}
	if p.AccessLogs != nil && p.AccessLogs.Class != Logs {
		l.Add("AccessLogs", p.AccessLogs.Class, "a bucket of Class Logs", "make one with Class: storage.Logs")
	}
	if !p.Class.valid() {
		l.Add("Class", p.Class, "Datasets, Features, Models, Checkpoints or Logs", "")
		p.Class = Datasets // for the other fields
	}
	l.Include("LifeCycle", p.LifeCycle.resolved(p.Class, p.Environment).validate())
	l.Include("", p.validateClass())
	return l.Err()
}

// validateReach checks from where objects are reached, and by whom.
func (p *DataBucketProps) validateReach() error {
	var l problem.List
	for i, id := range p.Endpoints {
		fix := ""
		if id == "" {
			fix = "the S3Endpoint of a network is empty where it stood already: give that network its id as ExistingS3Endpoint"
		}
		arn.ValidateID(&l, fmt.Sprintf("Endpoints[%d]", i), id, "vpce", "a VPC endpoint of S3", fix)
	}
	if len(p.OutsideRoles) > 0 && len(p.Endpoints) == 0 {
		l.Add("OutsideRoles", p.OutsideRoles, "none without Endpoints",
			"give the ids of the S3 endpoints, or leave this out: without them objects are reached from any network")
	}
	l.Include("", principal.Validate("OutsideRoles", p.Environment.Account, p.OutsideRoles))
	if p.Organization != "" {
		text(&l, "Organization", p.Organization, organizationPattern, "the id of an organization, o- and 10 to 32 letters and digits")
	}
	return l.Err()
}

// validateShares checks the other accounts.
func (p *DataBucketProps) validateShares() error {
	var l problem.List
	for i, s := range p.Shares {
		l.Include(fmt.Sprintf("Shares[%d]", i), s.validate())
		for j, other := range p.Shares[:i] {
			if s.Account == other.Account && strings.HasPrefix(s.Path, other.Path) && (other.Write || !s.Write) {
				l.Add(fmt.Sprintf("Shares[%d]", i), problem.Phrase(fmt.Sprintf("%q for account %s", s.Path, s.Account)),
					fmt.Sprintf("what Shares[%d] does not share already", j), "leave it out")
			}
		}
	}
	for i, account := range p.ReplicatedFrom {
		text(&l, fmt.Sprintf("ReplicatedFrom[%d]", i), account, accountPattern, "an account, 12 digits")
	}
	return l.Err()
}

// validateClass refuses what does not go with the class.
func (p *DataBucketProps) validateClass() error {
	var l problem.List
	refuse := func(field string, got any, set bool, why string) {
		if set {
			l.Add(field, got, "none with Class "+p.Class.String(), "leave it out: "+why)
		}
	}
	if p.Class == Logs {
		refuse("Key", "a key", p.Key != nil, "S3 delivers access logs only to buckets encrypted by its own keys")
		refuse("AccessLogs", "a bucket", p.AccessLogs != nil, "a bucket of logs would log its own logging")
		refuse("Shares", len(p.Shares), len(p.Shares) > 0, "logs tell of every object of the other buckets")
		refuse("ReplicatedFrom", len(p.ReplicatedFrom), len(p.ReplicatedFrom) > 0, "only AWS's log delivery writes there")
		refuse("Inventory", frequencies[max(0, min(p.Inventory, Daily))], p.Inventory == Weekly || p.Inventory == Daily, "a Logs bucket is where inventories go")
		refuse("LinkedToLustre", true, p.LinkedToLustre, "logs are not a training input")
	}
	if p.Class == Logs || p.Class == Checkpoints {
		refuse("Lock", p.Lock, p.Lock.locks(), "it would keep what is meant to go")
		refuse("ReplicateTo", p.ReplicateTo.Bucket, p.ReplicateTo.Bucket != "", "a copy is for what can't be made again")
		refuse("Backup", "a backup", p.Backup != nil, "a backup is for what can't be made again")
	}
	if p.Lock.locks() && !p.Environment.Tier.RetainsData() {
		l.Add("Lock", p.Lock, "none in Development", "leave it out: a locked bucket can't go with its stack")
	}
	return l.Err()
}
