package constructs_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/problem"
)

// Two constructs of one name are told once, of the second one and by the field that names it, and never of a part
// inside.
func TestTakenNames(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		valid := validProps(stack)
		tried := 0
		for _, name := range slices.Sorted(maps.Keys(valid)) {
			c, props, before := constructors[name], valid[name](), len(problem.All(faults.Err()))
			id := fmt.Sprint("Twin", next())
			for _, scope := range []string{"A", "B"} {
				c.make(constructs.NewConstruct(stack, jsii.String(scope+id)), id, props)
			}
			told := problem.All(faults.Err())[before:]
			if len(told) == 0 {
				continue // whose parts have no names
			}
			tried++
			var f *fault.Fault
			// The first one is told too where the stack has what there can be one of.
			if !errors.As(told[len(told)-1], &f) || len(told) > 2 || f.Path != "Stack/B"+id+"/"+id || f.Kind != strings.Replace(name, ".New", ".", 1) {
				t.Errorf("%s: %v", name, told)
				continue
			}
			fields := fieldsOf(f.Err)
			if _, is := reflect.TypeOf(props).Elem().FieldByName(strings.FieldsFunc(fields[0], func(r rune) bool { return r == '.' || r == '[' })[0]); len(fields) > 1 || !is && !withoutName[name] {
				t.Errorf("%s: %v", name, f)
			}
		}
		if tried < 10 {
			t.Errorf("%d constructors tried", tried)
		}
	})
}

// withoutName are constructors of what an account and region has one of, whatever it is called.
var withoutName = map[string]bool{"supplychain.NewRegistry": true}
