package cdk

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/made"
)

// lostAspects finds aspects, and tags, which are aspects, that were added to an object which a construct exposes and which
// stands for a resource somewhere else in the tree: they reach nothing.
func lostAspects(app constructs.IConstruct) []assembly.Finding {
	var all []assembly.Finding
	for _, o := range made.Objects(app) {
		for _, name := range slices.Sorted(maps.Keys(o.Fields)) {
			handle, ok := o.Fields[name].(constructs.Construct)
			if !ok || name == made.ConstructField || len(*awscdk.Aspects_Of(handle).All()) == 0 ||
				!strings.HasPrefix(PathOf(handle), o.Home.Path+"/") || handle.Node().DefaultChild() != nil {
				continue
			}
			all = append(all, assembly.Finding{
				Rule: AspectRule, Severity: "error", Path: PathOf(handle),
				Description: "an aspect or tags were added to the " + name + " of " + o.Home.Path + ", and reach no resource: it stands for one that is made beside it",
				Fix:         "add them to its Construct",
			})
		}
	}
	return all
}

// AspectRule is the rule of [lostAspects].
const AspectRule = "AspectLost"
