package network_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// The groups of jobs name S3's prefix list, which is known at synth or looked up by its name at deployment.
func TestS3PrefixList(t *testing.T) {
	const known = `"pl-6da54004"`
	tests := []struct {
		name, region string
		props        network.IsolatedProps
		want         string // the id, or the name that is looked up
		functions    int
	}{
		{"given", "af-south-1", network.IsolatedProps{S3PrefixList: "pl-0123456789abcdef0"}, `"pl-0123456789abcdef0"`, 1},
		{"of the catalog", "eu-west-1", network.IsolatedProps{}, known, 1},
		{"looked up", "af-south-1", network.IsolatedProps{}, `"com.amazonaws.af-south-1.s3"`, 1},
		{"looked up where the deployment knows the region", "", network.IsolatedProps{}, `{"Fn::Join":["",["com.amazonaws.",{"Ref":"AWS::Region"},".s3"]]}`, 1},
		{"of the catalog, for a VPC that stands", "eu-west-1", network.IsolatedProps{Subnets: []awsec2.ISubnet{}}, known, 0},
		{"looked up, for a VPC that stands", "af-south-1", network.IsolatedProps{Subnets: []awsec2.ISubnet{}}, `"com.amazonaws.af-south-1.s3"`, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template := synthtest.Template(t, test.region, func(stack awscdk.Stack) {
				if test.props.Subnets != nil {
					test.props.Vpc = existing(stack, awsec2.SubnetType_PRIVATE_ISOLATED)
					test.props.Subnets = *test.props.Vpc.IsolatedSubnets()
				}
				net := network.NewIsolated(stack, "Network", &test.props)
				network.NewIsolated(stack, "Shared", &network.IsolatedProps{SharedWith: net})
			})
			lists := prefixLists(t, template)
			if len(lists) != 2 || lists[0] != lists[1] {
				t.Fatalf("the groups of the jobs name %v, want one list twice", lists)
			}
			got := lists[0]
			for _, id := range template.OfType("Custom::S3PrefixList") {
				if want := text(t, map[string]any{"Fn::GetAtt": []any{id, "Id"}}); got != want {
					t.Fatalf("the groups name %s, want %s", got, want)
				}
				got = text(t, template.Resources[id].Properties["Name"])
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			functions := slices.DeleteFunc(template.OfType("AWS::Lambda::Function"), func(id string) bool { return !strings.HasPrefix(id, "Network") })
			if got := len(functions); got != test.functions {
				t.Errorf("%d functions, want %d", got, test.functions)
			}
		})
	}
}

// prefixLists are the prefix lists that security groups name.
func prefixLists(t *testing.T, template assembly.Template) []string {
	t.Helper()
	var all []string
	for _, id := range template.OfType("AWS::EC2::SecurityGroupEgress") {
		if list, ok := template.Resources[id].Properties["DestinationPrefixListId"]; ok {
			all = append(all, text(t, list))
		}
	}
	for _, id := range template.OfType("AWS::EC2::SecurityGroup") {
		rules, _ := template.Resources[id].Properties["SecurityGroupEgress"].([]any)
		for _, rule := range rules {
			if list, ok := rule.(map[string]any)["DestinationPrefixListId"]; ok {
				all = append(all, text(t, list))
			}
		}
	}
	return all
}

// Subnets stand in the zones that are given, or in the first ones.
func TestZones(t *testing.T) {
	for want, e := range map[string]environment.Environment{
		`"eu-west-1a" "eu-west-1c"`: {Zones: []string{"eu-west-1c", "eu-west-1a"}},
		`{"Fn::Select":[0,{"Fn::GetAZs":""}]} {"Fn::Select":[1,{"Fn::GetAZs":""}]}`: {AZs: 2},
	} {
		template := synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
			network.NewIsolated(stack, "Network", &network.IsolatedProps{Environment: e})
		})
		var zones []string
		for _, id := range template.OfType("AWS::EC2::Subnet") {
			zones = append(zones, text(t, template.Resources[id].Properties["AvailabilityZone"]))
		}
		slices.Sort(zones)
		if got := strings.Join(zones, " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
