package airflow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/supplychain"
)

const hash = "--hash=sha256:353eb2f34c09d098b2880eee8bef21832eae6d174f48c5762fff7e5fcb74d01d"

var staging = supplychain.Repository{ARN: "arn:aws:codeartifact:eu-west-1:111122223333:repository/ml/staging"}

// What pip-compile writes is taken; what would let in another package, or another index, is not.
func TestLocks(t *testing.T) {
	for name, test := range map[string]struct{ lock, want string }{
		"one":                    {"humanize==4.16.0 " + hash, ""},
		"as pip-compile writes":  {"#\n# generated\n#\nhumanize==4.16.0 \\\n    " + hash + " \\\n    " + hash + "\n    # via -r requirements.in\n", ""},
		"by Windows":             {"humanize==4.16.0 \\\r\n    " + hash + "\r\n", ""},
		"extras and a marker":    {`uvicorn[standard]==0.1.0 ; python_version >= "3.12" ` + hash, ""},
		"a local version":        {"torch==2.4.0+cpu " + hash, ""},
		"unpinned":               {"humanize " + hash, "Lock: got \"humanize --hash"},
		"a range":                {"humanize>=4 " + hash, "allowed: a package with one version"},
		"a pattern":              {"humanize==4.* " + hash, "allowed: a package with one version"},
		"two versions":           {"humanize==4.16.0,!=4.15 " + hash, "allowed: a package with one version"},
		"without a hash":         {"humanize==4.16.0", "allowed: a package with its hashes"},
		"a weak hash":            {"humanize==4.16.0 --hash=md5:0123", "allowed: a package with one version"},
		"an extra index":         {"--extra-index-url https://example.com/simple\nhumanize==4.16.0 " + hash, "allowed: packages only, no options"},
		"another index":          {"-i https://example.com/simple", "allowed: packages only, no options"},
		"a constraint":           {"-c https://example.com/constraints.txt", "allowed: packages only, no options"},
		"another file":           {"-r other.txt", "allowed: packages only, no options"},
		"trust":                  {"--trusted-host example.com", "allowed: packages only, no options"},
		"an option in a line":    {"humanize==4.16.0 --extra-index-url https://example.com/simple " + hash, "allowed: a package with one version"},
		"an option in a marker":  {"humanize==4.16.0 ; python_version > '3' --index-url https://example.com " + hash, "allowed: a package with one version"},
		"an address":             {"humanize @ https://example.com/humanize.whl " + hash, "allowed: a package with one version"},
		"an editable":            {"-e git+https://example.com/humanize", "allowed: packages only, no options"},
		"nothing but a comment":  {"# nothing", "allowed: at least one package"},
		"a continued option":     {"humanize==4.16.0 " + hash + " \\\n --extra-index-url https://example.com", "allowed: a package with one version"},
		"options of a variable":  {"${INDEX}", "allowed: a package with one version"},
		"a comment in the midst": {"humanize==4.16.0 " + hash + "  # --constraint", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := fmt.Sprint(Requirements{Lock: test.lock, From: staging}.validate())
			if test.want == "" && got != "<nil>" || !strings.Contains(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestWherePackagesComeFrom(t *testing.T) {
	lock := "humanize==4.16.0 " + hash
	for name, test := range map[string]struct {
		r    Requirements
		want string
	}{
		"none":             {Requirements{}, ""},
		"a repository":     {Requirements{Lock: lock, From: staging}, ""},
		"wheels":           {Requirements{Lock: lock, Wheels: "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH"}, ""},
		"a token":          {Requirements{Lock: lock, Wheels: "${Token[TOKEN.7]}"}, ""},
		"nowhere":          {Requirements{Lock: lock}, "From: got nothing; allowed: one of From and Wheels"},
		"both":             {Requirements{Lock: lock, From: staging, Wheels: "a"}, "allowed: one of From and Wheels"},
		"no repository":    {Requirements{Lock: lock, From: supplychain.Repository{ARN: "ml"}}, `From.ARN: got "ml"`},
		"no version":       {Requirements{Lock: lock, Wheels: "the latest"}, `Wheels: got "the latest"`},
		"without packages": {Requirements{From: staging}, "Lock: got \"\"; allowed: at least one package"},
	} {
		t.Run(name, func(t *testing.T) {
			got := fmt.Sprint(test.r.validate())
			if test.want == "" && got != "<nil>" || !strings.Contains(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// MWAA applies its own constraints only where no line speaks of any, and pip finds packages nowhere else.
func TestRequirementsFiles(t *testing.T) {
	lock := "humanize==4.16.0 \\\n  " + hash + " # -c nothing\n"
	if got, want := (Requirements{Lock: lock, From: staging}).file(), "humanize==4.16.0 "+hash+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := "--no-index\n--find-links /usr/local/airflow/plugins\nhumanize==4.16.0 " + hash + "\n"
	if got := (Requirements{Lock: lock, Wheels: "a"}).file(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClasses(t *testing.T) {
	if got := fmt.Sprint(Classes()); got != "[mw1.micro mw1.small mw1.medium mw1.large mw1.xlarge mw1.2xlarge]" {
		t.Errorf("got %s", got)
	}
	for _, c := range Classes() {
		if usd, known := c.PricePerMonth("us-east-1"); known != (c == Small || c == Medium || c == Large) || known && (usd < 300 || usd > 800) {
			t.Errorf("%s costs %g, known %t", c, usd, known)
		}
		if _, known := c.PricePerMonth("eu-west-1"); known {
			t.Errorf("the price of %s in eu-west-1 is known from nowhere", c)
		}
		if c.Tasks() < 3 {
			t.Errorf("%s runs %d tasks", c, c.Tasks())
		}
	}
}
