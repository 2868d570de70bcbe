package verify

import (
	"slices"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/names"
)

// sameStack finds stacks that are one to CloudFormation, which knows a stack by its name in its account and region
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html).
func sameStack(a *app) []assembly.Finding {
	var all []assembly.Finding
	var before []owner
	for i := range a.stacks {
		s := &a.stacks[i]
		if s.Nested != nil {
			continue // whose name CloudFormation makes
		}
		is := owner{resource: resource{stack: s}}
		if i := slices.IndexFunc(before, func(o owner) bool { return o.stack.StackName == s.StackName && is.meets(o, names.Region) }); i >= 0 {
			all = append(all, assembly.Finding{
				Path:        s.Path,
				Description: "the stack " + before[i].stack.Path + " has the same name in the same place, " + s.StackName + ": whichever is deployed last replaces the resources of the other",
				Fix:         "give one of them another StackName",
			})
		}
		before = append(before, is)
	}
	return all
}
