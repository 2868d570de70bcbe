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

// meets tells whether two names with one text are the same name. Where it is not known where one of them is, they are if
// they are in one stage, whose stacks are deployed together.
func (c claimed) meets(other claimed, within names.Within) bool {
	account, region := [2]string{c.place.at.Account, other.place.at.Account}, [2]string{c.place.at.Region, other.place.at.Region}
	if within == names.Account {
		region = [2]string{}
	}
	if differ(account[0], account[1]) || differ(region[0], region[1]) {
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

// claimResources claims the names of resources.
func claimResources(scope constructs.Construct, path string, resources cfn.Resources) {
	var l problem.List
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		r := resources[id]
		k, named := names.OfType(r.Type)
		value := r.Properties[k.Property]
		if named && k.Within != names.Domain && (value != nil || k.Property == "") {
			claim(&l, placeOf(scope), path, k, cmp.Or(k.Property, r.Type), value)
		}
	}
	fail(path, l.Err())
}

func fail(path string, err error) {
	if err != nil {
		panic(&fault.Fault{Path: path, At: fault.Caller(), Err: err})
	}
}

// claim notes a name, and what is wrong with it.
func claim(l *problem.List, p *place, path string, k names.Kind, field string, value any) {
	text, known := value.(string)
	if known && !token.Is(text) {
		if allowed := k.Allowed(text); allowed != "" {
			l.Add(field, text, allowed, "")
			return
		}
	}
	id, mine, one := p.claimOf(k, value)
	if !one {
		return
	}
	mine.claimant = claimant{path, fault.Caller()}
	all := claims[p.app]
	if all == nil {
		all = map[string][]claimed{}
		claims[p.app] = all
	}
	i := slices.IndexFunc(all[id], func(c claimed) bool { return mine.meets(c, k.Within) })
	switch {
	case i < 0:
		all[id] = append(all[id], mine)
	case value == nil:
		l.Add(field, "another "+k.Name, "one in an account and region", fmt.Sprintf("%s has made it: %s", all[id][i], k.Fix))
	default:
		l.Add(field, cfn.Show(plain(value)), fmt.Sprintf("one that no other %s has in %s", k.Name, k.Within),
			fmt.Sprintf("%s has it: %s", all[id][i], k.Fix))
	}
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
