package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/made"
	"github.com/plinth-ml/plinth/internal/policy"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/role"
)

// starter is a construct whose role starts jobs.
type starter struct {
	path string
	// denied reports what a guard would deny of them.
	denied func(*Guard) error
}

// starters are those of an app.
var starters = map[constructs.IConstruct][]starter{}

// Starts notes a construct whose role starts jobs, and what reports what a guard would deny of them. When the app is
// synthesized it is asked for every guard that protects the construct, whichever came first: what it reports is an
// error. See [Guard.Protect]. It panics with one message when the construct or the function is missing.
func Starts(this constructs.Construct, denied func(*Guard) error) {
	cdk.Do("access.Starts", nil, func() {
		cdk.CheckScope(this)
		if denied == nil {
			cdk.Check(problem.Problem{Field: "denied", Allowed: "a function that reports what a guard would deny"})
		}
		root := this.Node().Root()
		starters[root] = append(starters[root], starter{cdk.PathOf(this), denied})
	})
}

// startsWithout notes a role that starts jobs without a team.
func startsWithout(this constructs.Construct) {
	Starts(this, func(g *Guard) error {
		if !g.teams {
			return nil
		}
		var l problem.List
		l.Include("", g.problem(JobRequest{}, form{}, broken{key: teamTag}))
		return l.Err()
	})
}

// startsAny tells whether a role may start jobs.
func startsAny(r role.Role) bool {
	return slices.ContainsFunc(r.Statements, func(s policy.Statement) bool {
		return slices.ContainsFunc(s.Actions, func(action string) bool { return strings.HasPrefix(action, "sagemaker:Create") })
	})
}

// denied is a message for each construct below the scope whose jobs the guard would deny. What is said of a construct
// is not said again of a part of it.
func (p *protection) denied() []string {
	all := slices.Clone(starters[p.root])
	slices.SortStableFunc(all, func(a, b starter) int { return strings.Compare(a.path, b.path) })
	var told, messages []string
	for _, s := range all {
		if !p.isFirst(s.path) || slices.ContainsFunc(told, func(path string) bool { return in(s.path, path) }) {
			continue
		}
		if err := s.denied(p.guard); err != nil {
			told = append(told, s.path)
			home, _ := made.Around(p.root, s.path)
			messages = append(messages, fmt.Sprintf("%s can't start its jobs under the guard %s, which protects %s (%s): %s\n%v",
				fault.Where(home.Kind, s.path, home.Caller), cdk.Path(p.guard.Construct, ""), named(p.path), p.at, problem.Count(err), err))
		}
	}
	return messages
}

// isFirst tells whether this is what put a path under the guard, which may protect a scope and what is in it.
func (p *protection) isFirst(path string) bool {
	i := slices.IndexFunc(protections[p.root], func(o *protection) bool { return o.guard == p.guard && in(path, o.path) })
	return i >= 0 && protections[p.root][i] == p
}
