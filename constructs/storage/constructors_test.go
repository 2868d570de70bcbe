package storage

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
)

var someBucket = struct{ awss3.IBucket }{}

func TestMistakesOfTheRest(t *testing.T) {
	const (
		noNetwork = `Network: got nothing; allowed: the network that the jobs run in; make one with network.NewIsolated`
		noBucket  = `Bucket: got nothing; allowed: a bucket; make one with storage.NewDataBucket`
		days      = `; allowed: 7 to 30, or 0 for 30`
		account   = `; allowed: an account, 12 digits`
		directory = `; allowed: a path that starts with a slash and has no /../, such as "/churn/train", of at most 4,000 letters`
		name      = `Environment.Name: got "Prod"; allowed: 1 to 20 lower-case letters, digits and single hyphens between them, a letter first, and not "none"`
	)
	wrong := environment.Environment{Name: "Prod"}
	net := &network.Isolated{SubnetIDs: []string{"subnet-1", "subnet-2"}}
	linked := Prefix{Bucket: &DataBucket{Name: "b", linkedToLustre: true}}
	lustre := func(capacity, throughput, zone int) *LustreProps {
		return &LustreProps{Network: net, Data: linked, CapacityGiB: capacity, MBPerSecondPerTiB: throughput, Zone: zone}
	}
	fs := &FileSystem{}
	check(t, []mistake{
		{"key: nothing said", (*KeyProps)(nil), nil},
		{"key: as short as may be", &KeyProps{DeletionDays: 7}, nil},
		{"key: as long as may be", &KeyProps{DeletionDays: 30}, nil},
		{"key: too short", &KeyProps{Environment: wrong, DeletionDays: 6}, []string{name, `DeletionDays: got 6` + days}},
		{"key: too long", &KeyProps{DeletionDays: 31, Readers: []string{partner, "1"}, Writers: []string{"2"}},
			[]string{`DeletionDays: got 31` + days, `Readers[1]: got "1"` + account, `Writers[0]: got "2"` + account}},
		{"key: negative", &KeyProps{DeletionDays: -7}, []string{`DeletionDays: got -7` + days}},

		{"backup: nothing said", (*BackupProps)(nil), nil},
		{"backup: bounds", &BackupProps{Days: 35}, nil},
		{"backup: too long", &BackupProps{Environment: wrong, Days: 36}, []string{name, `Days: got 36; allowed: 1 to 35, or 0 for 35`}},
		{"backup: negative", &BackupProps{Days: -1}, []string{`Days: got -1; allowed: 1 to 35, or 0 for 35`}},

		{"Lustre: nothing said", (*LustreProps)(nil), []string{"Data." + noBucket, noNetwork}},
		{"Lustre: defaults", lustre(0, 0, 0), nil},
		{"Lustre: bounds", lustre(2400, 1000, 1), nil},
		{"Lustre: the smallest, written out", lustre(1200, 125, 0), nil},
		{"Lustre: all at once", &LustreProps{Environment: wrong, Network: net, Zone: 2, CapacityGiB: 3600, MBPerSecondPerTiB: 100,
			Data: Prefix{&DataBucket{Name: "b", Class: Models}, "train"}}, []string{
			name, `Data.Path: got "train"` + slash,
			`Data.Bucket: got Models; allowed: a bucket that is LinkedToLustre; set it in the bucket's props: FSx reads the bucket from outside the network`,
			`Zone: got 2; allowed: 0 to 1, as the network has 2 subnets; zones count from 0`,
			`CapacityGiB: got 3600; allowed: 1200, or a multiple of 2400 up to 65536`, `MBPerSecondPerTiB: got 100; allowed: one of 125, 250, 500, 1000`,
		}},
		{"Lustre: negative", lustre(-2400, -125, -1), []string{`Zone: got -1; allowed: 0 to 1, as the network has 2 subnets; zones count from 0`,
			`CapacityGiB: got -2400; allowed: 1200, or a multiple of 2400 up to 65536`, `MBPerSecondPerTiB: got -125; allowed: one of 125, 250, 500, 1000`}},

		{"EFS: nothing said", (*EFSProps)(nil), []string{noNetwork}},
		{"EFS: environment", &EFSProps{Environment: wrong, Network: net}, []string{name}},

		{"existing: nothing said", (*ExistingBucketProps)(nil),
			[]string{`Bucket: got nothing; allowed: a bucket; import one with awss3.Bucket_FromBucketName, or make one with storage.NewDataBucket`}},
		{"existing: class", &ExistingBucketProps{Bucket: someBucket, Class: 7},
			[]string{`Class: got Class(7); allowed: Datasets, Features, Models, Checkpoints or Logs`}},

		{"prefix of nothing", Prefix{Path: "train"}, []string{noBucket, `Path: got "train"` + slash}},
		{"prefix: a URI", Prefix{&DataBucket{Name: "b"}, "s3://b/train"}, []string{
			`Path: got "s3://b/train"; allowed: a path inside the bucket, such as "churn/train/"; leave out s3:// and the name of the bucket`}},
		{"prefix: from the root", Prefix{&DataBucket{Name: "b"}, "/train/"}, []string{`Path: got "/train/"` + slash}},
		{"prefix: *", Prefix{&DataBucket{Name: "b"}, "a*/"}, []string{`Path: got "a*/"` + wildcard}},
		{"prefix: ?", Prefix{&DataBucket{Name: "b"}, "a?/"}, []string{`Path: got "a?/"` + wildcard}},
		{"prefix: a policy's variable", Prefix{&DataBucket{Name: "b"}, "${aws:username}/"}, []string{`Path: got "${aws:username}/"` + wildcard}},
		{"prefix: the whole bucket", Prefix{&DataBucket{Name: "b"}, ""}, nil},
		{"prefix: dollars and braces", Prefix{&DataBucket{Name: "b"}, "a$/{b}/"}, nil},

		{"directory of nothing", Directory{Path: "/a"}, []string{`FileSystem: got nothing; allowed: a file system; make one with storage.NewLustre or storage.NewEFS`}},
		{"directory: relative", fs.Directory("a"), []string{`Path: got "a"` + directory}},
		{"directory: empty", fs.Directory(""), []string{`Path: got ""` + directory}},
		{"directory: out of its parent", fs.Directory("/a/../b"), []string{`Path: got "/a/../b"` + directory}},
		{"directory: its parent", fs.Directory("/a/.."), []string{`Path: got "/a/.."` + directory}},
		{"directory: long", fs.Directory("/" + strings.Repeat("a", 3999)), nil},
		{"directory: too long", fs.Directory("/" + strings.Repeat("a", 4000)), []string{`Path: got "/` + strings.Repeat("a", 99) + `"... (4001 letters)` + directory}},
		{"directory: dots in a name", fs.Directory("/a/..b"), nil},
	})
}

// Every constructor tells what is wrong with all of its arguments, and where it was called.
func TestConstructorsTellEverything(t *testing.T) {
	wrong := environment.Environment{Name: "Prod"}
	tests := map[string]struct {
		fields string
		call   func()
	}{
		"storage.DataBucket": {"scope id Environment.Name Class",
			func() { NewDataBucket(nil, "", &DataBucketProps{Environment: wrong, Class: 9}) }},
		"storage.Key":            {"scope id DeletionDays", func() { NewKey(nil, "", &KeyProps{DeletionDays: 1}) }},
		"storage.Backup":         {"scope id Days", func() { NewBackup(nil, "", &BackupProps{Days: 99}) }},
		"storage.Lustre":         {"scope id Data.Bucket Network", func() { NewLustre(nil, "", nil) }},
		"storage.EFS":            {"scope id Network", func() { NewEFS(nil, "", nil) }},
		"storage.ExistingBucket": {"scope id Bucket", func() { NewExistingBucket(nil, "", nil) }},
		"storage.PolicyDocument": {"Grants[0].Path Grants[1].Bucket", func() {
			PolicyDocument(Prefix{&DataBucket{Name: "b"}, "train"}.GrantReadWrite(), Prefix{Path: "a/"}.GrantWrite())
		}},
	}
	for kind, test := range tests {
		t.Run(kind, func(t *testing.T) {
			defer func() {
				f, ok := recover().(*fault.Fault)
				if !ok {
					t.Fatal("no fault")
				}
				var fields []string
				for _, e := range problem.All(f.Err) {
					var p problem.Problem
					errors.As(e, &p)
					fields = append(fields, p.Field)
				}
				if got := strings.Join(fields, " "); f.Kind != kind || got != test.fields || !strings.Contains(f.At, "_test.go:") {
					t.Errorf("%s at %s: problems of %s, want %s", f.Kind, f.At, got, test.fields)
				}
			}()
			test.call()
		})
	}
}

func TestTexts(t *testing.T) {
	for got, want := range map[string]string{
		Class(5).String(): "Class(5)", Logs.String(): "Logs", Features.String(): "Features", Lock{}.String(): "none", Lock{9, 1}.String(): "none",
		Lock{Compliance, 1}.String(): "COMPLIANCE for 1 days", Directory{&FileSystem{}, "/a"}.MountPath(): "/a",
		Directory{&FileSystem{mount: "/fsx"}, "/"}.MountPath(): "/fsx/",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
