package verify

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/names"
)

// taken finds resources of the app's own that have the name of one of Plinth's in the same place. Two of Plinth's are an
// error when they are made.
func taken(a *app) []assembly.Finding {
	type owner struct {
		resource
		ours bool
	}
	owners := map[string]owner{}
	var all []assembly.Finding
	for _, typ := range names.Types() {
		kind, _ := names.OfType(typ)
		for _, r := range a.of(typ) {
			name := r.Properties[kind.Property]
			if name == nil || kind.Within == names.Domain {
				continue
			}
			_, ours := emitted(r.Path())
			is := owner{r, ours}
			id := place(r, kind, name) + written(name, kind)
			other, known := owners[id]
			if !known {
				owners[id] = is
			} else if is.ours != other.ours {
				all = append(all, assembly.Finding{
					Path: r.Path(), Description: fmt.Sprintf("the %s of %s has the same name, %s", kind.Name, other.Path(), cfn.Show(name)),
					Fix: "give the one that Plinth does not make another name",
				})
			}
		}
	}
	return all
}

// place is where a name of a kind is unique, as far as that can be told: for a name that is not, in its stack, and for a
// stack that may be deployed anywhere, in its stage.
func place(r resource, kind names.Kind, name any) string {
	if _, known := name.(string); !known {
		return kind.Name + "|" + r.stack.Path + "|"
	}
	account, region := r.stack.Account, r.stack.Region
	if kind.Within == names.Account {
		region = ""
	}
	if account == "" || region == "" && kind.Within == names.Region {
		account += " stage " + r.stack.Stage()
	}
	return strings.Join([]string{kind.Name, account, region, ""}, "|")
}

func written(name any, kind names.Kind) string {
	b, err := json.Marshal(name)
	if err != nil {
		panic(err) // it was read as JSON
	}
	if kind.Folds {
		return strings.ToLower(string(b))
	}
	return string(b)
}
