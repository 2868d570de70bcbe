package constructs_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/airflow"
	"github.com/plinth-ml/plinth/constructs/training"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/problem"
)

// A use sets one field of props to a value that somebody may give it.
type use struct {
	field string
	value string
	set   func(props reflect.Value)
	// wrong tells that no field takes such a value: it has to be a problem of that field.
	wrong bool
	// number is the value if it is a whole number.
	number *int64
}

// text that no field takes, and text that some may.
var (
	wrongTexts = []string{"${Token[x]}", "${Token[", "a${Token[TOKEN.7]}${Token[b", "\xff", "a\xc3"}
	oddTexts   = []string{"\x00", "a\nb", " ", "*", "?", "/", "//", "..", "${", "${AWS::Region}", "{{x}}", "'\"\\", "é", "-", "--", "0",
		"${Token[TOKEN.7]}", "x${Token[AWS.Region.4]}y", "arn:", "arn:::::", "arn:aws:s3:::", "vpc-1", "10.0.0.0/8", "a:b/c@sha256:d", "1.2.3.4/33",
		strings.Repeat("a", 10_000)}
	oddInts   = []int64{-1, 1, 2, 40, 1 << 20, math.MaxInt64, math.MinInt64}
	oddFloats = []float64{-1, 1e-300, 1e300, math.NaN(), math.Inf(1), math.Inf(-1)}
)

// uses are those of every field below a type, at any depth: get finds the field in the props.
func uses(t reflect.Type, path string, get func(props reflect.Value) reflect.Value, depth int) []use {
	var all []use
	add := func(value any, wrong bool, set func(field reflect.Value)) {
		u := use{field: path, value: fmt.Sprintf("%.60v", value), set: func(props reflect.Value) { set(get(props)) }, wrong: wrong}
		if n, ok := value.(int64); ok {
			u.number = &n
		}
		all = append(all, u)
	}
	switch t.Kind() {
	case reflect.String:
		for _, s := range wrongTexts {
			add(s, true, func(f reflect.Value) { f.SetString(s) })
		}
		for _, s := range oddTexts {
			add(s, false, func(f reflect.Value) { f.SetString(s) })
		}
	case reflect.Int, reflect.Int64:
		for _, n := range oddInts {
			add(n, n == math.MinInt64, func(f reflect.Value) { f.SetInt(n) })
		}
	case reflect.Float64:
		for _, n := range oddFloats {
			add(n, math.IsNaN(n) || math.IsInf(n, 0), func(f reflect.Value) { f.SetFloat(n) })
		}
	case reflect.Bool:
		add(true, false, func(f reflect.Value) { f.SetBool(true) })
	case reflect.Interface:
		if typedNil := nilOf(t); typedNil.IsValid() {
			add("an interface that holds nil", true, func(f reflect.Value) { f.Set(typedNil) })
		}
	case reflect.Pointer:
		add("a zero value", made.Is(t), func(f reflect.Value) { f.Set(reflect.New(t.Elem())) })
		if !made.Is(t) && depth > 0 {
			all = append(all, usesOfFields(t.Elem(), path, func(props reflect.Value) reflect.Value {
				if f := get(props); f.IsNil() {
					f.Set(reflect.New(t.Elem()))
				}
				return get(props).Elem()
			}, depth-1)...)
		}
	case reflect.Struct:
		if depth > 0 {
			all = append(all, usesOfFields(t, path, get, depth-1)...)
		}
	case reflect.Slice:
		element := t.Elem()
		canBeNil := element.Kind() == reflect.Pointer || element.Kind() == reflect.Interface
		for _, n := range []int{1, 3, 200} {
			add(fmt.Sprint(n, " zero entries"), canBeNil, func(f reflect.Value) { f.Set(reflect.MakeSlice(t, n, n)) })
		}
		entries := uses(element, path+"[0]", func(props reflect.Value) reflect.Value {
			f := get(props)
			f.Set(reflect.MakeSlice(t, 1, 1))
			return f.Index(0)
		}, depth)
		all = append(all, entries...)
	case reflect.Map:
		if t.Key().Kind() == reflect.String && t.Elem().Kind() == reflect.String {
			for _, s := range append(wrongTexts, oddTexts...) {
				set := func(key, value string) func(reflect.Value) {
					return func(f reflect.Value) {
						m := reflect.MakeMap(t)
						m.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
						f.Set(m)
					}
				}
				add("the key "+s, false, set(s, "value"))
				add("the value "+s, false, set("key", s))
			}
		}
	}
	return all
}

func usesOfFields(t reflect.Type, path string, get func(reflect.Value) reflect.Value, depth int) []use {
	var all []use
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		name := field.Name
		if path != "" {
			name = path + "." + name
		}
		all = append(all, uses(field.Type, name, func(props reflect.Value) reflect.Value { return get(props).Field(i) }, depth)...)
	}
	return all
}

// nilOf is an interface of the type that holds a nil pointer: to a struct that has all methods of the interface since it
// embeds it. Go makes no such types at run time, so that each is written out.
func nilOf(t reflect.Type) reflect.Value {
	for _, typed := range typedNils {
		if v := reflect.ValueOf(typed); v.Type().Implements(t) && t.NumMethod() > 0 {
			return v
		}
	}
	return reflect.Value{}
}

// isProblem tells whether any of the problems is of the field, or of a part of it.
func isProblem(field string, problems []string) bool {
	for _, p := range problems {
		if p == field || strings.HasPrefix(p, field+".") || strings.HasPrefix(p, field+"[") || strings.HasPrefix(field, p+".") || strings.HasPrefix(field, p+"[") {
			return true
		}
	}
	return false
}

// inGo is how values look that only Go writes so.
var inGo = regexp.MustCompile(`map\[|0xc0|&\{|\[\{[^{]|%!|json: `)

// contradicts tells whether a problem says that a value is allowed and that it is not.
func contradicts(err error) (problem.Problem, bool) {
	for _, e := range problem.All(err) {
		var p problem.Problem
		if errors.As(e, &p) && p.Got != "a" && strings.HasPrefix(p.Allowed+" ", fmt.Sprint(p.Got)+" ") {
			return p, true
		}
	}
	return problem.Problem{}, false
}

// numbersOf are the numbers that the problems of a field say it has.
func numbersOf(err error, field string) []int64 {
	var all []int64
	for _, e := range problem.All(err) {
		var p problem.Problem
		if errors.As(e, &p) && p.Field == field && reflect.ValueOf(p.Got).CanInt() {
			all = append(all, reflect.ValueOf(p.Got).Int())
		}
	}
	return all
}

// Whatever a field is set to, Validate answers; and what no field takes is a problem that names the field. A number in the
// message is the one that the field was set to.
func TestEveryFieldOfEveryConstructor(t *testing.T) {
	fields, tried := map[string]bool{}, 0
	for name, c := range constructors {
		props := reflect.TypeOf(c.props).Elem()
		for _, u := range uses(props, "", func(p reflect.Value) reflect.Value { return p }, 5) {
			fields[name+" "+u.field] = true
			tried++
			t.Run(name+"/"+u.field+"/"+u.value, func(t *testing.T) {
				p := reflect.New(props)
				u.set(p.Elem())
				err := validate(p.Interface())
				problems := fieldsOf(err)
				if u.wrong && !isProblem(u.field, problems) {
					t.Errorf("no problem of the field: %q", problems)
				}
				if p, yes := contradicts(err); yes {
					t.Errorf("%v contradicts itself", p)
				}
				if odd := inGo.FindString(fmt.Sprint(err)); odd != "" {
					t.Errorf("%q in %v", odd, err)
				}
				for _, told := range numbersOf(err, u.field) {
					if u.number != nil && told != *u.number {
						t.Errorf("the problem tells of %d", told)
					}
				}
			})
		}
	}
	t.Logf("%d uses of %d fields of %d constructors", tried, len(fields), len(constructors))
}

// Numbers that are none, and values that no template holds, are problems of the field that has them, wherever they hide. A
// message shows no address in memory, and nothing of how Go writes JSON.
func TestValuesThatNothingTakes(t *testing.T) {
	text := "x"
	for _, value := range []any{math.NaN(), math.Inf(1), func() {}, make(chan int), &text, []any{func() {}}, map[string]any{"a": make(chan int)}, struct{ F func() }{}} {
		input := map[string]any{"rate": value}
		parameters := []training.Parameter{training.Number("rate", 0, 1)}
		uses := map[string]any{
			"Triggers[0]":      &training.WorkflowProps{Job: training.Job{Parameters: parameters}, Triggers: []training.Trigger{training.OnSchedule("rate(1 day)", input)}},
			"DAGs[0].Settings": &airflow.EnvironmentProps{DAGs: []airflow.DAG{{ID: "a", Job: &training.Request{Parameters: parameters}, Settings: input}}},
		}
		if _, pointer := value.(*string); !pointer { // which JSON has
			uses["Job.Distribution"] = &training.WorkflowProps{Job: training.Job{Distribution: training.ModelParallel(input)}}
		}
		if number, ok := value.(float64); ok {
			uses["Gate[0]"] = &training.WorkflowProps{Gate: []training.Threshold{training.AtLeast("m", number)}}
			uses["Job.Parameters[0]"] = &training.WorkflowProps{Job: training.Job{Parameters: []training.Parameter{training.Number("m", 0, number)}}}
		}
		for field, props := range uses {
			t.Run(fmt.Sprintf("%s/%T", field, value), func(t *testing.T) {
				err := validate(props)
				if !isProblem(field, fieldsOf(err)) {
					t.Errorf("no problem of the field: %q", fieldsOf(err))
				}
				for _, odd := range []string{"0x", "json:"} {
					if strings.Contains(err.Error(), odd) {
						t.Errorf("%q in %v", odd, err)
					}
				}
			})
		}
	}
}
