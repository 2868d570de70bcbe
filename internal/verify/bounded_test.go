package verify_test

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/verify"
)

// What a role is allowed and its boundary lets nobody do is told, action by action.
func TestBounded(t *testing.T) {
	for name, test := range map[string]struct{ lets, allowed, lost string }{
		"the same":                      {`"s3:GetObject"`, `"s3:GetObject"`, ""},
		"one of a pattern":              {`"s3:*"`, `"S3:GetObject"`, ""},
		"a pattern of one":              {`"s3:GetObject"`, `"s3:Get*"`, ""},
		"a pattern with more behind it": {`"ec2:*Interface*"`, `"ec2:CreateNetworkInterface"`, ""},
		"everything":                    {`"s3:*"`, `"*"`, ""},
		"one of several":                {`"s3:*"`, `["glue:GetTable", "s3:GetObject"]`, "glue:GetTable"},
		"another service":               {`"s3:*"`, `["glue:GetTable", "glue:GetTables"]`, "glue:GetTable, glue:GetTables"},
		"another action":                {`["s3:Get*", "sqs:*"]`, `"s3:PutObject"`, "s3:PutObject"},
	} {
		t.Run(name, func(t *testing.T) {
			role := func(boundary string) []assembly.Stack {
				return []assembly.Stack{stack(t, "S", resources(
					at("Boundary", "AWS::IAM::ManagedPolicy", "S/Guard/Default/Boundary", `"PolicyDocument": {"Statement": [
						{"Effect": "Allow", "Resource": "*", "Action": `+test.lets+`}, {"Effect": "Deny", "Resource": "*", "Action": "*"}]}`),
					at("Other", "AWS::IAM::ManagedPolicy", "S/Other/Resource", ""),
					at("Role", "AWS::IAM::Role", "S/Role/Resource", `"PermissionsBoundary": `+boundary),
					at("Policy", "AWS::IAM::Policy", "S/Role/DefaultPolicy/Resource", `"Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": [
						{"Effect": "Allow", "Resource": "*", "Action": `+test.allowed+`}, {"Effect": "Deny", "Resource": "*", "Action": "iam:*"}]}`),
				), "")}
			}
			var got []string
			for _, f := range verify.Check(role(`{"Ref": "Boundary"}`)) {
				_, lost, _ := strings.Cut(f.Description, "is allowed ")
				lost, _, _ = strings.Cut(lost, ", and the boundary")
				got = append(got, f.Path+" "+lost)
			}
			want := ""
			if test.lost != "" {
				want = "S/Role " + test.lost
			}
			if got := strings.Join(got, "; "); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if findings := verify.Check(role(`{"Ref": "Other"}`)); len(findings) > 0 {
				t.Errorf("under a boundary of the app's own: %v", findings)
			}
		})
	}
}
