package cdk_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/synth"
	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/props"
	"github.com/plinth-ml/plinth/internal/synthtest"
)

// thing is a construct of the tests.
type thing struct {
	Construct constructs.Construct
	Name      string
	hidden    bool
}

type thingProps struct {
	Environment environment.Environment
	// Wrong is a problem of the props.
	Wrong string
	// Fails is what goes wrong when the thing is made.
	Fails func(this constructs.Construct)
	// Between has its environment from what it was given.
	Between *between
	// What it is given.
	Text   string
	Other  *thing
	Others []*thing
	Key    awskms.IKey
	Role   awsiam.IRole
	Bucket awss3.IBucket
}

func (p *thingProps) Validate() error {
	p, l := props.Of(p)
	if p.Wrong != "" {
		l.Add("Wrong", p.Wrong, "nothing", "")
	}
	return l.Err()
}

func newThing(scope constructs.Construct, id string, given *thingProps) *thing {
	return cdk.Build("test.Thing", scope, id, given, func(this constructs.Construct, _ string, p *thingProps) *thing {
		if p.Fails != nil {
			p.Fails(this)
		}
		return &thing{Construct: this, Name: "made", hidden: true}
	})
}

// between is a construct without an environment of its own.
type between struct{ Construct constructs.Construct }

type betweenProps struct {
	Other  *thing
	Others []*thing
}

func (p *betweenProps) Validate() error { return nil }

func newBetween(scope constructs.Construct, id string, given *betweenProps) *between {
	return cdk.Build("test.Between", scope, id, given, func(this constructs.Construct, _ string, _ *betweenProps) *between { return &between{this} })
}

// another is another type of construct.
type another struct{ Construct constructs.Construct }

func newOther(scope constructs.Construct, id string) *another {
	return cdk.Build("test.Other", scope, id, &thingProps{}, func(this constructs.Construct, _ string, _ *thingProps) *another { return &another{this} })
}

// in makes a stack in an account and region; empty: in none.
func in(app awscdk.App, id, account, region string) awscdk.Stack {
	env := &awscdk.Environment{}
	if account != "" {
		env.Account = &account
	}
	if region != "" {
		env.Region = &region
	}
	return awscdk.NewStack(app, &id, &awscdk.StackProps{Env: env})
}

const ours, theirs = "111122223333", "444455556666"

// errorOf is the error of an app; "" where there is none.
func errorOf(t *testing.T, build func(app awscdk.App)) string {
	t.Helper()
	if err := synth.App(&synth.Options{Dir: t.TempDir()}, build); err != nil {
		return err.Error()
	}
	return ""
}

// The CDK does not know where the construct was made that has an id already.
func TestAnIDThatTheCDKIsGivenAgain(t *testing.T) {
	got := errorOf(t, func(app awscdk.App) {
		stack := in(app, "Ours", "", "")
		newThing(stack, "Given", nil)
		constructs.NewConstruct(stack, jsii.String("Given"))
	})
	for _, want := range []string{`id: got "Given"; allowed: an id that nothing else in Ours has; test.Thing Ours/Given (`, "has it: give one of them another id\n  at "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// pointed embeds a stack, and is not one to jsii.
type pointed struct{ awscdk.Stack }

func TestScopesAndIDs(t *testing.T) {
	var none *pointed
	tests := []struct {
		name  string
		scope func(stack awscdk.Stack) constructs.Construct
		id    string
		want  []string
	}{
		{"no scope", func(awscdk.Stack) constructs.Construct { return nil }, "X", []string{"test.Thing (", `scope: got nothing; allowed: a construct`}},
		{"a nil pointer", func(awscdk.Stack) constructs.Construct { return none }, "X", []string{`scope: got nothing`}},
		{"a struct by value", func(s awscdk.Stack) constructs.Construct { return pointed{s} }, "X", []string{"cdk_test.pointed", "pass the awscdk.Stack that is in it"}},
		{"neither scope nor id", func(awscdk.Stack) constructs.Construct { return nil }, "", []string{"2 problems", "scope: got nothing", `id: got ""`}},
		{"no id", nil, "", []string{"test.Thing Stack (", `id: got ""`}},
		{"a slash", nil, "a/b", []string{`id: got "a/b"`, "without slashes"}},
		{"letters of which no logical id is made", nil, "解約", []string{`id: got "解約"; allowed: a name with a letter or a digit of ASCII`}},
		{"no UTF-8", nil, "a\xffb", []string{`id: got "a\xffb"; allowed: UTF-8`}},
		{"a newline", nil, "a\nb", []string{"control characters"}},
		{"no letter", nil, "---", []string{"with a letter or a digit"}},
		{"no letter of ASCII", nil, "äöü", []string{"with a letter or a digit"}},
		{"a digit first", nil, "1st", []string{"starts with a letter in a stack"}},
		{"a token", nil, "${Token[AWS.Region.4]}", []string{"not a token"}},
		{"twice", nil, "Twice", []string{"test.Thing Stack/Twice (", "build_test.go:", "1 problem", `id: got "Twice"; allowed: an id that nothing else in Stack has; test.Thing Stack/Twice (`, ") has it: give one of them another id"}},
		{"that of a construct of the CDK", nil, "Taken", []string{`id: got "Taken"; allowed: an id that nothing else in Stack has; another construct has it`}},
		{"a digit first, deeper", func(s awscdk.Stack) constructs.Construct { return scope(s, "Deep") }, "1st", nil},
		{"spaces", nil, "My thing", nil},
		{"other letters", nil, "Größe", nil},
		{"Default", nil, "Default", []string{"the CDK leaves Default out"}},
		{"the app", func(s awscdk.Stack) constructs.Construct { return s.Node().Root().(constructs.Construct) }, "X", []string{"an app or a stage", "awscdk.NewStack"}},
		{"a struct with nothing in it", func(awscdk.Stack) constructs.Construct { return &pointed{} }, "X", []string{"with nothing in it", "set its Stack"}},
		{"a struct that embeds", func(s awscdk.Stack) constructs.Construct { return &pointed{s} }, "X", []string{"scope: got a *cdk_test.pointed, which embeds a construct; allowed: a construct; pass its Stack"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := errorOf(t, func(app awscdk.App) {
				stack := in(app, "Stack", "", "")
				var at constructs.Construct = stack
				if test.scope != nil {
					at = test.scope(stack)
				}
				if test.id == "Taken" {
					constructs.NewConstruct(stack, &test.id)
				}
				newThing(at, test.id, nil)
				if test.name == "twice" {
					newThing(at, test.id, nil)
				}
			})
			if (got == "") != (test.want == nil) {
				t.Errorf("got %q", got)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in\n%s", want, got)
				}
			}
		})
	}
}

// One run tells of every construct that can't be built; those that were given one of them are not blamed for it.
func TestAllAtOnce(t *testing.T) {
	got := errorOf(t, func(app awscdk.App) {
		stack := in(app, "Stack", "", "")
		first := newThing(stack, "First", &thingProps{Wrong: "one"})
		second := newThing(stack, "Second", &thingProps{Other: first, Others: []*thing{first}})
		third := newThing(stack, "Third", &thingProps{Other: second, Wrong: "three"})
		newThing(stack, "Fourth", &thingProps{Fails: func(constructs.Construct) { cdk.Check(problem.Problem{Field: "Four", Allowed: "less"}) }})
		newThing(stack, "Fifth", &thingProps{Fails: func(this constructs.Construct) { newThing(this, "Inner", &thingProps{Wrong: "five"}) }})
		newThing(third.Construct, "Inside", &thingProps{Wrong: "six"})
		cdk.Do("test.Grant", third, func() { t.Error("done with what could not be made") })
	})
	for _, want := range []string{"Stack/First (", "Stack/Third (", "Stack/Fourth (", "Stack/Fifth/Inner (", "Stack/Third/Inside (", `Wrong: got "one"`, `Wrong: got "three"`,
		"Four: got nothing; allowed: less", `Wrong: got "five"`, `Wrong: got "six"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "can't be built"); n != 5 || strings.Contains(got, "Second") {
		t.Errorf("%d constructs in\n%s", n, got)
	}
}

// What uses a construct that could not be built does not hide why.
func TestUseOfWhatFailed(t *testing.T) {
	for name, use := range map[string]func(stack awscdk.Stack){
		"Go":   func(awscdk.Stack) { var bucket awss3.IBucket; _ = bucket.BucketName() },
		"jsii": func(stack awscdk.Stack) { awscdk.NewCfnOutput(stack, jsii.String("O"), &awscdk.CfnOutputProps{}) },
		"own":  func(awscdk.Stack) { panic(errors.New("the team's own")) },
	} {
		t.Run(name, func(t *testing.T) {
			got := errorOf(t, func(app awscdk.App) {
				stack := in(app, "Stack", "", "")
				newThing(stack, "First", &thingProps{Wrong: "one"})
				use(stack)
			})
			if !strings.Contains(got, `Wrong: got "one"`) || !strings.Contains(got, "build_test.go:") || strings.Contains(got, "goroutine ") {
				t.Error(got)
			}
			if broken := "could not go on"; strings.Contains(got, broken) != (name != "own") {
				t.Errorf("%q: %s", broken, got)
			}
		})
	}
}

// Where nobody collects, the first fault is a panic.
func TestPanics(t *testing.T) {
	defer func() {
		if f, ok := recover().(*fault.Fault); !ok || f.Kind != "test.Thing" || f.Path != "" {
			t.Errorf("got %v", f)
		}
	}()
	newThing(nil, "X", nil)
	t.Error("no panic")
}

// Objects of another environment, account or region are refused wherever they are given.
func TestHomes(t *testing.T) {
	dev, prod := environment.Environment{Name: "dev"}, environment.Environment{Name: "prod"}
	tests := []struct {
		name string
		make func(here, there awscdk.Stack)
		// account and region of the other stack; that of here is ours, eu-west-1.
		account, region string
		want            []string
	}{
		{"another environment", func(here, there awscdk.Stack) {
			newThing(here, "X", &thingProps{Environment: dev, Other: newThing(there, "Y", &thingProps{Environment: prod})})
		}, ours, "eu-west-1", []string{`Other: got test.Thing There/Y, of environment "prod"; allowed: one of environment "dev"`, "give both the same Environment"}},
		{"in a list", func(here, there awscdk.Stack) {
			newThing(here, "X", &thingProps{Environment: dev, Others: []*thing{newThing(there, "Y", &thingProps{Environment: dev}), newThing(there, "Z", &thingProps{Environment: prod})}})
		}, ours, "eu-west-1", []string{"Others[1]: got", `one of environment "dev"`}},
		{"an environment that was forgotten", func(here, there awscdk.Stack) {
			newThing(here, "X", &thingProps{Other: newThing(there, "Y", &thingProps{Environment: dev}), Others: []*thing{newThing(there, "Z", &thingProps{Environment: dev})}})
		}, ours, "eu-west-1", []string{`1 problem`, `Environment: got nothing; allowed: environment "dev", which Other is of: test.Thing There/Y; give both the same Environment`}},
		{"two others, without one of its own", func(here, there awscdk.Stack) {
			newBetween(here, "X", &betweenProps{Other: newThing(there, "Y", &thingProps{Environment: dev}), Others: []*thing{newThing(there, "Z", &thingProps{Environment: prod})}})
		}, ours, "eu-west-1", []string{"Others[0]: got", "Other is of that one"}},
		{"handed on", func(here, there awscdk.Stack) {
			between := newBetween(there, "Z", &betweenProps{Other: newThing(there, "Y", &thingProps{Environment: prod})})
			newThing(here, "X", &thingProps{Environment: dev, Between: between})
		}, ours, "eu-west-1", []string{"Between: got", `of environment "prod"`}},
		{"another region", func(here, there awscdk.Stack) { newThing(here, "X", &thingProps{Other: newThing(there, "Y", nil)}) },
			ours, "us-east-1", []string{`Other: got test.Thing There/Y, in us-east-1; allowed: one in eu-west-1`}},
		{"another account", func(here, there awscdk.Stack) { newThing(here, "X", &thingProps{Other: newThing(there, "Y", nil)}) },
			theirs, "eu-west-1", []string{"of account 444455556666"}},
		{"a key of another region", func(here, there awscdk.Stack) {
			newThing(here, "X", &thingProps{Key: awskms.Key_FromKeyArn(there, jsii.String("K"), jsii.String("arn:aws:kms:us-east-1:"+ours+":key/k"))})
		}, ours, "us-east-1", []string{`Key: got one in us-east-1`}},
		{"a role of another account", func(here, _ awscdk.Stack) {
			newThing(here, "X", &thingProps{Role: awsiam.Role_FromRoleArn(here, jsii.String("R"), jsii.String("arn:aws:iam::"+theirs+":role/r"), nil)})
		}, ours, "eu-west-1", []string{`Role: got one of account 444455556666`}},
		{"a role of another region", func(here, there awscdk.Stack) {
			newThing(here, "X", &thingProps{Role: awsiam.Role_FromRoleArn(there, jsii.String("R"), jsii.String("arn:aws:iam::"+ours+":role/r"), nil)})
		}, ours, "us-east-1", nil},
		{"a bucket of another region", func(here, _ awscdk.Stack) {
			newThing(here, "X", &thingProps{Bucket: awss3.Bucket_FromBucketAttributes(here, jsii.String("B"),
				&awss3.BucketAttributes{BucketName: jsii.String("bbb"), Region: jsii.String("us-east-1")})})
		}, ours, "eu-west-1", []string{`Bucket: got one in us-east-1`}},
		{"the environment's own region and account", func(here, _ awscdk.Stack) {
			newThing(here, "X", &thingProps{Environment: environment.Environment{Region: "us-east-1", Account: theirs}})
		}, ours, "eu-west-1", []string{`Environment.Region: got "us-east-1"; allowed: eu-west-1, the region of the stack`, "Environment.Account: got"}},
		{"two regions and accounts in a stack that is in any", func(_, there awscdk.Stack) {
			newThing(there, "X", &thingProps{Environment: environment.Environment{Region: "us-east-1", Account: ours}})
			newThing(there, "Y", &thingProps{Environment: environment.Environment{Region: "us-west-2", Account: theirs}})
		}, "", "", []string{`Environment.Region: got "us-west-2"; allowed: us-east-1, which There/X has in this stack`,
			`Environment.Account: got "444455556666"; allowed: 111122223333, which There/X has`, "set it in StackProps.Env"}},
		{"the account that an environment says of a stack that is in any", func(here, there awscdk.Stack) {
			newThing(here, "X", &thingProps{Other: newThing(there, "Y", &thingProps{Environment: environment.Environment{Account: theirs}})})
		}, "", "", []string{"Other: got test.Thing There/Y, of account 444455556666; allowed: one of account 111122223333"}},
		{"wildcards", func(here, _ awscdk.Stack) {
			newThing(here, "X", &thingProps{
				Role: awsiam.Role_FromRoleArn(here, jsii.String("R"), jsii.String("arn:aws:iam::"+ours+":role/*"), nil),
				Key:  awskms.Key_FromKeyArn(here, jsii.String("K"), jsii.String("arn:aws:kms:eu-west-1:"+ours+":key/?")),
			})
		}, ours, "eu-west-1", []string{"2 problems", `Role: got "arn:aws:iam::111122223333:role/*"; allowed: the ARN of one resource`, "Key: got"}},
		{"put together of what one holds", func(here, there awscdk.Stack) {
			whole := newThing(there, "Y", &thingProps{Environment: dev})
			newThing(here, "X", &thingProps{Environment: dev, Other: &thing{Construct: whole.Construct, Name: whole.Name}})
		}, ours, "eu-west-1", []string{"whose inner state is not what its constructor made it"}},
		{"put together by hand", func(here, _ awscdk.Stack) { newThing(here, "X", &thingProps{Other: &thing{Name: "mine"}}) },
			ours, "eu-west-1", []string{`Other: got a value of cdk_test.thing that no constructor made; allowed: one of cdk_test.Newthing`}},
		{"an alias of a key", func(here, _ awscdk.Stack) {
			newThing(here, "X", &thingProps{Key: awskms.Alias_FromAliasName(here, jsii.String("A"), jsii.String("alias/x"))})
		}, ours, "eu-west-1", []string{"Key: got an alias of a key; allowed: the key itself"}},
		{"a key by value", func(here, _ awscdk.Stack) { newThing(here, "X", &thingProps{Key: struct{ awskms.IKey }{}}) },
			ours, "eu-west-1", []string{"by value", "give what is in it"}},
		{"a key with nothing in it", func(here, _ awscdk.Stack) { newThing(here, "X", &thingProps{Key: &struct{ awskms.IKey }{}}) },
			ours, "eu-west-1", []string{"with nothing in it"}},
		{"a key in a struct", func(here, _ awscdk.Stack) {
			newThing(here, "X", &thingProps{Key: &struct{ awskms.IKey }{awskms.NewKey(here, jsii.String("K"), nil)}})
		}, ours, "eu-west-1", []string{"Key: got a struct { awskms.IKey }, which embeds one; allowed: a value that the CDK or Plinth made; give its IKey"}},
		{"another kind of object", func(here, _ awscdk.Stack) {
			newThing(here, "X", &thingProps{Other: &thing{Construct: newOther(here, "Y").Construct}})
		}, ours, "eu-west-1", []string{"that no constructor made"}},
		{"a copy that was changed", func(here, there awscdk.Stack) {
			copied := *newThing(there, "Y", nil)
			copied.Name = "mine"
			newThing(here, "X", &thingProps{Other: &copied})
		}, ours, "eu-west-1", []string{"whose Name is not what its constructor made it"}},
		{"one of another app", func(here, _ awscdk.Stack) {
			elsewhere := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Elsewhere"), nil)
			newThing(elsewhere, "First", nil) // of which the app is told
			newThing(here, "X", &thingProps{Other: newThing(elsewhere, "Y", nil)})
		}, ours, "eu-west-1", []string{
			"test.Thing Elsewhere/First (", "scope: got one in another app; allowed: one in the app that build is given",
			"Other: got test.Thing Elsewhere/Y, of another app; allowed: one of this app",
		}},
		{"what holds a token of another environment", func(here, there awscdk.Stack) {
			arn := keyOf(there, prod).KeyArn()
			list := awscdk.Fn_Split(jsii.String(","), awscdk.Fn_Join(jsii.String(","), &[]*string{jsii.String("a"), arn}), nil)
			for id, text := range map[string]*string{
				"Join": awscdk.Fn_Join(jsii.String(":"), &[]*string{jsii.String("x"), arn}),
				"Sub":  awscdk.Fn_Sub(jsii.String("x:${Key}"), &map[string]*string{"Key": arn}),
				"Lazy": awscdk.Lazy_String(&late{awscdk.Fn_Join(jsii.String(""), &[]*string{arn, jsii.String("/x")})}, nil),
				"List": awscdk.Fn_Select(jsii.Number(1), list),
			} {
				newThing(here, id, &thingProps{Environment: dev, Text: *text})
				newThing(here, id+"Key", &thingProps{Environment: dev, Key: awskms.Key_FromKeyArn(here, jsii.String("Of"+id), text)})
			}
		}, ours, "eu-west-1", []string{
			"Here/Join (", "Here/Sub (", "Here/Lazy (", "Here/List (", "Here/JoinKey (", "Here/SubKey (", "Here/LazyKey (", "Here/ListKey (",
			`Text: got a part of test.Thing There/Y, of environment "prod"; allowed: one of environment "dev"`, "Key: got a part of",
		}},
		{"what holds a token of another stage", func(here, _ awscdk.Stack) {
			stage := awscdk.NewStage(here.Node().Root().(awscdk.App), jsii.String("Far"), nil)
			arn := keyOf(awscdk.NewStack(stage, jsii.String("S"), nil), dev).KeyArn()
			newThing(here, "X", &thingProps{Environment: dev, Text: *awscdk.Fn_Join(jsii.String(":"), &[]*string{jsii.String("x"), arn})})
		}, ours, "eu-west-1", []string{"Text: got a value of Far/S/Y/Key", "stages are deployed apart"}},
		{"what holds a token of its own", func(here, there awscdk.Stack) {
			arn := keyOf(there, dev).KeyArn()
			newThing(here, "X", &thingProps{Environment: dev, Text: *awscdk.Fn_Join(jsii.String(":"), &[]*string{here.Region(), arn})})
		}, ours, "eu-west-1", nil},
		{"what can't be resolved yet", func(here, _ awscdk.Stack) {
			text := &late{}
			newThing(here, "X", &thingProps{Environment: dev, Text: *awscdk.Lazy_String(text, nil)})
			text.text = jsii.String("now")
		}, ours, "eu-west-1", nil},
		{"a copy", func(here, there awscdk.Stack) {
			copied := *newThing(there, "Y", &thingProps{Environment: dev})
			newThing(here, "X", &thingProps{Environment: dev, Other: &copied})
		}, ours, "eu-west-1", nil},
		{"unknown places", func(here, there awscdk.Stack) {
			newThing(here, "X", &thingProps{Environment: dev, Other: newThing(there, "Y", &thingProps{Environment: dev})})
		}, "", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := errorOf(t, func(app awscdk.App) {
				test.make(in(app, "Here", ours, "eu-west-1"), in(app, "There", test.account, test.region))
			})
			if (got == "") != (test.want == nil) {
				t.Errorf("got %q", got)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in\n%s", want, got)
				}
			}
		})
	}
}

// keyOf is a key that a thing of an environment makes.
func keyOf(in awscdk.Stack, e environment.Environment) (made awskms.Key) {
	newThing(in, "Y", &thingProps{Environment: e, Fails: func(this constructs.Construct) { made = awskms.NewKey(this, jsii.String("Key"), nil) }})
	return made
}

// late is a text that is known late.
type late struct{ text *string }

func (l *late) Produce() *string { return jsii.String(*l.text + "/y") }

// Constructs made by several goroutines are an error, and no deadlock.
func TestGoroutines(t *testing.T) {
	got := errorOf(t, func(app awscdk.App) {
		stack := in(app, "Stack", "", "")
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() { newThing(stack, fmt.Sprint("Thing", i), nil) })
		}
		newThing(stack, "Mine", nil)
		all.Wait()
	})
	if n := strings.Count(got, "make the constructs one after the other"); n != 8 {
		t.Errorf("%d of 8 in\n%s", n, got)
	}
}

// A method of an object that no constructor made says so.
func TestDo(t *testing.T) {
	got := errorOf(t, func(app awscdk.App) {
		cdk.Do("test.Grant", &thing{}, func() { t.Error("done") })
		cdk.Do("test.Grant", newThing(in(app, "Stack", "", ""), "X", nil), func() { cdk.Check(errors.New("no such grant")) })
	})
	for _, want := range []string{"test.Grant (", "receiver: got", "test.Grant Stack/X (", "no such grant"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// The assembly of what was built is not disturbed by it.
func TestMade(t *testing.T) {
	synthtest.Template(t, "eu-west-1", func(stack awscdk.Stack) {
		if x := newThing(stack, "X", nil); x.Name != "made" || cdk.PathOf(x.Construct) != "Stack/X" {
			t.Errorf("got %+v", x)
		}
	})
}
