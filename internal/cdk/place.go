package cdk

import (
	"reflect"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/plinth-ml/plinth/internal/location"
)

// place is what all constructs of a stack ask it for.
type place struct {
	stack  awscdk.Stack
	at     location.Location
	outdir string
}

// places are remembered by stack and by construct: each question to the CDK is a call to another process, and the answers
// never change. The CDK's side remembers every construct too, as long as the process runs.
var places = map[constructs.IConstruct]*place{}

func placeOf(scope constructs.Construct) *place {
	if p := places[scope]; p != nil {
		return p
	}
	stack := awscdk.Stack_Of(scope)
	p := places[stack]
	if p == nil {
		p = &place{
			stack:  stack,
			at:     location.Location{Partition: *stack.Partition(), Region: *stack.Region(), Account: *stack.Account()},
			outdir: *awscdk.Stage_Of(stack).Outdir(),
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

func pathOf(scope constructs.Construct) string {
	if reflect.TypeOf(scope).Kind() != reflect.Pointer {
		return *scope.Node().Path() // a user's own kind of construct, which may not do as a key
	}
	path, known := paths[scope]
	if !known {
		path = *scope.Node().Path()
		paths[scope] = path
	}
	return path
}
