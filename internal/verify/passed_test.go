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

// A role of Plinth's is for the service that it trusts, whichever property names it.
func TestRolesOfResources(t *testing.T) {
	role := func(path string) string {
		return at("Role", "AWS::IAM::Role", path, `"AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"Service": "sagemaker.amazonaws.com"}}]}`)
	}
	const arn, ours, refused = `{"Fn::GetAtt": ["Role", "Arn"]}`, "S/R/Default/Role", "PassRefused S/X"
	for _, test := range []struct{ path, typ, properties, want string }{
		{ours, "AWS::Lambda::Function", `"Role": ` + arn, refused},
		{ours, "AWS::Events::Rule", `"Targets": [{"Id": "A"}, {"Id": "B", "RoleArn": ` + arn + `}]`, refused},
		{ours, "AWS::EC2::InstanceProfile", `"Roles": [{"Ref": "Role"}]`, refused},
		{ours, "AWS::SageMaker::Model", `"ExecutionRoleArn": ` + arn, ""},
		{"S/R/Resource", "AWS::Lambda::Function", `"Role": ` + arn, ""},
		{ours, "AWS::Lambda::Function", `"Role": "arn:aws:iam::111122223333:role/other"`, ""},
		{ours, "AWS::SNS::Topic", `"Role": ` + arn, ""},
	} {
		if got := found(stack(t, "S", resources(role(test.path), at("X", test.typ, "S/X/Resource", test.properties)), "")); got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}
