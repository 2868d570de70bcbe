package environment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
)

func TestSet(t *testing.T) {
	dev := env{Name: "dev", Tier: environment.Development, AddressRange: "10.0.0.0/20"}
	staging := env{Name: "staging", Tier: environment.Staging, AddressRange: "10.1.0.0/20"}
	prod := env{Name: "prod", AddressRange: "10.2.0.0/16"}
	with := func(e env, change func(*env)) env { change(&e); return e }

	tests := []struct {
		name   string
		set    []env
		fields []string
		words  []string
	}{
		{"three good ones", []env{dev, staging, prod}, nil, nil},
		{"one", []env{prod}, nil, nil},
		{"ranges side by side", []env{dev, with(staging, func(e *env) { e.AddressRange = "10.0.16.0/20" })}, nil, nil},
		{"empty", nil, []string{"Environments"}, []string{"got nothing", "at least one"}},
		{"missing name", []env{dev, with(prod, func(e *env) { e.Name = "" })}, []string{"[1].Name"}, []string{"a letter first"}},
		{"missing name and more", []env{dev, with(prod, func(e *env) { e.Name, e.Region, e.Limits.Runtime = "", "mars-1", -1 })},
			[]string{"[1].Limits.Runtime", "[1].Name", "[1].Region"}, nil},
		{"duplicate name", []env{dev, prod, with(staging, func(e *env) { e.Name = "dev" })},
			[]string{"dev.Name"}, []string{"environments 0 and 2", "rename"}},
		{"the same range", []env{dev, with(prod, func(e *env) { e.AddressRange = dev.AddressRange })},
			[]string{"prod.AddressRange"}, []string{"overlap", "dev's 10.0.0.0/20"}},
		{"a range inside another", []env{with(dev, func(e *env) { e.AddressRange = "10.2.240.0/20" }), prod},
			[]string{"prod.AddressRange"}, []string{"10.2.0.0/16", "dev's 10.2.240.0/20"}},
		{"the default range twice", []env{{Name: "one"}, {Name: "two"}}, []string{"two.AddressRange"}, []string{"one's 10.0.0.0/16"}},
		{"three in one place", []env{{Name: "one"}, {Name: "two"}, {Name: "three"}},
			[]string{"three.AddressRange", "three.AddressRange", "two.AddressRange"}, []string{"one's", "two's"}},
		{"problems of each, by name", []env{with(dev, func(e *env) { e.Region = "mars-1" }), with(prod, func(e *env) { e.AZs = 9 })},
			[]string{"dev.Region", "prod.AZs"}, nil},
		{"a bad range overlaps nothing", []env{dev, with(prod, func(e *env) { e.AddressRange = "10.0.0.0" })}, []string{"prod.AddressRange"}, nil},
		{"ranges that are tokens", []env{with(dev, func(e *env) { e.AddressRange = aToken }), with(prod, func(e *env) { e.AddressRange = aToken })}, nil, nil},
		{"a name that is a token stands by its number", []env{dev, with(prod, func(e *env) { e.Name, e.AZs = aToken, 9 })}, []string{"[1].AZs"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := environment.ValidateSet(test.set)
			got := fields(t, err)
			slices.Sort(got)
			if !slices.Equal(got, test.fields) {
				t.Errorf("problems of %v, want %v:\n%v", got, test.fields, err)
			}
			for _, word := range test.words {
				if err == nil || !strings.Contains(err.Error(), word) {
					t.Errorf("the message lacks %q:\n%v", word, err)
				}
			}
		})
	}
}
