package verify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/verify"
)

// stack is a stack of a stage, of resources by their logical ids: JSON in which path stands for the metadata with the
// construct path.
func stack(t *testing.T, path, resources, outputs string) assembly.Stack {
	t.Helper()
	s := assembly.Stack{Path: path, StackName: strings.ReplaceAll(path, "/", "-")}
	for text, into := range map[string]any{resources: &s.Template.Resources, outputs: &s.Template.Outputs} {
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	return s
}

// at is a resource of a type at a construct path.
func at(id, typ, path, properties string) string {
	return fmt.Sprintf(`%q: {"Type": %q, "Metadata": {"aws:cdk:path": %q}, "Properties": {%s}}`, id, typ, path, properties)
}

func resources(all ...string) string { return "{" + strings.Join(all, ",") + "}" }

// found are the findings, one a line: rule, path, what to do.
func found(stacks ...assembly.Stack) string {
	var lines []string
	for _, f := range verify.Check(stacks) {
		lines = append(lines, f.Rule+" "+f.Path)
	}
	return strings.Join(lines, "; ")
}

const (
	ref      = `{"Ref": %q}`
	output   = `{"Fn::GetStackOutput": {"StackName": "dev-Foundation", "OutputName": "Out"}}`
	imported = `{"Fn::ImportValue": "dev:Out"}`
)

// ways are how a value of one stack is known in it or in another one: what the stack says, and its outputs.
func ways(id string) map[string][2]string {
	value := fmt.Sprintf(`{"Out": {"Value": `+ref+`, "Export": {"Name": "dev:Out"}}}`, id)
	return map[string][2]string{"same stack": {fmt.Sprintf(ref, id), ""}, "output": {output, value}, "export": {imported, value}}
}

// check holds what is found in a resource that refers to another one, in the same stack or a second one, against what
// is wanted.
func check(t *testing.T, foundation []string, id string, refers func(to string) string, want string) {
	t.Helper()
	for way, of := range ways(id) {
		user := refers(of[0])
		stacks := []assembly.Stack{stack(t, "dev/Foundation", resources(append(foundation, user)...), "")}
		if of[1] != "" {
			stacks = []assembly.Stack{
				stack(t, "prod/Foundation", resources(foundation...), of[1]), // of which no name is asked for
				stack(t, "dev/Foundation", resources(foundation...), of[1]), stack(t, "dev/Other", resources(user), ""),
			}
		}
		if got := found(stacks...); got != want {
			t.Errorf("%s: got %q, want %q", way, got, want)
		}
	}
}

func TestEndpoints(t *testing.T) {
	network := []string{
		at("VPC", "AWS::EC2::VPC", "dev/Foundation/Network/Default/VPC", ""),
		at("Own", "AWS::EC2::VPCEndpoint", "dev/Foundation/Network/Default/EndpointS3", `"VpcId": {"Ref": "VPC"}`),
		at("Theirs", "AWS::EC2::VPC", "dev/Foundation/Vpc/Resource", ""),
	}
	endpoint := func(vpc string) string {
		return at("Glue", "AWS::EC2::VPCEndpoint", "dev/X/Glue/Resource", `"ServiceName": "com.amazonaws.eu-west-1.glue", "VpcId": `+vpc)
	}
	check(t, network, "VPC", endpoint, "UnreachableEndpoint dev/X/Glue/Resource")
	check(t, network, "Theirs", endpoint, "")
	check(t, network, "Missing", endpoint, "")
}

func TestServiceNames(t *testing.T) {
	for name, want := range map[string]string{
		`"com.amazonaws.eu-west-1.sagemaker.api"`:                                    `{{Service: "sagemaker.api"`,
		`{"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, ".ecr.api"]]}`: `{{Service: "ecr.api"`,
		`"mine"`: `{{Service: "mine"`,
	} {
		findings := verify.Check([]assembly.Stack{stack(t, "S", resources(at("VPC", "AWS::EC2::VPC", "S/Network/Default/VPC", ""),
			at("E", "AWS::EC2::VPCEndpoint", "S/E/Resource", `"VpcId": {"Ref": "VPC"}, "ServiceName": `+name)), "")})
		if len(findings) != 1 || !strings.Contains(findings[0].Fix, want) {
			t.Errorf("%s: %v", name, findings)
		}
	}
}

func TestPublishers(t *testing.T) {
	allow := func(service, action string) string {
		return fmt.Sprintf(`{"Effect": "Allow", "Principal": {"Service": %q}, "Action": %s, "Resource": "*"}`, service, action)
	}
	const use, send = `["kms:Decrypt", "kms:GenerateDataKey*"]`, `"sns:Publish"`
	topic := func(path, topicStatement, keyStatement, key string) []string {
		return []string{
			at("Key", "AWS::KMS::Key", "dev/Foundation/Key/Resource", `"KeyPolicy": {"Statement": [`+keyStatement+`]}`),
			at("Topic", "AWS::SNS::Topic", path+"/Topic/Resource", `"KmsMasterKeyId": `+key),
			at("Policy", "AWS::SNS::TopicPolicy", path+"/Topic/Policy/Resource",
				`"Topics": [{"Ref": "Topic"}], "PolicyDocument": {"Statement": [`+topicStatement+`]}`),
			at("Machine", "AWS::StepFunctions::StateMachine", "dev/Foundation/Churn/Default/StateMachine", ""),
		}
	}
	alarm := func(to string) string {
		return at("Alarm", "AWS::CloudWatch::Alarm", "dev/X/Alarm/Resource", `"AlarmActions": [`+to+`]`)
	}
	rule := func(to string) string {
		return at("Rule", "AWS::Events::Rule", "dev/X/Rule/Resource", `"Targets": [{"Arn": `+to+`, "Id": "T"}]`)
	}
	byRole := func(to string) string {
		return at("Rule", "AWS::Events::Rule", "dev/X/Rule/Resource", `"Targets": [{"Arn": `+to+`, "Id": "T", "RoleArn": "arn:role"}]`)
	}
	const ours, own, foreign = "dev/Foundation/Churn", `{"Fn::GetAtt": ["Key", "Arn"]}`, `"arn:aws:kms:eu-west-1:111122223333:key/1"`
	const alarms, events = "cloudwatch.amazonaws.com", "events.amazonaws.com"
	const lost = "MessagesLost dev/X/Alarm/Resource"
	for name, test := range map[string]struct {
		topic   []string
		publish func(to string) string
		want    string
	}{
		"nobody is let in":  {topic(ours, allow(events, send), allow(events, use), own), alarm, lost},
		"by the topic only": {topic(ours, allow(alarms, send), "{}", own), alarm, lost},
		"by the key only":   {topic(ours, "{}", allow(alarms, use), own), alarm, lost},
		"denied": {
			topic(ours, allow(alarms, send)+`, {"Effect": "Deny", "Principal": "*", "Action": "sns:*"}`, allow(alarms, use), own), alarm, lost,
		},
		"denied over plain HTTP": {topic(ours, allow(alarms, send)+`, {"Effect": "Deny", "Principal": "*", "Action": "sns:*",
			"Condition": {"Bool": {"aws:SecureTransport": "false"}}}`, allow(alarms, use), own), alarm, ""},
		"another topic": {
			topic(ours, strings.Replace(allow(alarms, send), `"Resource": "*"`, `"Resource": "arn:aws:sns:eu-west-1:111122223333:other"`, 1), allow(alarms, use), own), alarm, lost,
		},
		"the topic": {
			topic(ours, strings.Replace(allow(alarms, send), `"Resource": "*"`, `"Resource": {"Ref": "Topic"}`, 1), allow(alarms, use), own), alarm, "",
		},
		"half of the key": {
			topic(ours, allow(alarms, send), allow(alarms, `"kms:Decrypt"`), own), alarm, lost,
		},
		"by both": {topic(ours, allow(alarms, send), allow(alarms, use), own), alarm, ""},
		"every service of the account": {
			topic(ours, strings.Replace(allow("x", send), `{"Service": "x"}`, `"*"`, 1), allow(alarms, `"kms:*"`), own), alarm, "",
		},
		"a key of another app":  {topic(ours, allow(alarms, send), "{}", foreign), alarm, ""},
		"somebody else's topic": {topic("dev/Foundation/Mine", "{}", "{}", own), alarm, ""},
		"a rule":                {topic(ours, "{}", "{}", own), rule, "MessagesLost dev/X/Rule/Resource"},
		"notifications of a bucket, by the CDK": {topic(ours, allow("s3.amazonaws.com", send), "{}", own), func(to string) string {
			return at("N", "Custom::S3BucketNotifications", "dev/X/N", `"NotificationConfiguration": {"TopicConfigurations": [{"TopicArn": `+to+`}]}`)
		}, "MessagesLost dev/X/N"},
		"notifications of a bucket": {topic(ours, "{}", "{}", own), func(to string) string {
			return at("N", "AWS::S3::Bucket", "dev/X/N", `"NotificationConfiguration": {"TopicConfigurations": [{"Topic": `+to+`}]}`)
		}, "MessagesLost dev/X/N"},
		"notifications of a vault": {topic(ours, "{}", "{}", own), func(to string) string {
			return at("N", "AWS::Backup::BackupVault", "dev/X/N", `"Notifications": {"SNSTopicArn": `+to+`}`)
		}, "MessagesLost dev/X/N"},
		"events of RDS": {topic(ours, allow("events.rds.amazonaws.com", send), allow("events.rds.amazonaws.com", use), own), func(to string) string {
			return at("E", "AWS::RDS::EventSubscription", "dev/X/E", `"SnsTopicArn": `+to)
		}, "MessagesLost dev/X/E"},
		"a rule that has a role": {topic(ours, "{}", "{}", own), byRole, ""},
		"a rule that calls something else": {
			topic(ours, "{}", "{}", own), func(string) string { return rule(`{"Ref": "Machine"}`) }, "",
		},
	} {
		t.Run(name, func(t *testing.T) { check(t, test.topic, "Topic", test.publish, test.want) })
	}
}

func TestSecondPolicies(t *testing.T) {
	bucket := []string{
		at("Bucket", "AWS::S3::Bucket", "dev/Foundation/Data/Default/Bucket", ""),
		at("Own", "AWS::S3::BucketPolicy", "dev/Foundation/Data/Policy/Resource", `"Bucket": {"Ref": "Bucket"}`),
		at("Theirs", "AWS::S3::Bucket", "dev/Foundation/Theirs/Resource", ""),
		at("OfTheirs", "AWS::S3::BucketPolicy", "dev/Foundation/Theirs/Policy/Resource", `"Bucket": {"Ref": "Theirs"}`),
	}
	policy := func(of string) string {
		return at("Second", "AWS::S3::BucketPolicy", "dev/X/Policy/Resource", `"Bucket": `+of)
	}
	check(t, bucket, "Bucket", policy, "SecondPolicy dev/X/Policy/Resource")
	check(t, bucket, "Theirs", policy, "")
	topic := []string{
		at("Topic", "AWS::SNS::Topic", "dev/Foundation/Churn/Topic/Resource", ""),
		at("Machine", "AWS::StepFunctions::StateMachine", "dev/Foundation/Churn/Default/StateMachine", ""),
	}
	check(t, topic, "Topic", func(of string) string {
		return at("Second", "AWS::SNS::TopicInlinePolicy", "dev/X/Inline", `"TopicArn": `+of)
	}, "SecondPolicy dev/X/Inline")
}

func TestOutsiders(t *testing.T) {
	const here, partner, stranger = "111122223333", "444455556666", "999988887777"
	for name, test := range map[string]struct{ inside, statement, want string }{
		"a stranger":           {`["` + here + `"]`, allowed(stranger, ""), "AccessRefused dev/Data/Policy/Resource"},
		"a partner":            {`["` + here + `", "` + partner + `"]`, allowed(partner, ""), ""},
		"its own account":      {`["` + here + `"]`, allowed(here, ""), ""},
		"an account not known": {`[{"Ref": "AWS::AccountId"}]`, allowed(stranger, ""), ""},
		"an organization":      {`["` + here + `"], "aws:PrincipalOrgID": "o-a1b2c3d4e5"`, allowed(stranger, ""), ""},
		"everybody": {
			`[{"Ref": "AWS::AccountId"}]`, allowed("*", ""), "AccessRefused dev/Data/Policy/Resource",
		},
		"everybody somehow": {
			`["` + here + `"]`, allowed("*", `"StringEquals": {"aws:PrincipalAccount": "`+here+`"}`), "",
		},
		"a stranger by a condition": {
			`["` + here + `"]`, allowed("*", `"StringEquals": {"aws:PrincipalAccount": "`+stranger+`"}`), "AccessRefused dev/Data/Policy/Resource",
		},
		"a stranger's organization": {
			`["` + here + `"]`, allowed("*", `"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}`), "AccessRefused dev/Data/Policy/Resource",
		},
		"a role of a stranger's organization, which is its own": {
			`["` + here + `"]`, allowed(here, `"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}`), "",
		},
		"its own organization": {
			`["` + here + `"], "aws:PrincipalOrgID": "o-a1b2c3d4e5"`, allowed("*", `"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}`), "",
		},
		"a canonical user": {
			`["` + here + `"]`, `{"Effect": "Allow", "Principal": {"CanonicalUser": {"Fn::GetAtt": ["Identity", "S3CanonicalUserId"]}}, "Action": "s3:GetObject"}`,
			"AccessRefused dev/Data/Policy/Resource",
		},
		"a canonical user who is denied": {`["` + here + `"]`, `{"Effect": "Deny", "Principal": {"CanonicalUser": "79a59df9"}, "Action": "s3:GetObject"}`, ""},
		"an origin access identity": {
			`["` + here + `"], "aws:PrincipalOrgID": "o-a1b2c3d4e5"`,
			`{"Effect": "Allow", "Principal": {"AWS": {"Fn::Join": ["", ["arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ", {"Ref": "Identity"}]]}},
				"Action": "s3:GetObject"}`, "AccessRefused dev/Data/Policy/Resource",
		},
		"an origin access control": {`["` + here + `"]`, `{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject"}`, ""},
		"a stranger who is denied": {`["` + here + `"]`, strings.Replace(allowed(stranger, ""), "Allow", "Deny", 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := stack(t, "dev", resources(at("Bucket", "AWS::S3::Bucket", "dev/Data/Default/Bucket", ""),
				at("Policy", "AWS::S3::BucketPolicy", "dev/Data/Policy/Resource", `"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {
					"Statement": [{"Sid": "Outsiders", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {
						"StringNotEquals": {"aws:PrincipalAccount": `+test.inside+`}}}, `+test.statement+`]}`)), "")
			if got := found(s); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func allowed(account, condition string) string {
	principal := `"*"`
	if account != "*" {
		principal = `{"AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::` + account + `:root"]]}}`
	}
	if condition != "" {
		condition = `, "Condition": {` + condition + `}`
	}
	return `{"Effect": "Allow", "Principal": ` + principal + `, "Action": "s3:GetObject"` + condition + `}`
}

func TestTrust(t *testing.T) {
	const assumes = "AssumeRoleRefused dev/X/Policy/Resource"
	for name, test := range map[string]struct{ trust, want string }{
		"a service": {
			`{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}}`, assumes,
		},
		"the account": {`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}`, ""},
		"the role":    {`{"Effect": "Allow", "Principal": {"AWS": {"Fn::GetAtt": ["Caller", "Arn"]}}}`, ""},
		"another role": {
			`{"Effect": "Allow", "Principal": {"AWS": {"Fn::GetAtt": ["Other", "Arn"]}}}`, assumes,
		},
		"the account's, held to it":     {held(`{"Fn::GetAtt": ["Caller", "Arn"]}`), ""},
		"the account's, held to others": {held(`"arn:aws:iam::111122223333:role/Ann"`), assumes},
	} {
		t.Run(name, func(t *testing.T) {
			foundation := []string{
				at("Caller", "AWS::IAM::Role", "dev/Foundation/Caller/Resource", ""),
				at("Other", "AWS::IAM::Role", "dev/Foundation/Other/Resource", ""),
				at("Role", "AWS::IAM::Role", "dev/Foundation/Launcher/Default/Role",
					`"AssumeRolePolicyDocument": {"Statement": [`+test.trust+`]}`),
			}
			policy := func(id, who string) string {
				return at("Policy", "AWS::IAM::Policy", "dev/X/Policy/Resource", who+`, "PolicyDocument": {"Statement": [
					{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": {"Fn::GetAtt": ["`+id+`", "Arn"]}}]}`)
			}
			inline := strings.ReplaceAll(test.want, "X/Policy", "Foundation/Caller")
			if strings.Contains(test.trust, `"Caller"`) {
				inline = "Cycle dev/Foundation/Caller/Resource"
			}
			for _, p := range []struct{ policy, want string }{
				{policy("Role", `"Roles": [{"Ref": "Caller"}]`), test.want},
				{at("Caller", "AWS::IAM::Role", "dev/Foundation/Caller/Resource", `"Policies": [{"PolicyDocument": {"Statement": [
					{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": {"Fn::GetAtt": ["Role", "Arn"]}}]}}]`), inline},
				{policy("Role", `"Groups": ["g"]`), ""},              // of which nothing is known
				{policy("Caller", `"Roles": [{"Ref": "Role"}]`), ""}, // which is not Plinth's
			} {
				if got := found(stack(t, "dev/Foundation", resources(append(foundation, p.policy)...), "")); got != p.want {
					t.Errorf("got %q, want %q", got, p.want)
				}
			}
		})
	}
}

func held(arn string) string {
	return `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Condition": {
		"ArnEquals": {"aws:PrincipalArn": ` + arn + `}}}`
}

func TestGrants(t *testing.T) {
	s := stack(t, "dev", resources(at("Role", "AWS::IAM::Role", "dev/Job/Default/Role", "")), "")
	for path, want := range map[string]string{"dev/Job/Role": "GrantLost dev/Job/Role", "dev/Mine/Role": "", "dev/Job/Other": ""} {
		s.Warnings = []assembly.Warning{
			{Path: path, Text: "Can't combine. [ack: @aws-cdk/aws-iam:IRoleCantBeUsedWithIManagedPolicy]"},
			{Path: path, Text: "Something else. [ack: @aws-cdk/aws-iam:other]"},
		}
		if got := found(s); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestLinks(t *testing.T) {
	link := at("Link", "AWS::FSx::DataRepositoryAssociation", "dev/Scratch/Default/Link",
		`"DataRepositoryPath": {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/raw/"]]}`)
	bucket := func(properties string) string {
		return at("Bucket", "AWS::S3::Bucket", "dev/Data/Default/Bucket", properties)
	}
	notified := func(bucket string) string {
		return at("N", "Custom::S3BucketNotifications", "dev/Data/Bucket/Notifications", `"BucketName": {"Ref": "`+bucket+`"}, "NotificationConfiguration": {}`)
	}
	other := at("Other", "AWS::S3::Bucket", "dev/Other/Default/Bucket", `"NotificationConfiguration": {}`)
	for _, test := range []struct {
		resources []string
		want      string
	}{
		{[]string{link, bucket(""), other, notified("Other")}, ""},
		{[]string{bucket(""), notified("Bucket")}, ""}, // which is not linked
		{[]string{link, bucket(`"NotificationConfiguration": {}`)}, "LinkLost dev/Data/Default/Bucket"},
		{[]string{link, bucket(""), notified("Bucket")}, "LinkLost dev/Data/Bucket/Notifications"},
	} {
		if got := found(stack(t, "dev", resources(test.resources...), "")); got != test.want {
			t.Errorf("%v: got %q, want %q", test.resources, got, test.want)
		}
	}
}

func TestStackNames(t *testing.T) {
	for name, test := range map[string]struct {
		at, and    string // path, name, account, region
		isReported bool
	}{
		"in one place":                    {"a/S x 1 r", "b/S x 1 r", true},
		"of two names":                    {"a/S x 1 r", "b/S y 1 r", false},
		"in two regions":                  {"a/S x 1 r", "b/S x 1 s", false},
		"in two accounts":                 {"a/S x 1 r", "b/S x 2 r", false},
		"of a stage that may be anywhere": {"a/S x", "a/T x", true},
		"of two stages":                   {"a/S x", "b/S x", false},
	} {
		t.Run(name, func(t *testing.T) {
			var stacks []assembly.Stack
			for _, place := range []string{test.at, test.and} {
				p := append(strings.Fields(place), "", "")
				stacks = append(stacks, assembly.Stack{Path: p[0], StackName: p[1], Account: p[2], Region: p[3]})
			}
			want := ""
			if test.isReported {
				want = "SameStack " + stacks[1].Path
			}
			if got := found(stacks...); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	nested := assembly.Stack{Path: "a/S/N", Nested: &assembly.Nested{In: "a/S"}}
	if got := found(nested, nested); got != "" {
		t.Errorf("nested stacks: got %q", got)
	}
}

func TestNames(t *testing.T) {
	role := func(path, name string) string { return at("Role", "AWS::IAM::Role", path, `"RoleName": `+name) }
	logs := func(path, name string) string {
		return at("Logs", "AWS::Logs::LogGroup", path, `"LogGroupName": `+name)
	}
	const ours, theirs = "X/Default/It", "Y/Resource"
	const joined = `{"Fn::Join": ["", ["a", {"Ref": "AWS::StackName"}]]}`
	for name, test := range map[string]struct {
		one, two   string
		at, and    string // stage, account, region
		isReported bool
	}{
		"in one place":                                {role(ours, `"a"`), role(theirs, `"a"`), "dev 1 r", "dev 1 r", true},
		"but for case":                                {role(ours, `"a"`), role(theirs, `"A"`), "dev 1 r", "dev 1 r", true},
		"but for case, which is told":                 {logs(ours, `"a"`), logs(theirs, `"A"`), "dev 1 r", "dev 1 r", false},
		"a role in two regions":                       {role(ours, `"a"`), role(theirs, `"a"`), "dev 1 r", "prod 1 s", true},
		"a log group in two regions":                  {logs(ours, `"a"`), logs(theirs, `"a"`), "dev 1 r", "prod 1 s", false},
		"a role in two regions of an unknown account": {role(ours, `"a"`), role(theirs, `"a"`), "dev - r", "dev - s", true},
		"in two accounts":                             {role(ours, `"a"`), role(theirs, `"a"`), "dev 1 r", "dev 2 r", false},
		"of a stage that may be anywhere":             {role(ours, `"a"`), role(theirs, `"a"`), "dev", "dev", true},
		"of two stages":                               {role(ours, `"a"`), role(theirs, `"a"`), "dev", "prod", false},
		"in a construct that is called Default":       {role(ours, `"a"`), role("Y/Default/Resource", `"a"`), "dev 1 r", "dev 1 r", true},
		"two of the user's":                           {role("Z/Resource", `"a"`), role(theirs, `"a"`), "dev 1 r", "dev 1 r", false},
		"made of the stack's":                         {role(ours, joined), role(theirs, joined), "dev 1 r", "dev 1 r", false},
		"made of a region, by two functions": {
			role(ours, `{"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}`), role(theirs, `{"Fn::Sub": "a-${AWS::Region}"}`), "dev", "dev", true,
		},
		"made of a region that one knows": {role(ours, `{"Fn::Sub": "a-${AWS::Region}"}`), role(theirs, `"a-r"`), "dev 1 r", "dev 1 r", true},
		"made of another region":          {role(ours, `{"Fn::Sub": "a-${AWS::Region}"}`), role(theirs, `"a-r"`), "dev 1 s", "dev 1 r", false},
		"made of a region, in two stages": {role(ours, `{"Fn::Sub": "a-${AWS::Region}"}`), role(theirs, `{"Fn::Sub": "a-${AWS::Region}"}`), "dev", "prod", false},
		"given to a function": {
			role(ours, `"a-b-c"`), role(theirs, `{"Fn::Sub": ["a-${B}-c", {"B": {"Fn::Join": ["", ["b"]]}}]}`), "dev 1 r", "dev 1 r", true,
		},
		"with braces":                {role(ours, `"a-${b}-c"`), role(theirs, `{"Fn::Sub": "a-${!b}-c"}`), "dev 1 r", "dev 1 r", true},
		"with a brace that is open":  {role(ours, `"a-${b"`), role(theirs, `{"Fn::Sub": "a-${b"}`), "dev 1 r", "dev 1 r", true},
		"of the stack, by its name":  {role(ours, `"adev-Stack1"`), role(theirs, joined), "dev 1 r", "dev 1 r", true},
		"of a resource":              {role(ours, `{"Fn::Sub": "a-${It.Name}"}`), role(theirs, `{"Fn::Sub": "a-${It.Name}"}`), "dev 1 r", "dev 1 r", false},
		"known, and perhaps there":   {role(ours, `"a"`), role(theirs, `"a"`), "dev 1 r", "dev", true},
		"known, and in another one":  {role(ours, `"a"`), role(theirs, `"a"`), "dev 1 r", "prod", false},
		"known in part, and another": {logs(ours, `"a"`), logs(theirs, `"a"`), "dev - r", "dev - s", false},
		"a configuration of the registry": {at("R", "AWS::ECR::RegistryScanningConfiguration", ours, ""),
			at("R", "AWS::ECR::RegistryScanningConfiguration", theirs, ""), "dev 1 r", "dev 1 r", true},
		"configurations of two registries": {at("R", "AWS::ECR::RegistryScanningConfiguration", ours, ""),
			at("R", "AWS::ECR::RegistryScanningConfiguration", theirs, ""), "dev 1 r", "dev 1 s", false},
		"no names": {role(ours, "null"), role(theirs, "null"), "dev 1 r", "dev 1 r", false},
	} {
		t.Run(name, func(t *testing.T) {
			var stacks []assembly.Stack
			for i, place := range []string{test.at, test.and} {
				p := append(strings.Fields(place), "", "")
				s := stack(t, fmt.Sprintf("%s/Stack%d", p[0], i), resources([]string{test.one, test.two}[i]), "")
				s.Account, s.Region = strings.Trim(p[1], "-"), p[2]
				stacks = append(stacks, s)
			}
			want := ""
			if test.isReported {
				want = "NameTaken " + theirs
				if strings.Contains(test.two, "/Default/") {
					want = "NameTaken Y/Default/Resource"
				}
			}
			if got := found(stacks...); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// What is in nested stacks is found as if it stood in one: what refers to a resource outside, and to one inside.
func TestNestedStacks(t *testing.T) {
	vpc := at("VPC", "AWS::EC2::VPC", "dev/Network/Default/VPC", "")
	own := at("Own", "AWS::EC2::VPCEndpoint", "dev/Network/Default/EndpointS3", "")
	endpoint := func(vpc string) string {
		return at("Glue", "AWS::EC2::VPCEndpoint", "dev/X/Glue/Resource", `"ServiceName": "com.amazonaws.eu-west-1.glue", "VpcId": `+vpc)
	}
	nested := func(resources, outputs string) assembly.Stack {
		s := stack(t, "dev/Nested", resources, outputs)
		s.Nested = &assembly.Nested{In: "dev", ID: "Inner", Outermost: "dev", Parameters: map[string]any{"Given": map[string]any{"Ref": "VPC"}}}
		return s
	}
	const want = "UnreachableEndpoint dev/X/Glue/Resource"
	if got := found(stack(t, "dev", resources(vpc, own), ""), nested(resources(endpoint(`{"Ref": "Given"}`)), "")); got != want {
		t.Errorf("inside: got %q", got)
	}
	if got := found(stack(t, "dev", resources(endpoint(`{"Fn::GetAtt": ["Inner", "Outputs.Out"]}`)), ""),
		nested(resources(vpc, own), `{"Out": {"Value": {"Ref": "VPC"}}}`)); got != want {
		t.Errorf("outside: got %q", got)
	}
}

func TestEndpointsTwice(t *testing.T) {
	endpoint := func(id, path, more string) string {
		return at(id, "AWS::EC2::VPCEndpoint", path, `"ServiceName": "com.amazonaws.eu-west-1.sts", "VpcId": {"Ref": "VPC"}, `+more)
	}
	vpc := at("VPC", "AWS::EC2::VPC", "dev/Vpc/Resource", "")
	const private, public = `"PrivateDnsEnabled": true`, `"PrivateDnsEnabled": false`
	const one, both, other = `"RouteTableIds": ["rtb-1"]`, `"RouteTableIds": ["rtb-2", "rtb-1"]`, `"RouteTableIds": ["rtb-3"]`
	for _, test := range []struct {
		ours, theirs string
		found        bool
	}{
		{private, private, true}, {private, public, false}, {one, both, true}, {one, other, false},
		{private, strings.Replace(private, "true", `true, "VpcId": "vpc-other"`, 1), false},
	} {
		want := ""
		if test.found {
			want = "EndpointTwice dev/Vpc/STS/Resource"
		}
		if got := found(stack(t, "dev", resources(vpc, endpoint("Ours", "dev/Network/Default/EndpointSts", test.ours),
			endpoint("Theirs", "dev/Vpc/STS/Resource", test.theirs)), "")); got != want {
			t.Errorf("%s beside %s: got %q", test.theirs, test.ours, got)
		}
	}
}

// Two networks in one VPC that neither made are one finding.
func TestEndpointsOfTwoNetworks(t *testing.T) {
	endpoint := func(id, network, service, vpc string) string {
		return at(id, "AWS::EC2::VPCEndpoint", network+"/Default/"+id, fmt.Sprintf(`"ServiceName": "com.amazonaws.eu-west-1.%s", "PrivateDnsEnabled": true, "VpcId": %q`, service, vpc))
	}
	for name, test := range map[string]struct {
		second []string
		want   string
	}{
		"one service":     {[]string{endpoint("C", "dev/B", "sts", "vpc-1")}, "EndpointTwice dev/B"},
		"two services":    {[]string{endpoint("C", "dev/B", "sts", "vpc-1"), endpoint("D", "dev/B", "kms", "vpc-1")}, "EndpointTwice dev/B"},
		"the same":        {[]string{endpoint("C", "dev/A", "sts", "vpc-1")}, ""},
		"another service": {[]string{endpoint("C", "dev/B", "ecr.api", "vpc-1")}, ""},
		"another VPC":     {[]string{endpoint("C", "dev/B", "sts", "vpc-2")}, ""},
	} {
		first := []string{endpoint("A", "dev/A", "sts", "vpc-1"), endpoint("B", "dev/A", "kms", "vpc-1")}
		if got := found(stack(t, "dev", resources(append(first, test.second...)...), "")); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestKeysOfLogs(t *testing.T) {
	group := at("Logs", "AWS::Logs::LogGroup", "dev/Churn/Default/Logs", `"KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}`)
	key := func(principal, action string) string {
		return at("Key", "AWS::KMS::Key", "dev/Key/Resource", `"KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
			"Action": "kms:*"}, {"Effect": "Allow", "Principal": `+principal+`, "Action": `+action+`}]}`)
	}
	for _, test := range []struct{ principal, action, want string }{
		{`{"Service": "logs.eu-west-1.amazonaws.com"}`, `"kms:GenerateDataKey*"`, ""},
		{`{"Service": {"Fn::Join": ["", ["logs.", {"Ref": "AWS::Region"}, ".amazonaws.com"]]}}`, `["kms:Encrypt", "kms:GenerateDataKey"]`, ""},
		{`{"AWS": "*"}`, `"kms:*"`, ""},
		{`{"Service": "logs.eu-west-1.amazonaws.com"}`, `"kms:Decrypt"`, "KeyRefused dev/Key/Resource"},
		{`{"Service": "s3.amazonaws.com"}`, `"kms:*"`, "KeyRefused dev/Key/Resource"},
	} {
		if got := found(stack(t, "dev", resources(group, key(test.principal, test.action)), "")); got != test.want {
			t.Errorf("%s %s: got %q", test.principal, test.action, got)
		}
	}
}

// Every property that names a key is looked at, whoever wrote the key's policy.
func TestKeysOfResources(t *testing.T) {
	const key = `{"Fn::GetAtt": ["Key", "Arn"]}`
	policy := func(principal, actions string) string {
		return at("Key", "AWS::KMS::Key", "dev/Key/Resource", `"KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": `+principal+`, "Action": `+actions+`}]}`)
	}
	const account, logs, refused = `{"AWS": "arn:aws:iam::111122223333:root"}`, `{"Service": "logs.eu-west-1.amazonaws.com"}`, "KeyRefused dev/Key/Resource"
	for _, test := range []struct{ typ, properties, action string }{
		{"AWS::S3::Bucket", `"BucketEncryption": {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": KEY}}]}`, "kms:GenerateDataKey"},
		{"AWS::S3::Bucket", `"ReplicationConfiguration": {"Rules": [{}, {"Destination": {"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY}}}]}`, "kms:GenerateDataKey"},
		{"AWS::EFS::FileSystem", `"KmsKeyId": KEY`, "kms:CreateGrant"},
		{"AWS::FSx::FileSystem", `"KmsKeyId": KEY`, "kms:CreateGrant"},
		{"AWS::ECR::Repository", `"EncryptionConfiguration": {"KmsKey": KEY}`, "kms:CreateGrant"},
		{"AWS::CodeArtifact::Domain", `"EncryptionKey": KEY`, "kms:CreateGrant"},
		{"AWS::Backup::BackupVault", `"EncryptionKeyArn": KEY`, "kms:CreateGrant"},
		{"AWS::MWAAServerless::Workflow", `"EncryptionConfiguration": {"KmsKeyId": KEY}`, "kms:GenerateDataKey"},
	} {
		r := at("R", test.typ, "dev/X/Default/R", strings.ReplaceAll(test.properties, "KEY", key))
		theirs := at("R", test.typ, "dev/X/Resource", strings.ReplaceAll(test.properties, "KEY", key))
		for _, try := range []struct {
			resources []string
			want      string
		}{
			{[]string{r, policy(account, `"`+test.action+`"`)}, ""},
			{[]string{r, policy(`"*"`, `"kms:*"`)}, ""},
			{[]string{r, policy(account, `"kms:PutKeyPolicy"`)}, refused},
			{[]string{r, policy(logs, `"kms:*"`)}, refused},
			{[]string{theirs, policy(logs, `"kms:*"`)}, ""},
		} {
			if got := found(stack(t, "dev", resources(try.resources...), "")); got != try.want {
				t.Errorf("%v: got %q, want %q", try.resources, got, try.want)
			}
		}
	}
	mwaa := at("R", "AWS::MWAA::Environment", "dev/X/Default/R", `"KmsKey": `+key)
	if got := found(stack(t, "dev", resources(mwaa, policy(logs, `"kms:*"`)), "")); got != refused {
		t.Errorf("MWAA without grants: got %q", got)
	}
	if got := found(stack(t, "dev", resources(mwaa, policy(account, `"kms:*"`)), "")); got != refused {
		t.Errorf("MWAA without logs: got %q", got)
	}
}

func TestKeyUse(t *testing.T) {
	key := func(principal, condition string) string {
		return at("Key", "AWS::KMS::Key", "dev/Data/Key/Resource", `"KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": `+principal+`,
			"Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Condition": {`+condition+`}}]}`)
	}
	before := func(key, principal string) string { // with a statement for somebody else too
		return strings.Replace(key, "[{", `[{"Effect": "Allow", "Principal": {"AWS": `+principal+`}, "Action": "kms:*"}, {`, 1)
	}
	role := func(properties string) string { return at("Role", "AWS::IAM::Role", "dev/X/Role/Resource", properties) }
	allow := func(actions string) string {
		return `{"Effect": "Allow", "Action": ` + actions + `, "Resource": {"Fn::GetAtt": ["Key", "Arn"]}}`
	}
	policy := func(id, typ, roles string, statements ...string) string {
		return at(id, "AWS::IAM::"+typ, "dev/X/"+id, roles+`"PolicyDocument": {"Statement": [`+strings.Join(statements, ", ")+`]}`)
	}
	const account, attached = `{"AWS": "arn:aws:iam::111122223333:root"}`, `"Roles": [{"Ref": "Role"}], `
	const viaS3 = `"StringEquals": {"kms:ViaService": ["s3.eu-west-1.amazonaws.com", "sns.eu-west-1.amazonaws.com"]}`
	const refused = "KeyUseRefused dev/X/Policy"
	const decrypt, read = `"kms:Decrypt"`, `"s3:GetObject"`
	locked := key(account, viaS3)
	for name, test := range map[string]struct {
		resources []string
		want      string
	}{
		"the key alone":                {[]string{locked, role(""), policy("Policy", "Policy", attached, allow(decrypt))}, refused},
		"and another service":          {[]string{locked, role(""), policy("Policy", "Policy", attached, allow(decrypt), allow(`"sqs:SendMessage"`))}, refused},
		"and S3":                       {[]string{locked, role(""), policy("Policy", "Policy", attached, allow(decrypt), allow(read))}, ""},
		"and SNS":                      {[]string{locked, role(""), policy("Policy", "Policy", attached, allow(decrypt), allow(`["sns:Publish"]`))}, ""},
		"and S3, in a second":          {[]string{locked, role(""), policy("Policy", "Policy", attached, allow(decrypt)), policy("Other", "Policy", attached, allow(read))}, ""},
		"and S3, in a managed":         {[]string{locked, role(`"ManagedPolicyArns": [{"Ref": "Other"}]`), policy("Policy", "Policy", attached, allow(decrypt)), policy("Other", "ManagedPolicy", "", allow(read))}, ""},
		"and S3, of another role":      {[]string{locked, role(""), policy("Policy", "Policy", attached, allow(decrypt)), policy("Other", "Policy", `"Roles": ["x"], `, allow(read))}, refused},
		"and a policy of AWS":          {[]string{locked, role(`"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]`), policy("Policy", "Policy", attached, allow(decrypt))}, ""},
		"in the role":                  {[]string{locked, at("Role", "AWS::IAM::Role", "dev/X/Policy", `"Policies": [{"PolicyDocument": {"Statement": [`+allow(decrypt)+`]}}]`)}, refused},
		"a role of another app":        {[]string{locked, policy("Policy", "Policy", `"Roles": ["x"], `, allow(decrypt))}, ""},
		"a user":                       {[]string{locked, policy("Policy", "Policy", `"Users": ["x"], `, allow(decrypt))}, ""},
		"to look at the key":           {[]string{locked, role(""), policy("Policy", "Policy", attached, allow(`"kms:DescribeKey"`))}, ""},
		"a key for all of the account": {[]string{key(account, ""), role(""), policy("Policy", "Policy", attached, allow(decrypt))}, ""},
		"a key for somebody":           {[]string{before(locked, `"arn:aws:iam::111122223333:role/other"`), role(""), policy("Policy", "Policy", attached, allow(decrypt))}, refused},
		"a key for the role":           {[]string{before(locked, `{"Fn::GetAtt": ["Role", "Arn"]}`), role(""), policy("Policy", "Policy", attached, allow(decrypt))}, ""},
		"a key for a service":          {[]string{key(`{"Service": "logs.amazonaws.com"}`, viaS3), role(""), policy("Policy", "Policy", attached, allow(decrypt))}, ""},
	} {
		if got := found(stack(t, "dev", resources(test.resources...), "")); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// A key that lets nobody in who uses it, for a bucket of Plinth's or by a role of Plinth's.
func TestKeysThatLetNobodyIn(t *testing.T) {
	key := func(principal string) string {
		return at("Key", "AWS::KMS::Key", "dev/Key/Resource", `"KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": `+principal+`, "Action": "kms:*"}]}`)
	}
	const admin = `{"AWS": "arn:aws:iam::111122223333:role/Admin"}`
	bucket := at("Bucket", "AWS::S3::Bucket", "dev/D/Default/Bucket", `"BucketEncryption": {"ServerSideEncryptionConfiguration": [
		{"ServerSideEncryptionByDefault": {"KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}}]}`)
	role := func(properties string) string { return at("Role", "AWS::IAM::Role", "dev/X/Role/Resource", properties) }
	policy := func(path, attached string) string {
		return at("Policy", "AWS::IAM::ManagedPolicy", path, attached+`"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
			"Resource": {"Fn::GetAtt": ["Key", "Arn"]}, "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}}]}`)
	}
	const of, managed, theirs, ours = `"Roles": [{"Ref": "Role"}], `, `"ManagedPolicyArns": [{"Ref": "Policy"}]`, "dev/X/Policy", "dev/W/Default/JobRolePolicy"
	const refused = "KeyUseRefused "
	for name, test := range map[string]struct {
		resources []string
		want      string
	}{
		"of a bucket":                 {[]string{key(admin), bucket, role(""), policy(theirs, of)}, refused + theirs},
		"of a role of Plinth's":       {[]string{key(admin), role(managed), policy(ours, "")}, refused + ours},
		"of nothing of Plinth's":      {[]string{key(admin), role(""), policy(theirs, of)}, ""},
		"for a service":               {[]string{key(`{"Service": "logs.amazonaws.com"}`), role(managed), policy(ours, "")}, refused + ours},
		"for a user":                  {[]string{key(`{"AWS": "arn:aws:iam::111122223333:user/Admin"}`), role(managed), policy(ours, "")}, refused + ours},
		"for a role of the app":       {[]string{key(`{"AWS": {"Fn::GetAtt": ["Other", "Arn"]}}`), at("Other", "AWS::IAM::Role", "dev/Other", ""), role(managed), policy(ours, "")}, refused + ours},
		"for the role":                {[]string{key(`{"AWS": [{"Fn::GetAtt": ["Role", "Arn"]}]}`), role(""), policy(ours, of)}, ""},
		"for the role, by its name":   {[]string{key(admin), role(managed + `, "RoleName": "Admin"`), policy(ours, "")}, ""},
		"for the account":             {[]string{key(`{"AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::111122223333:root"]]}}`), role(managed), policy(ours, "")}, ""},
		"for the account, by its id":  {[]string{key(`{"AWS": "111122223333"}`), role(managed), policy(ours, "")}, ""},
		"for whom a parameter names":  {[]string{key(`{"AWS": {"Ref": "Parameter"}}`), role(managed), policy(ours, "")}, ""},
		"for everybody":               {[]string{key(`"*"`), role(managed), policy(ours, "")}, ""},
		"of a role that is not known": {[]string{key(admin), bucket, policy(theirs, `"Roles": ["x"], `)}, ""},
	} {
		if got := found(stack(t, "dev", resources(test.resources...), "")); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
