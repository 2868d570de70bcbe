package cidr_test

import (
	"testing"

	"github.com/plinth-ml/plinth/internal/cidr"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]bool{
		"10.0.0.0/16": true, "100.64.0.0/10": true, "198.19.0.0/16": true, "203.0.113.0/24": true, "8.0.0.0/9": true,
		"": false, "10.0.0.0": false, "10.0.0.1/16": false, "fd00::/48": false, "::ffff:10.0.0.0/112": false,
		"0.0.0.0/0": false, "0.0.0.0/8": false, "127.0.0.0/16": false, "169.254.0.0/24": false, "128.0.0.0/1": false, "224.0.0.0/16": false,
		"255.255.255.0/24": false, "126.0.0.0/7": false,
	} {
		if _, got := cidr.Parse(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}

func TestIsElsewhere(t *testing.T) {
	for text, want := range map[string]bool{
		"10.0.0.0/8": true, "172.16.0.0/12": true, "192.168.0.0/16": true, "100.64.0.0/10": true, "100.64.0.0/11": true, "203.0.0.0/16": true,
		"203.0.113.7/32": true, "203.0.0.0/15": false, "100.0.0.0/9": false, "172.0.0.0/11": false, "8.0.0.0/7": false,
	} {
		p, _ := cidr.Parse(text)
		if got := cidr.IsElsewhere(p); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
}
