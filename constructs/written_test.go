package constructs_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/plinth-ml/plinth/constructs/access"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/fault"
)

// writtenTo are the fields whose buckets are written to or deleted from, without indexes.
var writtenTo = regexp.MustCompile(`^storage\.NewFiles Bucket$|(^| |\.)(Output|Checkpoints|Writes|Records)\.Bucket$`)

// Every field that takes a bucket to write to refuses a Logs bucket, whose own policy denies it; what is read may be
// logs.
func TestNothingIsWrittenToLogs(t *testing.T) {
	inStack(func(stack awscdk.Stack, faults *fault.Collector) {
		logs := storage.NewDataBucket(stack, "WrittenLogs", &storage.DataBucketProps{Environment: dev, Class: storage.Logs})
		valid, refused := validProps(stack), 0
		for name, c := range constructors {
			for _, l := range leavesOf(c, func(t reflect.Type) bool { return t == reflect.TypeFor[*storage.DataBucket]() }) {
				field := name + " " + index.ReplaceAllString(l.field, "")
				props := valid[name]()
				l.get(reflect.ValueOf(props).Elem()).Set(reflect.ValueOf(logs))
				before := len(unwrapped(faults))
				c.make(stack, fmt.Sprint("X", next()), props)
				got := told(faults, before, l.field, "a bucket of Class Logs")
				if want := writtenTo.MatchString(field); got != want {
					t.Errorf("%s: refused %t, want %t: %v", field, got, want, unwrapped(faults)[before:])
				}
				if got {
					refused++
				}
			}
		}
		if refused < 10 {
			t.Errorf("%d fields are written to", refused)
		}
		for _, test := range []struct {
			grant   storage.Grant
			refused bool
		}{
			{logs.Prefix("a/").GrantRead(), false}, {logs.Prefix("a/").GrantWrite(), true}, {logs.Prefix("a/").GrantReadWrite(), true}, {logs.Prefix("a/").GrantReadWriteDelete(), true},
		} {
			props := valid["access.NewLauncher"]().(*access.LauncherProps)
			props.Data = []storage.Grant{test.grant}
			if got := props.Validate() != nil && strings.Contains(props.Validate().Error(), "a bucket of Class Logs"); got != test.refused {
				t.Errorf("%v: refused %t, want %t: %v", test.grant, got, test.refused, props.Validate())
			}
		}
	})
}
