package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/location"
	"github.com/plinth-ml/plinth/internal/token"
)

// place is what all constructs of a stack ask it for.
type place struct {
	stack  awscdk.Stack
	at     location.Location
	outdir string
	// path is the stack's, and stage that of the stage, or app, that it is in.
	path, stage string
	app         constructs.IConstruct
	// refused tells whether the stack's partition has been reported.
	refused bool
	// region and account are those of the environments in the stack.
	region, account said
	// once are what all constructs of the stack share, by id.
	once map[string]Emitted
}

// said is what the construct of a path says of its stack.
type said struct{ value, by string }

// known is where the stack is deployed to, as far as the app says it: what the stack leaves open, its environments may
// say.
func (p *place) known() location.Location {
	at := p.at
	if token.Is(at.Region) && p.region.value != "" {
		at.Region = p.region.value
	}
	if token.Is(at.Account) && p.account.value != "" {
		at.Account = p.account.value
	}
	return at
}

// places are remembered by stack and by construct: each question to the CDK is a call to another process, and the
// answers never change. The CDK's side remembers every construct too, as long as the process runs.
var places = map[constructs.IConstruct]*place{}

func placeOf(scope constructs.Construct) *place {
	if p := places[scope]; p != nil {
		return p
	}
	stack := awscdk.Stack_Of(scope)
	p := places[stack]
	if p == nil {
		stage := awscdk.Stage_Of(stack)
		p = &place{
			stack:  stack,
			at:     location.Location{Partition: *stack.Partition(), Region: *stack.Region(), Account: *stack.Account()},
			outdir: *stage.Outdir(),
			path:   PathOf(stack), stage: PathOf(stage), app: stack.Node().Root(),
			once: map[string]Emitted{},
		}
		places[stack] = p
		verifyRoot(stack)
	}
	places[scope] = p
	return p
}

// Location is where the scope's stack is deployed to.
func Location(scope constructs.Construct) location.Location { return placeOf(scope).at }

// paths are remembered like places: a construct never moves.
var paths = map[constructs.IConstruct]string{}

// PathOf is the path of a construct.
func PathOf(this constructs.Construct) string {
	path, known := paths[this]
	if !known {
		path = *this.Node().Path()
		paths[this] = path
	}
	return path
}
