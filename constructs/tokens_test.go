package constructs_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
)

// goesNowhere are fields of texts that a construct compares and no resource has, and why.
var goesNowhere = map[string]string{
	"storage.NewDataBucket OutsideRoles[0]":         "without Endpoints nobody is outside",
	"supplychain.NewImages Chain.Organization":      "which reads packages",
	"supplychain.NewMirror Chain.Organization":      "which reads packages",
	"supplychain.NewPullThrough Chain.Organization": "which reads packages",
	"training.NewRequest Name":                      "a request is no resource",
	"training.NewRequest Team":                      "a request is no resource",
}

// A value that only the deployment knows is taken or refused alike in a stack of an account and region and in one of none, and what
// is taken reaches the template whole, whatever the field.
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
	taken := map[string]map[string]string{"known": {}, "open": {}} // the fields by the names of the parameters that their tokens refer to
	tried := 0
	for kind, stack := range stacks {
		all := validProps(stack)
		for name, c := range constructors {
			valid := all[name]
			for i, l := range leavesOf(c, func(t reflect.Type) bool { return t.Kind() == reflect.String }) {
				tried++
				id := strings.ReplaceAll(name, ".", "") + fmt.Sprint("Field", i)
				value := awscdk.NewCfnParameter(stack, &id, nil).ValueAsString()
				props := valid()
				l.get(reflect.ValueOf(props).Elem()).SetString(*value)
				before := len(unwrapped(faults))
				c.make(stack, "X"+id, props)
				field := name + " " + l.field
				if found := unwrapped(faults)[before:]; len(found) == 0 {
					taken[kind][id] = field
				} else if text := problems(found); text != "" {
					said[kind][field] = text
				}
			}
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
	for kind, stack := range stacks {
		s := read[slices.IndexFunc(read, func(s assembly.Stack) bool { return s.Path == *stack.Node().Path() })]
		text, err := json.Marshal(s.Template.Resources)
		if err != nil {
			t.Fatal(err)
		}
		var lost []string
		for id, field := range taken[kind] {
			_, name, _ := strings.Cut(field, " ")
			if reaches := strings.Contains(string(text), `{"Ref":"`+id+`"}`); !reaches && !strings.HasPrefix(name, "Environment.") && goesNowhere[field] == "" {
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

// tokenName is a token of a number.
var tokenName = regexp.MustCompile(`\$\{Token\[[^]]*\]\}`)

// problems are the lines of faults that say what is wrong, without the names of tokens; but for names that another field's
// construct has.
func problems(faults []error) string {
	var all []string
	for _, f := range faults {
		for line := range strings.Lines(f.Error()) {
			if strings.HasPrefix(line, "  - ") && !strings.Contains(line, ") has it: ") && !strings.Contains(line, ") has made it: ") {
				line = strings.NewReplacer("Open/Stack", "Stack", region, "TOKEN", account, "TOKEN").Replace(strings.TrimSpace(line))
				all = append(all, tokenName.ReplaceAllString(line, "TOKEN"))
			}
		}
	}
	return strings.Join(all, "\n")
}
