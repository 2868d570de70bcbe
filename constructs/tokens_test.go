package constructs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/hyperpod"
	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
)

// goesNowhere are fields of texts that a construct compares and no resource has, and why.
var goesNowhere = map[string]string{
	"training.NewExistingModelGroup Name":                    "it stands already, and policies name it where it is given",
	"access.NewExecutionRole Mounts[0].Path":                 "a job mounts any directory of its file system",
	"storage.NewDataBucket OutsideRoles[0]":                  "without Endpoints nobody is outside",
	"supplychain.NewMirror Chain.Stages[0].Accounts[0]":      "which pull images of the chain",
	"supplychain.NewPullThrough Chain.Stages[0].Accounts[0]": "which pull images of the chain",
	"supplychain.NewImages Chain.Organization":               "which reads packages",
	"supplychain.NewMirror Chain.Organization":               "which reads packages",
	"supplychain.NewPullThrough Chain.Organization":          "which reads packages",
	"training.NewRequest Name":                               "a request is no resource",
	"training.NewRequest Team":                               "a request is no resource",
}

// A tokenKind is a way in which an app has a text that only the deployment knows.
type tokenKind struct {
	name string
	make func(stack awscdk.Stack, id string) *string
}

// tokenKinds are all of them.
var tokenKinds = []tokenKind{
	{"a parameter", func(stack awscdk.Stack, id string) *string {
		return awscdk.NewCfnParameter(stack, &id, nil).ValueAsString()
	}},
	{"a value of SSM", func(stack awscdk.Stack, id string) *string {
		return awsssm.StringParameter_ValueForStringParameter(stack, jsii.String("/"+id), nil)
	}},
	{"an export of another stack", func(_ awscdk.Stack, id string) *string { return awscdk.Fn_ImportValue(&id) }},
	{"an attribute of a resource", func(stack awscdk.Stack, id string) *string {
		return awscdk.NewCfnResource(stack, &id, &awscdk.CfnResourceProps{Type: jsii.String("Custom::" + id)}).GetAtt(jsii.String("Value"), "").ToString()
	}},
	{"a part of an import", func(stack awscdk.Stack, id string) *string {
		return awss3.Bucket_FromBucketArn(stack, &id, awscdk.Fn_ImportValue(&id)).BucketName()
	}},
	{"a lazy value", func(_ awscdk.Stack, id string) *string { return awscdk.Lazy_String(&lazy{id}, nil) }},
}

// lazy is a text that the CDK asks for in the end.
type lazy struct{ text string }

// Produce gives it.
func (l *lazy) Produce() *string { return &l.text }

// A tokenUse sets a field of a constructor's props to a value of a kind.
type tokenUse struct {
	leaf
	constructor, id string
	kind            tokenKind
	// more tells that the field has had a value of another kind.
	more bool
}

// tokenUses are all fields of text, each with a value of some kind, and more where few fields have the same name: every
// kind meets a field of every name. A field of environments is tried with each kind once.
func tokenUses() []tokenUse {
	var all []tokenUse
	met := map[string][]tokenUse{}
	add := func(u tokenUse) {
		name := lastOf(u.field)
		if strings.HasPrefix(u.field, "Environment.") {
			name = u.field // whose checks are the same in all constructors
			if len(met[name]) == len(tokenKinds) {
				return
			}
		}
		u.kind = tokenKinds[len(met[name])%len(tokenKinds)]
		u.id = fmt.Sprintf("%sField%d", strings.ReplaceAll(u.constructor, ".", ""), len(all))
		met[name], all = append(met[name], u), append(all, u)
	}
	for _, name := range slices.Sorted(maps.Keys(constructors)) {
		for _, l := range leavesOf(constructors[name], func(t reflect.Type) bool { return t.Kind() == reflect.String }) {
			add(tokenUse{leaf: l, constructor: name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(met)) {
		if strings.HasPrefix(name, "Environment.") {
			continue
		}
		for last := met[name][len(met[name])-1]; len(met[name]) < len(tokenKinds); {
			last.more = true
			add(last)
		}
	}
	return all
}

// filledIn are values of types that are of no use without some of their fields.
func filledIn(stack awscdk.Stack, net *network.Isolated) map[reflect.Type]any {
	data := storage.NewDataBucket(stack, "SampleData", &storage.DataBucketProps{Environment: dev})
	packages := supplychain.Chain{}.Repository(stack, "dev", "", "")
	files := storage.NewEFS(stack, "SampleEFS", &storage.EFSProps{Environment: dev, Network: net})
	all := map[reflect.Type]any{}
	for _, sample := range []any{
		data.Prefix("sample/"), data.Object("sample.json"), files.Directory("/sample"), packages,
		storage.Share{Account: "444455556666", Path: "a/"},
		storage.Replica{Bucket: "arn:aws:s3:::replica", Key: "arn:aws:kms:" + region + ":" + account + ":key/1234abcd", Region: region},
		training.Input{Channel: "sample", From: data.Prefix("sample/")},
		&training.Processing{Image: imageOfOurs, Command: []string{"run"}, Output: data.Prefix("processed/"), InstanceType: "ml.m5.xlarge",
			Inputs: []training.Input{{Channel: "sample", From: data.Prefix("sample/")}}},
		training.Code{From: data.Prefix("code/"), Archive: "source.tar.gz", Program: "train.py"},
		training.Metric{Name: "loss", Regex: "loss=(.*)"}, training.InstanceGroup{Name: "gpu", InstanceType: "ml.m5.xlarge"},
		supplychain.Stage{Name: "dev"},
		network.AdditionalEndpoint{Service: "glue", Actions: []string{"glue:GetTable"}},
		hyperpod.Taint{Key: "dedicated", Value: "x", Effect: "NoSchedule"},
		&hyperpod.EKS{ClusterARN: "arn:aws:eks:" + region + ":" + account + ":cluster/x", SecurityGroupID: "sg-0123456789abcdef0", Prepared: true},
		airflow.Requirements{Lock: "numpy==1.0.0 --hash=sha256:" + strings.Repeat("a", 64)},
	} {
		all[reflect.TypeOf(sample)] = sample
	}
	return all
}

var imageOfOurs = training.ImageURI(account + ".dkr.ecr." + region + ".amazonaws.com/own:1")

// besides are the fields of a job that other ones can't stand beside, by a part of their names, and what is done about
// it.
var besides = map[string]func(j *training.Job){
	"Job.Metrics[0].":      func(j *training.Job) { j.Image = imageOfOurs },
	"Job.Groups[0].":       func(j *training.Job) { j.Image, j.InstanceType = imageOfOurs, "" },
	"Job.Inputs[0].Mount.": func(j *training.Job) { j.Inputs[0].From = storage.Prefix{} },
}

// fillIn puts samples into the zero values that a field is in.
func fillIn(v reflect.Value, field string, all map[reflect.Type]any) {
	if sample := all[v.Type()]; sample != nil && v.IsZero() {
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v.Elem().Set(reflect.ValueOf(sample).Elem())
		} else {
			v.Set(reflect.ValueOf(sample))
		}
	}
	name, rest, _ := strings.Cut(field, ".")
	name, of, isEntry := strings.Cut(name, "[0]")
	switch {
	case field == "":
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			fillIn(v.Elem(), field, all)
		}
	case isEntry && of == "":
		list := v.FieldByName(name)
		own := reflect.MakeSlice(list.Type(), list.Len(), list.Len()) // which no sample has
		reflect.Copy(own, list)
		list.Set(own)
		if list.Len() == 0 && all[list.Type().Elem()] != nil {
			list.Set(reflect.Append(list, reflect.Zero(list.Type().Elem())))
		}
		if list.Len() > 0 {
			fillIn(list.Index(0), rest, all)
		}
	default:
		fillIn(v.FieldByName(name), rest, all)
	}
}

// A value that only the deployment knows is taken or refused alike in a stack of an account and region and in one of
// none, and what is taken reaches the template whole, whatever the field.
func TestTokensInFields(t *testing.T) {
	long(t)
	dir := t.TempDir()
	faults := fault.Collect()
	defer faults.Stop()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, AutoSynth: jsii.Bool(false), Context: &map[string]any{
		"@aws-cdk/core:stackResourceLimit": 0, // the stacks are not to be deployed
	}})
	stacks := map[string]awscdk.Stack{
		"known": newStack(app), "open": awscdk.NewStack(awscdk.NewStage(app, jsii.String("Open"), nil), jsii.String("Stack"), nil),
	}
	said := map[string]map[string]string{"known": {}, "open": {}}
	taken := map[string]map[string]string{"known": {}, "open": {}} // the fields and kinds by what their values are in the template
	alike := map[string]map[string]string{}                        // what is said of each field, whatever the kind
	tried, uses := 0, tokenUses()
	for place, stack := range stacks {
		all := validProps(stack)
		filled := filledIn(stack, all["storage.NewEFS"]().(*storage.EFSProps).Network)
		for _, u := range uses {
			if u.more && place == "open" {
				continue // the kind makes no difference there that it doesn't make to other fields
			}
			tried++
			value := u.kind.make(stack, u.id)
			props := all[u.constructor]()
			fillIn(reflect.ValueOf(props).Elem(), u.field, filled)
			for part, change := range besides {
				if job := reflect.ValueOf(props).Elem().FieldByName("Job"); strings.HasPrefix(u.field, part) {
					change(job.Addr().Interface().(*training.Job))
				}
			}
			u.get(reflect.ValueOf(props).Elem()).SetString(*value)
			before := len(unwrapped(faults))
			made := constructors[u.constructor].make(stack, fmt.Sprint("X", next()), props) // a short id, since names are made of it
			field := u.constructor + " " + u.field + ", " + u.kind.name
			say := func(text string) {
				of := place + " " + u.constructor + " " + u.field
				if alike[of] == nil {
					alike[of] = map[string]string{}
				}
				alike[of][text] = u.kind.name
			}
			if found := unwrapped(faults)[before:]; len(found) == 0 {
				say("")
				if request, ok := made.(*training.Request); ok && strings.Contains(documentOf(t, request), *value) {
					continue // which is no resource
				}
				text, err := json.Marshal(stack.Resolve(value))
				if err != nil {
					t.Fatal(err)
				}
				taken[place][strings.Trim(string(text), `"`)] = field
			} else if text := problems(found); text != "" {
				said[place][field] = text
				say(text)
			}
		}
	}
	for field, texts := range alike {
		if len(texts) > 1 {
			t.Errorf("of %s is said what depends on the kind of value: %q", field, texts)
		}
	}
	for _, u := range uses {
		if u.more {
			delete(said["known"], u.constructor+" "+u.field+", "+u.kind.name)
		}
	}
	for field := range said["known"] {
		if got, want := said["open"][field], said["known"][field]; got != want {
			t.Errorf("%s:\n%s\nin a stack without account and region\n%s", field, want, got)
		}
	}
	for field := range said["open"] {
		if said["known"][field] == "" {
			t.Errorf("%s is refused in a stack without account and region: %s", field, said["open"][field])
		}
	}
	func() {
		defer func() { _ = recover() }() // what the rules find is not what is looked for here
		app.Synth(nil)
	}()
	read, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for place, stack := range stacks {
		s := read[slices.IndexFunc(read, func(s assembly.Stack) bool { return s.Path == *stack.Node().Path() })]
		text, err := json.Marshal(s.Template.Resources)
		if err != nil {
			t.Fatal(err)
		}
		var lost []string
		for value, field := range taken[place] {
			of, _, _ := strings.Cut(field, ", ")
			_, name, _ := strings.Cut(of, " ")
			if !strings.Contains(string(text), value) && !strings.HasPrefix(name, "Environment.") && goesNowhere[of] == "" {
				lost = append(lost, field)
			}
		}
		slices.Sort(lost)
		if len(lost) > 0 {
			t.Errorf("%s: these reach no resource:\n%s", s.Path, strings.Join(lost, "\n"))
		}
	}
	t.Logf("%d values, %d and %d taken", tried, len(taken["known"]), len(taken["open"]))
}

// documentOf is the request, as a text.
func documentOf(t *testing.T, request *training.Request) string {
	t.Helper()
	text, err := json.Marshal(request.Document)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tokenName is a token of a number.
var tokenName = regexp.MustCompile(`\$\{Token\[[^]]*\]\}`)

// numberedFile is the path of a file, another one in each props.
var numberedFile = regexp.MustCompile(`dags/a[0-9]+\.py`)

// problems are the lines of faults that say what is wrong, without the names of tokens; but for names that another
// field's construct has.
func problems(faults []error) string {
	var all []string
	for _, f := range faults {
		for line := range strings.Lines(f.Error()) {
			if strings.HasPrefix(line, "  - ") && !strings.Contains(line, ") has it: ") && !strings.Contains(line, ") has made it: ") {
				line = strings.NewReplacer("Open/Stack", "Stack", region, "TOKEN", account, "TOKEN").Replace(strings.TrimSpace(line))
				all = append(all, numberedFile.ReplaceAllString(tokenName.ReplaceAllString(line, "TOKEN"), "dags/a.py"))
			}
		}
	}
	return strings.Join(all, "\n")
}

// A whole number that a token becomes is told as the number that it is.
func TestWholeNumbersOfTokens(t *testing.T) {
	lasting := environment.Environment{LogRetentionDays: math.MinInt}
	for field, validate := range map[string]func() error{
		"Environment.LogRetentionDays": (&network.IsolatedProps{Environment: lasting}).Validate,
		"LifeCycle.TieringDays":        (&storage.DataBucketProps{LifeCycle: storage.LifeCycle{TieringDays: math.MinInt}}).Validate,
		"Job.VolumeGB": func() error {
			return (&training.WorkflowProps{Job: training.Job{VolumeGB: math.MinInt}}).Validate("Churn")
		},
	} {
		const told = ": got -9223372036854775808; allowed: a number that is known at synth; Go makes this of every token of a number"
		if err := validate(); err == nil || strings.Count(err.Error(), field) != 1 || !strings.Contains(err.Error(), field+told) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
