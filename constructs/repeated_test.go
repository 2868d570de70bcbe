package constructs_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/internal/fault"
)

// lists says of each field that is a list whether the same may stand in it twice, and why.
var lists = map[string]string{
	"Command":    "the words of a command",
	"EntryPoint": "the words of a command",
	"Arguments":  "the words of a command",
}

// What is in a list twice is a problem of the field, in every list of every constructor, unless it may be.
func TestRepeatedEntries(t *testing.T) {
	inStack(func(stack awscdk.Stack, _ *fault.Collector) {
		tried := 0
		full, _ := fullProps(stack)
		for name, props := range full {
			c := constructors[strings.Split(name, " ")[0]]
			isList := func(t reflect.Type) bool { return t.Kind() == reflect.Slice }
			for _, l := range leavesOf(c, isList) {
				p := props()
				list := l.get(reflect.ValueOf(p).Elem())
				named := list.Type().Elem().Kind() == reflect.Struct && reflect.Zero(list.Type().Elem()).FieldByName("Name").IsValid()
				if list.Len() == 0 || list.Index(0).IsZero() || named {
					continue // of which the test has none, or whose entries are told apart by their names
				}
				tried++
				list.Set(reflect.Append(reflect.AppendSlice(reflect.MakeSlice(list.Type(), 0, 3), list), list.Index(0)))
				said := false
				for _, line := range strings.Split(errorText(validate(p)), "\n") {
					said = said || strings.Contains(line, l.field+"[") && strings.Contains(line, "got the same as "+l.field+"[0]; allowed: each entry once")
				}
				may := lists[l.field[strings.LastIndex(l.field, ".")+1:]] != ""
				if said == may {
					t.Errorf("%s: %s may hold the same twice: %t, and a problem of it: %t", name, l.field, may, said)
				}
			}
		}
		t.Logf("%d lists", tried)
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
