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

// claims are the names of an app, by what makes them one: where they are, of which kind they are, and their text.
var claims = map[constructs.IConstruct]map[string]claimant{}

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
	id, one := p.identity(k, value)
	if !one {
		return
	}
	all := claims[p.app]
	if all == nil {
		all = map[string]claimant{}
		claims[p.app] = all
	}
	other, taken := all[id]
	switch {
	case !taken:
		all[id] = claimant{path, fault.Caller()}
	case value == nil:
		l.Add(field, "another "+k.Name, "one in an account and region", fmt.Sprintf("%s has made it: %s", other, k.Fix))
	default:
		l.Add(field, value, fmt.Sprintf("one that no other %s has in %s", k.Name, k.Within),
			fmt.Sprintf("%s has it: %s", other, k.Fix))
	}
}

// identity is a text that is the same for the same name in the same place, and whether that can be told. A name or
// place that is not known at synth is one within a stage only, and one that is made of its stack within that; what
// refers to a resource is its construct's own.
func (p *place) identity(k names.Kind, value any) (id string, known bool) {
	written, err := json.Marshal(value)
	if err != nil {
		panic(err) // it is made of texts and references only
	}
	text := string(written)
	parts := []string{k.Name, p.at.Account, p.at.Region, text}
	if k.Within == names.Account {
		parts[2] = ""
	}
	if k.Folds {
		parts[3] = strings.ToLower(text)
	}
	const pseudo = `"Ref":"AWS::`
	switch {
	case strings.Contains(text, `"Fn::GetAtt"`), strings.Contains(strings.ReplaceAll(text, pseudo, ""), `"Ref"`):
		return "", false
	case strings.Contains(text, pseudo+"Stack"):
		parts = append(parts, "stack", p.path)
	case token.Is(strings.Join(parts[1:3], "") + text), strings.Contains(text, pseudo):
		parts = append(parts, "stage", p.stage)
	}
	return strings.Join(parts, " "), true
}
