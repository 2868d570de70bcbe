package cdk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/fault"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/problem"
	"github.com/plinth-ml/plinth/internal/token"
)

// claimant is the construct that has a name, and the caller's line that made it.
type claimant struct{ path, at string }

func (c claimant) String() string {
	if c.at == "" {
		return c.path
	}
	return c.path + " (" + c.at + ")"
}

// claimed is a name of a kind that a claimant has in a place.
type claimed struct {
	claimant
	place *place
	// inStage tells that only a deployment knows the name: it is then the same within a stage. inStack tells that it is
	// made of its stack's.
	inStage, inStack bool
}

// claims are the names of an app by their kind and text.
var claims = map[constructs.IConstruct]map[string][]claimed{}

// meets tells whether two names with one text are the same name. Where it is not known where one of them is, they are
// if they are in one stage, whose stacks are deployed together.
func (c claimed) meets(other claimed, within names.Within) bool {
	account, region := [2]string{c.place.at.Account, other.place.at.Account}, [2]string{c.place.at.Region, other.place.at.Region}
	if within == names.Account {
		region = [2]string{}
	}
	if token.Differ(account[0], account[1]) || token.Differ(region[0], region[1]) {
		return false
	}
	switch {
	case c.inStack:
		return c.place.path == other.place.path
	case c.inStage || token.Is(account[0]+account[1]+region[0]+region[1]):
		return c.place.stage == other.place.stage
	}
	return true
}

// Claim notes the name of something that is made at run time only, as resources that are emitted have theirs noted. It
// panics with a [fault.Fault] when another construct has the name, or AWS does not take it.
func Claim(scope constructs.Construct, path, kind, name string) {
	var l problem.List
	claim(&l, placeOf(scope), path, names.Lookup(kind), "Name", name)
	fail(path, l.Err())
}

// ClaimOwn notes the name that a construct's parts have theirs from, as the field of its props gives it, before they
// are made: where another construct of the kind has it, that is said of the construct, and not of the first part that
// has a name. Fix says what to do; empty: to set the field. It panics as [Claim] does.
func ClaimOwn(this constructs.Construct, kind, field, name, fix string) {
	var l problem.List
	own := names.Kind{Name: kind, Within: names.Region, Folds: true, Fix: cmp.Or(fix, "set "+field+" for one of them")}
	claim(&l, placeOf(this), PathOf(this), own, field, name)
	fail(PathOf(this), l.Err())
}

// claimResources claims the names of resources. Of several that one other construct has, the one that the others are
// made from is told.
func claimResources(scope constructs.Construct, path string, resources cfn.Resources) {
	var l problem.List
	told := map[string]bool{}
	ids := slices.SortedFunc(maps.Keys(resources), func(x, y string) int {
		return cmp.Or(cmp.Compare(isPart(resources[x].Type), isPart(resources[y].Type)), strings.Compare(x, y))
	})
	for _, id := range ids {
		r := resources[id]
		k, named := names.OfType(r.Type)
		value := r.Properties[k.Property]
		if !named || k.Within == names.Domain || value == nil && k.Property != "" {
			continue
		}
		var one problem.List
		if by := claim(&one, placeOf(scope), path, k, cmp.Or(k.Property, r.Type), value); by == "" || !told[by] {
			l.Include("", one.Err())
			told[by] = true
		}
	}
	fail(path, l.Err())
}

// isPart is 1 for a type of what other resources have beside them, under their name, and 0 for the others.
func isPart(typ string) int {
	if typ == "AWS::Logs::LogGroup" || typ == "AWS::IAM::Role" {
		return 1
	}
	return 0
}

func fail(path string, err error) {
	if err != nil {
		panic(&fault.Fault{Path: path, At: fault.Caller(), Err: err})
	}
}

// claim notes a name, and what is wrong with it. It returns the path of who has it already; empty: nobody.
func claim(l *problem.List, p *place, path string, k names.Kind, field string, value any) (by string) {
	text, known := value.(string)
	if known && !token.Is(text) {
		if allowed := k.Allowed(text); allowed != "" {
			l.Add(field, text, allowed, "")
			return ""
		}
	}
	id, mine, one := p.claimOf(k, value)
	if !one {
		return ""
	}
	mine.claimant = claimant{path, fault.Caller()}
	all := claims[p.app]
	if all == nil {
		all = map[string][]claimed{}
		claims[p.app] = all
	}
	i := slices.IndexFunc(all[id], func(c claimed) bool { return mine.meets(c, k.Within) })
	if i < 0 {
		all[id] = append(all[id], mine)
		return ""
	}
	if value == nil {
		l.Add(field, "another "+k.Name, "one in an account and region", fmt.Sprintf("%s has made it: %s", all[id][i], k.Fix))
	} else {
		l.Add(field, token.Pattern.ReplaceAllString(cfn.Show(plain(value)), "<token>"), fmt.Sprintf("one that no other %s has in %s", k.Name, k.Within),
			fmt.Sprintf("%s has it: %s", all[id][i], k.Fix))
	}
	return all[id][i].path
}

// claimOf is a text that names of the same kind and text share, and what else tells them apart. What refers to a
// resource is its construct's own, and no claim.
func (p *place) claimOf(k names.Kind, value any) (id string, mine claimed, is bool) {
	written, err := json.Marshal(value)
	if err != nil {
		panic(err) // it is made of texts and references only
	}
	text := string(written)
	const pseudo = `"Ref":"AWS::`
	if strings.Contains(text, `"Fn::GetAtt"`) || strings.Contains(strings.ReplaceAll(text, pseudo, ""), `"Ref"`) {
		return "", claimed{}, false
	}
	mine = claimed{place: p, inStage: token.Is(text) || strings.Contains(text, pseudo), inStack: strings.Contains(text, pseudo+"Stack")}
	if k.Folds {
		text = strings.ToLower(text)
	}
	return k.Name + " " + text, mine, true
}
