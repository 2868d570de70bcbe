// Package cdk is what every construct does with the CDK: check its arguments, learn where it is deployed to, look up
// what depends on the region.
package cdk

import (
	"fmt"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Path is the path that a construct of that id has, or would have, below scope.
func Path(scope constructs.Construct, id string) string {
	path := PathOf(scope)
	switch {
	case path == "":
		return id
	case id == "":
		return path
	}
	return fmt.Sprintf("%s/%s", path, id)
}

// Strings is a list in the CDK's form.
func Strings(values []string) *[]*string { return jsii.Strings(values...) }
