package verify_test

import (
	"strings"
	"testing"
)

// A role that is passed to a service trusts it.
func TestPassedRoles(t *testing.T) {
	const refused = "PassRefused dev/X/Launcher/Default/Policy"
	for name, test := range map[string]struct {
		trust, to, want string
		own             bool // the policy is the app's, and not Plinth's
	}{
		"who trusts it":               {`{"Service": "sagemaker.amazonaws.com"}`, `"sagemaker.amazonaws.com"`, "", false},
		"who trusts it besides":       {`{"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}`, `"sagemaker.amazonaws.com"`, "", false},
		"by a region":                 {`{"Service": "states.eu-west-1.amazonaws.com"}`, `"states.amazonaws.com"`, "", false},
		"to one of two":               {`{"Service": "lambda.amazonaws.com"}`, `["sagemaker.amazonaws.com", "lambda.amazonaws.com"]`, "", false},
		"to a pattern":                {`{"Service": "lambda.amazonaws.com"}`, `"sage*"`, "", false},
		"to what the deployment says": {`{"Service": {"Ref": "Which"}}`, `"sagemaker.amazonaws.com"`, "", false},
		"who trusts another":          {`{"Service": "lambda.amazonaws.com"}`, `"sagemaker.amazonaws.com"`, refused, false},
		"by a policy of the app's":    {`{"Service": "lambda.amazonaws.com"}`, `"sagemaker.amazonaws.com"`, "", true},
		"who trusts people":           {`{"AWS": "arn:aws:iam::111122223333:root"}`, `"sagemaker.amazonaws.com"`, refused, false},
	} {
		policy := "dev/X/Launcher/Default/Policy"
		if test.own {
			policy = "dev/X/Policy/Resource"
		}
		t.Run(name, func(t *testing.T) {
			check(t, []string{at("Role", "AWS::IAM::Role", "dev/Foundation/Role/Resource",
				`"AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": `+test.trust+`}]}`)},
				"Role", func(to string) string {
					return at("Policy", "AWS::IAM::Policy", policy, `"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "iam:PassRole",
						"Resource": `+strings.ReplaceAll(to, "\n", "")+`, "Condition": {"StringEquals": {"iam:PassedToService": `+test.to+`}}}]}`)
				}, test.want)
		})
	}
}
