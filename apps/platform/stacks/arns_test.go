package stacks_test

import (
	"encoding/json"
	"regexp"
	"testing"
)

// gap is what a part of an ARN that was lost leaves behind: no partition, service or resource, or an empty part of a path.
var gap = regexp.MustCompile(`"arn:(?::|[a-z-]+::)[^"]*|"arn:[^"]*///[^"]*`)

// regionless are the services whose ARNs have neither region nor account, or no region.
var regionless = regexp.MustCompile(`^"arn:aws:(s3|iam):`)

// Every ARN that is written out is whole.
func TestNoARNHasAGap(t *testing.T) {
	for _, s := range app {
		text, err := json.Marshal(s.Template.Resources)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range gap.FindAllString(string(text), -1) {
			if !regionless.MatchString(found) {
				t.Errorf("%s: %s", s.Path, found)
			}
		}
	}
}
