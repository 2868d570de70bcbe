package names_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
)

const hash = "0123456789abcdef0123456789abcdef"

func TestNames(t *testing.T) {
	dev, red, none := names.Owner{Environment: "dev"}, names.Owner{Environment: "dev", Team: "red"}, names.Owner{}
	for got, want := range map[string]string{
		dev.Name("churn"):                              "dev--churn",
		red.Name("churn"):                              "dev---red--churn",
		none.Name("churn"):                             "none--churn",
		names.Owner{Team: "red"}.Name("churn"):         "none---red--churn",
		dev.All():                                      "dev--*",
		red.All():                                      "dev---red--*",
		names.Run(dev.Name("churn"), "{}"):             "dev--churn--{}",
		names.Runs(dev.Name("churn")):                  "dev--churn--*",
		names.Role("eu-west-1", dev.Name("x")):         "dev--x--eu-west-1",
		names.StateMachineLogs("workflow", "dev--x"):   "/aws/vendedlogs/states/workflow/dev--x",
		names.DNSLogs("dev/Foundation/Net work"):       "/aws/vendedlogs/route53resolver/dev-Foundation-Net-work-a5d4d154",
		names.ClusterLogs("dev--x"):                    "/aws/sagemaker/Clusters/dev--x/*",
		names.ModelVersions("dev--x"):                  "dev--x/*",
		names.ServerlessWorkflow("dev--dags", "daily"): "dev--dags--daily",
		names.ServerlessID("dev--dags--daily"):         "dev--dags--daily-??????????",
		names.Image("ml", "churn", "dev"):              "ml/image/churn/dev",
		names.Images("ml", names.Any):                  "ml/image/*",
		names.Mirrored("ml", "base"):                   "ml/mirror/base",
		names.Cached("ml", "quay"):                     "ml/public/quay",
		names.Repositories("ml"):                       "ml/*",
		names.Project("ml", "check"):                   "ml--check",
		names.ImageProject("ml", "check"):              "ml--image--check",
		names.ProjectLogs("ml--check"):                 "/aws/codebuild/ml--check",
		names.Part("", "ChurnWeekly"):                  "churnweekly",
		names.Part("weekly", "Churn"):                  "weekly",
		fmt.Sprint(names.AirflowLogs("dev--a")):        "[airflow-dev--a-D* airflow-dev--a-S* airflow-dev--a-T* airflow-dev--a-W*]",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// What a name can be made of is what tells names apart.
func TestParts(t *testing.T) {
	const long = "a23456789-123456789x"
	for s, valid := range map[string]struct{ part, environment, team bool }{
		"dev": {true, true, true}, "dev-eu": {true, true, true}, "d": {true, true, true}, "1st": {true, false, true}, long: {true, true, true},
		long + "y": {part: true}, "none": {part: true, team: true},
		"": {}, "-": {}, "-dev": {}, "dev-": {}, "dev--eu": {}, "Dev": {}, "dev_eu": {}, "dev.eu": {}, "dev eu": {}, "dev\n": {}, "dév": {}, "*": {},
	} {
		if got := names.IsPart(s); got != valid.part {
			t.Errorf("part %q: %t", s, got)
		}
		if got := names.IsEnvironment(s); got != valid.environment {
			t.Errorf("environment %q: %t", s, got)
		}
		if got := names.IsTeam(s); got != valid.team {
			t.Errorf("team %q: %t", s, got)
		}
	}
}

func TestValidate(t *testing.T) {
	const token = "${Token[TOKEN.7]}"
	red := names.Owner{Environment: "dev", Team: "red"}
	for name, test := range map[string]struct {
		owner     names.Owner
		given, id string
		want      string // empty: nothing is wrong
	}{
		"an id":             {red, "", "Churn", ""},
		"a name":            {red, "weekly", "A B", ""},
		"as long as it may": {red, "churn-678", "", ""}, // dev---red--churn-678
		"too long":          {red, "churn-6789", "", `Name: got "churn-6789"; allowed: at most 9 characters, since the job's name starts with "dev---red--"; set a shorter Name, or shorten the name of the environment or the team`},
		"an id that is no part": {red, "", "Churn_2",
			`Name: got "churn_2"; allowed: lower-case letters, digits and single hyphens between them; set Name: it stands for the construct's id in names`},
		"two hyphens":                   {red, "a--b", "", `Name: got "a--b"; allowed: lower-case letters, digits and single hyphens between them`},
		"capitals":                      {red, "Churn", "", `Name: got "Churn"; allowed: lower-case letters, digits and single hyphens between them`},
		"a token":                       {red, token, "", ""},
		"a token in a long name":        {names.Owner{Environment: token}, "churn-weekly-and-more", "", ""},
		"what is wrong beside a token":  {names.Owner{Environment: token}, "a--b", "", `Name: got "a--b"; allowed: lower-case letters, digits and single hyphens between them`},
		"an id that looks like a token": {red, "", "${x}", `Name: got "${x}"; allowed: lower-case letters, digits and single hyphens between them; set Name: it stands for the construct's id in names`},
	} {
		t.Run(name, func(t *testing.T) {
			var l problem.List
			test.owner.Validate(&l, "Name", test.given, test.id, names.Room{Most: 30, Kind: "role"}, names.Room{Most: 20, Kind: "job"})
			got := ""
			if all := problem.All(l.Err()); len(all) > 0 {
				got = all[0].Error()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// The promise of the package, over every name that short parts make: no pattern of one matches a name of another.
func TestNoPatternMatchesANeighbor(t *testing.T) {
	var parts []string
	for s := range texts("ab-", 3) {
		if names.IsPart(s) {
			parts = append(parts, s)
		}
	}
	optional := append([]string{""}, parts...)
	type run struct {
		owner    names.Owner
		of, name string
	}
	var runs []run
	var owners []names.Owner
	for _, environment := range optional {
		for _, team := range optional {
			o := names.Owner{Environment: environment, Team: team}
			owners = append(owners, o)
			for i := 0; i < len(parts); i += 3 {
				runs = append(runs, run{o, o.Name(parts[i]), names.Run(o.Name(parts[i]), hash)})
			}
		}
	}
	t.Logf("%d owners, %d names", len(owners), len(runs))
	for _, o := range owners {
		for _, r := range runs {
			own := o == r.owner || o.Team == "" && o.Environment == r.owner.Environment
			if matches(o.All(), r.name) != own {
				t.Fatalf("%s matches %s: %t", o.All(), r.name, !own)
			}
		}
	}
	for _, o := range runs {
		for _, r := range runs {
			if own := o == r; matches(names.Runs(o.of), r.name) != own {
				t.Fatalf("%s matches %s: %t", names.Runs(o.of), r.name, !own)
			}
		}
	}
}

// An environment of Airflow, and a workflow of MWAA Serverless, whose name goes on after another's.
func TestNoPatternMatchesALongerName(t *testing.T) {
	for _, longer := range []string{"dev--a-2", "dev--a-task", "dev--a-t", "dev--a2", "dev--ab"} {
		for _, kind := range []string{"DAGProcessing", "Scheduler", "Task", "WebServer", "Worker"} {
			own, others := false, false
			for _, pattern := range names.AirflowLogs("dev--a") {
				own = own || matches(pattern, "airflow-dev--a-"+kind)
				others = others || matches(pattern, "airflow-"+longer+"-"+kind)
			}
			if !own || others {
				t.Errorf("%s: its own %t, that of %s %t", kind, own, longer, others)
			}
		}
	}
	for _, dag := range []string{"daily-2", "daily-0123456789", "daily2", "weekly"} {
		if pattern := names.ServerlessID("dev--dags--daily"); matches(pattern, names.ServerlessWorkflow("dev--dags", dag)+"-0123456789") {
			t.Errorf("%s matches the workflow of %s", pattern, dag)
		}
	}
}

// What is made of the longest parts is what AWS takes.
func TestLongestNames(t *testing.T) {
	longest := func(n int) string { return strings.Repeat("a", n) }
	region := ""
	for _, r := range catalog.RegionNames() {
		if len(r) > len(region) {
			region = r
		}
	}
	for name, test := range map[string]struct{ kind, got string }{
		"a job":             {names.TrainingJob, names.Run(longest(names.JobRoom().Most), hash)},
		"a processing job":  {"processing job", names.Run(longest(names.JobRoom().Most), hash)},
		"a search":          {names.TuningJob, names.Run(longest(names.SearchRoom().Most), hash[:12])},
		"a role":            {names.IAMRole, names.Role(region, longest(names.RoleRoom().Most))},
		"a writer's role":   {names.IAMRole, names.Role(region, names.Join(longest(names.RoleRoom("x", "serverless-files").Most), "serverless-files"))},
		"a chain's role":    {names.IAMRole, names.Role(region, names.Join(longest(24), "promotion"))},
		"a project":         {"CodeBuild project", names.ImageProject(longest(24), longest(40))},
		"a repository":      {"ECR repository", names.Image(longest(24), longest(40), longest(20))},
		"a mirrored image":  {"ECR repository", names.Mirrored(longest(24), longest(40))},
		"DNS queries":       {"log group", names.DNSLogs(longest(600)) + "/01234567-0123-0123-0123-0123456789ab"},
		"a workflow's logs": {"log group", names.StateMachineLogs("workflow", longest(60)) + "/01234567-0123-0123-0123-0123456789ab"},
		"a pipeline":        {names.Pipeline, longest(names.RoomFor(names.ModelPackageGroup, "").Most)},
		"an environment":    {names.AirflowEnvironment, longest(names.RoleRoom("airflow-files").Most)},
		"a cluster":         {names.Cluster, longest(names.RoleRoom("hyperpod-files").Most)},
		"a DAG":             {"workflow of MWAA Serverless", names.ServerlessWorkflow(longest(30), longest(100))},
	} {
		if allowed := names.Lookup(test.kind).Allowed(test.got); allowed != "" {
			t.Errorf("%s, %s: allowed: %s", name, test.got, allowed)
		}
	}
	if names.JobRoom().Most != 29 || names.SearchRoom().Most != 18 || names.RoleRoom().Most != 48 || names.RoleRoom("airflow-files").Most != 33 ||
		names.RoleRoom("hyperpod-files").Most != 32 || names.RoleRoom("serverless-files").Most != 30 {
		t.Error("the rooms are not those that the comments of the props tell")
	}
}

func TestKinds(t *testing.T) {
	k, named := names.OfType("AWS::IAM::Role")
	if !named || k.Property != "RoleName" || k.Max != 64 || k.Within != names.Account || !k.Folds {
		t.Errorf("got %+v", k)
	}
	for _, other := range []string{"AWS::S3::Bucket", ""} {
		if k, named := names.OfType(other); named {
			t.Errorf("%q: got %+v", other, k)
		}
	}
	for name, want := range map[string]string{
		"dev--churn": "", strings.Repeat("a", 64): "at most 63 characters", "dev_churn": "1 to 63 letters, digits and hyphens between them", "-": "1 to 63 letters, digits and hyphens between them",
	} {
		if got := names.Lookup(names.TrainingJob).Allowed(name); (got == "") != (want == "") || !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if got := names.Lookup("signing configuration of the registry").Allowed(""); got != "" {
		t.Errorf("what has no name: got %q", got)
	}
}

// Every kind says in words what its pattern says.
func TestWordsOfKinds(t *testing.T) {
	kinds := []names.Kind{names.Lookup(names.TrainingJob), names.Lookup("processing job"), names.Lookup("hyperparameter tuning job")}
	for _, typ := range names.Types() {
		if k, _ := names.OfType(typ); k.Property != "" {
			kinds = append(kinds, k)
		}
	}
	for _, k := range kinds {
		var least, most int
		if _, err := fmt.Sscanf(k.Words, "%d to %d ", &least, &most); err != nil || most != k.Max {
			t.Errorf("%s: %q, with at most %d", k.Name, k.Words, k.Max)
		}
		if least == 2 && k.Allowed("a") == "" && !strings.HasPrefix(k.Name, "ECR") && !strings.Contains(k.Words, "ROOT") || least == 1 && k.Allowed("a") != "" {
			t.Errorf("%s: %q, and a name of 1 letter is taken: %t", k.Name, k.Words, k.Allowed("a") == "")
		}
	}
}

func TestVaults(t *testing.T) {
	long := "prod/" + strings.Repeat("VeryLongName", 10)
	paths := []string{
		"Stack/Backup", "prod/Storage/Backup", "prod-Storage/Backup", "prod/Storage-Backup", "Stäck/Ä", "Stäck/Ö", "S/B", "S/ B",
		long, long + "/Backup", long + "/Backup2", strings.Repeat("a", 24) + "/" + strings.Repeat("b", 25), strings.Repeat("a", 25) + "/" + strings.Repeat("b", 25),
	}
	of := map[string]string{}
	for _, path := range paths {
		name := names.Vault(path)
		if names.Lookup(names.BackupVault).Allowed(name) != "" || name != names.Vault(path) {
			t.Errorf("%s: got %q", path, name)
		}
		if other := of[name]; other != "" {
			t.Errorf("%s and %s are both named %s", path, other, name)
		}
		of[name] = path
	}
	// A deployed vault has this name: another one would replace it.
	if got := names.Vault("prod/Storage/Backup"); got != "prod-Storage-Backup-178ad2e9" {
		t.Errorf("got %s", got)
	}
}

// texts are all texts of up to n of the letters.
func texts(letters string, n int) func(func(string) bool) {
	return func(yield func(string) bool) {
		all := []string{""}
		for range n {
			var next []string
			for _, s := range all {
				for _, l := range letters {
					next = append(next, s+string(l))
				}
			}
			for _, s := range next {
				if !yield(s) {
					return
				}
			}
			all = next
		}
	}
}

var patterns = map[string]*regexp.Regexp{}

// matches tells whether a pattern of a policy matches a text: * stands for any letters, ? for one.
func matches(pattern, text string) bool {
	if before, simple := strings.CutSuffix(pattern, "*"); simple && !strings.ContainsAny(before, "*?") {
		return strings.HasPrefix(text, before)
	}
	if patterns[pattern] == nil {
		patterns[pattern] = regexp.MustCompile("^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$")
	}
	return patterns[pattern].MatchString(text)
}
