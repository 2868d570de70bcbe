package access

import (
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/storage"
)

// A role that is given covers an object by its name, or by a prefix that it lies below.
func TestCoveredObjects(t *testing.T) {
	data, other := &storage.DataBucket{Name: "data"}, &storage.DataBucket{Name: "other"}
	needed := ExecutionRoleProps{Objects: []storage.Object{data.Object("lists/a.json")}}
	for name, c := range map[string]struct {
		given   ExecutionRoleProps
		covered bool
	}{
		"the object":     {ExecutionRoleProps{Objects: needed.Objects}, true},
		"its folder":     {ExecutionRoleProps{Reads: []storage.Prefix{data.Prefix("lists/")}}, true},
		"nothing":        {ExecutionRoleProps{}, false},
		"another object": {ExecutionRoleProps{Objects: []storage.Object{data.Object("lists/a")}}, false},
		"another folder": {ExecutionRoleProps{Reads: []storage.Prefix{data.Prefix("train/")}}, false},
		"another bucket": {ExecutionRoleProps{Reads: []storage.Prefix{other.Prefix("lists/")}}, false},
		"what it writes": {ExecutionRoleProps{Writes: []storage.Prefix{data.Prefix("lists/")}}, false},
	} {
		err := (&ExecutionRole{given: &c.given}).Covers(needed)
		if (err == nil) != c.covered || err != nil && !strings.Contains(err.Error(), `Objects[0]: got "s3://data/lists/a.json"; allowed: an object that the role was given`) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := (&ExecutionRoleProps{Objects: []storage.Object{{}}}).Validate(); err == nil || !strings.Contains(err.Error(), "Objects[0].Bucket: got nothing") {
		t.Errorf("got %v", err)
	}
}
