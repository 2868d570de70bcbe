package network

import (
	"regexp"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
)

func TestAdditionalEndpoints(t *testing.T) {
	const notebook = "aws.sagemaker.REGION.notebook"
	p := IsolatedProps{Environment: development, Capabilities: []Capability{Training, LaunchJobs}}
	p.AdditionalEndpoints = []AdditionalEndpoint{
		{Service: "glue", Actions: []string{"glue:GetTable", "glue:GetPartitions"}, Resources: []string{"glue:catalog", "glue:table/*"}},
		{Service: "sts", Actions: []string{"sts:TagSession"}, Resources: []string{"iam:role/*"}},
		{Service: "glue", Actions: []string{"glue:ListDatabases"}},
		{Service: "bedrock-runtime", Actions: []string{"bedrock:InvokeModel"}, Resources: []string{"bedrock:foundation-model/*", "bedrock:inference-profile/*"}},
		{Service: notebook, Actions: []string{"sagemaker:Invoke*"}, Hosts: []string{"*.notebook.REGION.sagemaker.aws"}},
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	at := location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}
	plan, edge := newPlan(p), perimeter{at: at, additional: p.additionalNeeds()}
	asked := map[string]string{}
	policies := map[string]string{}
	for _, e := range plan.endpoints {
		asked[e.Service] = join(e.AskedBy, " ")
		policies[e.Service] = labels(edge.own(e))
		if e.Service == "glue" && (e.Gateway || e.Zones != 1) {
			t.Errorf("glue: %+v", e)
		}
	}
	for service, want := range map[string]string{
		"glue": "AdditionalEndpoints", "sts": "AdditionalEndpoints LaunchJobs", "s3": "LaunchJobs Training", notebook: "AdditionalEndpoints",
	} {
		if asked[service] != want {
			t.Errorf("%s is asked for by %q, want %q", service, asked[service], want)
		}
	}
	if got, want := policies["glue"], "Additional1: glue:GetTable glue:GetPartitions on arn:aws:glue:eu-west-1:111122223333:catalog "+
		"arn:aws:glue:eu-west-1:111122223333:table/*, of account; Additional3: glue:ListDatabases on *, of account if any"; got != want {
		t.Errorf("glue\ngot  %s\nwant %s", got, want)
	}
	if got, want := policies["bedrock-runtime"], "Additional4: bedrock:InvokeModel on arn:aws:bedrock:eu-west-1:111122223333:inference-profile/*, of account; "+
		"Additional4OfAWS: bedrock:InvokeModel on arn:aws:bedrock:eu-west-1:*:foundation-model/*"; got != want {
		t.Errorf("bedrock-runtime\ngot  %s\nwant %s", got, want)
	}
	for _, want := range []string{"Additional2: sts:TagSession on arn:aws:iam::111122223333:role/*, of account", "WhoAmI"} {
		if got := policies["sts"]; !strings.Contains(got, want) {
			t.Errorf("sts lacks %s: %s", want, got)
		}
	}
	names := strings.Join(allowedDomains(plan.endpoints, at.Region, p.additionalHosts(at.Region)), " ")
	for _, want := range []string{"glue.eu-west-1.amazonaws.com", "*.notebook.eu-west-1.sagemaker.aws"} {
		if !strings.Contains(names, want) {
			t.Errorf("%s can't be resolved: %s", want, names)
		}
	}
	if got := endpointService(notebook, at.Region); got != "aws.sagemaker.eu-west-1.notebook" {
		t.Errorf("made for %s", got)
	}
	if table := plan.endpoints.Table("us-east-1"); !regexp.MustCompile(`(?m)^glue +interface +1 +7\.30 +AdditionalEndpoints$`).MatchString(table) {
		t.Errorf("the table lacks it:\n%s", table)
	}
	p.EndpointZones, p.ExistingEndpoints = 1, []string{"glue"}
	if before, after := plan.interfaces(), newPlan(p).interfaces(); before != after+1 {
		t.Errorf("%d endpoints take addresses beside the existing one, %d without it", after, before)
	}
}

// Of an organization, the organization is held instead of the account.
func TestAdditionalEndpointsOfAnOrganization(t *testing.T) {
	edge := perimeter{organization: "o-abcdefghij", additional: additional(AdditionalEndpoint{Service: "sqs", Actions: []string{"sqs:SendMessage"}}).additionalNeeds()}
	all := edge.own(Endpoint{Service: "sqs"})
	if len(all) != 1 || all[0].Conditions["StringEqualsIfExists"]["aws:ResourceOrgID"] != "o-abcdefghij" || all[0].Conditions["StringEquals"]["aws:PrincipalOrgID"] == nil {
		t.Errorf("got %+v", all)
	}
}

func TestMistakesInAdditionalEndpoints(t *testing.T) {
	const get = "glue:GetTable"
	arns := []string{"arn:aws:glue:*:*:table/*", "table"}
	shared := additional(AdditionalEndpoint{Service: "glue", Actions: []string{get}})
	shared.SharedWith = &Isolated{Capabilities: []Capability{Training}}
	for name, test := range map[string]struct {
		props IsolatedProps
		want  []string
	}{
		"unknown": {additional(AdditionalEndpoint{Service: "gleu", Actions: []string{get}}), []string{
			`AdditionalEndpoints[0].Service: got "gleu"; allowed: one of airflow.api, `,
		}},
		"nothing": {additional(AdditionalEndpoint{}), []string{`.Service: got ""`, ".Actions: got nothing"}},
		"everything": {additional(AdditionalEndpoint{Service: "glue", Actions: []string{"*", "", "glue:*"}}), []string{
			`.Actions[0]: got "*"`, `.Actions[1]: got ""`, `.Actions[2]: got "glue:*"`,
		}},
		"ARNs": {additional(AdditionalEndpoint{Service: "glue", Actions: []string{get}, Resources: arns}), []string{
			`.Resources[0]: got "arn:`, `.Resources[1]: got "table"`,
		}},
		"tokens in the place of the service": {additional(AdditionalEndpoint{Service: "glue", Actions: []string{get}, Resources: []string{
			"${Token[TOKEN.1]}", "${Token[TOKEN.1]}:table/*", "arn:${Token[AWS.Partition.2]}:glue:::x", "glue:${Token[TOKEN.1]}", "glue:table/${Token[TOKEN.1]}/*",
		}}), []string{".Resources[0]: got", ".Resources[1]: got", ".Resources[2]: got"}},
		"hosts": {additional(AdditionalEndpoint{Service: "new", Actions: []string{get}, Hosts: []string{"*"}}), []string{
			`.Hosts[0]: got "*"`,
		}},
		"a policy that AWS does not take": {additional(AdditionalEndpoint{Service: "airflow.env", Actions: []string{get}}), []string{
			"take no policy",
		}},
		"a route": {additional(AdditionalEndpoint{Service: "dynamodb", Actions: []string{get}, Hosts: []string{"a.b"}}), []string{
			"reached by a route",
		}},
		"shared": {shared, []string{`AdditionalEndpoints: got "a value"; allowed: none with SharedWith`}},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.props.Validate()
			if n := len(problem.All(err)); n != len(test.want) {
				t.Errorf("%d problems: %v", n, err)
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("no %s in\n%v", want, err)
				}
			}
		})
	}
}

func additional(e AdditionalEndpoint) IsolatedProps {
	return IsolatedProps{AdditionalEndpoints: []AdditionalEndpoint{e}}
}

// labels say what statements allow, and whether they hold the account of the resource.
func labels(all []policy.Statement) string {
	var lines []string
	for _, s := range all {
		line := s.Sid + ": " + strings.Join(s.Actions, " ") + " on " + strings.Join(s.Resources, " ")
		if s.Conditions["StringEquals"]["aws:ResourceAccount"] != nil {
			line += ", of account"
		}
		if s.Conditions["StringEqualsIfExists"]["aws:ResourceAccount"] != nil {
			line += ", of account if any"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}
