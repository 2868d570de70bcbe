package properties

import (
	"encoding/json"
	"errors"
	"os"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
)

var (
	tiers    = []environment.Tier{environment.Production, environment.Staging, environment.Development}
	classes  = []storage.Class{storage.Datasets, storage.Features, storage.Models, storage.Checkpoints, storage.Logs}
	accounts = []string{"444455556666", "777788889999"}
)

// anyOf draws one of the right values, and now and then a wrong one where wrong ones are asked for.
func anyOf[T any](t *rapid.T, label string, right []T, wrong ...T) T {
	if len(wrong) > 0 && rapid.IntRange(0, 7).Draw(t, "wrong "+label) == 0 {
		return rapid.SampledFrom(wrong).Draw(t, label)
	}
	return rapid.SampledFrom(right).Draw(t, label)
}

// ifMistaken leaves out what is wrong when only right values are drawn.
func ifMistaken[T any](mistaken bool, wrong ...T) []T {
	if mistaken {
		return wrong
	}
	return nil
}

// bucket is what a generated bucket is asked for.
type bucket struct {
	props            storage.DataBucketProps
	key, logs, vault bool          // stand beside it, and are given
	logsClass        storage.Class // of the given bucket of logs
}

// drawn is any bucket; a mistaken one has wrong values among its fields, and fields that don't go together.
func drawn(t *rapid.T, mistaken bool) bucket {
	yes := func(label string) bool { return rapid.Bool().Draw(t, label) }
	texts := func(label string, right []string, wrong ...string) []string {
		all := make([]string, rapid.IntRange(0, 2).Draw(t, label+" count"))
		for i := range all {
			all[i] = anyOf(t, label, right, ifMistaken(mistaken, wrong...)...)
		}
		if mistaken {
			return all
		}
		slices.Sort(all)
		return slices.Compact(all) // each once
	}
	p := storage.DataBucketProps{
		Environment: environment.Environment{
			Name: anyOf(t, "name", []string{"", "dev", "prod-2"}, ifMistaken(mistaken, "Prod", "2")...),
			Tier: anyOf(t, "tier", tiers, ifMistaken(mistaken, environment.Tier(-1), environment.Tier(9))...),
			Administrators: texts("administrators", []string{"arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Admin_*"},
				"Admin", "*", "arn:aws:iam::111122223333:role/*"),
		},
		Class: anyOf(t, "class", classes, ifMistaken(mistaken, storage.Class(-1), storage.Class(5))...),
		LifeCycle: storage.LifeCycle{
			TieringDays:    anyOf(t, "tiering", []int{0, storage.Never, 1, 30}, ifMistaken(mistaken, -2)...),
			ExpiryDays:     anyOf(t, "expiry", []int{0, storage.Never, 31, 400}, ifMistaken(mistaken, -2, 1)...),
			OldVersionDays: anyOf(t, "old versions", []int{0, storage.Never, 1, 90}, ifMistaken(mistaken, -7)...),
			UploadDays:     anyOf(t, "uploads", []int{0, 1, 30}, ifMistaken(mistaken, storage.Never)...),
		},
		Endpoints:      texts("endpoints", []string{"vpce-0123456789abcdef0", "vpce-12345678"}, "vpc-0123456789abcdef0", ""),
		OutsideRoles:   texts("outside", []string{"arn:aws:iam::111122223333:role/Uploader", "arn:aws:iam::111122223333:user/ann"}, "arn:aws:sts::1:x", ""),
		Organization:   anyOf(t, "organization", []string{"", "o-a1b2c3d4e5"}, ifMistaken(mistaken, "acme")...),
		ReplicatedFrom: texts("replicated from", accounts, "", "4444"),
		Events:         yes("events"),
		Inventory:      anyOf(t, "inventory", []storage.Inventory{storage.NoInventory, storage.Weekly, storage.Daily}, ifMistaken(mistaken, storage.Inventory(-1), storage.Inventory(3))...),
		LinkedToLustre: yes("linked"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "shares") {
		share := storage.Share{
			Account: anyOf(t, "share", accounts, ifMistaken(mistaken, "", "*")...),
			Path:    anyOf(t, "path", []string{"", "a/", "a/b/"}, ifMistaken(mistaken, "a", "/", "*/", "${x}/")...), Write: yes("write"),
		}
		if mistaken || !slices.ContainsFunc(p.Shares, func(other storage.Share) bool { return other.Account == share.Account }) { // each once
			p.Shares = append(p.Shares, share)
		}
	}
	if !mistaken && len(p.Endpoints) == 0 {
		p.OutsideRoles = nil
	}
	if yes("lock") {
		p.Lock = storage.Lock{Mode: anyOf(t, "mode", []storage.LockMode{storage.Governance, storage.Compliance}, ifMistaken(mistaken, storage.NoLock, storage.LockMode(7))...),
			Days: anyOf(t, "days", []int{1, 36500}, ifMistaken(mistaken, 0, -1, 36501)...)}
	}
	if yes("replicate") {
		p.ReplicateTo = storage.Replica{
			Bucket:  anyOf(t, "replica", []string{"arn:aws:s3:::replica"}, ifMistaken(mistaken, "", "replica")...),
			Key:     anyOf(t, "replica's key", []string{"arn:aws:kms:us-west-2:444455556666:key/1234abcd"}, ifMistaken(mistaken, "", "1234abcd")...),
			Region:  anyOf(t, "replica's region", []string{"us-west-2"}, ifMistaken(mistaken, "", "mars", "eu-west-1")...), // the key's
			Account: anyOf(t, "replica's account", append([]string{""}, accounts...), ifMistaken(mistaken, "x")...),
		}
	}
	b := bucket{
		props: p, key: yes("given key"), logs: yes("given logs"), vault: yes("backup"),
		logsClass: anyOf(t, "class of the logs", []storage.Class{storage.Logs}, ifMistaken(mistaken, storage.Models)...),
	}
	if !mistaken {
		b.fit()
	}
	return b
}

// fit leaves out what does not go with the class and tier.
func (b *bucket) fit() {
	p := &b.props
	if p.Class == storage.Logs {
		b.key, b.logs, p.LinkedToLustre = false, false, false
		p.Shares, p.ReplicatedFrom, p.Inventory = nil, nil, storage.NoInventory
	}
	if p.Class == storage.Logs || p.Class == storage.Checkpoints {
		b.vault, p.Lock, p.ReplicateTo, p.LifeCycle = false, storage.Lock{}, storage.Replica{}, storage.LifeCycle{}
	}
	if p.Environment.Tier == environment.Development {
		p.Lock = storage.Lock{}
	}
	if p.LinkedToLustre {
		p.Events, b.vault = false, false
	}
}

// around makes what stands around the bucket, and gives the bucket's whole props.
func (b bucket) around(stack awscdk.Stack) *storage.DataBucketProps {
	p := b.props
	if b.key {
		p.Key = awskms.Key_FromKeyArn(stack, jsii.String("Given"), jsii.String("arn:aws:kms:"+*stack.Region()+":111122223333:key/given"))
	}
	if b.logs {
		p.AccessLogs = storage.NewDataBucket(stack, "Logs", &storage.DataBucketProps{Class: b.logsClass})
	}
	if b.vault {
		p.Backup = storage.NewBackup(stack, "Backup", nil)
	}
	return &p
}

// made is the bucket's template.
func (b bucket) made(t *rapid.T, region string) assembly.Template {
	return synthesized(t, region, func(stack awscdk.Stack) {
		p := b.around(stack)
		if err := p.Validate(); err != nil {
			t.Fatalf("what fits together is refused:\n%v", err)
		}
		storage.NewDataBucket(stack, "Data", p)
	})
}

// synthesized is the template of one stack; what build panics with goes on.
func synthesized(t *rapid.T, region string, build func(stack awscdk.Stack)) assembly.Template {
	template, err := tried(t, region, build)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// faultOf is the fault of a constructor in the error of an app; nil: there is none.
func faultOf(err error, kind string) *fault.Fault {
	all, _ := err.(interface{ Unwrap() []error })
	if all == nil {
		return nil
	}
	for _, e := range all.Unwrap() {
		var f *fault.Fault
		if errors.As(e, &f) && f.Kind == kind {
			return f
		}
	}
	return nil
}

// tried is the same, of a stack that may be refused.
func tried(t *rapid.T, region string, build func(stack awscdk.Stack)) (assembly.Template, error) {
	dir, err := os.MkdirTemp("", "storage")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	err = synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		props := &awscdk.StackProps{}
		if region != "" {
			props.Env = &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region}
		}
		build(awscdk.NewStack(app, jsii.String("Stack"), props))
	})
	if err != nil {
		return assembly.Template{}, err
	}
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return stacks[0].Template, nil
}

func asText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// list is a value of a policy, which stands alone where it is the only one.
func list(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	return []any{v}
}

// documentOf is the policy document of grants, or that they are refused; another panic goes on.
func documentOf(grants []storage.Grant) (document object, refused bool) {
	defer func() {
		if r := recover(); r != nil {
			refused = r.(*fault.Fault) != nil
		}
	}()
	return storage.PolicyDocument(grants...), false
}
