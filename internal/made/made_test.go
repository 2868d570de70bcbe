package made_test

import (
	"testing"

	"github.com/plinth-ml/plinth/internal/made"
)

// object is what a constructor may return, with what its fields can be.
type object struct {
	Text    string
	Number  *float64
	Proxy   any // as an object of the CDK, which is a pointer to a struct without anything of its own
	Proxies []any
	Prefix  struct {
		Of   *object
		path string
	}
	Document map[string]any
	Ask      func() string
}

type proxy struct{ _ byte }

func number(n float64) *float64 { return &n }

func recorded() *object {
	o := &object{
		Text: "a", Number: number(1), Proxy: &proxy{}, Proxies: []any{&proxy{}, nil}, Ask: func() string { return "" },
		Document: map[string]any{"Role": "arn", "Resources": map[string]any{"Types": []any{"ml.m5.large"}}, "Nothing": nil},
	}
	o.Prefix.Of, o.Prefix.path = &object{}, "a/"
	made.Record(o, made.Home{})
	return o
}

// TestChanged changes one field of an object after another, in every way that there is.
func TestChanged(t *testing.T) {
	for name, test := range map[string]struct {
		change func(o *object)
		want   string
	}{
		"nothing":                {func(*object) {}, ""},
		"to what it is":          {func(o *object) { o.Number, o.Document["Role"] = number(1), "arn" }, ""},
		"text":                   {func(o *object) { o.Text = "b" }, "Text"},
		"another number":         {func(o *object) { o.Number = number(2) }, "Number"},
		"no number":              {func(o *object) { o.Number = nil }, "Number"},
		"proxy":                  {func(o *object) { o.Proxy = &proxy{} }, "Proxy"},
		"proxy of another type":  {func(o *object) { o.Proxy = &object{} }, "Proxy"},
		"no proxy":               {func(o *object) { o.Proxy = nil }, "Proxy"},
		"one of a list":          {func(o *object) { o.Proxies[0] = &proxy{} }, "Proxies"},
		"one of a list, for nil": {func(o *object) { o.Proxies[1] = &proxy{} }, "Proxies"},
		"less in a list":         {func(o *object) { o.Proxies = o.Proxies[:1] }, "Proxies"},
		"inside of a struct":     {func(o *object) { o.Prefix.Of = &object{} }, "Prefix"},
		"hidden in a struct":     {func(o *object) { o.Prefix.path = "" }, "Prefix"},
		"in a map":               {func(o *object) { o.Document["Role"] = "other" }, "Document"},
		"more in a map":          {func(o *object) { o.Document["New"] = "x" }, "Document"},
		"another key in a map":   {func(o *object) { delete(o.Document, "Nothing"); o.Document["New"] = nil }, "Document"},
		"deep in a map":          {func(o *object) { o.Document["Resources"].(map[string]any)["Types"].([]any)[0] = "ml.p5.48xlarge" }, "Document"},
		"function":               {func(o *object) { o.Ask = nil }, "Ask"},
	} {
		o := recorded()
		test.change(o)
		if got := made.Changed(o); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
