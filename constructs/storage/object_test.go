package storage_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/storage"
)

func TestObjects(t *testing.T) {
	data := &storage.DataBucket{Name: "data", ARN: "arn:aws:s3:::data", Region: "eu-west-1", KeyARN: "arn:aws:kms:eu-west-1:111122223333:key/k"}
	for key, want := range map[string]string{
		"train.manifest": "", "a/b.json": "", strings.Repeat("a", 1024): "",
		"": "the key of an object", "/a": "the key of an object", "a/": "the key of an object", strings.Repeat("a", 1025): "the key of an object",
		"a//b": "", "a..b/.c": "", "..": "no . or ..", "a/../b": "no . or ..", "./a": "no . or ..", "a\nb": "no control characters", "a\u2028": "no control characters",
		"a*": "no *, ? or ${", "a?": "no *, ? or ${", "a${b}": "no *, ? or ${",
	} {
		err := data.Object(key).Validate()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.10q: got %v, want %q", key, err, want)
		}
	}
	if err := (storage.Object{Key: "a"}).Validate(); err == nil || !strings.Contains(err.Error(), "Bucket: got nothing") {
		t.Errorf("got %v", err)
	}
	if got := data.Object("a/b").URI() + (storage.Object{}).URI(); got != "s3://data/a/b" {
		t.Errorf("got %s", got)
	}
}

// An object is read alone, beside prefixes in the same statements.
func TestGrantsOnObjects(t *testing.T) {
	data := &storage.DataBucket{Name: "data", ARN: "arn:aws:s3:::data", Region: "eu-west-1", KeyARN: "arn:aws:kms:eu-west-1:111122223333:key/k"}
	const (
		head = `{"Statement":[{"Action":"s3:ListBucket","Condition":{"StringLike":{"s3:prefix":`
		get  = `}},"Effect":"Allow","Resource":"arn:aws:s3:::data"},{"Action":"s3:GetObject","Effect":"Allow","Resource":`
		tail = `},{"Action":"kms:Decrypt","Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}},"Effect":"Allow",` +
			`"Resource":"arn:aws:kms:eu-west-1:111122223333:key/k"}],"Version":"2012-10-17"}`
	)
	for want, grants := range map[string][]storage.Grant{
		head + `["m.json"]` + get + `"arn:aws:s3:::data/m.json"` + tail: {data.Object("m.json").GrantRead()},
		head + `["a/*","m.json"]` + get + `["arn:aws:s3:::data/a/*","arn:aws:s3:::data/m.json"]` + tail: {
			data.Prefix("a/").GrantRead(), data.Object("m.json").GrantRead(),
		},
	} {
		text, err := json.Marshal(storage.PolicyDocument(grants...))
		if err != nil || string(text) != want {
			t.Errorf("got %s, %v\nwant %s", text, err, want)
		}
	}
}
