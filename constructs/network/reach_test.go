package network

import (
	"slices"
	"strings"
	"testing"
)

// Named repositories of packages are all that is let through, of whichever account; named ones of images come on top.
func TestNamedRepositories(t *testing.T) {
	const packages, images = "arn:aws:codeartifact:eu-west-1:999988887777:repository/ml/prod", "arn:aws:ecr:eu-west-1:999988887777:repository/ml/image/churn/prod"
	p := ireland
	p.packageRepositories, p.imageRepositories = []string{packages}, []string{images}
	seen := 0
	for _, s := range statements(t, p, Packages, Training) {
		switch {
		case s.Sid == packagesSid:
			seen++
			if want := (list{"arn:aws:codeartifact:eu-west-1:999988887777:domain/ml", packages}); !slices.Equal(s.Resource, want) || s.account != inside {
				t.Errorf("%s lets %v of %s through", s.service, s.Resource, s.account)
			}
		case s.Sid == "PullOfOthers":
			seen++
			if !slices.Contains(s.Resource, images) || s.account != inside || !slices.Equal(s.Action, list(pullActions)) {
				t.Errorf("%s lets %v on %v through", s.service, s.Action, s.Resource)
			}
		case strings.HasPrefix(s.Action[0], "codeartifact:"):
			t.Errorf("%s lets %v on %v through besides", s.service, s.Action, s.Resource)
		}
	}
	if seen != 4 {
		t.Errorf("%d statements, want one of packages and one of images at two endpoints each", seen)
	}
}

// What can't work is said before anything is built.
func TestWhatIsOutOfReach(t *testing.T) {
	const dev, prod = "arn:aws:codeartifact:eu-west-1:1:repository/ml/dev", "arn:${Token[AWS.Partition.3]}:codeartifact:eu-west-1:1:repository/ml/prod"
	const image = "arn:aws:ecr:eu-west-1:999988887777:repository/base"
	tests := []struct {
		name string
		err  error
		want string // empty: no error
	}{
		{"no packages", (&Isolated{Capabilities: []Capability{Training}}).ValidatePackages(dev), "add network.Packages"},
		{"any package", (&Isolated{Capabilities: []Capability{Packages}}).ValidatePackages(dev), ""},
		{"other packages", (&Isolated{Capabilities: []Capability{Packages}, packageRepositories: []string{prod}}).ValidatePackages(dev), "the endpoints let nothing else through"},
		{"these packages, their partition a token", (&Isolated{Capabilities: []Capability{Packages}, packageRepositories: []string{prod}}).
			ValidatePackages(strings.Replace(prod, "${Token[AWS.Partition.3]}", "aws", 1)), ""},
		{"packages of another account", (&Isolated{Capabilities: []Capability{Packages}, account: "111122223333", region: "eu-west-1"}).
			ValidatePackages(strings.Replace(dev, ":1:", ":999988887777:", 1)), "it is of another account, and the endpoints let nothing else through"},
		{"packages of an account that the deployment knows", (&Isolated{Capabilities: []Capability{Packages}, account: "${Token[AWS.AccountId.4]}", region: "eu-west-1"}).
			ValidatePackages(dev), ""},
		{"packages of another region, named", (&Isolated{Capabilities: []Capability{Packages}, account: "1", region: "us-east-1", packageRepositories: []string{dev}}).
			ValidatePackages(dev), "Network: got one in us-east-1; allowed: one in eu-west-1, where " + dev + " is; endpoints lead to their own region only"},
		{"an image of another region", (&Isolated{account: "999988887777", region: "us-east-1"}).ValidateImage(image), "Network: got one in us-east-1; allowed: one in eu-west-1"},
		{"an image of its own", (&Isolated{account: "999988887777"}).ValidateImage(image), ""},
		{"an image of another account", (&Isolated{account: "111122223333"}).ValidateImage(image), "it is of another account"},
		{"a named image", (&Isolated{account: "111122223333", imageRepositories: []string{image}}).ValidateImage(image), ""},
		{"props", (&IsolatedProps{PackageRepositories: []string{"dev"}, ImageRepositories: []string{image + "*"}}).Validate(), "PackageRepositories[0]: got \"dev\""},
		{"props without the capability", (&IsolatedProps{PackageRepositories: []string{dev}}).Validate(), "add Packages to Capabilities"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.want == "" && test.err != nil || test.want != "" && (test.err == nil || !strings.Contains(test.err.Error(), test.want)) {
				t.Errorf("got %v, want %q", test.err, test.want)
			}
		})
	}
}

// Instances of one job need a group that lets them speak, EFA one that lets everything through, and a subnet as many
// addresses as they take. Of subnets that nothing is known of nothing is said.
func TestInstancesThatCannotRunTogether(t *testing.T) {
	alone, ipsec, efa := &Isolated{}, &Isolated{peers: []peer{{what: peerIKE}, {what: "NFS"}}}, &Isolated{peers: []peer{{what: peerEFA}}}
	studio := &Isolated{peers: []peer{{what: "NFS"}, {what: "Apps"}}}
	small := &Isolated{peers: efa.peers, free: map[string]int{"a": 100, "b": 10}}
	tests := []struct {
		name    string
		network *Isolated
		subnets []string
		count   int
		each    int
		efa     bool
		want    string // empty: no error
	}{
		{"one", alone, nil, 1, 5, true, ""},
		{"two that hear nothing", alone, nil, 2, 2, false, "got 2; allowed: 1 instance in this network: its security group lets none speak to another; give network.NewIsolated"},
		{"two beside Studio", studio, nil, 2, 2, false, "its security group lets none speak to another"},
		{"two that hear nothing, with EFA", alone, nil, 2, 5, true, "whose Limits.InstancesPerJob is 2 or more"},
		{"two", ipsec, nil, 2, 2, false, ""},
		{"two with EFA", ipsec, nil, 2, 5, true, "got 2; allowed: 1 instance with EFA in this network"},
		{"two with EFA, let through", efa, nil, 2, 5, true, ""},
		{"two without EFA, let through", efa, nil, 2, 2, false, ""},
		{"as many as it holds", small, []string{"a", "b"}, 5, 2, false, ""},
		{"one more", small, []string{"a", "b"}, 6, 2, false, "got 6; allowed: as many as the 10 addresses of each subnet hold; they take 12: take fewer"},
		{"in the larger subnet only", small, []string{"a"}, 20, 5, true, ""},
		{"in a subnet of which nothing is known", small, []string{"c"}, 99, 5, true, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.network.ValidateInstances(test.subnets, test.count, test.count*test.each, test.efa)
			if test.want == "" && err != nil || test.want != "" && (err == nil || strings.Count(err.Error(), "got ") != 1 || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
