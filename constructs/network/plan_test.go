package network

import (
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/location"
)

// Each statement of each endpoint names actions and holds the caller, or is one bucket of AWS; each wildcard has its reason.
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
			if s, ok := services[n.service]; !ok || len(s.hosts) == 0 {
				t.Errorf("%s needs %s, which is not in the table of services", capability, n.service)
			}
		}
	}
}

// Names of a VPC's own are asked of the same resolver: without them machines find neither their API server nor their file system, and
// Airflow's workers neither its web server nor its database.
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

func TestNamesThatMayBeResolved(t *testing.T) {
	got := allowedDomains(PlanEndpoints([]Capability{Training}, 1), "eu-west-1", []string{"*.corp.example"})
	want := "*.compute.internal *.corp.example *.dkr.ecr.eu-west-1.amazonaws.com *.ec2.internal *.efs.eu-west-1.amazonaws.com " +
		"*.fsx.eu-west-1.amazonaws.com *.s3.eu-west-1.amazonaws.com " +
		"api.ecr.eu-west-1.amazonaws.com s3.eu-west-1.amazonaws.com"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
}
