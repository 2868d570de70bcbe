package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/names"
)

// owner is a resource that has a name.
type owner struct {
	resource
	spelled
	ours bool
}

// taken finds resources of the app's own that have the name of one of Plinth's in the same place. Two of Plinth's are
// an error when they are made.
func taken(a *app) []assembly.Finding {
	owners := map[string][]owner{}
	var all []assembly.Finding
	for _, typ := range names.Types() {
		kind, _ := names.OfType(typ)
		for _, r := range a.of(typ) {
			name := r.Properties[kind.Property]
			if kind.Property != "" && name == nil || kind.Within == names.Domain {
				continue
			}
			_, ours := emitted(r.Path())
			is := owner{resource: r, ours: ours}
			if name != nil {
				is.spelled = a.spell(r.stack, name)
			}
			id := kind.Name + "|" + is.text
			if kind.Folds {
				id = strings.ToLower(id)
			}
			i := slices.IndexFunc(owners[id], func(o owner) bool { return o.ours != ours && is.meets(o, kind.Within) })
			owners[id] = append(owners[id], is)
			if i >= 0 {
				f := assembly.Finding{
					Path: r.Path(), Description: fmt.Sprintf("the %s of %s has the same name, %s", kind.Name, owners[id][i].Path(), is.text),
					Fix: "give the one that Plinth does not make another name",
				}
				if kind.Property == "" { // of which an account has one in a region
					f.Description = fmt.Sprintf("%s sets the %s too, and the one that is deployed last holds", owners[id][i].Path(), kind.Name)
					f.Fix = "leave out the one that Plinth does not make"
				}
				all = append(all, f)
			}
		}
	}
	return all
}

// meets tells whether two names with one text are the same name: as those of Plinth's are compared when they are made.
// Where it is not known where one of them is, they are if they are in one stage, whose stacks are deployed together.
func (o owner) meets(other owner, within names.Within) bool {
	region, otherRegion := o.stack.Region, other.stack.Region
	if within == names.Account {
		region, otherRegion = "-", "-"
	}
	switch {
	case differ(o.stack.Account, other.stack.Account) || differ(region, otherRegion):
		return false
	case o.inStack || other.inStack:
		return o.stack == other.stack
	case o.inStage || o.stack.Account == "" || other.stack.Account == "" || region == "" || otherRegion == "":
		return o.stack.Stage() == other.stack.Stage()
	}
	return true
}

// differ tells whether two values are known and not the same.
func differ(a, b string) bool { return a != "" && b != "" && a != b }
