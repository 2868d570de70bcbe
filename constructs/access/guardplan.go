package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/internal/policy"
)

// guard is what requests to SageMaker are held to.
type guard struct {
	features []Feature
	// subnets and groups are those of the network; empty: any of a VPC.
	subnets, groups []string
	// keys are ARNs of KMS keys, or patterns of them.
	keys []string
	// types are the instance types allowed, and local those of them that have a disk of their own.
	types, local []string

	runtimeSeconds, keepAliveSeconds int
	// environment is the value of the tag Environment; empty: no such tag is demanded.
	environment string
	// runtimeInstalls tells that the containers of jobs need not be isolated.
	runtimeInstalls bool
	// teams tells that the tag Team is demanded.
	teams bool
}

// localOf are the types with a local disk.
func localOf(limits environment.Limits) []string {
	var all []string
	for _, name := range limits.InstanceTypes {
		if t, _ := limits.LookupInstanceType(name); t.HasLocalNVMe() {
			all = append(all, name)
		}
	}
	return all
}

// denial is what is denied by a rule.
type denial struct {
	rule       string // its condition key; empty: what no feature uses
	statements []policy.Statement
}

// denials are what each rule denies.
func (g guard) denials() []denial {
	open, closed := used(g.features)
	all := []denial{{statements: deny("NotUsed", closed, nil)}}
	for _, r := range rules {
		can := with(open, r.key)
		all = append(all, denial{r.key, r.statements(g, without(can, r.optional), can)})
	}
	return all
}

// statements are all denies of the guard.
func (g guard) statements() []policy.Statement {
	var s []policy.Statement
	for _, d := range g.denials() {
		s = append(s, d.statements...)
	}
	if g.environment != "" || g.teams {
		s = append(s, g.keptTags()...)
	}
	return policy.Compact(s)
}

// keptTags denies to change the tags that tell environments and teams apart, once something is made.
func (g guard) keptTags() []policy.Statement {
	var names []string
	if g.environment != "" {
		names = append(names, "Environment")
	}
	if g.teams {
		names = append(names, "Team")
	}
	return append(
		deny("KeptTags", []string{"AddTags"}, policy.Conditions{
			"ForAnyValue:StringEquals": {"aws:TagKeys": names}, "Null": {"sagemaker:TaggingAction": "true"},
		}),
		deny("KeptTagsDeleted", []string{"DeleteTags"}, policy.Conditions{"ForAnyValue:StringEquals": {"aws:TagKeys": names}})...)
}

// GuardTable is a table, in Markdown, of what the guard holds each action to and by which condition key.
func GuardTable() string {
	var b strings.Builder
	b.WriteString("| action | feature | is held to |\n|---|---|---|\n")
	for _, f := range featureActions {
		for _, action := range f.actions {
			var demands []string
			for _, r := range rules {
				if len(with([]string{action}, r.key)) == 0 {
					continue
				}
				demand := "`" + r.key + "`: " + r.says
				if slices.Contains(r.optional, action) {
					demand += " (may be left out)"
				}
				demands = append(demands, demand)
			}
			if len(demands) == 0 {
				demands = []string{"nothing: its requests say nothing that could be; what it uses was held before"}
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", action, f.feature, strings.Join(demands, "<br>"))
		}
	}
	fmt.Fprintf(&b, "\nDenied always, since nothing in their requests could be held to anything: %s.\n", strings.Join(unheld, ", "))
	return b.String()
}
