package network

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/problem"
)

var development = environment.Environment{Tier: environment.Development}

func TestPlan(t *testing.T) {
	tests := []struct {
		name              string
		props             IsolatedProps
		subnets, services string
		zones, logDays    int
		retain            bool
	}{
		{"nothing said: Production, Training", IsolatedProps{}, "[10.0.0.0/19 10.0.32.0/19 10.0.64.0/19]", "ecr.api ecr.dkr s3", 3, 365, true},
		{"Development saves zones", IsolatedProps{Environment: development}, "[10.0.0.0/19]", "ecr.api ecr.dkr s3", 1, 30, false},
		{"zones of endpoints as asked for", IsolatedProps{EndpointZones: 2}, "[10.0.0.0/19 10.0.32.0/19 10.0.64.0/19]", "ecr.api ecr.dkr s3", 2, 365, true},
		{"what stands already is not made", IsolatedProps{ExistingEndpoints: []string{"ecr.api", "s3"}, Environment: development},
			"[10.0.0.0/19]", "ecr.dkr", 1, 30, false},
		{"the union, each once", IsolatedProps{Environment: development, Capabilities: []Capability{Training, Packages, Training}},
			"[10.0.0.0/19]", "codeartifact.api codeartifact.repositories ecr.api ecr.dkr s3", 1, 30, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlan(test.props)
			var made []string
			for _, e := range p.missing() {
				made = append(made, e.Service)
				if e.Gateway != (e.Service == "s3") || !e.Gateway && e.Zones != test.zones {
					t.Errorf("%s: gateway %t, %d zones", e.Service, e.Gateway, e.Zones)
				}
			}
			if got := strings.Join(made, " "); got != test.services {
				t.Errorf("endpoints %s, want %s", got, test.services)
			}
			if got := fmt.Sprint(p.subnets); got != test.subnets || p.logDays != test.logDays || p.retain != test.retain {
				t.Errorf("subnets %s, logs of %d days, retained: %t", got, p.logDays, p.retain)
			}
		})
	}
}

func TestAnUnknownCapability(t *testing.T) {
	err := (&IsolatedProps{Capabilities: []Capability{Training, "training", "Internet"}}).Validate()
	if n := len(problem.All(err)); n != 2 {
		t.Errorf("%d problems, want 2", n)
	}
	for _, want := range []string{`Capabilities[1]: got "training"`, `Capabilities[2]: got "Internet"`, "one of Airflow", "Training"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the message lacks %q:\n%v", want, err)
		}
	}
	if err := (&IsolatedProps{Capabilities: Capabilities()}).Validate(); err != nil {
		t.Error(err)
	}
}

// statement is one statement of an endpoint's policy as IAM reads it, with single values made lists.
type statement struct {
	service, Sid, Effect      string
	Action, Resource          list
	Condition                 map[string]map[string]string
	Principal                 any
	NotAction, NotResource    any
	account, organization, of string
}

type list []string

func (l *list) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		*l = []string{""}
		return json.Unmarshal(text, &(*l)[0])
	}
	return json.Unmarshal(text, (*[]string)(l))
}

// statements are those of all endpoints of some capabilities.
func statements(t *testing.T, p perimeter, capabilities ...Capability) []statement {
	t.Helper()
	var all []statement
	for _, e := range PlanEndpoints(capabilities, 1) {
		text, err := json.Marshal(p.policy(e))
		if err != nil {
			t.Fatal(err)
		}
		var document struct{ Statement []statement }
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
		if len(document.Statement) == 0 && !strings.HasPrefix(e.Service, "airflow.") {
			t.Errorf("%s has no policy: without one everything is let through", e.Service)
		}
		for _, s := range document.Statement {
			equals := s.Condition["StringEquals"]
			s.service = e.Service
			s.account, s.organization, s.of = equals["aws:PrincipalAccount"], equals["aws:PrincipalOrgID"], equals["aws:ResourceAccount"]+equals["aws:ResourceOrgID"]
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		t.Fatal("no statements")
	}
	return all
}

const inside, organization = "111122223333", "o-a1b2c3d4e5"

// ireland is a perimeter with everything that AWS's own accounts offer.
var ireland = perimeter{
	at:     location.Location{Partition: "aws", Region: "eu-west-1", Account: inside},
	images: "444455556666", clusterImages: []string{"arn:aws:ecr:eu-west-1:602401143452:repository/*"}, packages: "assets-777788889999-eu-west-1", open: []AWSBucket{JumpStart, SampleData},
}

// Each capability alone and all together, for an account and for an organization.
func TestNobodyElseIsLetThrough(t *testing.T) {
	// By presigned URLs, where no condition on the caller can hold.
	presigned := []string{"arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*", "arn:aws:s3:::assets-777788889999-eu-west-1/*"}
	wide := ireland
	wide.organization = organization
	sets := [][]Capability{Capabilities()}
	for _, c := range Capabilities() {
		sets = append(sets, []Capability{c})
	}
	for _, p := range []perimeter{ireland, wide} {
		for _, set := range sets {
			for _, s := range statements(t, p, set...) {
				name := fmt.Sprintf("%v, %s, %s", set, s.service, s.Sid)
				if s.Effect != "Allow" || s.NotAction != nil || s.NotResource != nil {
					t.Errorf("%s: not a plain allow: %+v", name, s)
				}
				for _, action := range s.Action {
					if strings.Contains(action, "*") {
						t.Errorf("%s: the action %s", name, action)
					}
				}
				held := s.account == inside && p.organization == "" || s.organization == organization && p.organization != ""
				named := len(s.Resource) == 1 && slices.Contains(presigned, s.Resource[0]) && slices.Equal(s.Action, list{"s3:GetObject"})
				if !held && !named {
					t.Errorf("%s: anybody may %v on %v", name, s.Action, s.Resource)
				}
			}
		}
	}
}

// What a caller from inside reaches is inside too, or is named here: otherwise data could leave through an endpoint, into
// a bucket of somebody else's.
func TestNothingElseIsReached(t *testing.T) {
	outside := map[string]string{
		"ImageLayers":   "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
		"PackageAssets": "arn:aws:s3:::assets-777788889999-eu-west-1/*",
		"JumpStart":     "arn:aws:s3:::jumpstart-cache-prod-eu-west-1/*",
		"ListJumpStart": "arn:aws:s3:::jumpstart-cache-prod-eu-west-1",
		"SampleData":    "arn:aws:s3:::sagemaker-sample-data-eu-west-1/*",
		"PullOfOthers":  "arn:aws:ecr:eu-west-1:444455556666:repository/sagemaker-xgboost",
		"PullOfEKS":     "arn:aws:ecr:eu-west-1:602401143452:repository/*",
		"Queues":        "arn:aws:sqs:eu-west-1:*:airflow-celery-*",
	}
	// Actions that know no resource.
	everything := []string{
		"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken", "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel",
		"ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel", "sts:GetCallerIdentity",
		"sts:GetServiceBearerToken", "inspector-scan:ScanSbom", "s3:GetAccountPublicAccessBlock", "logs:DescribeLogGroups",
		"ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups",
		"ec2:DescribeTags", "ec2:DescribeVpcs", "ec2:DescribeDhcpOptions",
	}
	seen := map[string]bool{}
	for _, s := range statements(t, ireland, Capabilities()...) {
		seen[s.Sid] = true
		for _, resource := range s.Resource {
			switch {
			case s.of == inside && resource != "*":
			case resource == outside[s.Sid]:
				reads := slices.Equal(s.Action, list{"s3:GetObject"}) || slices.Equal(s.Action, list{"s3:ListBucket"})
				if strings.HasPrefix(resource, "arn:aws:s3:::") && !reads {
					t.Errorf("%s lets more than reading through: %v", s.Sid, s.Action)
				}
			case resource == "*" && !slices.ContainsFunc(s.Action, func(a string) bool { return !slices.Contains(everything, a) }):
			default:
				t.Errorf("%s, %s: %v on %s, whosever it is", s.service, s.Sid, s.Action, resource)
			}
		}
	}
	for sid := range outside {
		if !seen[sid] {
			t.Errorf("%s is not in any policy: images, packages or queues can't be fetched", sid)
		}
	}
}

// Buckets and repositories of AWS are open only where something needs them.
func TestResourcesOfAWSAreOptional(t *testing.T) {
	bare := perimeter{at: ireland.at}
	tests := []struct {
		name         string
		p            perimeter
		capabilities []Capability
		want         string
	}{
		{"training in a region without built-in images", bare, []Capability{Training}, "ImageLayers"},
		{"training", ireland, []Capability{Training}, "ImageLayers JumpStart ListJumpStart PullOfOthers SampleData"},
		{"packages without images", ireland, []Capability{Packages}, "JumpStart ListJumpStart PackageAssets SampleData"},
		{"packages in a region whose bucket is unknown", bare, []Capability{Packages}, ""},
		{"machines of EKS", ireland, []Capability{HyperPodEKS}, "ImageLayers JumpStart ListJumpStart PullOfEKS PullOfOthers SampleData"},
		{"machines of EKS in a region without registries", bare, []Capability{HyperPodEKS}, "ImageLayers"},
		{"secrets only", ireland, []Capability{Secrets}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, s := range statements(t, test.p, test.capabilities...) {
				if s.of == "" && s.Resource[0] != "*" && !slices.Contains(got, s.Sid) {
					got = append(got, s.Sid)
				}
			}
			slices.Sort(got)
			if strings.Join(got, " ") != test.want {
				t.Errorf("open are %v, want %s", got, test.want)
			}
		})
	}
}
