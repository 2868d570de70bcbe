package storage_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// made is what stands below a construct, by the last part of its path.
func made(template assembly.Template, id string) (resources map[string]assembly.Resource, ids map[string]string) {
	resources, ids = map[string]assembly.Resource{}, map[string]string{}
	for logical, r := range template.Resources {
		if name, below := strings.CutPrefix(r.Path(), "Stack/"+id+"/Default/"); below {
			resources[name], ids[name] = r, logical
		}
	}
	return resources, ids
}

// ports lists what security group rules open: from whom to whom by which ports.
func ports(t *testing.T, template assembly.Template, id string) []string {
	t.Helper()
	resources, ids := made(template, id)
	jobs, _ := find(t, template, "Network/Default/Jobs")
	names := map[string]string{
		`{"Fn::GetAtt":["` + jobs + `","GroupId"]}`: "jobs", `{"Fn::GetAtt":["` + ids["Group"] + `","GroupId"]}`: "files",
	}
	var all []string
	for name, r := range resources {
		p := r.Properties
		owner, by := names[text(t, p["GroupId"])], fmt.Sprintf("%v %v-%v", p["IpProtocol"], p["FromPort"], p["ToPort"])
		switch r.Type {
		case "AWS::EC2::SecurityGroupIngress":
			all = append(all, fmt.Sprintf("%s in from %s by %s", owner, names[text(t, p["SourceSecurityGroupId"])], by))
		case "AWS::EC2::SecurityGroupEgress":
			all = append(all, fmt.Sprintf("%s out to %s by %s", owner, names[text(t, p["DestinationSecurityGroupId"])], by))
		default:
			continue
		}
		if p["CidrIp"] != nil || p["CidrIpv6"] != nil {
			t.Errorf("%s opens a range of addresses", name)
		}
	}
	if got := text(t, resources["Group"].Properties["SecurityGroupEgress"]); !strings.Contains(got, `"CidrIp":"127.0.0.1/32"`) {
		t.Errorf("the group has no egress rule of its own, so that EC2 adds one to anywhere: %s", got)
	}
	if resources["Group"].Properties["SecurityGroupIngress"] != nil {
		t.Error("the group lets somebody else in")
	}
	slices.Sort(all)
	return all
}

func TestLustre(t *testing.T) {
	var mount, arn string
	template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
		net := network.NewIsolated(stack, "Network", nil)
		bucket := storage.NewDataBucket(stack, "Data", &storage.DataBucketProps{LinkedToLustre: true})
		fs := storage.NewLustre(stack, "Files", &storage.LustreProps{Network: net, Data: bucket.Prefix("train/"), Zone: 1, CapacityGiB: 4800, MBPerSecondPerTiB: 500})
		if fs.Type != "FSxLustre" || fs.SubnetID != net.SubnetIDs[1] {
			t.Errorf("got %+v", fs)
		}
		mount, arn = text(t, stack.Resolve(fs.Directory("/a").MountPath())), text(t, stack.Resolve(fs.ARN))
	})
	resources, ids := made(template, "Files")
	if names := slices.Sorted(maps.Keys(resources)); len(names) != 3+1+2*6 || resources["Key"].DeletionPolicy != "RetainExceptOnCreate" {
		t.Errorf("made %v", names)
	}
	if want := `{"Fn::Join":["",["/",{"Fn::GetAtt":["` + ids["FileSystem"] + `","LustreMountName"]},"/a"]]}`; mount != want {
		t.Errorf("mounted at %s, want %s", mount, want)
	}
	if want := `{"Fn::GetAtt":["` + ids["FileSystem"] + `","ResourceARN"]}`; arn != want {
		t.Errorf("its ARN is %s, want %s", arn, want)
	}
	subnet, _ := find(t, template, "Network/Default/Subnet2")
	bucket, _ := find(t, template, "Data/Default/Bucket")
	properties := text(t, resources["FileSystem"].Properties)
	for _, want := range []string{
		`"KmsKeyId":{"Fn::GetAtt":["` + ids["Key"] + `","Arn"]}`, `"SubnetIds":[{"Ref":"` + subnet + `"}]`, `"StorageCapacity":4800`,
		`"SecurityGroupIds":[{"Fn::GetAtt":["` + ids["Group"] + `","GroupId"]}]`,
		`"FileSystemType":"LUSTRE"`, `"StorageType":"SSD"`,
		`"LustreConfiguration":{"DataCompressionType":"LZ4","DeploymentType":"PERSISTENT_2","PerUnitStorageThroughput":500}`,
	} {
		if !strings.Contains(properties, want) {
			t.Errorf("no %s in %s", want, properties)
		}
	}
	if got := resources["FileSystem"].DeletionPolicy; got != "Delete" {
		t.Errorf("a cache with DeletionPolicy %s", got)
	}
	link := text(t, resources["Link"].Properties)
	if !strings.Contains(link, `"DataRepositoryPath":{"Fn::Join":["",["s3://",{"Ref":"`+bucket+`"},"/train/"]]}`) ||
		!strings.Contains(link, `"BatchImportMetaDataOnCreate":true`) || !strings.Contains(link, `"Events":["NEW","CHANGED","DELETED"]`) || strings.Contains(link, "AutoExport") {
		t.Errorf("linked by %s", link)
	}
	var want []string
	for _, by := range []string{"tcp 988-988", "tcp 1018-1023"} {
		for _, rule := range []string{"files in from files", "files in from jobs", "files out to files", "files out to jobs", "jobs in from files", "jobs out to files"} {
			want = append(want, rule+" by "+by)
		}
	}
	slices.Sort(want)
	if got := ports(t, template, "Files"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEFS(t *testing.T) {
	template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
		fs := storage.NewEFS(stack, "Files", &storage.EFSProps{Network: network.NewIsolated(stack, "Network", nil)})
		if fs.Type != "EFS" || fs.SubnetID != "" || fs.Directory("/a").MountPath() != "/a" {
			t.Errorf("got %+v", fs)
		}
	})
	resources, ids := made(template, "Files")
	properties := text(t, resources["FileSystem"].Properties)
	for _, want := range []string{
		`"ThroughputMode":"elastic"`, `"LifecyclePolicies":[{"TransitionToIA":"AFTER_30_DAYS"},{"TransitionToPrimaryStorageClass":"AFTER_1_ACCESS"}]`,
		`"Encrypted":true`, `"KmsKeyId":{"Fn::GetAtt":["` + ids["Key"] + `","Arn"]}`, `"BackupPolicy":{"Status":"ENABLED"}`,
		// Without ClientRootAccess nobody could ever write to a new file system.
		`"Action":["elasticfilesystem:ClientMount","elasticfilesystem:ClientWrite","elasticfilesystem:ClientRootAccess"],"Condition":{"Bool":{"elasticfilesystem:AccessedViaMountTarget":"true"}}` +
			`,"Effect":"Allow","Principal":{"AWS":"*"}`,
	} {
		if !strings.Contains(properties, want) {
			t.Errorf("no %s in %s", want, properties)
		}
	}
	if r := resources["FileSystem"]; r.DeletionPolicy != "RetainExceptOnCreate" || r.UpdateReplacePolicy != "Retain" || strings.Contains(properties, "PlainNFS") {
		t.Errorf("got %+v", r)
	}
	for i := 1; i <= 3; i++ {
		subnet, _ := find(t, template, fmt.Sprintf("Network/Default/Subnet%d", i))
		target := resources[fmt.Sprintf("MountTarget%d", i)]
		got := text(t, target.Properties)
		want := `{"FileSystemId":{"Ref":"` + ids["FileSystem"] + `"},"SecurityGroups":[{"Fn::GetAtt":["` + ids["Group"] + `","GroupId"]}],"SubnetId":{"Ref":"` + subnet + `"}}`
		if got != want || target.Type != "AWS::EFS::MountTarget" {
			t.Errorf("got  %s %s\nwant %s", target.Type, got, want)
		}
	}
	want := []string{"files in from jobs by tcp 2049-2049", "jobs out to files by tcp 2049-2049"}
	if got := ports(t, template, "Files"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEFSByOption(t *testing.T) {
	var net *network.Isolated
	template := synthtest.Template(t, "us-east-1", func(stack awscdk.Stack) {
		net = network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: environment.Environment{Tier: environment.Staging}})
		storage.NewEFS(stack, "Dev", &storage.EFSProps{Network: net, Environment: dev})
		storage.NewEFS(stack, "Secure", &storage.EFSProps{Network: net, RequireTLS: true, Key: awskms.NewKey(stack, jsii.String("Own"), nil)})
	})
	gone, _ := made(template, "Dev")
	for _, name := range []string{"FileSystem", "Key"} {
		if got := gone[name].DeletionPolicy; got != "Delete" {
			t.Errorf("%s of Development: DeletionPolicy %s", name, got)
		}
	}
	if got := text(t, gone["FileSystem"].Properties["BackupPolicy"]); got != `{"Status":"DISABLED"}` {
		t.Errorf("what goes with its stack is backed up: %s", got)
	}
	secure, ids := made(template, "Secure")
	own, _ := find(t, template, "Own/Resource")
	if got := text(t, secure["FileSystem"].Properties["KmsKeyId"]); ids["Key"] != "" || got != `{"Fn::GetAtt":["`+own+`","Arn"]}` {
		t.Errorf("encrypted by %s", got)
	}
	if got := text(t, secure["FileSystem"].Properties["FileSystemPolicy"]); !strings.Contains(got,
		`{"Action":"elasticfilesystem:*","Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny","Principal":{"AWS":"*"},"Sid":"PlainNFS"}`) {
		t.Errorf("mounts without TLS are let in: %s", got)
	}
	oneZone := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		vpc := awsec2.Vpc_FromVpcAttributes(stack, jsii.String("Existing"), &awsec2.VpcAttributes{
			VpcId: jsii.String("vpc-0123456789abcdef0"), AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1a", "eu-west-1b"),
			IsolatedSubnetIds: jsii.Strings("subnet-0123456789abcdef1", "subnet-0123456789abcdef2", "subnet-0123456789abcdef3"), IsolatedSubnetRouteTableIds: jsii.Strings("rtb-1", "rtb-2", "rtb-3"),
		})
		net := network.NewIsolated(stack, "Network", &network.IsolatedProps{Vpc: vpc, Subnets: *vpc.IsolatedSubnets(), EndpointZones: 1})
		storage.NewEFS(stack, "Shared", &storage.EFSProps{Network: net})
	})
	if targets := oneZone.OfType("AWS::EFS::MountTarget"); len(targets) != 2 {
		t.Errorf("%d mount targets in two zones", len(targets))
	}
	if _, third := secure["MountTarget3"]; third || secure["MountTarget2"].Type == "" {
		t.Error("not one mount target a subnet")
	}
}
