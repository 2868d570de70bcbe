package cdk_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

func TestMain(m *testing.M) { synth.TestMain(m) }

func scope(in constructs.Construct, id string) constructs.Construct {
	return constructs.NewConstruct(in, &id)
}

// topic is a resource that names something.
func topic(name any) cfn.Resources {
	return cfn.Resources{"Topic": {Type: "AWS::SNS::Topic", Properties: cfn.Properties{"DisplayName": name}}}
}

func displayNames(t *testing.T, template assembly.Template) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, id := range template.OfType("AWS::SNS::Topic") {
		text, err := json.Marshal(template.Resources[id].Properties["DisplayName"])
		if err != nil {
			t.Fatal(err)
		}
		all[template.Resources[id].Path()] = string(text)
	}
	return all
}

// All constructs of a stack share one; another stack has its own.
func TestOnce(t *testing.T) {
	dir := t.TempDir()
	err := synth.App(&synth.Options{Dir: dir}, func(app awscdk.App) {
		for _, name := range []string{"A", "B"} {
			stack := awscdk.NewStack(app, &name, nil)
			made := 0
			once := func(in constructs.Construct) string {
				return cdk.Once(in, "Shared", func() cfn.Resources { made++; return topic(name) }).Att("Topic", "TopicArn")
			}
			first, deeper, again := once(stack), once(scope(scope(stack, "One"), "Deep")), once(scope(stack, "Two"))
			if made != 1 {
				t.Errorf("made %d times in stack %s", made, name)
			}
			want := resolved(stack, first)
			if !strings.Contains(want, `"Fn::GetAtt":["SharedTopic`) || resolved(stack, deeper) != want || resolved(stack, again) != want {
				t.Errorf("not the same: %s, %s, %s", want, resolved(stack, deeper), resolved(stack, again))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stacks {
		if got := displayNames(t, s.Template); len(got) != 1 || got[s.Path+"/Shared/Default/Topic"] != `"`+s.Path+`"` {
			t.Errorf("stack %s has %v", s.Path, got)
		}
	}
}

func resolved(stack awscdk.Stack, token string) string {
	text, err := json.Marshal(stack.Resolve(token))
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Tokens in a document come out as what they stand for, wherever they are in a text.
func TestTokensInDocuments(t *testing.T) {
	const region, account = `{"Ref":"AWS::Region"}`, `{"Ref":"AWS::AccountId"}`
	tests := []struct {
		name string
		make func(region, account string) any
		want string
	}{
		{"none", func(_, _ string) any { return "plain" }, `"plain"`},
		{"alone", func(r, _ string) any { return r }, region},
		{"at the start", func(r, _ string) any { return r + "-a" }, `{"Fn::Join":["",[` + region + `,"-a"]]}`},
		{"at the end", func(r, _ string) any { return "a-" + r }, `{"Fn::Join":["",["a-",` + region + `]]}`},
		{"two, and one of them twice", func(r, a string) any { return r + a + r }, `{"Fn::Join":["",[` + region + `,` + account + `,` + region + `]]}`},
		{"in a join", func(r, _ string) any { return cfn.Join("a", r) }, `{"Fn::Join":["",["a",` + region + `]]}`},
		{"what looks like one to Fn::Sub", func(_, _ string) any { return "${AWS::Region}" }, `"${AWS::Region}"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template := synthtest.Template(t, "", func(stack awscdk.Stack) {
				cdk.Emit(scope(stack, "X"), "Stack/X", topic(test.make(*stack.Region(), *stack.Account())))
			})
			if got := displayNames(t, template)["Stack/X/Default/Topic"]; got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestReferencesToWhatWasEmitted(t *testing.T) {
	synthtest.Template(t, "", func(stack awscdk.Stack) {
		emitted := cdk.Emit(scope(stack, "X"), "Stack/X", topic("a"))
		if got := resolved(stack, emitted.Ref("Topic")); !strings.HasPrefix(got, `{"Ref":"XTopic`) {
			t.Errorf("Ref: %s", got)
		}
		if got := resolved(stack, emitted.Att("Topic", "TopicName")); !strings.HasPrefix(got, `{"Fn::GetAtt":["XTopic`) || !strings.HasSuffix(got, `,"TopicName"]}`) {
			t.Errorf("Att: %s", got)
		}
	})
}

// Two stacks in different places: what is remembered of one is not told of the other.
func TestLocations(t *testing.T) {
	err := synth.App(&synth.Options{Dir: t.TempDir()}, func(app awscdk.App) {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			stack := awscdk.NewStack(app, jsii.String("In-"+region), &awscdk.StackProps{
				Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region},
			})
			for _, in := range []constructs.Construct{stack, scope(stack, "X"), stack} {
				if at := cdk.Location(in); at.Region != region || at.Account != "111122223333" {
					t.Errorf("in %s: got %+v", region, at)
				}
			}
		}
		plain := cdk.Location(scope(awscdk.NewStack(app, jsii.String("Anywhere"), nil), "X"))
		if !strings.Contains(plain.Region, "${Token[") || !strings.Contains(plain.Partition, "${Token[") {
			t.Errorf("anywhere: got %+v", plain)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The path of a construct below another, below the app, and without an id.
func TestPath(t *testing.T) {
	synthtest.Template(t, "", func(stack awscdk.Stack) {
		for id, want := range map[string]string{"X": "Stack/X", "": "Stack"} {
			if got := cdk.Path(stack, id); got != want {
				t.Errorf("path %s, want %s", got, want)
			}
		}
		if got := cdk.Path(stack.Node().Root().(awscdk.App), "X"); got != "X" {
			t.Errorf("path %s below the app", got)
		}
	})
}

// Of two tokens it is known that they differ only where each refers to the same of a resource of its own.
func TestDifferent(t *testing.T) {
	synthtest.Template(t, "", func(stack awscdk.Stack) {
		key := func(id string) awskms.Key { return awskms.NewKey(stack, &id, nil) }
		a, b := key("A"), key("B")
		emitted := cdk.Emit(scope(stack, "X"), "Stack/X", cfn.Resources{
			"Key":   {Type: "AWS::KMS::Key", Properties: cfn.Properties{"KeyPolicy": map[string]any{}}},
			"Group": {Type: "AWS::EC2::SecurityGroup", Properties: cfn.Properties{"GroupDescription": "x"}},
			"Topic": {Type: "AWS::SNS::Topic"}, "Other": {Type: "AWS::SNS::Topic"},
		})
		parameter := func(id string) string { return *awscdk.NewCfnParameter(stack, &id, nil).ValueAsString() }
		c := emitted.Att("Key", "Arn")
		for _, test := range []struct {
			name string
			a, b string
			want bool
		}{
			{"two keys", *a.KeyArn(), *b.KeyArn(), true},
			{"a key of a document", *a.KeyArn(), c, true},
			{"one key, asked twice", *a.KeyArn(), *a.KeyArn(), false},
			{"one key, imported", *a.KeyArn(), *awskms.Key_FromKeyArn(stack, jsii.String("I"), a.KeyArn()).KeyArn(), false},
			{"another attribute", *a.KeyArn(), *b.KeyId(), false},
			{"what may be named alike", emitted.Ref("Topic"), emitted.Ref("Other"), false},
			{"another kind of thing", *a.KeyId(), emitted.Ref("Group"), false},
			{"parameters", parameter("P"), parameter("Q"), false},
			{"a text", *a.KeyArn(), "arn:aws:kms:eu-west-1:111122223333:key/x", false},
			{"texts", "x", "y", false},
			{"what holds a token", *a.KeyArn(), *b.KeyArn() + "/x", false},
			{"pseudo parameters", *stack.Account(), *stack.Region(), false},
			{"nothing", "", *a.KeyArn(), false},
			{"what only looks like a token", *a.KeyArn(), "${Token[x]}", false},
		} {
			if got := cdk.Different(test.a, test.b); got != test.want {
				t.Errorf("%s: got %t", test.name, got)
			}
		}
		for text, want := range map[string]string{
			*a.KeyArn(): "Stack/A/Resource", c: "Stack/X/Default/Key", "x": "x", *stack.Region(): "a value that the deployment decides",
			"a-" + c: "a-<TOKEN>",
		} {
			if got := cdk.Describe(text); got != want {
				t.Errorf("%s is described as %q, want %q", text, got, want)
			}
		}
	})
}

// What the CDK's own classes make has the logical id that it would have in an emitted document, wherever it stands.
func TestOwnClassesKeepTheirIDs(t *testing.T) {
	at := location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}
	for _, path := range [][]string{{"X"}, {"One", "Deep"}, {"Data", "Data"}, {"my-data.v1", "Default", "Re_source"}, {"Resource", "Key"}, {"SubData", "Data", "a"}, {strings.Repeat("long", 60), "Er"}} {
		t.Run(strings.Join(path, " "), func(t *testing.T) {
			id := func(emit func(in constructs.Construct, path string)) string {
				template := synthtest.Template(t, "", func(stack awscdk.Stack) {
					in := constructs.Construct(stack)
					for _, id := range path {
						in = scope(in, id)
					}
					emit(in, "Stack/"+strings.Join(path, "/"))
				})
				return template.OfType("AWS::KMS::Key")[0]
			}
			plan := key.Plan{At: at}
			own := id(func(in constructs.Construct, _ string) { cdk.NewKey(in, "Key", plan) })
			if emitted := id(func(in constructs.Construct, path string) { cdk.Emit(in, path, cfn.Resources{"Key": plan.Resource()}) }); own != emitted {
				t.Errorf("got %s, want %s", own, emitted)
			}
		})
	}
}

// A document for the CDK's own classes says what the emitted one would.
func TestDocuments(t *testing.T) {
	template := synthtest.Template(t, "", func(stack awscdk.Stack) {
		in := scope(stack, "X")
		emitted := cdk.Emit(in, "Stack/X", cfn.Resources{"Bucket": {Type: "AWS::S3::Bucket"}})
		cdk.NewBucketPolicy(in, "Policy", awss3.Bucket_FromBucketName(in, jsii.String("Of"), jsii.String(emitted.Ref("Bucket"))),
			emitted.Document(policy.Statement{
				Sid: "All", Effect: policy.Deny, Principal: policy.AnyPrincipal, Actions: []string{"s3:*"},
				References: []any{cfn.Att("Bucket", "Arn"), cfn.Join(cfn.Att("Bucket", "Arn"), "/a/*")},
				Conditions: policy.Conditions{"StringNotEquals": {"aws:PrincipalAccount": []string{*stack.Account()}}},
			}), true)
	})
	bucket := template.OfType("AWS::S3::Bucket")[0]
	made := template.Resources[template.OfType("AWS::S3::BucketPolicy")[0]]
	got, err := json.Marshal(made.Properties)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`{"Bucket":{"Ref":"BUCKET"},"PolicyDocument":{"Statement":[{"Action":"s3:*",`+
		`"Condition":{"StringNotEquals":{"aws:PrincipalAccount":[{"Ref":"AWS::AccountId"}]}},"Effect":"Deny","Principal":"*",`+
		`"Resource":[{"Fn::GetAtt":["BUCKET","Arn"]},{"Fn::Join":["",[{"Fn::GetAtt":["BUCKET","Arn"]},"/a/*"]]}],"Sid":"All"}],"Version":"2012-10-17"}}`,
		"BUCKET", bucket)
	if string(got) != want || made.DeletionPolicy != "RetainExceptOnCreate" {
		t.Errorf("%s\ngot  %s\nwant %s", made.DeletionPolicy, got, want)
	}
}
