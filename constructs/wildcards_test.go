package constructs_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/fault"
)

// wild are texts with a wildcard, of the forms that fields take. %d is a number by which the text is known again.
var wild = []string{
	"zq%d*", "zq%d?", "zq%d/*", "/zq%d*/",
	"arn:aws:kms:" + region + ":" + account + ":key/zq%d*",
	"arn:aws:iam::" + account + ":role/zq%d*",
	"arn:aws:iam::" + account + ":user/zq%d*",
	"arn:aws:sns:" + region + ":" + account + ":zq%d*",
	"arn:aws:logs:" + region + ":" + account + ":log-group:zq%d*",
	"arn:aws:states:" + region + ":" + account + ":stateMachine:zq%d*",
	"arn:aws:codeartifact:" + region + ":" + account + ":repository/zq%d/a*",
	"arn:aws:ecr:" + region + ":" + account + ":repository/zq%d*",
	"arn:aws:eks:" + region + ":" + account + ":cluster/zq%d*",
	"arn:aws:secretsmanager:" + region + ":" + account + ":secret:ecr-pullthroughcache/zq%d*",
	"arn:aws:s3:::zq%d*",
	account + ".dkr.ecr." + region + ".amazonaws.com/zq%d*:1",
}

// No text of a field widens a policy: a * or ? in it is refused, or no policy has it in what it allows.
func TestWildcardsInFields(t *testing.T) {
	dir := t.TempDir()
	faults := fault.Collect()
	defer faults.Stop()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir, AutoSynth: jsii.Bool(false), Context: &map[string]any{
		"@aws-cdk/core:stackResourceLimit": 0, // the stack is not to be deployed
	}})
	of := map[int]string{} // the fields by their numbers
	taken, tried := 0, 0
	stack := newStack(app)
	all := validProps(stack)
	for name, c := range constructors {
		valid := all[name]
		for _, l := range leavesOf(c, func(t reflect.Type) bool { return t.Kind() == reflect.String }) {
			for _, text := range wild {
				tried++
				n := next()
				props := valid()
				l.get(reflect.ValueOf(props).Elem()).SetString(fmt.Sprintf(text, n))
				if validate(props) != nil {
					continue
				}
				before := len(unwrapped(faults))
				c.make(stack, fmt.Sprint("X", n), props)
				if len(unwrapped(faults)) == before {
					of[n] = name + " " + l.field + " " + text
					taken++
				}
			}
		}
	}
	func() {
		defer func() { t.Log(recover()) }() // what the rules find is not what is looked for here
		app.Synth(nil)
	}()
	stacks, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`zq(\d+)`)
	var wide []string
	each(stacks, func(statement map[string]any) {
		if statement["Effect"] != "Allow" {
			return
		}
		text, _ := json.Marshal([]any{statement["Resource"], statement["Principal"], statement["Condition"], statement["Action"]})
		for _, found := range number.FindAllStringSubmatch(string(text), -1) {
			n, err := strconv.Atoi(found[1])
			if err != nil {
				t.Fatal(err)
			}
			if what := of[n]; what != "" && !slices.Contains(wide, what) {
				wide = append(wide, what)
			}
		}
	})
	slices.Sort(wide)
	t.Logf("%d texts, %d taken", tried, taken)
	if len(wide) > 0 {
		t.Errorf("these widen a policy:\n%s", strings.Join(wide, "\n"))
	}
}

// each visits the statements of all policies of the stacks.
func each(stacks []assembly.Stack, visit func(statement map[string]any)) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["Effect"] != nil {
				visit(v)
				return
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	for _, s := range stacks {
		for _, r := range s.Template.Resources {
			walk(r.Properties)
		}
	}
}
