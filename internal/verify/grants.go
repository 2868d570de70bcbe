package verify

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
)

// ignored are the warnings by which the CDK says that a call changes nothing.
var ignored = []struct {
	id, after, call, fix string
}{{
	"@aws-cdk/aws-iam:IRoleCantBeUsedWithIManagedPolicy", "/Role",
	"Role.AddManagedPolicy attaches no policy that the app does not make",
	"say what the role needs by Role.AddToPrincipalPolicy, or in a policy of awsiam.NewManagedPolicy",
}, {
	"@aws-cdk/aws-iam:unknownPrincipalAddStatementToRole", "/StateMachine",
	"the state machine does nothing but what it was made for, and can be granted nothing",
	"grant it to the role of its jobs, such as Workflow.Role.Role",
}}

// lost finds permissions that were given to a role or a state machine of Plinth's and reach none.
func lost(a *app) []assembly.Finding {
	var all []assembly.Finding
	for i := range a.stacks {
		s := &a.stacks[i]
		for _, w := range s.Warnings {
			for _, l := range ignored {
				construct, ok := a.made(s, w.Path, l.after)
				if ok && strings.Contains(w.Text, l.id) {
					all = append(all, assembly.Finding{Path: w.Path, Description: fmt.Sprintf("of %s, %s", construct, l.call), Fix: l.fix})
				}
			}
		}
	}
	return all
}
