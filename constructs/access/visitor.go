package access

import (
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/cdk"
	"github.com/plinth-ml/plinth/internal/model"
	"github.com/plinth-ml/plinth/internal/props"
)

// VisitorProps say who comes in. TrustedBy is required.
type VisitorProps struct {
	// Description says what the role is for, in at most 1,000 characters of ASCII and Latin-1. Empty: nothing is said.
	Description string
	// TrustedBy is who may assume it. Required.
	TrustedBy []WayIn
}

// Validate reports every problem of the props.
func (p *VisitorProps) Validate() error {
	p, l := props.Of(p)
	model.RoleDescription.Check(&l, "Description", p.Description)
	l.Include("", validateWaysIn(p.TrustedBy))
	return l.Err()
}

// NewVisitor makes a role that people assume for an hour and that may do nothing by itself: grants say what, such as those of a
// promotion. It panics with one message that holds every problem when scope, id or props are wrong.
func NewVisitor(scope constructs.Construct, id string, props *VisitorProps) *Person {
	return cdk.Build("access.Visitor", scope, id, props, newVisitor)
}

func newVisitor(this constructs.Construct, _ string, props *VisitorProps) *Person {
	return newPerson(this, personRole(props.Description, cdk.Location(this), props.TrustedBy, nil))
}
