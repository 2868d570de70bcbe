package verify_test

import (
	"strings"
	"testing"
)

// A role that is passed to a service trusts it.
func TestPassedRoles(t *testing.T) {
	const refused = "PassRefused dev/X/Policy/Resource"
	for name, test := range map[string]struct{ trust, to, want string }{
		"who trusts it":               {`{"Service": "sagemaker.amazonaws.com"}`, `"sagemaker.amazonaws.com"`, ""},
		"who trusts it besides":       {`{"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}`, `"sagemaker.amazonaws.com"`, ""},
		"by a region":                 {`{"Service": "states.eu-west-1.amazonaws.com"}`, `"states.amazonaws.com"`, ""},
		"to one of two":               {`{"Service": "lambda.amazonaws.com"}`, `["sagemaker.amazonaws.com", "lambda.amazonaws.com"]`, ""},
		"to a pattern":                {`{"Service": "lambda.amazonaws.com"}`, `"sage*"`, ""},
		"to what the deployment says": {`{"Service": {"Ref": "Which"}}`, `"sagemaker.amazonaws.com"`, ""},
		"who trusts another":          {`{"Service": "lambda.amazonaws.com"}`, `"sagemaker.amazonaws.com"`, refused},
		"who trusts people":           {`{"AWS": "arn:aws:iam::111122223333:root"}`, `"sagemaker.amazonaws.com"`, refused},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, []string{at("Role", "AWS::IAM::Role", "dev/Foundation/Role/Resource",
				`"AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": `+test.trust+`}]}`)},
				"Role", func(to string) string {
					return at("Policy", "AWS::IAM::Policy", "dev/X/Policy/Resource", `"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "iam:PassRole",
						"Resource": `+strings.ReplaceAll(to, "\n", "")+`, "Condition": {"StringEquals": {"iam:PassedToService": `+test.to+`}}}]}`)
				}, test.want)
		})
	}
}
