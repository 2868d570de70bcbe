package constructs_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/policy"
)

// keyUsers are who uses a key in each field that takes one, besides its administrators: the account's roles through a
// service, or by a grant for AWS's resources, and services that use it without anybody's permissions.
var keyUsers = map[string][]string{
	"airflow.NewEnvironment Key":    {"account through s3 sqs", "grants", "logs of airflow-dev--xkey-D*"},
	"airflow.NewServerless Key":     {"account through s3 airflow-serverless", "grants", "workflows"},
	"network.NewIsolated LogKey":    {"logs of *"},
	"storage.NewDataBucket Key":     {"account through s3", "grants"},
	"storage.NewEFS Key":            {"account through elasticfilesystem", "grants", "grants through elasticfilesystem"},
	"storage.NewExistingBucket Key": {"account through s3", "grants"},
	"storage.NewFiles LogKey":       {"logs of *"},
	"storage.NewLustre Key":         {"account through fsx", "grants", "grants through fsx"},
	"supplychain.NewImages Key":     {"account through ecr", "grants", "grants through ecr"},
	"supplychain.NewMirror Key":     {"account through ecr", "grants", "grants through ecr"},
	"supplychain.NewPackages Key":   {"account through codeartifact", "grants", "grants through codeartifact"},
	"training.NewPipeline LogKey":   {"account through sns", "logs of *"},
	"training.NewWorkflow LogKey":   {"account through sns", "logs of *"},
}

// numbered is the name of an environment of Airflow, one for each key.
var numbered = regexp.MustCompile(`xkey[0-9]+`)

// noRights are users that the account's own policies let in, where a key leaves who uses it to them.
var noRights = regexp.MustCompile(`^(account|grants|workflows|looks)`)

// users are who the statements of a key's policy let use it, all but administrators.
func users(t *testing.T, statements any) []string {
	t.Helper()
	text, err := json.Marshal(statements)
	if err != nil {
		t.Fatal(err)
	}
	var parsed []struct {
		Action    any
		Principal map[string]string
		Condition map[string]map[string]any
	}
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var all []string
	for _, s := range parsed {
		actions := fmt.Sprint(s.Action)
		values := func(operator, key string) string {
			return strings.Trim(fmt.Sprint(s.Condition[operator][key]), "[]")
		}
		ours := s.Principal["AWS"] == "arn:aws:iam::"+account+":root"
		via := strings.ReplaceAll(values("StringEquals", "kms:ViaService"), "."+region+".amazonaws.com", "")
		const logs, workflow = "kms:EncryptionContext:aws:logs:arn", "kms:EncryptionContext:aws:airflow-serverless:workflow-arn"
		switch {
		case strings.Contains(actions, "kms:PutKeyPolicy"), actions == "kms:*":
		case ours && actions == "kms:DescribeKey" && s.Condition == nil:
			all = append(all, "looks")
		case ours && actions == "kms:CreateGrant" && values("Bool", "kms:GrantIsForAWSResource") == "true":
			all = append(all, "grants")
		case ours && actions == "kms:CreateGrant" && via != "":
			all = append(all, "grants through "+via)
		case ours && s.Condition["StringEquals"] != nil && strings.Contains(actions, "kms:Decrypt") && strings.Contains(actions, "kms:GenerateDataKey"):
			all = append(all, "account through "+via)
		case ours && strings.Contains(values("ArnLike", workflow), ":workflow/dev--"):
			all = append(all, "workflows")
		case s.Principal["Service"] == "logs."+region+".amazonaws.com" && strings.Contains(actions, "kms:GenerateDataKey"):
			first, _, _ := strings.Cut(values("ArnLike", logs), " ")
			_, group, _ := strings.Cut(first, "arn:aws:logs:"+region+":111122223333:log-group:")
			all = append(all, "logs of "+numbered.ReplaceAllString(group, "xkey"))
		default:
			all = append(all, fmt.Sprint(s))
		}
	}
	slices.Sort(all)
	return all
}

// Whatever field a key of the app is given to, its policy has what the services need that use it, and no more: a key
// that lets in nobody gets all of it, one that leaves it to the account's policies what those can't give.
func TestPoliciesOfGivenKeys(t *testing.T) {
	dir := t.TempDir()
	faults := fault.Collect()
	defer faults.Stop()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, AutoSynth: jsii.Bool(false), Context: &map[string]any{
		"@aws-cdk/core:enablePartitionLiterals": true, "@aws-cdk/core:stackResourceLimit": 0,
	}})
	stack := newStack(app)
	var administered []string
	for _, action := range key.Administration {
		if action != "kms:DescribeKey" {
			administered = append(administered, action)
		}
	}
	nobody := func() awsiam.PolicyDocument {
		return awsiam.PolicyDocument_FromJson(policy.Document(policy.Statement{
			Effect: policy.Allow, Principal: policy.AccountPrincipal("aws", account), Actions: administered, Resources: []string{"*"},
		}))
	}
	valid, fields := validProps(stack), map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(constructors)) {
		for _, l := range leavesOf(constructors[name], func(t reflect.Type) bool { return t == reflect.TypeFor[awskms.IKey]() }) {
			field := name + " " + l.field
			fields[field] = true
			if keyUsers[field] == nil {
				t.Errorf("who uses the key in %s? Say it in keyUsers", field)
			}
			give := func(given awskms.IKey) {
				props := valid[name]()
				l.get(reflect.ValueOf(props).Elem()).Set(reflect.ValueOf(given))
				if p, ok := props.(*airflow.EnvironmentProps); ok {
					p.Name = fmt.Sprint("xkey", next())
				}
				constructors[name].make(stack, fmt.Sprint("X", next()), props)
			}
			id := func(what string) *string { return jsii.String(idOf(field) + what) }
			give(awskms.NewKey(stack, id("Closed"), &awskms.KeyProps{Policy: nobody()}))
			give(awskms.NewKey(stack, id("Open"), nil))
			give(awskms.Key_FromKeyArn(stack, id("Imported"), jsii.String("arn:aws:kms:"+region+":"+account+":key/1234abcd")))
		}
	}
	for field := range keyUsers {
		if !fields[field] {
			t.Errorf("%s is no field", field)
		}
	}
	func() {
		defer func() { _ = recover() }() // what the rules find is not what is looked for here
		app.Synth(nil)
	}()
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, r := range stacks[0].Template.Resources {
		for field, wanted := range keyUsers {
			of, at := strings.CutPrefix(r.Path(), "Stack/"+idOf(field))
			if !at || r.Type != "AWS::KMS::Key" {
				continue
			}
			found++
			document, _ := r.Properties["KeyPolicy"].(map[string]any)
			got := users(t, document["Statement"])
			if of == "Open/Resource" {
				wanted = slices.DeleteFunc(slices.Clone(wanted), noRights.MatchString)
			} else if slices.Contains(wanted, "grants") {
				wanted = append(slices.Clone(wanted), "looks")
			}
			slices.Sort(wanted)
			if !slices.Equal(got, wanted) {
				t.Errorf("%s %s: the policy lets in\n%q, want\n%q", field, of, got, wanted)
			}
		}
	}
	if want := 2 * len(keyUsers); found != want {
		t.Errorf("%d keys in the template, want %d: %v", found, want, unwrapped(faults))
	}
}

// Every field that takes a key refuses one that services can't encrypt by.
func TestKeysOfOtherKinds(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		signing := awskms.NewKey(stack, jsii.String("Signing"), &awskms.KeyProps{KeySpec: awskms.KeySpec_RSA_2048, KeyUsage: awskms.KeyUsage_SIGN_VERIFY})
		symmetric := awskms.NewKey(stack, jsii.String("Symmetric"), &awskms.KeyProps{KeySpec: awskms.KeySpec_SYMMETRIC_DEFAULT})
		valid := validProps(stack)
		for name, c := range constructors {
			for _, l := range leavesOf(c, func(t reflect.Type) bool { return t == reflect.TypeFor[awskms.IKey]() }) {
				for _, given := range []awskms.IKey{signing, symmetric} {
					props := valid[name]()
					l.get(reflect.ValueOf(props).Elem()).Set(reflect.ValueOf(given))
					before := len(unwrapped(faults))
					c.make(stack, fmt.Sprint("X", next()), props)
					if got := told(faults, before, l.field, "a key of RSA_2048"); got != (given == awskms.IKey(signing)) {
						t.Errorf("%s %s: refused %t: %v", name, l.field, got, unwrapped(faults)[before:])
					}
				}
			}
		}
	})
}

// idOf is a field as a part of a construct's id.
func idOf(field string) string { return strings.NewReplacer(".", "", " ", "").Replace(field) }

// What a key that is not the app's has to let in is said at its field.
func TestFieldsOfKeysSayWhatTheirPoliciesNeed(t *testing.T) {
	found := 0
	names, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			declared, ok := n.(*ast.TypeSpec)
			if !ok || !strings.HasSuffix(declared.Name.Name, "Props") {
				return true
			}
			s, ok := declared.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, f := range s.Fields.List {
				if typeText(f.Type) != "awskms.IKey" {
					continue
				}
				found++
				words := strings.Join(strings.Fields(f.Doc.Text()), " ")
				if !regexp.MustCompile(`[Pp]olicy must let .* added to a key of the app`).MatchString(words) {
					t.Errorf("%s.%s.%s does not say what the key's policy needs: %s", file.Name.Name, declared.Name.Name, f.Names[0].Name, words)
				}
			}
			return true
		})
	}
	if found != len(keyUsers) {
		t.Errorf("%d fields take a key, and keyUsers has %d", found, len(keyUsers))
	}
}
