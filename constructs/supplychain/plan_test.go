package supplychain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/key"
	"github.com/plinth-ml/plinth/internal/location"
)

var here = location.Location{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}

func short(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What holds packages or images outlives its stack.
func TestWhatIsKept(t *testing.T) {
	packages := (&PackagesProps{Internal: []string{"/pypi//acme~"}}).resources(Chain{}.resolved(), here, "arn:key")
	images := (&ImagesProps{Name: "churn"}).resources(Chain{}.resolved(), here, "arn:key")
	for name, r := range merged(packages, images) {
		kept := r.Type != "AWS::CodeArtifact::PackageGroup" || !strings.Contains(name, "acme")
		if got := r.DeletionPolicy == "RetainExceptOnCreate" && r.UpdateReplacePolicy == "Retain"; got != kept {
			t.Errorf("%s is kept: %t, want %t", name, got, kept)
		}
	}
}

func merged(all ...cfn.Resources) cfn.Resources {
	m := cfn.Resources{}
	for _, r := range all {
		maps.Copy(m, r)
	}
	return m
}

// Later stages have neither an upstream nor a connection; each connection has a repository of its own.
func TestOnlyTheFirstStageReachesThePublic(t *testing.T) {
	r := (&PackagesProps{Connections: []Connection{PyPI, NPM}}).resources(Chain{}.resolved(), here, "arn:key")
	var names []string
	for _, resource := range r {
		if resource.Type != "AWS::CodeArtifact::Repository" {
			continue
		}
		p := resource.Properties
		name := p["RepositoryName"].(string)
		names = append(names, name)
		upstreams, connections := short(t, p["Upstreams"]), short(t, p["ExternalConnections"])
		want := [2]string{"null", "null"}
		switch name {
		case "dev":
			want[0] = `["public-pypi","public-npmjs"]`
		case "public-pypi":
			want[1] = `["public:pypi"]`
		case "public-npmjs":
			want[1] = `["public:npmjs"]`
		}
		if got := [2]string{upstreams, connections}; got != want {
			t.Errorf("%s has %v, want %v", name, got, want)
		}
	}
	slices.Sort(names)
	if want := []string{"dev", "prod", "public-npmjs", "public-pypi", "staging"}; !slices.Equal(names, want) {
		t.Errorf("repositories %v, want %v", names, want)
	}
	if got := short(t, r["Domain"].Properties["EncryptionKey"]); got != `"arn:key"` {
		t.Errorf("the domain has the key %s", got)
	}
}

// Every repository forgets its oldest images, the first stage sooner.
func TestImagesThatExpire(t *testing.T) {
	for _, test := range []struct {
		props ImagesProps
		kept  map[string]int
	}{
		{ImagesProps{Name: "churn"}, map[string]int{"dev": 50, "staging": 500, "prod": 500}},
		{ImagesProps{Name: "churn", Kept: 7, KeptPromoted: 9}, map[string]int{"dev": 7, "staging": 9, "prod": 9}},
	} {
		r := test.props.resources(Chain{}.resolved(), here, "arn:key")
		for stage, kept := range test.kept {
			wantKept(t, stage, r["Stage"+stage], kept)
		}
	}
	images := []Mirrored{{Name: "pytorch"}}
	wantKept(t, "mirror", (&MirrorProps{Images: images}).repositories(Chain{}.resolved(), here)["Imagepytorch"], 500)
	wantKept(t, "mirror", (&MirrorProps{Images: images, Kept: 3}).repositories(Chain{}.resolved(), here)["Imagepytorch"], 3)
	r := (&ImagesProps{Name: "churn"}).resources(Chain{}.resolved(), here, "arn:key")
	for _, stage := range []string{"dev", "staging", "prod"} {
		p := r["Stage"+stage].Properties
		if p["ImageTagMutability"] != "IMMUTABLE" || p["RepositoryName"] != "ml/image/churn/"+stage {
			t.Errorf("%s: %v", stage, p)
		}
	}
}

func wantKept(t *testing.T, what string, r cfn.Resource, kept int) {
	t.Helper()
	if life := short(t, r.Properties["LifecyclePolicy"]); !strings.Contains(life, fmt.Sprintf(`\"countNumber\":%d,`, kept)) {
		t.Errorf("%s: %s, want %d", what, life, kept)
	}
}

// ECR and CodeArtifact use a key by grants, whichever of the two conditions they fill in; services that use it by
// themselves make none.
func TestGrantsOfTheServicesThatMakeThem(t *testing.T) {
	for service, want := range map[string]string{
		"ecr":          `[["kms:CreateGrant"],["kms:CreateGrant"]]`,
		"codeartifact": `[["kms:CreateGrant"],["kms:CreateGrant"]]`,
		"s3":           `[["kms:CreateGrant"]]`,
	} {
		var got [][]string
		for _, s := range (key.Plan{At: here, Services: []string{service}}).Statements() {
			if !slices.Contains(s.Actions, "kms:CreateGrant") {
				continue
			}
			got = append(got, s.Actions)
			if held := short(t, s.Conditions); held != `{"Bool":{"kms:GrantIsForAWSResource":"true"}}` && held != `{"StringEquals":{"kms:ViaService":["`+service+`.eu-west-1.amazonaws.com"]}}` {
				t.Errorf("%s: grants are held to %s", service, held)
			}
		}
		if short(t, got) != want {
			t.Errorf("%s: got %s, want %s", service, short(t, got), want)
		}
	}
}

func TestSeverities(t *testing.T) {
	for s, want := range map[Severity]string{High: "CRITICAL HIGH", Critical: "CRITICAL", Medium: "CRITICAL HIGH MEDIUM", Low: "CRITICAL HIGH MEDIUM LOW"} {
		if got := strings.Join(s.andAbove(), " "); got != want {
			t.Errorf("%d: got %s, want %s", s, got, want)
		}
	}
	if s := Severity(0); s != High {
		t.Error("the zero severity is not High")
	}
}

// A promotion has the states of what it promotes, and no others.
func TestStatesOfAPromotion(t *testing.T) {
	has := func(p promotion) func(string) bool {
		all, _ := p.definition()["States"].(states)
		return func(name string) bool { _, ok := all[name]; return ok }
	}
	bucket := &storage.DataBucket{Name: "records", ARN: "arn:aws:s3:::records", Region: "eu-west-1"}
	p := promotion{chain: Chain{}.resolved(), at: here, records: bucket.Prefix("")}
	pypi, _ := lookupFormat("pypi")
	npm, _ := lookupFormat("npm")
	p.formats = []format{pypi}
	if h := has(p); h(stateCheckImage) || h(stateNamespace) || h(stateCopyImage) || !h(stateCopyPackage) {
		t.Error("packages without a namespace: too many states, or too few")
	}
	p.formats, p.images = []format{npm, pypi}, []string{"churn"}
	if h := has(p); !h(stateCheckImage) || !h(stateNamespace) || !h(stateCopyImage) || !h("Image"+"To-prod") || h("ImageTo-dev") {
		t.Error("packages with a namespace and images: too many states, or too few")
	}
}
