package storage

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
)

// LustreProps say what a Lustre file system shows. Network and Data are required.
type LustreProps struct {
	// Environment decides how its key goes. Zero: the preset of Production.
	Environment environment.Environment
	// Network is where the jobs run. Required.
	Network *network.Isolated
	// Zone is which of the network's subnets it stands in, counted from 0. Jobs that use it run in that zone only.
	// Zero: the first.
	Zone int
	// Data is what it shows: objects appear as files, and change with the bucket. The bucket is made with
	// LinkedToLustre and is in the same region. Required.
	Data Prefix
	// CapacityGiB is its size: 1,200, or a multiple of 2,400 up to 65,536. Zero: 1,200.
	CapacityGiB int
	// MBPerSecondPerTiB is its throughput: 125, 250, 500 or 1,000. Zero: 125.
	MBPerSecondPerTiB int
	// Key encrypts it; its policy must let the account's roles use it through FSx and make grants for AWS's resources,
	// which is added to a key of the app (https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html).
	// Nil: a key is made. FSx encrypts a file system when it makes it: another key makes another file system.
	Key awskms.IKey
}

const (
	smallestLustre = 1200
	lustreStep     = 2400
)

// lustrePorts are those of file system and clients, both ways
// (https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html).
var lustrePorts = [][2]int{{988, 988}, {1018, 1023}}

var lustreThroughputs = []int{125, 250, 500, 1000}

// Validate reports every problem of the props.
func (p *LustreProps) Validate() error {
	p, l := props.Of(p)
	l.Include("Environment", p.Environment.Validate())
	l.Include("Data", p.Data.Validate())
	if p.Data.Bucket != nil && !p.Data.Bucket.linkedToLustre {
		got := any(p.Data.Bucket.Class)
		if home, known := made.Of(p.Data.Bucket); known {
			got = problem.Phrase(home.Kind + " " + home.Path)
		}
		l.Add("Data.Bucket", got, "a bucket that is LinkedToLustre", "set it in the bucket's props: FSx reads the bucket from outside the network")
	}
	if p.Network == nil {
		l.Add("Network", nil, "the network that the jobs run in", "make one with network.NewIsolated")
	}
	l.Include("", p.Network.ValidateZone(p.Zone))
	if c := cmp.Or(p.CapacityGiB, smallestLustre); c != smallestLustre && (c < lustreStep || c%lustreStep != 0 || c > model.FSxCapacityGB.Max) {
		l.Add("CapacityGiB", p.CapacityGiB, fmt.Sprintf("1200, or a multiple of 2400 up to %d", model.FSxCapacityGB.Max), "")
	}
	if t := cmp.Or(p.MBPerSecondPerTiB, lustreThroughputs[0]); !slices.Contains(lustreThroughputs, t) {
		l.Add("MBPerSecondPerTiB", p.MBPerSecondPerTiB, problem.OneOf(lustreThroughputs), "")
	}
	return l.Err()
}

// NewLustre makes an FSx for Lustre file system that shows a prefix of a Datasets bucket as files, for jobs that read
// many files or the same data often. It is a cache: it holds nothing that is not in the bucket, and goes with its
// stack. It panics with one message that holds every problem when scope, id or props are wrong.
//
// It stands and costs whether jobs run or not: about 0.145 USD a GB and month at 125 MB/s/TiB in us-east-1, some 174
// USD for the smallest (not verified).
func NewLustre(scope constructs.Construct, id string, props *LustreProps) *FileSystem {
	return cdk.Build("storage.Lustre", scope, id, props, newLustre)
}

func newLustre(this constructs.Construct, _ string, props *LustreProps) *FileSystem {
	at := cdk.Location(this)
	resources := cfn.Resources{}
	key := keyOf(resources, props.Key, key.Plan{
		Description: "Lustre file system", At: at, Retain: props.Environment.Tier.RetainsData(), Services: []string{"fsx"},
	})
	rules := securityGroup(resources, props.Network, "Lustre", true, lustrePorts...)
	subnet := props.Network.SubnetIDs[props.Zone]
	resources["FileSystem"] = cfn.Resource{
		Type:      "AWS::FSx::FileSystem",
		DependsOn: rules, // which FSx looks at
		Properties: cfn.Properties{
			"FileSystemType": "LUSTRE", "FileSystemTypeVersion": "2.15", "KmsKeyId": key,
			"StorageCapacity": cmp.Or(props.CapacityGiB, smallestLustre), "StorageType": "SSD",
			"SubnetIds": []any{subnet}, "SecurityGroupIds": []any{cfn.Att("Group", "GroupId")},
			"LustreConfiguration": cfn.Properties{
				"DeploymentType":           "PERSISTENT_2",
				"PerUnitStorageThroughput": cmp.Or(props.MBPerSecondPerTiB, lustreThroughputs[0]),
				"DataCompressionType":      "LZ4",
			},
		},
	}.Stateful(false)
	resources["Link"] = cfn.Resource{
		Type: "AWS::FSx::DataRepositoryAssociation",
		Properties: cfn.Properties{
			"FileSystemId": cfn.Ref("FileSystem"), "FileSystemPath": "/", "DataRepositoryPath": props.Data.URI(),
			"BatchImportMetaDataOnCreate": true,
			"S3":                          cfn.Properties{"AutoImportPolicy": cfn.Properties{"Events": []any{"NEW", "CHANGED", "DELETED"}}},
		},
	}
	emitted := cdk.Emit(this, cdk.PathOf(this), resources)
	return &FileSystem{
		Construct: this, Type: Lustre, ID: emitted.Ref("FileSystem"), ARN: emitted.Att("FileSystem", "ResourceARN"),
		SubnetID: subnet, mount: "/" + emitted.Att("FileSystem", "LustreMountName"), group: emitted.Att("Group", "GroupId"),
		DNSName: emitted.Att("FileSystem", "DNSName"), MountName: emitted.Att("FileSystem", "LustreMountName"),
	}
}
