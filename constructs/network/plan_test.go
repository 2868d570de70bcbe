package network

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/location"
)

// Each statement of each endpoint names actions and holds the caller, or is one bucket of AWS; each wildcard has its
// reason.
func TestStatementsOfEveryEndpoint(t *testing.T) {
	at := location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}
	for _, p := range []perimeter{
		{at: at, images: "141502667606", packages: "assets-1-eu-west-1", open: []AWSBucket{JumpStart, SampleData}},
		{at: at, organization: "o-a1b2c3d4e5"},
	} {
		for _, e := range PlanEndpoints(Capabilities(), 1) {
			for _, s := range slices.Concat(p.own(e), p.ofAWS(e)) {
				if services[e.Service].noPolicy {
					continue
				}
				for _, action := range s.Actions {
					if strings.Contains(action, "*") {
						t.Errorf("%s %s: action %s", e.Service, s.Sid, action)
					}
				}
				held := s.Conditions["StringEquals"]
				if presigned := s.Sid == "ImageLayers" || s.Sid == "PackageAssets"; !presigned &&
					held["aws:PrincipalAccount"] == nil && held["aws:PrincipalOrgID"] == nil {
					t.Errorf("%s %s: anybody may call", e.Service, s.Sid)
				}
				if len(s.Wildcards()) > 0 && s.Why == "" {
					t.Errorf("%s %s: %v without a reason", e.Service, s.Sid, s.Wildcards())
				}
			}
		}
	}
}

// A service without an entry in the table would get an endpoint that nothing resolves.
func TestEveryNeededServiceIsKnown(t *testing.T) {
	for capability, list := range needs {
		for _, n := range list {
			if _, ok := services[n.service]; !ok {
				t.Errorf("%s needs %s, which is not in the table of services", capability, n.service)
			}
		}
	}
	for service, s := range services {
		if len(s.hosts)+len(clientHosts[service]) == 0 {
			t.Errorf("%s has no host", service)
		}
	}
	for service := range clientHosts {
		if _, ok := services[service]; !ok {
			t.Errorf("hosts.csv has the unknown service %s", service)
		}
	}
}

// Names of a VPC's own are asked of the same resolver: without them machines find neither their API server nor their
// file system, and Airflow's workers neither its web server nor its database.
func TestNamesOfWhatStandsInside(t *testing.T) {
	for capability, want := range map[Capability][]string{
		Training: {"*.efs.eu-west-1.amazonaws.com", "*.fsx.eu-west-1.amazonaws.com"},
		HyperPod: {"*.fsx.eu-west-1.amazonaws.com"}, HyperPodEKS: {"*.eu-west-1.eks.amazonaws.com", "*.fsx.eu-west-1.amazonaws.com"},
		Airflow:    {"*.eu-west-1.airflow.amazonaws.com", "*.eu-west-1.rds.amazonaws.com", "*.eu-west-1.vpce.amazonaws.com"},
		LaunchJobs: nil,
	} {
		var got []string
		for _, name := range allowedDomains(PlanEndpoints([]Capability{capability}, 1), "eu-west-1", nil) {
			if strings.HasPrefix(name, "*.eu-west-1.") || strings.Contains(name, ".fsx.") || strings.Contains(name, ".efs.") {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s resolves %v, want %v", capability, got, want)
		}
	}
}

// resolves tells whether the firewall lets a name through: an entry that starts with * stands for all names below
// (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-domain-lists.html).
func resolves(domains []string, name string) bool {
	return slices.ContainsFunc(domains, func(d string) bool {
		below, wild := strings.CutPrefix(d, "*")
		return d == name || wild && strings.HasSuffix(name, below)
	})
}

// Whatever a client is set to, it finds its bucket and its registry, and nobody else's names.
func TestNamesThatMayBeResolved(t *testing.T) {
	all := slices.Sorted(maps.Keys(needs))
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		domains := allowedDomains(PlanEndpoints(all, 1), region, []string{"*.corp.example"})
		for _, name := range []string{
			"b.s3.amazonaws.com", "s3.amazonaws.com", "b.s3.REGION.amazonaws.com", "s3.REGION.amazonaws.com", "b.s3-REGION.amazonaws.com", "s3-REGION.amazonaws.com",
			"b.s3.dualstack.REGION.amazonaws.com", "b.s3-fips.REGION.amazonaws.com", "prod-REGION-starport-layer-bucket.s3.REGION.amazonaws.com",
			"api.ecr.REGION.amazonaws.com", "111122223333.dkr.ecr.REGION.amazonaws.com", "111122223333.dkr-ecr.REGION.on.aws", "ecr.REGION.api.aws",
			"acme-111122223333.d.codeartifact.REGION.amazonaws.com", "acme-111122223333.d.codeartifact.REGION.on.aws",
			"sts.amazonaws.com", "sts.REGION.amazonaws.com", "monitoring.REGION.amazonaws.com", "logs-fips.REGION.amazonaws.com",
			"REGION.queue.amazonaws.com", "queue.amazonaws.com", "sqs.REGION.amazonaws.com", "api.airflow.REGION.amazonaws.com",
			"api.sagemaker.REGION.amazonaws.com", "runtime.sagemaker.REGION.amazonaws.com", "ip-10-0-0-1.ec2.internal", "x.corp.example",
		} {
			if name = strings.ReplaceAll(name, "REGION", region); !resolves(domains, name) {
				t.Errorf("%s can't be resolved", name)
			}
		}
		for _, name := range []string{"example.com", "amazonaws.com", "x.amazonaws.com", "corp.example", "s3.ap-south-1.amazonaws.com", "glue." + region + ".amazonaws.com",
			"s3.amazonaws.com.example.com", "xs3." + region + ".amazonaws.com", "dynamodb." + region + ".amazonaws.com", "REGION"} {
			if resolves(domains, name) {
				t.Errorf("%s can be resolved", name)
			}
		}
	}
	few := allowedDomains(PlanEndpoints([]Capability{Training}, 1), "eu-west-1", nil)
	if resolves(few, "sts.amazonaws.com") || resolves(few, "api.sagemaker.eu-west-1.amazonaws.com") {
		t.Errorf("names of services that nobody asked for can be resolved: %v", few)
	}
}

// What no service of Plinth's owns is no entry: each ends in a domain of AWS's.
func TestHostsAreOfAWS(t *testing.T) {
	for service := range services {
		for _, host := range slices.Concat(clientHosts[service], services[service].hosts) {
			ending := func(domain string) bool { return strings.HasSuffix(host, "."+domain) }
			if !slices.ContainsFunc([]string{"amazonaws.com", "api.aws", "on.aws", "sagemaker.aws"}, ending) ||
				strings.Contains(strings.TrimPrefix(host, "*."), "*") || host == "*.amazonaws.com" {
				t.Errorf("%s has the host %s", service, host)
			}
		}
	}
}
