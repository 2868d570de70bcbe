package verify_test

import (
	"fmt"
	"testing"
)

// TestDeniedObjects holds who is allowed objects of a bucket against what its policy denies.
func TestDeniedObjects(t *testing.T) {
	const objects = `[{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Bucket"}, "/*"]]}]`
	const outside, services, kept = "ObjectsFromOutside", "WrittenByServices", "Kept"
	const function, project, network = "AWS::Lambda::Function", "AWS::CodeBuild::Project", `, "VpcConfig": {}`
	const refused = "AccessRefused S/F"
	for name, test := range map[string]struct {
		sid, but, typ, more, action, on, role, want string
	}{
		"reads":                   {outside, "", function, "", "s3:GetObject*", objects, "", refused},
		"writes":                  {outside, "", function, "", "s3:PutObject", objects, "", refused},
		"deletes in a build":      {outside, "", project, "", "s3:DeleteObject", objects, "", refused},
		"in a VPC":                {outside, "", function, network, "s3:GetObject*", objects, "", ""},
		"a build in a VPC":        {outside, "", project, network, "s3:GetObject*", objects, "", ""},
		"lists":                   {outside, "", function, "", "s3:ListBucket", objects, "", ""},
		"of another bucket":       {outside, "", function, "", "s3:GetObject", `"arn:aws:s3:::other/*"`, "", ""},
		"let in":                  {outside, `{"Fn::GetAtt": ["Role", "Arn"]}`, function, "", "s3:GetObject", objects, "", ""},
		"let in by its name":      {outside, `"arn:aws:iam::111122223333:role/etl/reader"`, function, "", "s3:GetObject", objects, "reader", ""},
		"let in by a pattern":     {outside, `"arn:aws:iam::111122223333:role/S-Ro*"`, function, "", "s3:GetObject", objects, "", ""},
		"not by another pattern":  {outside, `"arn:aws:iam::111122223333:role/cdk-*-cfn-exec-role"`, function, "", "s3:GetObject", objects, "", refused},
		"not by another name":     {outside, `"arn:aws:iam::111122223333:role/writer"`, function, "", "s3:GetObject", objects, "reader", refused},
		"any network":             {"PlainHTTP", "", function, "", "s3:GetObject", objects, "", ""},
		"writes logs":             {services, "", function, "", "s3:PutObject", objects, "", "AccessRefused S/Policy"},
		"reads logs":              {services, "", function, "", "s3:GetObject", objects, "", ""},
		"deletes logs":            {kept, "", function, network, "s3:DeleteObject*", objects, "", "AccessRefused S/Policy"},
		"deletes logs, and may":   {kept, `"arn:aws:iam::111122223333:role/Admin"`, function, "", "s3:DeleteObject*", objects, "Admin", ""},
		"writes into another one": {services, "", function, "", "s3:PutObject", `"*"`, "", ""},
	} {
		property, except, named := "Role", "", ""
		if test.typ == project {
			property = "ServiceRole"
		}
		if test.but != "" {
			except = `, "Condition": {"ArnNotLike": {"aws:PrincipalArn": [` + test.but + `]}}`
		}
		if test.role != "" {
			named = fmt.Sprintf(`"RoleName": %q`, test.role)
		}
		got := found(stack(t, "S", resources(
			at("Bucket", "AWS::S3::Bucket", "S/D/Default/Bucket", ""),
			at("BucketPolicy", "AWS::S3::BucketPolicy", "S/D/Policy/Resource", `"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": [
				{"Sid": "`+test.sid+`", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"`+except+`}]}`),
			at("Role", "AWS::IAM::Role", "S/Role", named),
			at("Policy", "AWS::IAM::Policy", "S/Policy/Resource", `"Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": [
				{"Effect": "Allow", "Action": "`+test.action+`", "Resource": `+test.on+`}]}`),
			at("F", test.typ, "S/F/Resource", `"`+property+`": {"Fn::GetAtt": ["Role", "Arn"]}`+test.more),
		), ""))
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
