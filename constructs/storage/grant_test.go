package storage_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/fault"
)

// Buckets as the constructs make them, in two regions, and one without a key.
var (
	data   = &storage.DataBucket{Name: "data", ARN: "arn:aws:s3:::data", Region: "us-east-1", KeyARN: "arn:aws:kms:us-east-1:111122223333:key/data"}
	models = &storage.DataBucket{Name: "models", ARN: "arn:aws:s3:::models", Region: "us-east-1", KeyARN: "arn:aws:kms:us-east-1:111122223333:key/models"}
	shared = &storage.DataBucket{Name: "shared", ARN: "arn:aws:s3:::shared", Region: "us-east-1", KeyARN: data.KeyARN}
	far    = &storage.DataBucket{Name: "far", ARN: "arn:aws:s3:::far", Region: "eu-west-1", KeyARN: "arn:aws:kms:eu-west-1:111122223333:key/far"}
	logs   = &storage.DataBucket{Name: "logs", ARN: "arn:aws:s3:::logs", Region: "us-east-1", Class: storage.Logs}
)

func TestGrants(t *testing.T) {
	list := func(bucket, prefixes string) string {
		return `{"Action":"s3:ListBucket","Condition":{"StringLike":{"s3:prefix":[` + prefixes + `]}},"Effect":"Allow","Resource":"arn:aws:s3:::` + bucket + `"}`
	}
	object := func(actions string) func(arns string) string {
		return func(arns string) string { return `{"Action":` + actions + `,"Effect":"Allow","Resource":` + arns + `}` }
	}
	get, put := object(`"s3:GetObject"`), object(`["s3:PutObject","s3:AbortMultipartUpload"]`)
	remove := object(`"s3:DeleteObject"`)
	key := func(actions string) func(services, keys string) string {
		return func(services, keys string) string {
			return `{"Action":` + actions + `,"Condition":{"StringEquals":{"kms:ViaService":` + services + `}},"Effect":"Allow","Resource":` + keys + `}`
		}
	}
	decrypt, encrypt := key(`"kms:Decrypt"`), key(`["kms:GenerateDataKey","kms:Decrypt"]`)
	const (
		east, west = `"s3.us-east-1.amazonaws.com"`, `"s3.eu-west-1.amazonaws.com"`
		dataKey    = `"arn:aws:kms:us-east-1:111122223333:key/data"`
		modelsKey  = `"arn:aws:kms:us-east-1:111122223333:key/models"`
		farKey     = `"arn:aws:kms:eu-west-1:111122223333:key/far"`
	)
	all := func(grants ...storage.Grant) []storage.Grant { return grants }
	tests := []struct {
		name   string
		grants []storage.Grant
		want   []string
	}{
		{"nothing", nil, nil},
		{"read", all(data.Prefix("a/").GrantRead()),
			[]string{list("data", `"a/*"`), get(`"arn:aws:s3:::data/a/*"`), decrypt(east, dataKey)}},
		{"write: neither list nor read", all(data.Prefix("a/").GrantWrite()),
			[]string{put(`"arn:aws:s3:::data/a/*"`), encrypt(east, dataKey)}},
		{"read and write", all(data.Prefix("a/").GrantReadWrite()), []string{list("data", `"a/*"`), get(`"arn:aws:s3:::data/a/*"`),
			put(`"arn:aws:s3:::data/a/*"`), encrypt(east, dataKey)}}, // who writes with a key decrypts with it too
		{"read, write and delete", all(data.Prefix("a/").GrantReadWriteDelete(), data.Prefix("b/").GrantRead()),
			[]string{list("data", `"a/*","b/*"`), get(`["arn:aws:s3:::data/a/*","arn:aws:s3:::data/b/*"]`), put(`"arn:aws:s3:::data/a/*"`),
				remove(`"arn:aws:s3:::data/a/*"`), encrypt(east, dataKey)}},
		{"the whole bucket", all(data.Prefix("").GrantRead()),
			[]string{list("data", `"*"`), get(`"arn:aws:s3:::data/*"`), decrypt(east, dataKey)}},
		{"two prefixes of a bucket: one statement of each kind", all(data.Prefix("a/").GrantRead(), data.Prefix("b/").GrantRead()),
			[]string{list("data", `"a/*","b/*"`), get(`["arn:aws:s3:::data/a/*","arn:aws:s3:::data/b/*"]`), decrypt(east, dataKey)}},
		{"two buckets: a prefix of one is not listed in the other", all(data.Prefix("a/").GrantRead(), models.Prefix("b/").GrantRead()),
			[]string{list("data", `"a/*"`), list("models", `"b/*"`), get(`["arn:aws:s3:::data/a/*","arn:aws:s3:::models/b/*"]`),
				decrypt(east, `[`+dataKey+`,`+modelsKey+`]`)}},
		{"read one, write another", all(data.Prefix("a/").GrantRead(), models.Prefix("b/").GrantWrite()),
			[]string{list("data", `"a/*"`), get(`"arn:aws:s3:::data/a/*"`), put(`"arn:aws:s3:::models/b/*"`), decrypt(east, dataKey), encrypt(east, modelsKey)}},
		{"a shared key is named once", all(data.Prefix("a/").GrantWrite(), shared.Prefix("b/").GrantWrite()),
			[]string{put(`["arn:aws:s3:::data/a/*","arn:aws:s3:::shared/b/*"]`), encrypt(east, dataKey)}},
		{"two regions", all(data.Prefix("").GrantRead(), far.Prefix("").GrantRead()), []string{list("data", `"*"`), list("far", `"*"`),
			get(`["arn:aws:s3:::data/*","arn:aws:s3:::far/*"]`), decrypt(`[`+east+`,`+west+`]`, `[`+dataKey+`,`+farKey+`]`)}},
		{"no key", all(logs.Prefix("x/").GrantReadWrite()),
			[]string{list("logs", `"x/*"`), get(`"arn:aws:s3:::logs/x/*"`), put(`"arn:aws:s3:::logs/x/*"`)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, err := json.Marshal(storage.PolicyDocument(test.grants...))
			if err != nil {
				t.Fatal(err)
			}
			if want := `{"Statement":[` + strings.Join(test.want, ",") + `],"Version":"2012-10-17"}`; string(text) != want {
				t.Errorf("got\n%s\nwant\n%s", text, want)
			}
			for _, s := range storage.Statements(test.grants...) {
				if len(s.Wildcards()) > 0 && s.Why == "" {
					t.Errorf("%v has no reason", s.Wildcards())
				}
			}
		})
	}
}

// Grants are values: more of them change none that was made before.
func TestGrantsShareNothing(t *testing.T) {
	read := data.Prefix("a/").GrantRead()
	before := fmt.Sprint(storage.Statements(read))
	storage.Statements(read, data.Prefix("b/").GrantReadWrite())
	storage.Statements(read, models.Prefix("c/").GrantReadWrite())
	if after := fmt.Sprint(storage.Statements(read)); after != before {
		t.Errorf("was\n%s\nand is\n%s", before, after)
	}
}

func TestPrefixURI(t *testing.T) {
	for path, want := range map[string]string{"": "s3://data/", "a/b/": "s3://data/a/b/"} {
		if got := data.Prefix(path).URI(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestNothingIsGranted(t *testing.T) {
	if err := (storage.Grant{}).Validate(); err == nil || !strings.Contains(err.Error(), "got nothing; allowed: what is granted") {
		t.Errorf("got %v", err)
	}
}

// What is granted on a bucket that no constructor made is told when it is asked for.
func TestGrantsOfZeroBucket(t *testing.T) {
	zero := &storage.DataBucket{}
	for name, g := range map[string]storage.Grant{"a prefix": zero.Prefix("a/").GrantRead(), "an object": zero.Object("a").GrantRead()} {
		t.Run(name, func(t *testing.T) {
			const want = "Bucket: got a value of storage.DataBucket that no constructor made; allowed: one of storage.NewDataBucket"
			if err := g.Validate(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
			defer func() {
				if f, ok := recover().(*fault.Fault); !ok || !strings.Contains(f.Error(), "Grants[0]."+want) || !strings.Contains(f.At, "grant_test.go:") {
					t.Errorf("got %v", f)
				}
			}()
			storage.PolicyDocument(g)
		})
	}
}
