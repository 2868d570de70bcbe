package constructs_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/constructs/supplychain"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/made"
)

// A propsField is one field of props, at any depth, exported or not. Of a list it is the list, and below it its first entry.
type propsField struct {
	path string
	get  func(props reflect.Value) reflect.Value
}

// arguments are the fields that are not exported and that functions set to what they are given.
var arguments = map[string]bool{
	"Image.version": true, "Image.uri": true, "Distribution.processes": true, "Distribution.parameters": true, "Distribution.group": true,
	"Parameter.name": true, "Parameter.min": true, "Parameter.max": true, "Parameter.allowed": true, "Threshold.metric": true, "Threshold.bound": true,
	"Trigger.schedule": true, "Trigger.data": true, "Trigger.repository": true, "Trigger.input": true,
	"WayIn.permissionSet": true, "WayIn.repository": true, "WayIn.workflow": true, "WayIn.role": true,
}

// allFields are those below a type. What they are in is made where it is missing, and copied where it is shared.
func allFields(t reflect.Type, path string, get func(reflect.Value) reflect.Value) []propsField {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int64, reflect.Float64, reflect.Map:
		return []propsField{{path, get}}
	case reflect.Struct:
		if !strings.Contains(t.PkgPath(), "plinth") {
			return nil
		}
		var all []propsField
		for i := range t.NumField() {
			if f := t.Field(i); !f.IsExported() && !arguments[t.Name()+"."+f.Name] {
				continue
			}
			of := func(p reflect.Value) reflect.Value { return settable(get(p).Field(i)) }
			all = append(all, allFields(t.Field(i).Type, strings.TrimPrefix(path+"."+t.Field(i).Name, "."), of)...)
		}
		return all
	case reflect.Slice:
		first := func(p reflect.Value) reflect.Value {
			f := get(p)
			own := reflect.MakeSlice(t, max(f.Len(), 1), max(f.Len(), 1))
			reflect.Copy(own, f)
			f.Set(own)
			return f.Index(0)
		}
		return append([]propsField{{path, get}}, allFields(t.Elem(), path+"[0]", first)...)
	case reflect.Pointer:
		if made.Is(t) || t.Elem().Kind() != reflect.Struct {
			return nil
		}
		return allFields(t.Elem(), path, func(p reflect.Value) reflect.Value {
			f := get(p)
			own := reflect.New(t.Elem())
			if !f.IsNil() {
				own.Elem().Set(f.Elem())
			}
			f.Set(own)
			return own.Elem()
		})
	}
	return nil
}

// settable is a field that reflection lets a test set, also where it is not exported.
func settable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// An oddity is an odd value of a field: set changes the valid value that is there.
type oddity struct {
	field string
	what  string
	set   func(field reflect.Value)
	// alone tells that it is not put together with other oddities.
	alone bool
}

// samples are values of fields that the valid props leave out, by the end of their paths.
var samples = map[string]string{"Path": "a/", "ContentType": "text/csv", "Prepared": "train/", "AllowedDomains[0]": "git.corp.example"}

// oddCharacters are what stands inside a text.
var oddCharacters = []string{
	"\n", "\r", "\x00", "\x01", "\x7f", "\u0085", "\u2028", "\ufffd", "é", "😀", "\t", " ", "//", "/../", "/./", "..", "--", "__", "<", ">", "&", "'", `"`, `\`,
	"%", "#", "=", "+", "@", ",", ";", ":", "|", "(", "$", "{}", "A", "9", "_", "*", "?", "~", "^", "`",
}

var oddNumbers = []int64{
	-1, 0, 1, 2, 3, 5, 7, 10, 30, 40, 100, 365, 1000, 3653, 4096, 16385, 20000, 65536, 100_000, 1 << 20, 1<<31 - 1, 1 << 31, math.MaxInt64,
	int64(time.Second), int64(time.Minute), int64(time.Hour), int64(24 * time.Hour), int64(7 * 24 * time.Hour), int64(29 * 24 * time.Hour),
	int64(400 * 24 * time.Hour), int64(1<<33) * int64(time.Second),
}

// oddTextsFrom are those that accepted lets through, of a valid one: with all characters, as many together as can be,
// the longest of each shape and the shortest, and each that is odd as a whole.
func oddTextsFrom(valid string, accepted func(string) bool) []string {
	into := func(text string) string { return valid[:(len(valid)+1)/2] + text + valid[(len(valid)+1)/2:] }
	all := []string{valid + "\n", "\n" + valid, valid + "/", "-" + valid, valid + valid}
	var taken []string
	for _, text := range oddCharacters {
		if accepted(into(text)) {
			taken = append(taken, text)
		}
	}
	together := ""
	for _, text := range taken {
		if !accepted(into(together + text)) {
			all, together = append(all, into(together)), ""
		}
		together += text
	}
	all = append(all, into(together))
	for _, long := range []func(n int) string{
		func(n int) string { return strings.Repeat("a", n) },
		func(n int) string { return strings.Repeat("é", n) },
		func(n int) string { return "/" + strings.Repeat("a", n) + "/" },
		func(n int) string { return strings.Repeat("a/", n) },
		func(n int) string { return strings.Repeat(".a", n) },
	} {
		if n := most(10_000, func(n int) bool { return accepted(into(long(n))) }); n > 0 {
			all = append(all, into(long(n)))
		}
	}
	all = append(all, "", "a", "*", "10.0.0.0/8", "arn:aws:s3:::", strings.Repeat("é", 200))
	return slices.DeleteFunc(all, func(text string) bool { return !accepted(text) })
}

// most is the largest number up to a limit that is taken, if all smaller ones are; 0: none is.
func most(limit int, taken func(n int) bool) int {
	return sort.Search(limit, func(n int) bool { return !taken(n + 1) })
}

// oddities are those of a field that accepted lets through.
func oddities(path string, valid reflect.Value, accepted func(oddity) bool) []oddity {
	var all []oddity
	add := func(what any, alone bool, set func(reflect.Value)) {
		if o := (oddity{path, fmt.Sprintf("%.80q", fmt.Sprint(what)), set, alone}); accepted(o) {
			all = append(all, o)
		}
	}
	typ := valid.Type()
	switch typ.Kind() {
	case reflect.String:
		base := cmp.Or(valid.String(), samples[path[strings.LastIndex(path, ".")+1:]], "a")
		set := func(text string) func(reflect.Value) { return func(f reflect.Value) { f.SetString(text) } }
		for _, text := range oddTextsFrom(base, func(text string) bool { return accepted(oddity{path, "", set(text), false}) }) {
			add(text, false, set(text))
		}
	case reflect.Int, reflect.Int64:
		var taken []int64
		for _, n := range oddNumbers {
			if accepted(oddity{path, "", func(f reflect.Value) { f.SetInt(n) }, false}) {
				taken = append(taken, n)
			}
		}
		for i, n := range taken {
			if i < 3 || i > len(taken)-4 {
				add(n, false, func(f reflect.Value) { f.SetInt(n) })
			}
		}
	case reflect.Float64:
		for _, n := range []float64{-1, 0, 1e-9, 0.5, 1e18, 1e300} {
			add(n, false, func(f reflect.Value) { f.SetFloat(n) })
		}
	case reflect.Slice:
		add("twice the same", false, func(f reflect.Value) { repeat(f, 2, false, 1) })
		for _, turns := range []int{1, valid.Len()} {
			with := func(n int) func(reflect.Value) { return func(f reflect.Value) { repeat(f, n, true, turns) } }
			if n := most(256, func(n int) bool { return accepted(oddity{path, "", with(n), true}) }); n > 1 {
				add(fmt.Sprintf("%d entries like the first %d", n, turns), true, with(n))
			}
			if valid.Len() < 2 {
				break
			}
		}
	case reflect.Map:
		all = append(all, oddMaps(path, typ, accepted)...)
	}
	return all
}

// oddMaps are maps with all odd keys, with all odd values, and with many entries.
func oddMaps(path string, typ reflect.Type, accepted func(oddity) bool) []oddity {
	if typ.Key().Kind() != reflect.String || !reflect.TypeFor[string]().AssignableTo(typ.Elem()) {
		return nil
	}
	with := func(entries map[string]string) func(reflect.Value) {
		return func(f reflect.Value) {
			m := reflect.MakeMap(typ)
			for _, key := range f.MapKeys() {
				m.SetMapIndex(key, f.MapIndex(key))
			}
			for key, value := range entries {
				m.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
			}
			f.Set(m)
		}
	}
	var all []oddity
	takes := func(entries map[string]string) bool { return accepted(oddity{path, "", with(entries), false}) }
	keys, values := map[string]string{}, map[string]string{}
	for _, text := range oddTextsFrom("ab", func(text string) bool { return takes(map[string]string{text: "b"}) }) {
		keys[text] = "b"
	}
	for i, text := range oddTextsFrom("ab", func(text string) bool { return takes(map[string]string{"a": text}) }) {
		values[fmt.Sprint("a", i)] = text
	}
	many := func(n int) map[string]string {
		entries := map[string]string{}
		for i := range n {
			entries[fmt.Sprint("a", i)] = "b"
		}
		return entries
	}
	if n := most(1001, func(n int) bool { return takes(many(n)) }); n > 0 {
		all = append(all, oddity{path, fmt.Sprint(n, " more entries"), with(many(n)), true})
	}
	return append(all, oddity{path, "odd keys", with(keys), false}, oddity{path, "odd values", with(values), false})
}

// repeat fills a list with so many of its first entries in turn, or a zero one. Numbered entries differ in their first
// texts.
func repeat(f reflect.Value, n int, numbered bool, turns int) {
	own := reflect.MakeSlice(f.Type(), n, n)
	for i := range n {
		if f.Len() > 0 {
			own.Index(i).Set(f.Index(i % turns))
		}
		if numbered {
			enumerate(own.Index(i), i)
		}
	}
	f.Set(own)
}

// enumerate gives the first text in a value a number.
func enumerate(v reflect.Value, n int) bool {
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		number := fmt.Sprintf("%06d", n)
		switch {
		case strings.HasSuffix(text, "/"):
			text = strings.TrimSuffix(text, "/") + number + "/"
		case len(text) >= 12: // an identifier of that length
			text = text[:len(text)-6] + number
		case text == "":
			text = "a" + number
		default:
			text += number
		}
		v.SetString(text)
		return true
	case reflect.Struct:
		for i := range v.NumField() {
			if strings.Contains(v.Type().PkgPath(), "plinth") && enumerate(settable(v.Field(i)), n) {
				return true
			}
		}
	}
	return false
}

// unnamed gives props a name of their own, so that many constructs stand in one app.
func unnamed(props any, field string) {
	v := reflect.ValueOf(props).Elem()
	for _, path := range []string{"Chain.Name", "Name", "Role", "Airflow", "Workflow"} {
		f := v
		for _, name := range strings.Split(path, ".") {
			if f.Kind() == reflect.Struct {
				f = f.FieldByName(name)
			}
		}
		if f.IsValid() && f.Kind() == reflect.String && field != path {
			f.SetString(fmt.Sprint("n", next()))
			return
		}
	}
}

// embedded are the requests in a template's resource, by service and operation.
func embedded(r assembly.Resource) map[string][]any {
	all := map[string][]any{}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				look(e)
			}
		case map[string]any:
			if resource, ok := v["Resource"].(string); ok && v["Parameters"] != nil {
				model := operation(resource)
				all[model] = append(all[model], v["Parameters"])
			}
			if model := steps[fmt.Sprint(v["Type"])]; model != "" && v["Arguments"] != nil {
				all[model] = append(all[model], v["Arguments"])
			}
			for _, e := range v {
				look(e)
			}
		}
	}
	for _, text := range []any{r.Properties["DefinitionString"], inside(r.Properties["PipelineDefinition"], "PipelineDefinitionBody")} {
		var document any
		if s, ok := plainly(text).(string); ok && json.Unmarshal([]byte(s), &document) == nil {
			look(document)
		}
	}
	if r.Type == "AWS::SageMaker::Pipeline" {
		all[startPipeline] = started(r)
	}
	return all
}

const startPipeline = "sagemaker StartPipelineExecution"

// started are the requests that start a pipeline, each with another of the texts that it lets through.
func started(pipeline assembly.Resource) []any {
	var definition struct {
		Parameters []struct {
			Name       string
			EnumValues []string
		}
	}
	text, _ := plainly(inside(pipeline.Properties["PipelineDefinition"], "PipelineDefinitionBody")).(string)
	if err := json.Unmarshal([]byte(text), &definition); err != nil {
		panic(err)
	}
	var all []any
	for _, p := range definition.Parameters {
		for _, value := range append(p.EnumValues, "0") {
			all = append(all, map[string]any{"PipelineParameters": []any{map[string]any{"Name": p.Name, "Value": value}}})
		}
	}
	return all
}

func inside(v any, key string) any {
	m, _ := v.(map[string]any)
	return m[key]
}

// steps are the operations of a pipeline's steps, by their types.
var steps = map[string]string{
	"Training": "sagemaker CreateTrainingJob", "Processing": "sagemaker CreateProcessingJob", "Tuning": "sagemaker CreateHyperParameterTuningJob",
	"RegisterModel": "sagemaker CreateModelPackage",
}

var taskPattern = regexp.MustCompile(`states:::(?:aws-sdk:)?([a-z]+):([A-Za-z]+)`)

// operation is what a task asks of AWS.
func operation(resource string) string {
	m := taskPattern.FindStringSubmatch(resource)
	if m == nil {
		return ""
	}
	service, name := m[1], m[2]
	switch service {
	case "sfn", "states":
		service = "stepfunctions"
	}
	return service + " " + strings.ToUpper(name[:1]) + name[1:]
}

var marker = regexp.MustCompile(`/(Limit[0-9]+)(/|$)`)

// shared are fields that stand in the props of many constructors and are looked at in some.
var shared = map[string][]string{"Environment.": {"network.NewIsolated", "storage.NewDataBucket", "training.NewWorkflow"}}

// lookedAt are the only fields that are looked at in props that others resemble.
var lookedAt = map[string][]string{
	"training.NewPipeline full":            {"Job.", "Prepare.", "Evaluate.", "Gate", "Register."},
	"training.NewWorkflow search":          {"Job.", "Search."},
	"training.NewWorkflow installs":        {"Job.Variables", "Job.HyperParameters", "Job.Parameters", "Job.Inputs", "Job.Code", "Job.Distribution", "Job.Packages"},
	"training.NewWorkflow installs search": {"Job.Variables", "Job.HyperParameters", "Job.Parameters"},
}

func isElsewhere(name, path string) bool {
	if in := lookedAt[name]; in != nil && !slices.ContainsFunc(in, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
		return true
	}
	constructor, _, _ := strings.Cut(name, " ")
	for prefix, in := range shared {
		if strings.HasPrefix(path, prefix) && !slices.Contains(in, constructor) {
			return true
		}
	}
	return false
}

// together puts oddities into as few props as is easy: each field once in each, and what is not accepted together apart.
func together(all []oddity, accepted func(...oddity) bool) [][]oddity {
	var batches [][]oddity
	for _, o := range all {
		i := -1
		if !o.alone {
			i = slices.IndexFunc(batches, func(b []oddity) bool {
				return !slices.ContainsFunc(b, func(other oddity) bool {
					return other.alone || strings.HasPrefix(o.field, other.field) || strings.HasPrefix(other.field, o.field)
				})
			})
		}
		if i < 0 {
			batches = append(batches, []oddity{o})
		} else {
			batches[i] = append(batches[i], o)
		}
	}
	var whole [][]oddity
	for len(batches) > 0 {
		b := batches[0]
		batches = batches[1:]
		if n := len(b); n == 1 || accepted(b...) {
			whole = append(whole, b)
		} else {
			batches = append(batches, b[:n/2], b[n/2:])
		}
	}
	return whole
}

// Whatever a constructor takes, AWS's models take: each property of the template, and each member of the requests in it.
func TestLimits(t *testing.T) {
	long(t)
	known, unread := readModels(t)
	dir := t.TempDir()
	faults := fault.Collect()
	defer faults.Stop()
	app := awscdk.NewApp(&awscdk.AppProps{AutoSynth: jsii.Bool(false), Outdir: &dir, AnalyticsReporting: jsii.Bool(false), Context: &map[string]any{
		"@aws-cdk/core:stackResourceLimit": 0,
	}})
	stack := awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{Env: &awscdk.Environment{Account: jsii.String(account), Region: jsii.String(region)}})
	valid, sized := fullProps(stack)
	owners := oddTextsFrom("team", func(text string) bool { return text != "" && environment.Environment{Owner: text}.Validate() == nil })
	fields, tried, taken := map[string]bool{}, 0, 0
	builtOf := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(valid)) {
		started := time.Now()
		constructor, _, _ := strings.Cut(name, " ")
		c := constructors[constructor]
		of := map[string]propsField{}
		with := func(all ...oddity) any {
			props := valid[name]()
			named := ""
			for _, o := range all {
				if o.field == "Name" || o.field == "Chain.Name" || o.field == "Role" || o.field == "Airflow" {
					named = o.field
				}
			}
			unnamed(props, named)
			for _, o := range all {
				o.set(of[o.field].get(reflect.ValueOf(props).Elem()))
			}
			return props
		}
		accepted := func(all ...oddity) bool {
			tried++
			return validate(with(all...)) == nil
		}
		var odd []oddity
		for _, f := range allFields(reflect.TypeOf(c.props).Elem(), "", func(p reflect.Value) reflect.Value { return p }) {
			fields[constructor+" "+f.path] = true
			if isElsewhere(name, f.path) {
				continue
			}
			of[f.path] = f
			odd = append(odd, oddities(f.path, f.get(reflect.ValueOf(valid[name]()).Elem()), func(o oddity) bool { return accepted(o) })...)
		}
		taken += len(odd)
		add := func(props any, about string) (id string, ok bool) {
			id = fmt.Sprint("Limit", next())
			before := len(unwrapped(faults))
			object := c.make(stack, id, props)
			if len(unwrapped(faults)) > before {
				return id, false
			}
			builtOf[id] = name + about
			if r, ok := object.(*training.Request); ok && r.Document != nil {
				awscdk.NewCfnOutput(stack, jsii.String(id+"Request"), &awscdk.CfnOutputProps{Value: stack.ToJsonString(r.Document, nil)})
			}
			return id, true
		}
		build := func(all ...oddity) bool {
			var about strings.Builder
			for _, o := range all {
				about.WriteString("; " + o.field + " " + o.what)
			}
			_, ok := add(with(all...), about.String())
			return ok
		}
		if id, ok := add(with(), "; tags"); ok {
			for i, value := range owners {
				awscdk.Tags_Of(stack.Node().FindChild(&id)).Add(jsii.String(fmt.Sprint("Owner", i)), &value, nil)
			}
		}
		if props := sized[name]; props != nil {
			n := most(3000, func(n int) bool { return validate(props(n)) == nil })
			add(props(n), fmt.Sprintf("; texts of %d characters", n))
		}
		batches := together(odd, accepted)
		for _, batch := range batches {
			if !build(batch...) {
				for _, o := range batch {
					build(o)
				}
			}
		}
		t.Logf("%s: %d values in %d constructs, %v", name, len(odd), len(batches), time.Since(started).Round(time.Second))
	}
	t.Logf("%d fields; of %d values %d are taken, in %d constructs; %d patterns are not read", len(fields), tried, taken, len(builtOf), unread)
	func() {
		defer func() { _ = recover() }() // of a stack that is too large; its template is there all the same
		app.Synth(nil)
	}()
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	looked := 0
	look := func(id, model string, value any) {
		if of := builtOf[id]; of != "" && model != "" {
			looked++
			for _, w := range append(known.wrong(t, model, value), tooMany(model, value)...) {
				name, _, _ := strings.Cut(of, ";")
				path, what, _ := strings.Cut(w, ": ")
				found[name+" -> "+model+" "+path] = what + "\n        " + of
			}
		}
	}
	for _, r := range stacks[0].Template.Resources {
		m := marker.FindStringSubmatch(r.Path())
		if m == nil {
			continue
		}
		if strings.HasPrefix(r.Type, "AWS::") {
			look(m[1], r.Type, plainly(r.Properties))
		}
		for model, requests := range embedded(r) {
			for _, request := range requests {
				look(m[1], model, request)
			}
		}
	}
	for id, o := range stacks[0].Template.Outputs {
		var document any
		if s, ok := plainly(o.Value).(string); ok && json.Unmarshal([]byte(s), &document) == nil {
			look(strings.TrimSuffix(id, "Request"), "sagemaker CreateTrainingJob", document)
		}
	}
	t.Logf("%d documents", looked)
	for _, key := range slices.Sorted(maps.Keys(found)) {
		t.Errorf("%s\n    %.700s", key, found[key])
	}
}

// fullProps are valid props with more of their fields set than validProps have, and ones of which several fields hold
// the same texts of n characters.
func fullProps(stack awscdk.Stack) (all map[string]func() any, sized map[string]func(n int) any) {
	all = validProps(stack)
	logs := storage.NewDataBucket(stack, "FullLogs", &storage.DataBucketProps{Environment: dev, Class: storage.Logs})
	data := storage.NewDataBucket(stack, "FullData", &storage.DataBucketProps{Environment: dev, AccessLogs: logs, Events: true})
	workflow := all["training.NewWorkflow"]
	full := func() *training.WorkflowProps {
		p := workflow().(*training.WorkflowProps)
		p.Guard = nil
		p.Prepare = &training.Processing{Image: training.ImageURI(account + ".dkr.ecr." + region + ".amazonaws.com/prepare:1"), Command: []string{"python3"},
			Inputs: []training.Input{{Channel: "raw", From: data.Prefix("raw/")}}, Output: data.Prefix("prepared/"), InstanceType: "ml.m5.xlarge",
			Variables: map[string]string{"a": "b"}}
		p.Evaluate = &training.Processing{Image: training.ImageURI(account + ".dkr.ecr." + region + ".amazonaws.com/evaluate:1"), Command: []string{"python3"},
			Inputs: []training.Input{{Channel: "test", From: data.Prefix("test/")}}, Output: data.Prefix("evaluated/"), InstanceType: "ml.m5.xlarge"}
		p.Register = &training.Registration{ContentTypes: []string{"text/csv"}, ResponseTypes: []string{"text/csv"}}
		p.Job.Image = training.ImageURI(account + ".dkr.ecr." + region + ".amazonaws.com/churn:1.0")
		p.Job.Metrics = []training.Metric{{Name: "validation:auc", Regex: "auc: ([0-9.]+)"}}
		p.Job.HyperParameters, p.Job.Variables = map[string]string{"objective": "x"}, map[string]string{"MODE": "x"}
		p.Job.Parameters = append(p.Job.Parameters, training.OneOf("booster", "gbtree", "dart"))
		p.Gate = []training.Threshold{training.AtLeast("validation:auc", 0.5)}
		p.Job.Spot, p.Job.Checkpoints = true, data.Prefix("checkpoints/")
		return p
	}
	all["training.NewWorkflow full"] = func() any {
		p := full()
		p.AtOnce, p.Job.EntryPoint, p.Job.Arguments, p.Prepare.Arguments = 2, []string{"python3"}, []string{"-u"}, []string{"-v"}
		p.Triggers = []training.Trigger{training.OnSchedule("rate(7 days)", map[string]any{"num_round": 10, "booster": "dart"})}
		return p
	}
	all["training.NewWorkflow"] = func() any {
		p := workflow().(*training.WorkflowProps)
		p.Guard = nil // which has tests of its own
		return p
	}
	all["training.NewWorkflow search"] = func() any {
		p := full()
		p.Search, p.Job.Checkpoints = &training.Search{Objective: "validation:auc", Jobs: 2}, storage.Prefix{}
		return p
	}
	installs := func() *training.WorkflowProps {
		p := full()
		p.Environment.RuntimeInstalls = true
		p.Job.Packages, p.Job.Instances, p.Job.Distribution = supplychain.Repository{ARN: repositoryARN}, 2, training.MPI(2)
		p.Job.Code = training.Code{From: data.Prefix("code/"), Archive: "code.tar.gz", Program: "train.py"}
		return p
	}
	all["training.NewWorkflow installs"] = func() any { return installs() }
	all["training.NewWorkflow installs search"] = func() any {
		p := installs()
		p.Search, p.Job.Checkpoints = &training.Search{Objective: "validation:auc", Jobs: 2}, storage.Prefix{}
		return p
	}
	pipeline := all["training.NewPipeline"]().(*training.PipelineProps)
	all["training.NewPipeline full"] = func() any {
		p := full()
		return &training.PipelineProps{Environment: dev, Network: p.Network, Guard: pipeline.Guard, Job: p.Job, Prepare: p.Prepare, Evaluate: p.Evaluate, Gate: p.Gate, Register: p.Register}
	}
	all["storage.NewDataBucket full"] = func() any {
		return &storage.DataBucketProps{Environment: dev, AccessLogs: logs, Shares: []storage.Share{{Account: "444455556666", Path: "a/"}},
			Lock: storage.Lock{Mode: storage.Governance, Days: 1}, Events: true, Inventory: storage.Weekly,
			ReplicateTo: storage.Replica{Bucket: "arn:aws:s3:::there-for-good", Key: "arn:aws:kms:eu-west-1:" + account + ":key/1234abcd", Region: "eu-west-1"}}
	}
	builder := all["supplychain.NewBuilder"]
	all["supplychain.NewBuilder"] = func() any {
		p := builder().(*supplychain.BuilderProps)
		p.Images = supplychain.NewImages(stack, fmt.Sprint("Images", next()), &supplychain.ImagesProps{Name: fmt.Sprint("churn", next())})
		return p
	}
	sized = map[string]func(n int) any{"training.NewWorkflow full": func(n int) any {
		p := full()
		p.Name, p.Job.Parameters = "", nil
		input := map[string]any{}
		for i := range 5 {
			name, text := fmt.Sprint("p", i), strings.Repeat("a", n)
			p.Job.Parameters, input[name] = append(p.Job.Parameters, training.OneOf(name, text)), text
		}
		repository := "arn:aws:ecr:" + region + ":" + account + ":repository/churn"
		p.Triggers = []training.Trigger{training.OnSchedule("rate(7 days)", input), training.OnData(data.Prefix("new/"), input), training.OnImage(repository, input)}
		return p
	}}
	return all, sized
}
